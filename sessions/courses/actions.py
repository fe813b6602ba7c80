"""Book a course, move it, set a session aside, close what was lost."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from mesoclinic import audit
from mesoclinic.errors import Stale
from mesoclinic.models import User
from mesoclinic.vocabulary import Severity, Side
from patients.models import Patient
from protocols.dates import assess_dates
from protocols.models import Indication, ProtocolVersion
from protocols.rules import Finding
from sessions.courses.conflicts import taken
from sessions.courses.locks import lock_calendars
from sessions.courses.models import Course, TreatmentSession
from sessions.courses.visits import Visit, targets
from sessions.schedule.models import Site

Status = TreatmentSession.Status

# The columns that say where a session is in the calendar.
PLACED = (
    "clinician",
    "starts_at",
    "ends_at",
    "booked_date",
    "target_date",
    "off_target_reason",
    "status",
    "status_reason",
    "status_at",
    "status_by",
)


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
    submission: UUID | None = None,
    now: dt.datetime | None = None,
) -> Course:
    """Book day 0 and its follow-ups together, or nothing.

    Raises ValidationError, naming the visit, when a time is taken or a rule stands
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
    return _book(course, visits, now or timezone.now())


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
def _book(course: Course, visits: Sequence[Visit], now: dt.datetime) -> Course:
    lock_calendars(clinicians=[course.clinician], patient=course.patient)
    # Only now: sent twice at once, the second waits here for the first.
    existing = _booked_by(course.submission)
    if existing:
        return existing
    _check_course(course)
    _check_days(course, visits)
    _check_visits(course, visits, changing={v.protocol_day for v in visits}, now=now)
    course.save(force_insert=True)
    target = targets(visits[0].on, course.protocol_version.follow_up_days)
    sessions = [_session(course, v, target[v.protocol_day], now) for v in visits]
    try:
        with transaction.atomic():
            TreatmentSession.objects.bulk_create(sessions)
    except IntegrityError as error:
        raise taken(sessions, error) from error
    audit.record(
        "course.booked",
        course,
        by=course.booked_by,
        patient_id=course.patient_id,
        visits=[visit.on.isoformat() for visit in visits],
    )
    return course


def _check_course(course: Course) -> None:
    if not course.clinician.can_be_booked:
        raise ValidationError({"clinician": "This person cannot be booked."})
    if course.indication.has_side == (course.side == Side.NONE):
        raise ValidationError(
            {"side": "Choose the side: left, right or both."}
            if course.indication.has_side
            else {"side": "This indication has no side."}
        )
    last = Course.objects.before(course)
    if last and last.closed_as != Course.Closed.EVALUATED and not course.early_reason:
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


def _check_visits(
    course: Course, visits: Sequence[Visit], *, changing: set[int], now: dt.datetime
) -> None:
    """Raise where a date cannot be, or stands off its target without a reason.

    `visits` are all of the course; only those in `changing` (protocol days) are being
    booked now.
    """
    today = now.astimezone(course.site.zone).date()
    for visit in visits:
        if visit.protocol_day in changing:
            _check_day(visit, today=today, born=course.patient.birth_date)
    reasons = {visit.field: visit.reason for visit in visits}
    for finding in date_findings(course.protocol_version, visits):
        if finding.severity is Severity.BLOCK:
            raise ValidationError({finding.field: finding.reason})
        if not reasons[finding.field]:
            raise ValidationError({f"{finding.field}_reason": f"{finding.reason} Why?"})


def _check_day(visit: Visit, *, today: dt.date, born: dt.date) -> None:
    if visit.on < born:
        raise ValidationError({visit.field: "This is before the patient's birth."})
    if visit.on < today:
        raise ValidationError({visit.field: "This day has passed."})


def date_findings(
    version: ProtocolVersion, visits: Sequence[Visit]
) -> tuple[Finding, ...]:
    """What R12 and R13 say about these dates."""
    return assess_dates(
        visits[0].on,
        [visit.on for visit in visits[1:]],
        offsets=version.follow_up_days,
        tolerance_days=version.tolerance_days,
    )


def _session(
    course: Course, visit: Visit, target: dt.date, now: dt.datetime
) -> TreatmentSession:
    session = TreatmentSession(
        course=course, patient=course.patient, protocol_day=visit.protocol_day
    )
    _place(session, visit, target, clinician=course.clinician)
    _set_status(session, Status.BOOKED, by=course.booked_by, now=now)
    return session


