"""What to say when the database refused an overlap: who, when, and a way on."""

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import ValidationError

from sessions.courses.models import TreatmentSession
from sessions.courses.visits import nearest_free


def taken(sessions: Sequence[TreatmentSession], error: Exception) -> ValidationError:
    """Say which visit is taken, by whom, and what is free nearby."""
    for session in sessions:
        overlapping = _overlapping(session)
        if overlapping:
            who = _who_is_taken(session, overlapping)
            free = ", ".join(_free_times(session)) or "none within eight hours"
            start = session.starts_local
            return ValidationError(
                {
                    f"day_{session.protocol_day}": (
                        f"{who} has another session on {start:%a %d-%b-%Y} at "
                        f"{start:%H:%M}. Free nearby: {free}."
                    )
                },
                code="taken",
            )
    return ValidationError(f"This could not be booked: {error}", code="taken")


def _others(session: TreatmentSession) -> "list[TreatmentSession]":
    """Sessions near this one that its clinician or its patient is in."""
    around = dt.timedelta(hours=9)
    near = TreatmentSession.objects.filter(
        status__in=TreatmentSession.OCCUPYING,
        starts_at__gt=session.starts_at - around,
        starts_at__lt=session.ends_at + around,
    ).exclude(course=session.course_id)
    return list(
        near.filter(clinician=session.clinician) | near.filter(patient=session.patient)
    )


def _overlapping(session: TreatmentSession) -> list[TreatmentSession]:
    return [
        other
        for other in _others(session)
        if other.starts_at < session.ends_at and session.starts_at < other.ends_at
    ]


def _who_is_taken(
    session: TreatmentSession, overlapping: Sequence[TreatmentSession]
) -> str:
    if any(other.clinician_id == session.clinician_id for other in overlapping):
        return session.clinician.short_name
    return "The patient"


def _free_times(session: TreatmentSession) -> list[str]:
    busy = [(other.starts_at, other.ends_at) for other in _others(session)]
    spans = nearest_free((session.starts_at, session.ends_at), busy)
    return [f"{start.astimezone(session.zone):%H:%M}" for start, _ in spans]
