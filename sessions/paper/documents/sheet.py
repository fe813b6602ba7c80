"""The session sheet of one visit: from its rows to what it says."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse

from mesoclinic.sheet_codes import SheetCode, numbering_of
from mesoclinic.vocabulary import AllergyState, Consent, Severity, Side
from patients.models import Patient
from protocols.dosing import format_mg, format_ml, needle_depth_mm, total_ml
from protocols.maps import Map
from protocols.models import ProtocolVersion
from sessions.courses.models import Course, TreatmentSession
from sessions.paper.content import (
    Allergies,
    AmendmentRow,
    FindingRow,
    MixtureRow,
    PointRow,
    ScreeningRow,
    SheetContent,
    SheetState,
    SignatureBlock,
)
from sessions.paper.documents.words import (
    allergies_of,
    identity_of,
    moment_text,
    short_date,
)
from sessions.recording.models import (
    Amendment,
    InjectionPoint,
    MixtureComponent,
    RecordVoid,
    SessionRecord,
    Signature,
)
from sessions.recording.page import maps
from sessions.recording.sealing import broken_parts

BEFORE = (
    "Identity spoken",
    "Allergies re-read",
    "Consent",
    "Contraindications asked",
    "STOP: patient, side, site, mixture, expiry",
)


def session_sheet(
    treatment_session: TreatmentSession, *, root: str = ""
) -> SheetContent:
    """Everything the sheet of one visit says: form, draft or signed record.

    `root` is the clinic's address; without it there is no code to scan.
    """
    course, patient = treatment_session.course, treatment_session.patient
    record: SessionRecord | None = getattr(treatment_session, "record", None)
    signed = record is not None and record.is_signed
    version, code = course.protocol_version, code_of(treatment_session, record)
    allergies = allergies_of(patient)
    if signed and record:
        patient, allergies = _as_signed(patient, record.signature)
    return SheetContent(
        clinic=course.site.name,
        code=treatment_session.code,
        identity=identity_of(patient),
        state=_state(record),
        session_line=_session_line(treatment_session),
        indication=course.indication.name,
        side=course.side_words,
        protocol=_protocol(version),
        allergies=allergies,
        # Boxes to tick on paper; a signed record shows only what was recorded.
        before=() if signed else _checklist(course),
        screening=_screening(version, record if signed else None),
        needle=_needle(
            record.needle_length_mm if record else version.needle_length_mm,
            record.angle_deg if record else version.angle_deg,
        ),
        deviations=_deviations(treatment_session),
        signature=_signature(record.signature, course) if signed and record else None,
        signature_holds=bool(signed and record and not broken_parts(record)),
        sheet_code=str(code),
        record_url=_address(root, code),
        **(_record(record, course) if record else _blank(version, course)),
    )


def code_of(session: TreatmentSession, record: SessionRecord | None) -> SheetCode:
    """Return what brings somebody back to this visit and these numbers."""
    points = record.points_in_order if record else []
    return SheetCode(session.pk, numbering_of(points))


def _address(root: str, code: SheetCode) -> str:
    path = reverse("sessions:sheet_of_code", args=[code])
    return f"{root.rstrip('/')}{path}" if root else ""


def _as_signed(patient: Patient, signature: Signature) -> tuple[Patient, Allergies]:
    """Who was treated, and what was known of allergies, on the day of signing."""
    signed = signature.content["patient"]
    then = Patient(
        pk=patient.pk,
        family_name=signed["family_name"],
        given_names=signed["given_names"],
        title=signed["title"],
        birth_date=dt.date.fromisoformat(signed["birth_date"]),
        sex=signed["sex"],
    )
    state = AllergyState(signed["allergy_state"])
    known = tuple(signed["allergies"]) if state is AllergyState.KNOWN else ()
    return then, Allergies(state=state, known=known)


def _state(record: SessionRecord | None) -> SheetState:
    if record is None:
        return SheetState.BLANK
    return SheetState.SIGNED if record.is_signed else SheetState.DRAFT


def _session_line(session: TreatmentSession) -> str:
    course = session.course
    place = course.in_order.index(session) + 1
    parts = [f"session {place} of {len(course.in_order)} ({session.day_label})"]
    if session.given_date:
        parts.append(f"given {session.given_date:%a} {short_date(session.given_date)}")
    else:
        parts.append(f"planned {moment_text(session.starts_local)}")
    return "; ".join([*parts, session.clinician.display_name])


def _protocol(version: ProtocolVersion) -> str:
    published = version.published_at
    return (
        f"{version}, published {short_date(published)}" if published else str(version)
    )


def _checklist(course: Course) -> tuple[str, ...]:
    side = f"SIDE marked: {course.side_words}" if course.side_words else ""
    return tuple(filter(None, [*BEFORE[:-1], side, BEFORE[-1]]))


def _screening(
    version: ProtocolVersion, signed: SessionRecord | None
) -> tuple[ScreeningRow, ...]:
    """Boxes to ring on a form; on a record, what was answered at this visit."""
    answers = signed.answers_shown if signed else ()
    said = {each.question_id: each.get_answer_display() for each in answers}
    if signed and not said:
        return ()
    return tuple(
        ScreeningRow(question=question.text, answer=said.get(question.pk, ""))
        for question in version.questions.all()
    )


def _needle(length_mm: Decimal, angle_deg: int) -> str:
    depth = needle_depth_mm(length_mm, angle_deg)
    return (
        f"needle {length_mm.normalize():f} mm at {angle_deg}°, "
        f"to the stop: depth {depth} mm"
    )


def _deviations(session: TreatmentSession) -> tuple[str, ...]:
    if not session.is_off_target:
        return ()
    day = session.true_day(session.course.day_0)
    return (
        f"day {day}, protocol: day {session.protocol_day}: {session.off_target_reason}",
    )


def _blank(version: ProtocolVersion, course: Course) -> dict[str, Any]:
    rows = (PointRow(number=str(n)) for n in range(1, version.points_max + 1))
    return {"points": tuple(rows), "maps": _maps(course, [])}


def _record(record: SessionRecord, course: Course) -> dict[str, Any]:
    points = record.points_in_order
    given = [point.given_ml for point in points if point.given_ml]
    ended = record.ended_at and record.ended_at.astimezone(course.site.zone)
    return {
        "points": tuple(_point(point, course) for point in points),
        "total_planned": format_ml(total_ml([p.planned_ml for p in points])),
        "total_given": format_ml(total_ml(given)) if given else "",
        "larger_zone": record.larger_zone,
        "maps": _maps(course, points),
        "mixture": tuple(component_of(each) for each in record.components.all()),
        "mixture_note": _mixture_note(record),
        "recorded": _recorded(record, course) if record.is_signed else (),
        "consent": Consent(record.consent).label if record.consent else "",
        "pain_before": _score(record.pain_before),
        "pain_after": _score(record.pain_after),
        "ended_at": f"{ended:%H:%M}" if ended else "",
        "keep_until": record.dressing_until,
        "note": record.note,
        "findings": tuple(
            FindingRow(
                severity=Severity(finding.severity).label,
                statement=finding.statement,
                reason_given=finding.given_reason,
                source=finding.source,
            )
            for finding in record.findings.all()
        ),
        "amendments": tuple(_amendment(a, course) for a in record.amendments.all()),
        "void": _void(record.void, course) if record.is_void else "",
    }


def _recorded(record: SessionRecord, course: Course) -> tuple[str, ...]:
    """What else a record holds; on a form there is nothing to say of it."""
    ticks = [tick.get_check_name_display().lower() for tick in record.ticks_shown]
    times = {"Prepared": record.prepared_at, "Started": record.started_at}
    at_rest = [_score(record.pain_rest_before), _score(record.pain_rest_after)]
    reaction = record.get_reaction_display().lower()
    lines = [
        f"Checked before the needle: {', '.join(ticks) or 'nothing ticked'}",
        f"Mixture looks clear: {record.get_looks_clear_display().lower()}",
        *(
            f"{what} {moment.astimezone(course.site.zone):%H:%M}"
            for what, moment in times.items()
            if moment
        ),
        f"Forearm: {record.get_forearm_display()}" if record.forearm else "",
        f"Pain at rest, before and after: {', '.join(s or 'n/a' for s in at_rest)}",
        f"Reaction: {reaction} {record.reaction_note}".strip(),
    ]
    return tuple(filter(None, lines))


def _mixture_note(record: SessionRecord) -> str:
    """What was said of the mixture besides its parts."""
    drawn_up = record.drawn_up_ml
    lines = [f"Drawn up: {format_ml(drawn_up)}"] if drawn_up else []
    return "\n".join(filter(None, [*lines, record.mixture]))


def component_of(part: MixtureComponent) -> MixtureRow:
    """Return a product of the mixture as a line of a table."""
    strength, amount = part.strength_mg_per_ml, part.amount_mg
    volume = format_ml(part.volume_ml)
    return MixtureRow(
        medicine=part.product_name,
        strength=f"{format_mg(strength)}/mL" if strength is not None else "",
        volume=volume if amount is None else f"{volume} ({format_mg(amount)})",
        lot=part.lot_number,
        expiry=short_date(part.expires_on) if part.expires_on else "",
    )


def _maps(course: Course, points: Sequence[InjectionPoint]) -> tuple[Map, ...]:
    """The drawings that points lie on; as long as there are none, all to mark on."""
    all_ = maps(course, points)
    return tuple([each for each in all_ if each.marks] or all_)


def _void(void: RecordVoid, course: Course) -> str:
    at = moment_text(void.voided_at.astimezone(course.site.zone))
    return f"{void.reason} ({void.voider_name}, {at})"


def _point(point: InjectionPoint, course: Course) -> PointRow:
    given = format_ml(point.given_ml) if point.given_ml else ""
    return PointRow(
        number=str(point.number),
        region=_place(point, course),
        planned=format_ml(point.planned_ml),
        given="skipped" if point.skipped else given,
        note=point.note,
    )


def _place(point: InjectionPoint, course: Course) -> str:
    """Where, and on which side where both are treated; empty where it is nowhere."""
    if not point.view:
        return ""
    is_one_of_two = course.side == Side.BOTH and point.side != Side.NONE
    side = f"{point.get_side_display().upper()}: " if is_one_of_two else ""
    return f"{side}{point.region}"


def _score(pain: int | None) -> str:
    return "" if pain is None else str(pain)


def _signature(signature: Signature, course: Course) -> SignatureBlock:
    return SignatureBlock(
        name=signature.signer_name,
        registration=signature.signer_registration,
        at=moment_text(signature.signed_at.astimezone(course.site.zone)),
        meaning=signature.meaning,
        hash=signature.hash,
    )


def _amendment(amendment: Amendment, course: Course) -> AmendmentRow:
    return AmendmentRow(
        at=moment_text(amendment.amended_at.astimezone(course.site.zone)),
        by=amendment.amender_name,
        text=amendment.text,
        reason=amendment.reason,
    )
