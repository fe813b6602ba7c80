"""From rows to what paper says: one builder per document, all words prepared here."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.dateformat import format as date_text

from mesoclinic.models import User
from mesoclinic.vocabulary import AllergyState, Consent, LeafletFormat, Severity, Side
from patients.models import Patient
from protocols.dates import LEAST_DRESSING_HOURS
from protocols.dosing import format_mg, format_ml, needle_depth_mm, total_ml
from protocols.models import LeafletText, ProtocolVersion
from sessions.courses.models import Course, TreatmentSession
from sessions.paper.calendar import calendar_text
from sessions.paper.content import (
    Allergies,
    AmendmentRow,
    FindingRow,
    Identity,
    LeafletContent,
    PointRow,
    ScreeningRow,
    SheetContent,
    SheetState,
    SignatureBlock,
    Visit,
)
from sessions.paper.phrases import Phrases
from sessions.recording.models import (
    Amendment,
    InjectionPoint,
    MixtureComponent,
    RecordVoid,
    SessionRecord,
    Signature,
)
from sessions.recording.sealing import broken_parts
from sessions.schedule.models import Site

BEFORE = (
    "Identity spoken",
    "Allergies re-read",
    "Consent",
    "Contraindications asked",
    "STOP: patient, side, site, mixture, expiry",
)


def short_date(day: dt.date) -> str:
    """A date as staff read it: `24-Nov-2026`."""
    return f"{day:%d-%b-%Y}"


def moment_text(moment: dt.datetime) -> str:
    """A moment as staff read it, in its own zone: `Tue 24-Nov-2026 10:20`."""
    return f"{moment:%a %d-%b-%Y %H:%M}"


def long_date(day: dt.date) -> str:
    """A date as patients read it: `Tuesday 24 November 2026`."""
    return date_text(day, "l j F Y")


def _printed(by: User, course: Course) -> str:
    now = timezone.now().astimezone(course.site.zone)
    return f"{by.display_name}, {moment_text(now)}"


# --- The session sheet ------------------------------------------------------


def session_sheet(
    treatment_session: TreatmentSession, *, by: User, record_url: str
) -> SheetContent:
    """Everything the sheet of one visit says: form, draft or signed record."""
    course, patient = treatment_session.course, treatment_session.patient
    record: SessionRecord | None = getattr(treatment_session, "record", None)
    signed = record is not None and record.is_signed
    version = course.protocol_version
    allergies = _allergies(patient)
    if signed and record:
        patient, allergies = _as_signed(patient, record.signature)
    return SheetContent(
        clinic=course.site.name,
        code=treatment_session.code,
        identity=_identity(patient),
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
        record_url=record_url,
        printed=_printed(by, course),
        **(_record(record, course) if record else _blank(version)),
    )


def _identity(patient: Patient) -> Identity:
    return Identity(
        name_family=patient.family_name,
        name_given=patient.given_names,
        title=patient.title,
        born=short_date(patient.birth_date),
        age=patient.age_text,
        sex=patient.sex_label,
        number=patient.number_spaced,
    )


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


def _allergies(patient: Patient) -> Allergies:
    state = patient.allergy_state
    known = tuple(str(allergy) for allergy in patient.current_allergies)
    return Allergies(state=state, known=known if state is AllergyState.KNOWN else ())


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


def _blank(version: ProtocolVersion) -> dict[str, Any]:
    rows = (PointRow(number=str(n)) for n in range(1, version.points_max + 1))
    return {"points": tuple(rows)}


def _record(record: SessionRecord, course: Course) -> dict[str, Any]:
    points = record.points_in_order
    given = [point.given_ml for point in points if point.given_ml]
    ended = record.ended_at and record.ended_at.astimezone(course.site.zone)
    return {
        "points": tuple(_point(point) for point in points),
        "total_planned": format_ml(total_ml([p.planned_ml for p in points])),
        "total_given": format_ml(total_ml(given)) if given else "",
        "larger_zone": record.larger_zone,
        "mixture": _mixture(record),
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


def _mixture(record: SessionRecord) -> str:
    """A line for each product, then what else was said of the mixture."""
    lines = [_component(each) for each in record.components.all()]
    if record.drawn_up_ml:
        lines.append(f"Drawn up: {format_ml(record.drawn_up_ml)}")
    return "\n".join(filter(None, [*lines, record.mixture]))


def _component(part: MixtureComponent) -> str:
    amount = f" ({format_mg(part.amount_mg)})" if part.amount_mg is not None else ""
    lot = f", lot {part.lot_number}" if part.lot_number else ""
    until = f", to {short_date(part.expires_on)}" if part.expires_on else ""
    return f"{part.product_name}: {format_ml(part.volume_ml)}{amount}{lot}{until}"


def _void(void: RecordVoid, course: Course) -> str:
    at = moment_text(void.voided_at.astimezone(course.site.zone))
    return f"{void.reason} ({void.voider_name}, {at})"


def _point(point: InjectionPoint) -> PointRow:
    given = format_ml(point.given_ml) if point.given_ml else ""
    return PointRow(
        number=str(point.number),
        region=_place(point),
        planned=format_ml(point.planned_ml),
        given="skipped" if point.skipped else given,
        note=point.note,
    )


def _place(point: InjectionPoint) -> str:
    """Where, with the side in words; empty where it is not on the drawing."""
    side = f"{point.get_side_display().upper()}: " if point.side != Side.NONE else ""
    return f"{side}{point.region}" if point.view else ""


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


# --- The aftercare leaflet --------------------------------------------------


def aftercare_leaflet(
    treatment_session: TreatmentSession,
    *,
    by: User,
    text: LeafletText,
    leaflet_format: LeafletFormat = LeafletFormat.STANDARD,
) -> LeafletContent:
    """What the patient takes home: until when, what never, when to come back."""
    course, patient = treatment_session.course, treatment_session.patient
    site, phrases = course.site, Phrases(text)
    last = phrases.date(course.in_order[-1].target_date)
    return LeafletContent(
        language=text.language,
        direction=text.direction,
        format=leaflet_format,
        words=phrases.headings_with(
            hours=course.protocol_version.dressing_hours, number=site.emergency_number
        ),
        clinic_name=site.name,
        clinic_address=site.address,
        clinic_phone=site.phone.as_national if site.phone else "",
        out_of_hours=site.out_of_hours,
        emergency_number=site.emergency_number,
        patient_name=patient.spoken_name,
        patient_number=patient.number_spaced,
        site=phrases.site(course.indication, course.side),
        treated_on=phrases.date(treatment_session.date),
        keep_until=_keep_until(treatment_session, phrases),
        dressing_hours=course.protocol_version.dressing_hours,
        visits=tuple(visit_of(s, phrases) for s in next_visits(treatment_session)),
        calendar=calendar_text(next_visits(treatment_session)),
        evaluation=phrases.word("evaluation", date=last),
        advice=phrases.advice,
        to_expect=phrases.lines("expect"),
        call_us=phrases.lines("call"),
        emergency=phrases.lines("emergency"),
        version=str(text),
        not_approved="" if text.is_approved else phrases.word("not_approved"),
        printed=_printed_in(phrases, by, course),
        facts=facts_of(treatment_session),
    )


def sample_leaflet(
    text: LeafletText, *, leaflet_format: LeafletFormat, site: Site | None
) -> LeafletContent:
    """A leaflet for nobody, to be read before its words are approved."""
    phrases, day = Phrases(text), timezone.localdate()
    number = site.emergency_number if site else ""
    visits = [(3, day + dt.timedelta(days=3)), (7, day + dt.timedelta(days=7))]
    clinic = site.name if site else ""
    return LeafletContent(
        language=text.language,
        direction=text.direction,
        format=leaflet_format,
        words=phrases.headings_with(hours=LEAST_DRESSING_HOURS, number=number),
        clinic_name=clinic,
        clinic_address=site.address if site else "",
        clinic_phone=site.phone.as_national if site else "",
        out_of_hours=site.out_of_hours if site else "",
        emergency_number=number,
        patient_name="Anne-Jorun Smith",
        patient_number="MC 000 000",
        site=phrases.shipped_site("achilles", Side.RIGHT),
        treated_on=phrases.date(day),
        keep_until="13:45",
        visits=tuple(
            Visit(
                label=phrases.word("day", number=offset),
                day=phrases.date(on),
                time="10:20",
                place=clinic,
                clinician=phrases.word("with", clinician="Dr Cooper"),
            )
            for offset, on in visits
        ),
        evaluation=phrases.word("evaluation", date=phrases.date(visits[-1][1])),
        advice=phrases.advice,
        to_expect=phrases.lines("expect"),
        call_us=phrases.lines("call"),
        emergency=phrases.lines("emergency"),
        version=str(text),
        not_approved="" if text.is_approved else phrases.word("not_approved"),
        printed="",
    )


def _keep_until(treatment_session: TreatmentSession, phrases: Phrases) -> str:
    record: SessionRecord | None = getattr(treatment_session, "record", None)
    until = record.dressing_ends_at if record else None
    if record is None or until is None or record.ended_at is None:
        return ""
    zone = treatment_session.zone
    ended = record.ended_at.astimezone(zone).date()
    return phrases.until(until, seen_from=ended, zone=zone)


def _printed_in(phrases: Phrases, by: User, course: Course) -> str:
    now = timezone.now().astimezone(course.site.zone)
    return phrases.word("printed", name=by.display_name, moment=phrases.moment(now))


def next_visits(session: TreatmentSession) -> list[TreatmentSession]:
    """Return the visits that a leaflet of this one tells the patient to come to."""
    return [
        other
        for other in session.course.in_order
        if other.is_booked and other.protocol_day > session.protocol_day
    ]


def visit_of(session: TreatmentSession, phrases: Phrases) -> Visit:
    """Return a visit as a leaflet says it."""
    local = session.starts_local
    return Visit(
        label=phrases.word("day", number=session.protocol_day),
        day=phrases.date(session.booked_date),
        time=f"{local:%H:%M}",
        place=session.course.site.name,
        clinician=phrases.word("with", clinician=session.clinician.short_name),
    )


def facts_of(session: TreatmentSession) -> dict[str, Any]:
    """What a leaflet says that a change can make wrong, as plain data."""
    return {
        "treated_on": session.date.isoformat(),
        "visits": [
            [other.protocol_day, other.starts_at.isoformat(), other.clinician_id]
            for other in next_visits(session)
        ],
    }
