"""Book a course: day 0 and its follow-ups together, or nothing."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from mesoclinic import audit
from mesoclinic.models import User
from mesoclinic.vocabulary import Side
from patients.actions import register
from patients.models import Patient
from protocols.models import Indication, ProtocolVersion
from sessions.courses.actions.placing import (
    DoesNotFit,
    Doing,
    Refused,
    Status,
    check_visits,
    put,
    refusals_in_words,
    refuse_what_has_passed,
    set_status,
    settle,
    team_of,
)
from sessions.courses.actions.undoing import remember
from sessions.courses.locks import calendars_lock
from sessions.courses.models import Course, CourseChange, TreatmentSession
from sessions.courses.visits import Visit, targets
from sessions.schedule.models import Site


def book(
    *,
    by: User,
    patient: Patient,
    indication: Indication,
    side: Side,
    clinician: User,
    site: Site,
    visits: Sequence[Visit],
    early_reason: str = "",
    overbooked_reason: str = "",
    submission: UUID | None = None,
    now: dt.datetime | None = None,
) -> Course:
    """Book day 0 and its follow-ups together, or nothing.

    Raises ValidationError, naming the visit, when a time is not free or a rule stands
    against it. The same form sent twice books once.
    """
    course = Course(
        patient=patient,
        indication=indication,
        side=side,
        clinician=clinician,
        site=site,
        protocol_version=_version_for(indication),
        early_reason=early_reason,
        booked_by=by,
        submission=submission,
    )
    doing = Doing(by=by, now=now or timezone.now(), overbooked_reason=overbooked_reason)
    with refusals_in_words():
        try:
            return _book(course, visits, doing)
        except (Refused, ValidationError, IntegrityError):
            # Sent twice, it is the first one that stands in the way.
            existing = _booked_by(submission)
            if existing is None:
                raise
            return existing


@transaction.atomic
def book_newcomer(
    *, by: User, details: dict[str, Any], registration: UUID | None, **booking: Any
) -> Course:
    """Register somebody and book their first course: both, or nothing.

    `details` and `registration` are what registering takes, `booking` what `book` does.
    """
    patient = register(by=by, submission=registration, **details)
    return book(by=by, patient=patient, **booking)


def _booked_by(submission: UUID | None) -> Course | None:
    if submission is None:
        return None
    return Course.objects.filter(submission=submission).first()


def _version_for(indication: Indication) -> ProtocolVersion:
    if indication.is_retired:
        raise ValidationError(
            {"indication": "This indication is retired and starts no new course."}
        )
    version = indication.protocol.current
    if version is None:
        raise ValidationError(
            {"indication": "Its protocol has no published version. Ask an admin."}
        )
    return version


@transaction.atomic
def _book(course: Course, visits: Sequence[Visit], doing: Doing) -> Course:
    team = team_of(course.clinician, visits)
    _check_course(course, team)
    _check_days(course, visits)
    _lock_and_check_the_last_course(course, team)
    check_visits(
        course, visits, changing={v.protocol_day for v in visits}, now=doing.now
    )
    target = targets(visits[0].on, course.protocol_version.follow_up_days)
    sessions = [_session(course, v, target[v.protocol_day], team) for v in visits]
    for session in sessions:
        set_status(session, Status.BOOKED, by=doing.by, now=doing.now)
    refuse_what_has_passed(sessions, now=doing.now)
    settle(sessions, doing)
    _insert(course, sessions, doing)
    remember(course, CourseChange.Kind.BOOKED, before={}, by=doing.by, now=doing.now)
    audit.record(
        "course.booked",
        course,
        by=doing.by,
        patient_id=course.patient_id,
        visits=[visit.on.isoformat() for visit in visits],
        overbooked=bool(doing.overbooked_reason),
    )
    return course


def _session(
    course: Course, visit: Visit, target: dt.date, team: dict[int, User]
) -> TreatmentSession:
    session = TreatmentSession(
        course=course,
        patient=course.patient,
        site=course.site,
        protocol_day=visit.protocol_day,
    )
    clinician = team[visit.clinician_id or course.clinician_id]
    put(session, visit, target, clinician=clinician)
    return session


def _insert(course: Course, sessions: Sequence[TreatmentSession], doing: Doing) -> None:
    course.save(force_insert=True)
    for session in sessions:
        session.course = course  # which has its key only now
    try:
        TreatmentSession.objects.bulk_create(sessions)
    except IntegrityError as error:
        raise DoesNotFit(sessions, now=doing.now) from error


def _check_course(course: Course, team: dict[int, User]) -> None:
    if not all(clinician.can_be_booked for clinician in team.values()):
        raise ValidationError({"clinician": "This person cannot be booked."})
    if course.indication.has_side == (course.side == Side.NONE):
        raise ValidationError(
            {"side": "Choose the side: left, right or both."}
            if course.indication.has_side
            else {"side": "This indication has no side."}
        )


def _lock_and_check_the_last_course(course: Course, team: Iterable[int]) -> None:
    lock = calendars_lock(clinicians=team, patient=course.patient)
    ended = Course.objects.how_the_last_one_ended(course, lock=lock)
    if ended not in (None, Course.Closed.EVALUATED) and not course.early_reason:
        raise ValidationError(
            {
                "early_reason": "The last course of this indication and side was not "
                "evaluated. Evaluate it first, or say why this one starts."
            }
        )


def _check_days(course: Course, visits: Sequence[Visit]) -> None:
    """Raise where a version with other days was published since the form was shown."""
    days = (0, *course.protocol_version.follow_up_days)
    if tuple(visit.protocol_day for visit in visits) != days:
        first, second = days[1:]
        raise ValidationError(
            f"The protocol was changed meanwhile: follow-ups are now on day {first} "
            f"and day {second}. Book again with the new dates."
        )