def _place(
    session: TreatmentSession, visit: Visit, target: dt.date, *, clinician: User
) -> None:
    course = session.course
    try:
        session.starts_at, session.ends_at = visit.span(
            course.site.zone, course.protocol_version.session_duration_min
        )
    except ValueError as error:
        raise ValidationError({visit.field: str(error)}) from error
    session.clinician = clinician
    session.booked_date, session.target_date = visit.on, target
    session.off_target_reason = visit.reason if visit.on != target else ""


def _set_status(
    session: TreatmentSession,
    status: str,
    *,
    by: User,
    now: dt.datetime,
    reason: str = "",
) -> None:
    session.status, session.status_reason = status, reason
    session.status_at, session.status_by = now, by


@transaction.atomic
def move(
    course: Course,
    *,
    by: User,
    version: int,
    visits: Sequence[Visit],
    clinician: User,
    now: dt.datetime | None = None,
) -> Course:
    """Move the sessions that are not given yet: all of them, or none (R14).

    `visits` has one entry per session; entries of given sessions are ignored. One
    that was set aside and gets another date or time is booked again.
    """
    now = now or timezone.now()
    lock_calendars(clinicians=[course.clinician, clinician], patient=course.patient)
    course = Course.objects.select_for_update(of=["self"]).listed().get(pk=course.pk)
    if course.version != version:
        raise Stale(_stored_places(course), version=course.version)
    if not course.is_open:
        raise ValidationError("This course is closed.")
    if not clinician.can_be_booked:
        raise ValidationError({"clinician": "This person cannot be booked."})
    wanted = _with_given_as_given(course, visits)
    target = targets(wanted[0].on, course.protocol_version.follow_up_days)
    moved = [s for s in course.in_order if s.is_booked or not _stands(s, wanted)]
    changing = {s.protocol_day for s in moved if not _stands(s, wanted)}
    _check_visits(course, list(wanted.values()), changing=changing, now=now)
    _write_moves(course, wanted, target, moved, clinician=clinician, by=by, now=now)
    audit.record(
        "course.moved",
        course,
        by=by,
        patient_id=course.patient_id,
        moved={f"day {day}": wanted[day].on.isoformat() for day in changing},
    )
    return course


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
    """Whether the session is where it is wanted already, or given for good."""
    visit, start = wanted[session.protocol_day], session.starts_local
    return session.is_given or (start.date(), start.time()) == (visit.on, visit.at)


def _write_moves(
    course: Course,
    wanted: dict[int, Visit],
    target: dict[int, dt.date],
    moved: Sequence[TreatmentSession],
    *,
    clinician: User,
    by: User,
    now: dt.datetime,
) -> None:
    old_start = {session.pk: session.starts_at for session in moved}
    for session in moved:
        _place(
            session,
            wanted[session.protocol_day],
            target[session.protocol_day],
            clinician=clinician,
        )
        _set_status(session, Status.BOOKED, by=by, now=now)
    try:
        with transaction.atomic():
            for session in _without_stepping_on_each_other(moved, old_start):
                session.save(update_fields=PLACED)
    except IntegrityError as error:
        raise taken(moved, error) from error
    course.clinician, course.version = clinician, course.version + 1
    course.save(update_fields=["clinician", "version"])


def _without_stepping_on_each_other(
    sessions: Sequence[TreatmentSession], old_start: dict[int, dt.datetime]
) -> list[TreatmentSession]:
    """Order writes so that no session takes a time another one still has to leave.

    Dates stay in the protocol's order, so what moves later only meets what also moves
    later: last first. What moves earlier goes first first.
    """
    later = [s for s in sessions if s.starts_at > old_start[s.pk]]
    earlier = [s for s in sessions if s.starts_at <= old_start[s.pk]]
    return [*reversed(later), *earlier]


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

    A first session can only be missed: without it there is no course.
    """
    session = (
        TreatmentSession.objects.select_for_update(of=["self"])
        .select_related("course")
        .get(pk=treatment_session.pk)
    )
    if not session.is_booked:
        raise ValidationError("This session is not booked any more.")
    if status not in TreatmentSession.NOT_GIVEN:
        raise ValidationError({"status": "Choose why it is not given."})
    if session.is_first and status != Status.MISSED:
        raise ValidationError({"status": "Day 0 can only be missed. Move it instead."})
    _set_status(session, status, by=by, now=now or timezone.now(), reason=reason)
    session.save(update_fields=["status", "status_reason", "status_at", "status_by"])
    audit.record(
        "session.set_aside",
        session,
        by=by,
        patient_id=session.patient_id,
        status=str(status),
    )
    return session


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
