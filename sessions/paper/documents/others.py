"""The smaller papers: from rows to what they say."""

from decimal import Decimal

from protocols.dosing import format_ml, total_ml
from protocols.models import LeafletText, ProtocolVersion
from sessions.courses.models import Course, TreatmentSession
from sessions.outcomes.models import Evaluation
from sessions.paper.calendar import calendar_text
from sessions.paper.content import (
    CardContent,
    ConsentContent,
    LabelContent,
    SummaryContent,
    SummaryRow,
)
from sessions.paper.documents.leaflet import visit_of
from sessions.paper.documents.sheet import component_of
from sessions.paper.documents.words import (
    allergies_of,
    identity_of,
    moment_text,
    short_date,
)
from sessions.paper.phrases import Phrases
from sessions.recording.models import ConsentEvent, SessionRecord


def appointment_card(session: TreatmentSession, *, text: LeafletText) -> CardContent:
    """All visits of a course that take place, in the words of a leaflet."""
    course, phrases = session.course, Phrases(text)
    site, visits = course.site, [s for s in course.in_order if s.has_leaflet]
    return CardContent(
        language=text.language,
        direction=text.direction,
        words={key: phrases.word(key) for key in ("next_visits", "scan")},
        clinic_name=site.name,
        clinic_address=site.address,
        clinic_phone=site.phone.as_national if site.phone else "",
        out_of_hours=site.out_of_hours,
        patient_name=session.patient.spoken_name,
        patient_number=session.patient.number_spaced,
        visits=tuple(visit_of(each, phrases) for each in visits),
        calendar=calendar_text(each for each in visits if each.is_booked),
    )


def consent_form(session: TreatmentSession) -> ConsentContent:
    """The clinic's own text, what is planned, and what was answered before."""
    course = session.course
    version = course.protocol_version
    return ConsentContent(
        **_common("Consent form", session),
        text=tuple(filter(None, version.consent_text.splitlines())),
        facts=_planned(version, course),
        answers=tuple(
            f"{event.get_answer_display()} by {event.person}, "
            f"{event.get_means_display().lower()}; recorded "
            f"{moment_text(event.recorded_at.astimezone(course.site.zone))}, "
            f"{event.recorded_by.short_name}"
            for event in ConsentEvent.objects.of_course(course)
        ),
    )


def _planned(version: ProtocolVersion, course: Course) -> tuple[str, ...]:
    days = ", ".join(str(each.protocol_day) for each in course.in_order)
    points = f"{version.points_min} to {version.points_max} points"
    each = format_ml(version.volume_per_point_ml)
    length_mm = version.needle_length_mm.normalize()
    return (
        f"Small injections close to the pain: {points}, {each} each",
        f"Needle of {length_mm:f} mm at {version.angle_deg}°, up to the stop",
        f"Visits on day {days}; then we look at how well it worked",
        f"A dressing for at least {version.dressing_hours} hours",
        "No cream, no ice, no massage until the next visit",
    )


def treatment_summary(
    session: TreatmentSession, sessions: list[TreatmentSession]
) -> SummaryContent:
    """A course as it was recorded; `sessions` are all of it, in order."""
    course = session.course
    evaluation: Evaluation | None = getattr(course, "evaluation", None)
    return SummaryContent(
        **_common("Treatment summary", session),
        clinic_address=course.site.address,
        clinic_phone=course.site.phone.as_national if course.site.phone else "",
        clinician=course.clinician.display_name,
        registration=course.clinician.registration_number,
        rows=tuple(_summary_row(each) for each in sessions),
        notes=tuple(note for each in sessions for note in _notes(each)),
        evaluation=_evaluated(evaluation) if evaluation else (),
    )


def _summary_row(session: TreatmentSession) -> SummaryRow:
    record: SessionRecord | None = getattr(session, "record", None)
    row = {"day": session.day_label, "date": short_date(session.date)}
    if record is None or not record.is_signed:
        state = "not signed" if session.is_booked else session.get_status_display()
        return SummaryRow(**row, state=state.lower())
    if record.is_void:
        return SummaryRow(**row, state="record void: does not count")
    given = [p.given_ml for p in record.points_in_order if p.given_ml]
    parts = (f"{p.product_name} {_unbroken_ml(p.volume_ml)}" for p in _parts(record))
    return SummaryRow(
        **row,
        points=str(len(given)),
        total=format_ml(total_ml(given)) if given else "",
        mixture=", ".join(parts) or record.mixture,
        pain=f"{_score(record.pain_before)} → {_score(record.pain_after)}",
    )


def _unbroken_ml(volume_ml: Decimal) -> str:
    """`1 mL`, of which no line ends with the 1."""
    return format_ml(volume_ml).replace(" ", "\u00a0")


def _parts(record: SessionRecord) -> list:
    return list(record.components.all())


def _notes(session: TreatmentSession) -> list[str]:
    """What differed from the plan, reactions and amendments of a visit that counts."""
    record: SessionRecord | None = getattr(session, "record", None)
    day, notes = session.day_label, []
    if session.off_target_reason:
        notes.append(f"{day}, on another day than planned: {session.off_target_reason}")
    if record is None or not record.is_signed or record.is_void:
        return notes
    reasons = [f for f in record.findings.all() if f.given_reason]
    notes += [f"{day}: {f.statement}. {f.given_reason}" for f in reasons]
    if record.reaction_note:
        notes.append(f"{day}, reaction: {record.reaction_note}")
    notes += [f"{day}, added later: {a.text}" for a in record.amendments.all()]
    return notes


def _evaluated(evaluation: Evaluation) -> tuple[str, ...]:
    judged = f"Judged {short_date(evaluation.evaluated_at.date())}"
    lines = (
        f"Pain on movement {evaluation.response_text}",
        f"{judged}: {evaluation.get_judgement_display()}",
        evaluation.note,
    )
    return tuple(filter(None, lines))


def tray_label(session: TreatmentSession) -> LabelContent:
    """Whose syringe it is, and what the plan says is in it. No dose is worked out.

    Of a void record nothing is taken: what it says may be another patient's.
    """
    record: SessionRecord | None = getattr(session, "record", None)
    if record and record.is_void:
        record = None
    course, drawn_up = session.course, record.drawn_up_ml if record else None
    return LabelContent(
        identity=identity_of(session.patient),
        code=session.code,
        visit=moment_text(session.starts_local),
        indication=course.indication.name,
        side=course.side_words,
        allergies=allergies_of(session.patient),
        mixture=tuple(component_of(p) for p in _parts(record)) if record else (),
        drawn_up=format_ml(drawn_up) if drawn_up else "",
    )


def _common(title: str, session: TreatmentSession) -> dict:
    course = session.course
    return {
        "title": title,
        "clinic": course.site.name,
        "code": session.code,
        "identity": identity_of(session.patient),
        "indication": course.indication.name,
        "side": course.side_words,
        "protocol": str(course.protocol_version),
    }


def _score(pain: int | Decimal | None) -> str:
    return "n/a" if pain is None else str(pain)
