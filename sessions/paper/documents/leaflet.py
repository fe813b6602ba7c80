"""The aftercare leaflet of one visit: from its rows to what it says."""

import datetime as dt
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
        facts=facts_of(treatment_session),
    )


def sample_leaflet(
    text: LeafletText, *, leaflet_format: LeafletFormat, site: Site | None
) -> LeafletContent:
    """A leaflet for nobody, to be read before its words are approved."""
    site = site or Site()
    phrases, visits = Phrases(text), _sample_visits(site)
    return LeafletContent(
        language=text.language,
        direction=text.direction,
        format=leaflet_format,
        words=phrases.headings_with(
            hours=LEAST_DRESSING_HOURS, number=site.emergency_number
        ),
        clinic_name=site.name,
        clinic_address=site.address,
        clinic_phone=site.phone.as_national if site.phone else "",
        out_of_hours=site.out_of_hours,
        emergency_number=site.emergency_number,
        patient_name="Anne-Jorun Smith",
        patient_number="MC 000 000",
        site=phrases.shipped_site("achilles", Side.RIGHT),
        treated_on=phrases.date(timezone.localdate()),
        keep_until="13:45",
        visits=tuple(visit_of(each, phrases) for each in visits),
        calendar=calendar_text(visits),
        evaluation=phrases.word(
            "evaluation", date=phrases.date(visits[-1].booked_date)
        ),
        advice=phrases.advice,
        to_expect=phrases.lines("expect"),
        call_us=phrases.lines("call"),
        emergency=phrases.lines("emergency"),
        version=str(text),
        not_approved="" if text.is_approved else phrases.word("not_approved"),
    )


def _sample_visits(site: Site) -> list[TreatmentSession]:
    """Visits of nobody on day 3 and day 7, counted from today; never saved."""
    course, clinician = Course(site=site), User(title="Dr", family_name="Cooper")
    visits = []
    for protocol_day in (3, 7):
        day = timezone.localdate() + dt.timedelta(days=protocol_day)
        starts_at = dt.datetime.combine(day, dt.time(10, 20), tzinfo=site.zone)
        visits.append(
            TreatmentSession(
                pk=protocol_day,
                course=course,
                clinician=clinician,
                protocol_day=protocol_day,
                booked_date=day,
                starts_at=starts_at,
                ends_at=starts_at + dt.timedelta(minutes=20),
                status_at=starts_at,
            )
        )
    return visits


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
