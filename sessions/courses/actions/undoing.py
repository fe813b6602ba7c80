"""Undo: every change to a course can be taken back for ten minutes, but not what was
given.

Each change keeps how the course was before it. To undo is to put that back, through
the same checks as any booking: a time that somebody else took meanwhile stays theirs.
"""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from mesoclinic import audit
from mesoclinic.models import User
from sessions.courses.actions.placing import (
    Doing,
    Status,
    refusals_in_words,
    save_places,
    set_status,
    settle,
)
from sessions.courses.locks import lock_calendars
from sessions.courses.models import Course, CourseChange, TreatmentSession

CAN_BE_UNDONE_FOR = dt.timedelta(minutes=10)


def state_of(course: Course) -> dict[str, Any]:
    """Return what a change may change, as plain values for `CourseChange.before`."""
    return {
        "clinician": course.clinician_id,
        "sessions": {str(s.protocol_day): _place(s) for s in course.in_order},
    }


def _place(session: TreatmentSession) -> dict[str, Any]:
    return {
        "clinician": session.clinician_id,
        "room": session.room_id,
        "starts_at": session.starts_at.isoformat(),
        "ends_at": session.ends_at.isoformat(),
        "booked_date": session.booked_date.isoformat(),
        "target_date": session.target_date.isoformat(),
        "off_target_reason": session.off_target_reason,
        "status": session.status,
        "status_reason": session.status_reason,
        "overbooked_reason": session.overbooked_reason,
        "overbooked_at": session.overbooked_at and session.overbooked_at.isoformat(),
        "overbooked_by": session.overbooked_by_id,
    }


def remember(
    course: Course,
    kind: str,
    *,
    before: dict[str, Any],
    by: User,
    now: dt.datetime,
) -> None:
    """Keep how the course was; the last step of a change before its audit entry."""
    CourseChange.objects.create(
        course=course,
        kind=kind,
        before=before,
        made_version=course.version,
        made_at=now,
        made_by=by,
    )


def undo(change: CourseChange, *, by: User, now: dt.datetime | None = None) -> Course:
    """Put a course back to how it was before its last change."""
    with refusals_in_words():
        return _undo(change, by, now or timezone.now())


@transaction.atomic
def _undo(change: CourseChange, by: User, now: dt.datetime) -> Course:
    _lock(change)
    course = Course.objects.locked().get(pk=change.course_id)
    change = CourseChange.objects.select_for_update().get(pk=change.pk)
    _check_may_be_undone(change, course, now)
    changed = [s for s in course.in_order if not s.is_given]
    _put_back(course, change, changed, Doing(by=by, now=now))
    change.undone_at, change.undone_by = now, by
    change.save(update_fields=["undone_at", "undone_by"])
    audit.record(
        "course.change_undone",
        course,
        by=by,
        patient_id=course.patient_id,
        change=str(change.kind),
    )
    return course


def _lock(change: CourseChange) -> None:
    """Hold the calendars of both states, as for any booking."""
    course = change.course
    clinicians = {session.clinician_id for session in course.in_order}
    for place in change.before.get("sessions", {}).values():
        clinicians.add(place["clinician"])
    lock_calendars(clinicians=clinicians, patient=course.patient)


def _check_may_be_undone(
    change: CourseChange, course: Course, now: dt.datetime
) -> None:
    if change.undone_at:
        raise ValidationError("This is undone already.")
    if now - change.made_at > CAN_BE_UNDONE_FOR:
        raise ValidationError(
            "This can be undone for ten minutes only. Move it instead."
        )
    if course.version != change.made_version:
        raise ValidationError("Something else was changed since, so this stands.")
    if not course.is_open and change.kind != CourseChange.Kind.CANCELLED:
        raise ValidationError("The course was closed since, so this stands.")
    before = change.before.get("sessions", {})
    for session in course.in_order:
        was = before.get(str(session.protocol_day), {}).get("status")
        if session.is_given and was != Status.GIVEN:
            raise ValidationError(f"{session.day_label} has been given since.")


def _put_back(
    course: Course,
    change: CourseChange,
    sessions: list[TreatmentSession],
    doing: Doing,
) -> None:
    before = change.before.get("sessions", {})
    old_start = {session.pk: session.starts_at for session in sessions}
    for session in sessions:
        place = before.get(str(session.protocol_day))
        if place is None:
            set_status(session, Status.CANCELLED, by=doing.by, now=doing.now)
        else:
            _restore(session, place, doing)
    occupying = [s for s in sessions if s.status in TreatmentSession.OCCUPYING]
    if occupying:
        settle(occupying, doing)
    leaving = [session for session in sessions if session not in occupying]
    save_places([*leaving, *occupying], old_start, now=doing.now)
    _reopen(course, change, doing)


def _restore(session: TreatmentSession, place: dict[str, Any], doing: Doing) -> None:
    session.clinician_id, session.room_id = place["clinician"], place["room"]
    for name in ("starts_at", "ends_at"):
        setattr(session, name, parse_datetime(place[name]))
    for name in ("booked_date", "target_date"):
        setattr(session, name, parse_date(place[name]))
    session.off_target_reason = place["off_target_reason"]
    session.overbooked_reason = place["overbooked_reason"]
    session.overbooked_at = parse_datetime(place["overbooked_at"] or "")
    session.overbooked_by_id = place["overbooked_by"]
    set_status(
        session,
        place["status"],
        by=doing.by,
        now=doing.now,
        reason=place["status_reason"],
    )


def _reopen(course: Course, change: CourseChange, doing: Doing) -> None:
    course.clinician_id = change.before.get("clinician", course.clinician_id)
    course.version += 1
    _wish_again(course, change)
    if change.kind == CourseChange.Kind.BOOKED:
        course.closed_as, course.closed_reason = Course.Closed.CANCELLED, "Undone"
        course.closed_at, course.closed_by = doing.now, doing.by
    elif change.kind == CourseChange.Kind.CANCELLED:
        course.closed_as, course.closed_reason = Course.Closed.NOT_YET, ""
        course.closed_at = course.closed_by = None
    course.save(
        update_fields=[
            "clinician",
            "version",
            "closed_as",
            "closed_reason",
            "closed_at",
            "closed_by",
        ]
    )


def _wish_again(course: Course, change: CourseChange) -> None:
    """Put back on the waiting list who left it by this very move."""
    if not course.earlier_wishes.filter(closed_at=None).exists():
        ended = course.earlier_wishes.filter(closed_at=change.made_at)
        ended.update(closed_at=None, closed_by=None)
