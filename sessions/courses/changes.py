"""The last change to a course, in words, while it can still be undone."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.dateparse import parse_datetime

from sessions.courses.actions.undoing import CAN_BE_UNDONE_FOR
from sessions.courses.models import Course, CourseChange, TreatmentSession

_FREES_A_TIME = (
    CourseChange.Kind.MOVED,
    CourseChange.Kind.SET_ASIDE,
    CourseChange.Kind.CANCELLED,
)


@dataclass(frozen=True)
class LastChange:
    """A change that nobody has built upon: what it did, and that it can be undone."""

    change: CourseChange
    words: str

    @property
    def freed_a_time(self) -> bool:
        return self.change.kind in _FREES_A_TIME


def last_change(course: Course, *, now: dt.datetime) -> LastChange | None:
    """Return the course's last change; None once it stands for good. One query."""
    change = (
        course.changes.filter(
            made_version=course.version,
            undone_at=None,
            made_at__gte=now - CAN_BE_UNDONE_FOR,
        )
        .select_related("made_by")
        .first()
    )
    if change is None or _was_built_upon(change, course):
        return None
    return LastChange(change, _in_words(change, course))


def _was_built_upon(change: CourseChange, course: Course) -> bool:
    closed_since = not course.is_open and change.kind != CourseChange.Kind.CANCELLED
    return closed_since or any(
        session.is_given and _before(change, session).get("status") != session.status
        for session in course.in_order
    )


def _before(change: CourseChange, session: TreatmentSession) -> dict[str, Any]:
    return change.before.get("sessions", {}).get(str(session.protocol_day), {})


def _in_words(change: CourseChange, course: Course) -> str:
    if change.kind == CourseChange.Kind.CANCELLED:
        return "Cancelled"
    if change.kind == CourseChange.Kind.SET_ASIDE:
        return "; ".join(_set_aside(change, course))
    if change.kind == CourseChange.Kind.BOOKED:
        return f"Booked: {', '.join(_when(each) for each in course.in_order)}"
    moved = [each for each in course.in_order if _is_elsewhere(change, each)]
    if not moved:
        return "Room or clinician changed"
    if moved[0].is_first:
        return f"Moved to {', '.join(_when(each) for each in moved)}"
    return "; ".join(f"{each.day_label} moved to {_when(each)}" for each in moved)


def _set_aside(change: CourseChange, course: Course) -> Iterator[str]:
    for session in course.in_order:
        if _before(change, session).get("status") != session.status:
            yield f"{session.day_label}: {session.get_status_display().lower()}"


def _is_elsewhere(change: CourseChange, session: TreatmentSession) -> bool:
    before = _before(change, session)
    return not before or (parse_datetime(before["starts_at"]), before["status"]) != (
        session.starts_at,
        session.status,
    )


def _when(session: TreatmentSession) -> str:
    return f"{session.starts_local:%a %d-%b %H:%M}"
