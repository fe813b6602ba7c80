"""What is not given: sessions set aside, courses cancelled, lost, closed (R15, R16)."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from mesoclinic import audit
from mesoclinic.errors import Stale
from mesoclinic.models import User
from sessions.courses.actions.placing import Status, set_status
from sessions.courses.actions.undoing import remember, state_of
from sessions.courses.models import Course, CourseChange, TreatmentSession

SET_ASIDE = ("status", "status_reason", "status_at", "status_by", "sequence")


@transaction.atomic
def set_aside(
    treatment_session: TreatmentSession,
    *,
    by: User,
    status: str,
    reason: str = "",
    now: dt.datetime | None = None,
) -> TreatmentSession:
    """Record that a session is not given, and why it is not (R15).

    A first session can only be missed, and its follow-ups fall away with it: they
    count from a day 0 that was (R14). Moving the course books them all again.
    """
    now = now or timezone.now()
    course = Course.objects.locked().get(pk=treatment_session.course_id)
    session = next(s for s in course.in_order if s.pk == treatment_session.pk)
    _check_may_be_set_aside(session, status)
    before = state_of(course)
    _set_aside(session, status, by=by, now=now, reason=reason)
    if session.is_first:
        _cancel_booked(course, by=by, now=now, reason="Day 0 did not take place")
    _count_up(course)
    remember(course, CourseChange.Kind.SET_ASIDE, before=before, by=by, now=now)
    audit.record(
        "session.set_aside",
        session,
        by=by,
        patient_id=session.patient_id,
        status=str(status),
    )
    return session


def _check_may_be_set_aside(session: TreatmentSession, status: str) -> None:
    if not session.is_booked:
        raise ValidationError("This session is not booked any more.")
    if status not in TreatmentSession.NOT_GIVEN:
        raise ValidationError({"status": "Choose why it is not given."})
    if session.is_first and status != Status.MISSED:
        raise ValidationError({"status": "Day 0 can only be missed. Move it instead."})


@transaction.atomic
def cancel(
    course: Course,
    *,
    by: User,
    version: int,
    reason: str = "",
    now: dt.datetime | None = None,
) -> Course:
    """Call off a whole course before day 0 was given; its times are free again.

    Sent twice, it is called off once.
    """
    now = now or timezone.now()
    course = Course.objects.locked().get(pk=course.pk)
    if course.closed_as == Course.Closed.CANCELLED:
        return course
    if course.version != version:
        raise Stale({}, version=course.version)
    if not course.is_open:
        raise ValidationError("This course is closed already.")
    if course.has_started:
        raise ValidationError(
            "Day 0 was given. Say of each follow-up why it is not given instead."
        )
    before = state_of(course)
    _cancel_booked(course, by=by, now=now, reason=reason)
    _count_up(course)
    close(course, by=by, closed_as=Course.Closed.CANCELLED, reason=reason, now=now)
    remember(course, CourseChange.Kind.CANCELLED, before=before, by=by, now=now)
    audit.record("course.cancelled", course, by=by, patient_id=course.patient_id)
    return course


def _cancel_booked(course: Course, *, by: User, now: dt.datetime, reason: str) -> None:
    for session in course.in_order:
        if session.is_booked:
            _set_aside(session, Status.CANCELLED, by=by, now=now, reason=reason)


def _set_aside(
    session: TreatmentSession, status: str, *, by: User, now: dt.datetime, reason: str
) -> None:
    set_status(session, status, by=by, now=now, reason=reason)
    session.save(update_fields=SET_ASIDE)


def _count_up(course: Course) -> None:
    course.version += 1
    course.save(update_fields=["version"])


@transaction.atomic
def close_as_lost(
    course: Course, *, by: User, reason: str, now: dt.datetime | None = None
) -> Course:
    """Close a course that was never evaluated, with the reason (R16)."""
    course = Course.objects.select_for_update().get(pk=course.pk)
    if not course.is_open:
        raise ValidationError("This course is closed already.")
    if course.sessions.filter(status=Status.BOOKED).exists():
        raise ValidationError("There are booked sessions. Set them aside first.")
    close(course, by=by, closed_as=Course.Closed.LOST, reason=reason, now=now)
    audit.record("course.lost", course, by=by, patient_id=course.patient_id)
    return course


def close(
    course: Course,
    *,
    by: User,
    closed_as: str,
    reason: str = "",
    now: dt.datetime | None = None,
) -> None:
    """Write the closing of a course; part of the actions that close one."""
    course.closed_as, course.closed_reason = closed_as, reason
    course.closed_at, course.closed_by = now or timezone.now(), by
    course.save(update_fields=["closed_as", "closed_reason", "closed_at", "closed_by"])
