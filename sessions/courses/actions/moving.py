"""Move what is not given yet of a course: together, or not at all (R14)."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from mesoclinic import audit
from mesoclinic.errors import Stale
from mesoclinic.models import User
from sessions.courses.actions.placing import (
    Doing,
    Status,
    check_visits,
    put,
    refusals_in_words,
    refuse_what_has_passed,
    save_places,
    set_status,
    settle,
    team_of,
)
from sessions.courses.actions.undoing import remember, state_of
from sessions.courses.actions.waiting import close_wish_of
from sessions.courses.locks import lock_calendars
from sessions.courses.models import Course, CourseChange, TreatmentSession
from sessions.courses.visits import Visit, targets

_Seen = TypeVar("_Seen")


def move(
    course: Course,
    *,
    by: User,
    version: int,
    visits: Sequence[Visit],
    clinician: User,
    overbooked_reason: str = "",
    now: dt.datetime | None = None,
) -> Course:
    """Move the sessions that are not given yet: all of them, or none (R14).

    `visits` has one entry per session; entries of given sessions are ignored. One
    that was set aside and gets another date or time is booked again. The same form
    sent twice moves once.
    """
    doing = Doing(by=by, now=now or timezone.now(), overbooked_reason=overbooked_reason)
    visits = [replace(v, clinician_id=v.clinician_id or clinician.pk) for v in visits]
    with refusals_in_words():
        return _move(course, version, visits, clinician, doing)


def try_move(
    course: Course, *, look: Callable[[Course], _Seen], **moving: Any
) -> _Seen:
    """Move, look at the course as it then is, and take it all back.

    Raises what `move` raises.
    """
    with transaction.atomic():
        seen = look(move(course, **moving))
        transaction.set_rollback(True)
    return seen


@transaction.atomic
def _move(
    course: Course,
    version: int,
    visits: Sequence[Visit],
    clinician: User,
    doing: Doing,
) -> Course:
    team = team_of(clinician, visits)
    clinicians = {*team, course.clinician_id}
    lock_calendars(clinicians=clinicians, patient=course.patient)
    course = Course.objects.locked().get(pk=course.pk)
    if _was_just_moved_so(course, version, visits, doing.by):
        return course
    _check_may_move(course, version, team)
    before, day_0 = state_of(course), course.day_0
    wanted = _with_given_as_given(course, visits)
    moved = [s for s in course.in_order if s.is_booked or not _stands(s, wanted)]
    changing = {s.protocol_day for s in moved if not _stands(s, wanted)}
    _check_day_0(course, changing)
    check_visits(course, list(wanted.values()), changing=changing, now=doing.now)
    _write_moves(course, wanted, moved, team, clinician, doing)
    if course.day_0 < day_0:
        close_wish_of(course, by=doing.by, now=doing.now)
    remember(course, CourseChange.Kind.MOVED, before=before, by=doing.by, now=doing.now)
    audit.record(
        "course.moved",
        course,
        by=doing.by,
        patient_id=course.patient_id,
        moved={f"day {day}": wanted[day].on.isoformat() for day in changing},
        overbooked=bool(doing.overbooked_reason),
    )
    return course


def _was_just_moved_so(
    course: Course, version: int, visits: Sequence[Visit], by: User
) -> bool:
    """Whether the same person has just made this very move: a button pressed twice."""
    if course.version != version + 1 or not course.is_open:
        return False
    last = course.changes.filter(made_version=course.version, undone_at=None).first()
    if not (last and last.kind == CourseChange.Kind.MOVED and last.made_by_id == by.pk):
        return False
    wanted = {visit.protocol_day: visit for visit in visits}
    return all(
        session.is_given
        or (
            session.is_booked
            and _stands(session, wanted)
            and session.clinician_id == wanted[session.protocol_day].clinician_id
        )
        for session in course.in_order
    )


def _check_may_move(course: Course, version: int, team: dict[int, User]) -> None:
    if course.version != version:
        raise Stale(_stored_places(course), version=course.version)
    if not course.is_open:
        raise ValidationError("This course is closed.")
    if not all(clinician.can_be_booked for clinician in team.values()):
        raise ValidationError({"clinician": "This person cannot be booked."})


def _check_day_0(course: Course, changing: set[int]) -> None:
    first = course.first_session
    if not (first.is_given or first.is_booked or 0 in changing):
        raise ValidationError({"day_0": "Day 0 did not take place. Give it a new day."})


def _stored_places(course: Course) -> dict[str, Any]:
    """Where the visits are now, by the form's fields."""
    places: dict[str, Any] = {"clinician": course.clinician}
    for session in course.in_order:
        places[f"day_{session.protocol_day}"] = session.date
        places[f"time_{session.protocol_day}"] = session.starts_local.time()
    return places


def _with_given_as_given(course: Course, visits: Sequence[Visit]) -> dict[int, Visit]:
    """The wanted visits, with what is given put back where it was given."""
    wanted = {visit.protocol_day: visit for visit in visits}
    for session in course.in_order:
        if session.is_given:
            wanted[session.protocol_day] = Visit(
                protocol_day=session.protocol_day,
                on=session.date,
                at=session.starts_local.time(),
                reason=session.off_target_reason or "given",
            )
    return wanted


def _stands(session: TreatmentSession, wanted: dict[int, Visit]) -> bool:
    """Whether the session is where it is wanted already, or given for good.

    What fell away with a day 0 that was missed comes back with it, also to its place.
    """
    visit, start = wanted[session.protocol_day], session.starts_local
    if session.status == Status.CANCELLED:
        return False
    return session.is_given or (start.date(), start.time()) == (visit.on, visit.at)


def _write_moves(
    course: Course,
    wanted: dict[int, Visit],
    moved: Sequence[TreatmentSession],
    team: dict[int, User],
    clinician: User,
    doing: Doing,
) -> None:
    target = targets(wanted[0].on, course.protocol_version.follow_up_days)
    old_start = {session.pk: session.starts_at for session in moved}
    changed = [s for s in moved if _put(s, wanted, target, team, clinician)]
    for session in moved:
        set_status(session, Status.BOOKED, by=doing.by, now=doing.now)
    if changed:
        refuse_what_has_passed(changed, now=doing.now)
        settle(changed, doing)
    save_places(moved, old_start, now=doing.now)
    course.clinician = clinician
    course.version += 1
    course.save(update_fields=["clinician", "version"])


def _put(
    session: TreatmentSession,
    wanted: dict[int, Visit],
    target: dict[int, dt.date],
    team: dict[int, User],
    clinician: User,
) -> bool:
    """Set a session to where it is wanted; whether it was somewhere else before.

    One that stays where it is keeps its room, and why it was overbooked.
    """
    visit, day = wanted[session.protocol_day], session.protocol_day
    treats = team[visit.clinician_id or clinician.pk]
    stays = _stands(session, wanted) and session.is_booked
    room_id = visit.room_id or (session.room_id if stays else None)
    if stays and (session.clinician_id, session.room_id) == (treats.pk, room_id):
        session.target_date = target[day]
        session.off_target_reason = visit.reason if visit.on != target[day] else ""
        return False
    put(session, replace(visit, room_id=room_id), target[day], clinician=treats)
    return True
