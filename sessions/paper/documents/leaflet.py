"""The aftercare leaflet of one visit: from its rows to what it says."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from mesoclinic.models import User
from mesoclinic.vocabulary import LeafletFormat, Side
from protocols.dates import LEAST_DRESSING_HOURS
from protocols.models import LeafletText
from sessions.courses.models import Course, TreatmentSession
from sessions.paper.calendar import calendar_text
from sessions.paper.content import LeafletContent, Visit
from sessions.paper.phrases import Phrases
from sessions.recording.models import SessionRecord
from sessions.schedule.models import Site


def aftercare_leaflet(
    treatment_session: TreatmentSession,
    *,
    text: LeafletText,
    leaflet_format: LeafletFormat = LeafletFormat.STANDARD,
) -> LeafletContent:
    """What the patient takes home: until when, what never, when to come back."""
    course, patient = treatment_session.course, treatment_session.patient
    hours, phrases = course.protocol_version.dressing_hours, Phrases(text)
    return LeafletContent(
        **_as_worded(text, course.site, hours=hours),
        **_to_come(
            next_visits(treatment_session), phrases, course.in_order[-1].target_date
        ),
        format=leaflet_format,
        patient_name=patient.spoken_name,
        patient_number=patient.number_spaced,
        site=phrases.site(course.indication, course.side),
        treated_on=phrases.date(treatment_session.date),
        keep_until=_keep_until(treatment_session, phrases),
        dressing_hours=hours,
        facts=facts_of(treatment_session),
    )


def sample_leaflet(
    text: LeafletText, *, leaflet_format: LeafletFormat, site: Site | None
) -> LeafletContent:
    """A leaflet for nobody, to be read before its words are approved."""
    site, today, phrases = site or Site(), timezone.localdate(), Phrases(text)
    visits = sample_visits(site, today, days=(3, 7))
    return LeafletContent(
        **_as_worded(text, site, hours=LEAST_DRESSING_HOURS),
        **_to_come(visits, phrases, visits[-1].booked_date),
        format=leaflet_format,
        patient_name="Anne-Jorun Smith",
        patient_number="MC 000 000",
        site=phrases.shipped_site("achilles", Side.RIGHT),
        treated_on=phrases.date(today),
        keep_until="13:45",
    )


def sample_visits(
    site: Site, first: dt.date, *, days: Iterable[int]
) -> list[TreatmentSession]:
    """Visits of nobody, so many days after the first, at 10:20; never to be saved."""
    course, clinician = Course(site=site), User(title="Dr", family_name="Cooper")
    return [_sample_visit(course, clinician, first, day) for day in days]


def _sample_visit(
    course: Course, clinician: User, first: dt.date, protocol_day: int
) -> TreatmentSession:
    day = first + dt.timedelta(days=protocol_day)
    starts_at = dt.datetime.combine(day, dt.time(10, 20), tzinfo=course.site.zone)
    return TreatmentSession(
        pk=protocol_day,
        course=course,
        clinician=clinician,
        protocol_day=protocol_day,
        booked_date=day,
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(minutes=20),
        status_at=starts_at,
    )


def _as_worded(text: LeafletText, site: Site, *, hours: int) -> dict[str, Any]:
    """What a leaflet says whoever it is for: the clinic's words, and whom to call."""
    phrases, number = Phrases(text), site.emergency_number
    return {
        "language": text.language,
        "direction": text.direction,
        "words": phrases.headings_with(hours=hours, number=number),
        "clinic_name": site.name,
        "clinic_address": site.address,
        "clinic_phone": site.phone.as_national if site.phone else "",
        "out_of_hours": site.out_of_hours,
        "emergency_number": number,
        "advice": phrases.advice,
        "to_expect": phrases.lines("expect"),
        "call_us": phrases.lines("call"),
        "emergency": phrases.lines("emergency"),
        "version": str(text),
        "not_approved": "" if text.is_approved else phrases.word("not_approved"),
    }


def _to_come(
    visits: list[TreatmentSession], phrases: Phrases, last: dt.date
) -> dict[str, Any]:
    """When to come back, also for a phone, and when the course is looked at."""
    return {
        "visits": tuple(visit_of(visit, phrases) for visit in visits),
        "calendar": calendar_text(visits),
        "evaluation": phrases.word("evaluation", date=phrases.date(last)),
    }


def _keep_until(treatment_session: TreatmentSession, phrases: Phrases) -> str:
    record: SessionRecord | None = getattr(treatment_session, "record", None)
    until = record.dressing_ends_at if record else None
    if record is None or until is None or record.ended_at is None:
        return ""
    zone = treatment_session.zone
    ended = record.ended_at.astimezone(zone).date()
    return phrases.until(until, seen_from=ended, zone=zone)


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
