"""Papers about an invented patient: to be looked at, tested and measured."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

from mesoclinic.vocabulary import AllergyState, Side
from protocols import drawings
from protocols.maps import Map, Mark, PointState
from protocols.wording import shipped
from sessions.paper.calendar import calendar_text
from sessions.paper.content import (
    Allergies,
    AmendmentRow,
    CardContent,
    ConsentContent,
    FindingRow,
    Identity,
    LabelContent,
    LeafletContent,
    MixtureRow,
    PackContent,
    PackLine,
    PointRow,
    ScreeningRow,
    SheetContent,
    SheetState,
    SignatureBlock,
    SummaryContent,
    SummaryRow,
    Visit,
    english_headings,
)
from sessions.paper.documents import sample_visits
from sessions.schedule.models import Site

SMITH = Identity(
    name_family="Smith",
    name_given="Anne-Jorun",
    title="Mrs",
    born="14-Aug-1980",
    age="46y",
    sex="Female",
    number="MC 000 123",
)
LIDOCAINE = Allergies(
    state=AllergyState.KNOWN, known=("lidocaine – rash (recorded 02-Nov-2026)",)
)
REGIONS = (
    "2 cm above the heel bone",
    "inner edge of the tendon",
    "outer edge of the tendon",
    "where it joins the calf",
)
BEFORE = (
    "Identity spoken",
    "Allergies re-read",
    "Consent",
    "Contraindications asked",
    "SIDE marked: RIGHT",
    "STOP: patient, side, site, mixture, expiry",
)
QUESTIONS = (
    "Allergy to anything that is to be injected?",
    "Infection or fever now?",
    "Infected or broken skin at the site?",
    "Pregnant or breastfeeding?",
    "Taking anything that thins the blood?",
    "Peptic ulcer?",
    "Spine: tumour, infection or inflammatory disease?",
    "Neck: injury, weakness, fever, trouble swallowing?",
    "Muscle torn recently?",
    "Subject to doping controls?",
)


def planned_points(count: int, *, given: str = "") -> tuple[PointRow, ...]:
    """Return `count` points of 0.1 mL round the tendon."""
    return tuple(
        PointRow(
            number=str(number),
            region=REGIONS[(number - 1) % len(REGIONS)],
            planned="0.1 mL",
            given=given,
        )
        for number in range(1, count + 1)
    )


def map_of(count: int, *, view: str = "heel-back", given: bool = False) -> Map:
    """Return a drawing with `count` points down the tendon."""
    state = PointState.GIVEN if given else PointState.PLANNED
    return Map(
        drawing=drawings.get(view),
        side=Side.RIGHT,
        marks=tuple(
            Mark(
                number=number,
                x=Decimal("0.44") + Decimal("0.12") * (number % 2),
                y=Decimal("0.3") + Decimal("0.5") * number / count,
                state=state,
                name=f"Point {number}, {REGIONS[(number - 1) % 4]}, {state.label}",
            )
            for number in range(1, count + 1)
        ),
    )


def draft_sheet(size: int = 8, /, **changes: Any) -> SheetContent:
    """Return a planned session, printed to be written on."""
    sheet = SheetContent(
        clinic="Northgate Pain Clinic",
        code="S-000482",
        identity=SMITH,
        state=SheetState.DRAFT,
        session_line="session 2 of 3; planned Tue 24-Nov-2026 10:20; Dr Cooper",
        indication="Achilles tendinopathy",
        side="RIGHT",
        protocol="Mesotherapy protocol, version 1, published 02-Nov-2026",
        allergies=LIDOCAINE,
        before=BEFORE,
        screening=tuple(ScreeningRow(question=question) for question in QUESTIONS),
        points=planned_points(size),
        total_planned=f"{size / 10:g} mL",
        needle="needle 4 mm at 60°, to the stop: depth 3.5 mm",
        maps=(map_of(size),),
        mixture=(
            MixtureRow(
                medicine="Procaine 2 %",
                strength="20 mg/mL",
                volume="1 mL (20 mg)",
                lot="PR2231",
                expiry="30-Jun-2027",
            ),
            MixtureRow(
                medicine="Sodium chloride 0.9 %",
                volume="1 mL",
                lot="NS1107",
                expiry="31-Jan-2028",
            ),
        ),
        record_url="https://clinic.example/sessions/482/",
    )
    return replace(sheet, **changes)


def blank_sheet(size: int = 8, /, **changes: Any) -> SheetContent:
    """Return a form with nothing planned: everything is left to write in."""
    empty = tuple(PointRow(number=str(number)) for number in range(1, size + 1))
    return draft_sheet(
        state=SheetState.BLANK,
        points=empty,
        total_planned="",
        maps=(map_of(0),),
        mixture=(),
        allergies=Allergies(state=AllergyState.NOT_RECORDED),
        **changes,
    )


def signed_sheet(size: int = 8, /, **changes: Any) -> SheetContent:
    """Return a signed record with a deviation, a finding and two amendments."""
    given = (
        *planned_points(size - 1, given="0.1 mL"),
        PointRow(
            number=str(size),
            region=REGIONS[0],
            planned="0.1 mL",
            given="skipped",
            note="small graze",
        ),
    )
    signed = draft_sheet(
        state=SheetState.SIGNED,
        before=(),
        screening=tuple(
            ScreeningRow(question=question, answer="no") for question in QUESTIONS
        ),
        points=given,
        total_planned=f"{size / 10:g} mL",
        total_given=f"{(size - 1) / 10:g} mL",
        consent="given",
        pain_before="6",
        pain_after="3",
        ended_at="10:42",
        keep_until="13:45",
        note="Slept well after the first session. Walks without a stick.",
        findings=(
            FindingRow(
                severity="Needs a reason",
                statement="5 points: the protocol plans 6 to 10",
                reason_given="the sore area is small today",
                source="R1",
            ),
            FindingRow(
                severity="For information",
                statement="The plan is 0.1 mL below the drawn volume",
                source="R7",
            ),
        ),
        deviations=("given on day 4, protocol: day 3. The clinic was closed.",),
        signature=SignatureBlock(
            name="Dr Helen Cooper",
            title="Consultant",
            registration="GMC 7012345",
            at="Tue 24-Nov-2026 10:47",
            meaning="I carried out this session as recorded.",
            hash="3f8a" * 16,
        ),
        signature_holds=True,
        amendments=(
            AmendmentRow(
                at="Wed 25-Nov-2026 09:10",
                by="Dr Helen Cooper",
                text="Lot of the procaine was PR2232.",
                reason="misread the label",
            ),
            AmendmentRow(
                at="Thu 26-Nov-2026 16:30",
                by="Dr Ola Łódzki",
                text="Patient called: bruise of 2 cm, fading.",
                reason="phone call",
            ),
        ),
    )
    return replace(signed, **changes)


def _calendar(first: dt.date, *days: int) -> str:
    site = Site(pk=1, name="Northgate Pain Clinic")
    return calendar_text(sample_visits(site, first, days=days))


def leaflet(**changes: Any) -> LeafletContent:
    """Return the leaflet of a day-3 visit."""
    words = shipped()["en"]
    content = LeafletContent(
        words=english_headings(
            changes.get("dressing_hours", 3), changes.get("emergency_number", "999")
        ),
        to_expect=words.lists["expect"],
        call_us=words.lists["call"],
        emergency=words.lists["emergency"],
        clinic_name="Northgate Pain Clinic",
        clinic_address="12 North Gate, Leeds LS1 4AB",
        clinic_phone="0113 496 0123",
        out_of_hours="Closed? Call 111.",
        emergency_number="999",
        patient_name="Anne-Jorun Smith",
        patient_number="MC 000 123",
        site="Achilles tendon, RIGHT side",
        treated_on="Tuesday 24 November 2026",
        keep_until="13:45",
        visits=(
            Visit(
                label="Day 7",
                day="Saturday 28 November 2026",
                time="10:20",
                place="Room 2",
                clinician="Dr Cooper",
            ),
        ),
        evaluation="Then we look at how well it worked: "
        "Tuesday 8 December 2026, 10:20.",
        calendar=_calendar(dt.date(2026, 11, 21), 7),
        version="A1",
    )
    return replace(content, **changes)


def card(**changes: Any) -> CardContent:
    """Return the appointment card of a whole course."""
    words = shipped()["en"].words
    days = {0: "Tuesday 24", 3: "Friday 27", 7: "Tuesday 1"}
    content = CardContent(
        language="en",
        direction="ltr",
        words={"next_visits": words["next_visits"], "scan": words["scan"]},
        clinic_name="Northgate Pain Clinic",
        clinic_address="12 North Gate, Leeds LS1 4AB",
        clinic_phone="0113 496 0123",
        out_of_hours="Closed? Call 111.",
        patient_name="Anne-Jorun Smith",
        patient_number="MC 000 123",
        visits=tuple(
            Visit(
                label=f"Day {number}",
                day=f"{day} {'December' if number == 7 else 'November'} 2026",
                time="10:20",
                clinician="with Dr Cooper",
            )
            for number, day in days.items()
        ),
        calendar=_calendar(dt.date(2026, 11, 24), 0, 3, 7),
    )
    return replace(content, **changes)


_STAFF_PAPER: dict[str, Any] = {
    "clinic": "Northgate Pain Clinic",
    "code": "S-000482",
    "identity": SMITH,
    "indication": "Achilles tendinopathy",
    "side": "RIGHT",
    "protocol": "Mesotherapy protocol, version 1",
}


def consent_form(**changes: Any) -> ConsentContent:
    """Return a consent form that was answered on paper before."""
    content = ConsentContent(
        **_STAFF_PAPER,
        title="Consent form",
        text=(
            "I know what will be done, and that I can stop it at any time.",
            "I was told what may follow: small bumps, a bruise, rarely an infection.",
        ),
        facts=(
            "Small injections close to the pain: 6 to 10 points, 0.1 mL each",
            "Needle of 4 mm at 60°, up to the stop",
            "Visits on day 0, 3, 7; then we look at how well it worked",
        ),
        answers=(
            "Given by Anne-Jorun Smith, on paper; recorded Mon 02-Nov-2026 09:40",
        ),
    )
    return replace(content, **changes)


def summary(**changes: Any) -> SummaryContent:
    """Return the summary of a course with a visit that is void and one ahead."""
    mixture = "Procaine 2 % 1\u00a0mL, Sodium chloride 0.9 % 1\u00a0mL"
    row: dict[str, Any] = {"points": "8", "total": "0.8 mL", "mixture": mixture}
    content = SummaryContent(
        **_STAFF_PAPER,
        title="Treatment summary",
        clinic_address="12 North Gate, Leeds LS1 4AB",
        clinic_phone="0113 496 0123",
        clinician="Dr Helen Cooper",
        registration="GMC 7012345",
        rows=(
            SummaryRow(day="Day 0", date="24-Nov-2026", pain="7 → 5", **row),
            SummaryRow(day="Day 3", date="27-Nov-2026", pain="5 → 3", **row),
            SummaryRow(day="Day 7", date="01-Dec-2026", state="not signed"),
        ),
        notes=("Day 3, on another day than planned: the clinic was closed",),
        evaluation=("Pain on movement 7 → 3, down 4 points (57 %): strong response",),
    )
    return replace(content, **changes)


def label(**changes: Any) -> LabelContent:
    """Return the label of a tray with two products."""
    content = LabelContent(
        identity=SMITH,
        code="S-000482",
        visit="Tue 24-Nov-2026 10:20",
        indication="Achilles tendinopathy",
        side="RIGHT",
        allergies=LIDOCAINE,
        mixture=draft_sheet().mixture,
        drawn_up="2 mL",
    )
    return replace(content, **changes)


def pack(**changes: Any) -> PackContent:
    """Return the list on top of a day's papers, with one that failed."""
    visits = [("10:20", "Smith, Anne-Jorun (Mrs)"), ("10:40", "Łódzka, Żaneta")]
    line: dict[str, Any] = {"number": "MC 000 123", "clinician": "Dr Cooper"}
    line["treated"] = "Achilles tendinopathy, right, day 3"
    lines = [
        PackLine(time=time, patient=name, paper=paper, state="in this pack", **line)
        for time, name in visits
        for paper in ("Session sheet", "Leaflet, English")
    ]
    failed = "NOT PRINTED: there is no leaflet in Ukrainian"
    lines[3] = replace(lines[3], state=failed, paper="Leaflet, Ukrainian", failed=True)
    content = PackContent(
        clinic="Northgate Pain Clinic",
        day="Tuesday 24-Nov-2026",
        everything=False,
        papers=3,
        lines=tuple(lines),
    )
    return replace(content, **changes)
