"""Put sessions into the calendar: checked behind the locks, then held by constraints.

What is refused says which visit, why, and the nearest three times that are free.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from mesoclinic.models import User
from mesoclinic.roles import Permission
from mesoclinic.vocabulary import Severity
from protocols.dates import assess_dates
from protocols.models import ProtocolVersion
from protocols.rules import Finding
from sessions.courses.conflicts import (
    Conflict,
    find_conflicts,
    free_near,
    refusal,
)
from sessions.courses.models import Course, TreatmentSession
from sessions.courses.visits import Visit, targets
from sessions.schedule.hours import Timetable
from sessions.schedule.timetable import timetable_of

Status = TreatmentSession.Status

# The columns that say where a session is in the calendar, and that it is.
PLACED = (
    "clinician",
    "room",
    "starts_at",
    "ends_at",
    "booked_date",
    "target_date",
    "off_target_reason",
    "overbooked_reason",
    "overbooked_at",
    "overbooked_by",
    "status",
    "status_reason",
    "status_at",
    "status_by",
    "sequence",
)


@dataclass(frozen=True, kw_only=True)
class Doing:
    """Who places sessions, when, and why they may go where somebody is already."""

    by: User
    now: dt.datetime
    overbooked_reason: str = ""


def check_visits(
    course: Course, visits: Sequence[Visit], *, changing: set[int], now: dt.datetime
) -> None:
    """Raise where a date cannot be, or stands off its target without a reason.

    `visits` are all of the course; only those in `changing` (protocol days) are being
    booked now.
    """
    for visit in visits:
        if visit.protocol_day in changing:
            _check_day(course, visit, now)
    wanted = {visit.field: visit for visit in visits}
    for finding in date_findings(course.protocol_version, visits):
        visit = wanted[finding.field]
        if finding.severity is Severity.BLOCK:
            near = _target(course, visits, visit)
            raise CannotBe(finding.reason, _looking_at(course, visit, near), now=now)
        if not visit.reason:
            raise ValidationError({f"{finding.field}_reason": f"{finding.reason} Why?"})


def _target(course: Course, visits: Sequence[Visit], visit: Visit) -> dt.date:
    offsets = course.protocol_version.follow_up_days
    return targets(visits[0].on, offsets)[visit.protocol_day]


def _check_day(course: Course, visit: Visit, now: dt.datetime) -> None:
    today = now.astimezone(course.site.zone).date()
    if visit.on >= max(today, course.patient.birth_date):
        return
    born_later = visit.on < course.patient.birth_date
    message = (
        "This is before the patient's birth." if born_later else "This day has passed."
    )
    raise CannotBe(message, _looking_at(course, visit, today), now=now)


def _looking_at(course: Course, visit: Visit, day: dt.date) -> TreatmentSession:
    """A session that is never saved: a visit on a day near which a time is looked for.

    Its clinician may be anybody: whose times are offered is all it is for.
    """
    session = TreatmentSession(
        course=course,
        patient=course.patient,
        site=course.site,
        clinician_id=visit.clinician_id or course.clinician_id,
        protocol_day=visit.protocol_day,
    )
    _set_moments(session, dt.datetime.combine(day, visit.at, course.site.zone))
    session.booked_date = day
    return session


def _set_moments(session: TreatmentSession, starts_at: dt.datetime) -> None:
    length = session.course.protocol_version.session_duration_min
    session.starts_at = starts_at
    session.ends_at = starts_at + dt.timedelta(minutes=length)


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


def team_of(clinician: User, visits: Sequence[Visit]) -> dict[int, User]:
    """Return everybody who treats on these visits, by key; mostly one."""
    keys = {visit.clinician_id or clinician.pk for visit in visits}
    others = keys - {clinician.pk}
    team = User.objects.in_bulk(others) if others else {}
    if len(team) < len(others):
        raise ValidationError({"clinician": "This person cannot be booked."})
    return {**team, clinician.pk: clinician}


def put(
    session: TreatmentSession, visit: Visit, target: dt.date, *, clinician: User
) -> None:
    """Set a session to where it is wanted; nothing is looked up or saved."""
    course = session.course
    session.clinician, session.room_id = clinician, visit.room_id
    try:
        session.starts_at, session.ends_at = visit.span(
            course.site.zone, course.protocol_version.session_duration_min
        )
    except ValueError as error:
        on = replace(visit, clinician_id=clinician.pk)
        raise CannotBe(str(error), _looking_at(course, on, visit.on)) from error
    session.booked_date, session.target_date = visit.on, target
    session.off_target_reason = visit.reason if visit.on != target else ""
    session.overbooked_reason = ""
    session.overbooked_at = session.overbooked_by = None


def refuse_what_has_passed(
    sessions: Sequence[TreatmentSession], *, now: dt.datetime
) -> None:
    """Raise for a time that is over; one that has begun can still be booked."""
    for session in sessions:
        if session.ends_at <= now:
            field = f"time_{session.protocol_day}"
            message = f"{session.starts_local:%H:%M} has passed."
            raise CannotBe(message, session, now=now, field=field)


class Refused(Exception):  # noqa: N818
    """A refusal that is put into words once the transaction is over.

    Finding the words, and what is free nearby, takes longer than booking: nobody
    should wait for that behind a lock.
    """

    def in_words(self) -> ValidationError:
        raise NotImplementedError


class Taken(ValidationError):  # noqa: N818  it says what the time is
    """A time is not free. A clinician may decide otherwise, if `can_be_overbooked`."""

    def __init__(self, error: ValidationError, *, can_be_overbooked: bool) -> None:
        super().__init__(error)
        self.can_be_overbooked = can_be_overbooked


class CannotBe(Refused):
    """A day or a time that cannot be, whoever is free then."""

    def __init__(
        self,
        message: str,
        session: TreatmentSession,
        *,
        now: dt.datetime | None = None,
        field: str = "",
    ) -> None:
        super().__init__(message)
        self.message, self.session = message, session
        self.now, self.field = now or timezone.now(), field

    def in_words(self) -> ValidationError:
        """What it is, and the nearest three times that are free."""
        field = self.field or f"day_{self.session.protocol_day}"
        free = ", ".join(self._free_times())
        nearby = f" Free: {free}." if free else ""
        return ValidationError({field: f"{self.message}{nearby}"})

    def _free_times(self) -> list[str]:
        session = self.session
        timetable = timetable_of(session.site_id)
        try:
            times = free_near(session, timetable, now=self.now)
        except (OverflowError, User.DoesNotExist):
            return []
        if times and " " not in times[0]:
            times[0] = f"{session.booked_date:%a %d-%b} {times[0]}"
        return times


class DoesNotFit(Refused):
    """Something stands in the way of these sessions."""

    def __init__(
        self,
        sessions: Sequence[TreatmentSession],
        *,
        now: dt.datetime,
        conflict: Conflict | None = None,
    ) -> None:
        super().__init__()
        self.sessions, self.now, self.conflict = sessions, now, conflict

    def in_words(self) -> ValidationError:
        """The first thing in the way, looking at everything that stands there."""
        timetable = timetable_of(self.sessions[0].site_id)
        found = find_conflicts(self.sessions, timetable, only_unseen=False)
        # Not what a clinician has decided to go past.
        conflicts = [each for each in found if not _is_gone_past(each)]
        # A room that is taken says less than whose time it is.
        conflict = next(iter(conflicts), None) or self.conflict
        if conflict is None:
            return ValidationError("This could not be booked. Try again.", code="taken")
        return Taken(
            _refusal(conflict, timetable, now=self.now),
            can_be_overbooked=all(each.can_be_overbooked for each in conflicts),
        )


def _refusal(
    conflict: Conflict, timetable: Timetable, *, now: dt.datetime
) -> ValidationError:
    try:
        return refusal(conflict, timetable, now=now)
    except OverflowError:  # at the end of the calendar there is nothing nearby
        return ValidationError({conflict.field: f"{conflict.why}."})


@contextmanager
def refusals_in_words() -> Iterator[None]:
    """Around an action's transaction: say what did not fit, once it is rolled back."""
    try:
        yield
    except Refused as found:
        raise found.in_words() from found


def settle(sessions: Sequence[TreatmentSession], doing: Doing) -> None:
    """Give each session a room, and refuse what does not fit; nothing is saved.

    Call it behind `lock_calendars`. A clinician may overbook with a reason: not a
    patient, not a day on which the site is closed, and it shows.
    """
    if doing.overbooked_reason and not doing.by.can(Permission.COURSE_OVERBOOK):
        raise ValidationError("Only a clinician can decide to overbook.")
    timetable = timetable_of(sessions[0].site_id)
    is_overbooking = doing.overbooked_reason or any(
        session.overbooked_reason for session in sessions
    )
    conflicts = find_conflicts(
        sessions, timetable, only_unseen=not is_overbooking, locking_rooms=True
    )
    for conflict in conflicts:
        if not _may_stand(conflict, doing):
            raise DoesNotFit(sessions, now=doing.now, conflict=conflict)


def _may_stand(conflict: Conflict, doing: Doing) -> bool:
    """Whether a clinician has decided, now or before, that it goes there anyway."""
    if conflict.can_be_overbooked and doing.overbooked_reason:
        _overbook(conflict.session, doing)
    return _is_gone_past(conflict)


def _is_gone_past(conflict: Conflict) -> bool:
    return conflict.can_be_overbooked and bool(conflict.session.overbooked_reason)


def _overbook(session: TreatmentSession, doing: Doing) -> None:
    session.overbooked_reason = doing.overbooked_reason
    session.overbooked_at, session.overbooked_by = doing.now, doing.by


def set_status(
    session: TreatmentSession,
    status: str,
    *,
    by: User,
    now: dt.datetime,
    reason: str = "",
) -> None:
    """Say what is to become of a session; nothing is saved."""
    session.status, session.status_reason = status, reason
    session.status_at, session.status_by = now, by
    session.sequence += 1


def save_places(
    sessions: Sequence[TreatmentSession],
    old_start: dict[int, dt.datetime],
    *,
    now: dt.datetime,
) -> None:
    """Write where sessions of one course are now; `old_start` by key is where from."""
    try:
        for session in _without_stepping_on_each_other(sessions, old_start):
            session.save(update_fields=PLACED)
    except IntegrityError as error:
        raise DoesNotFit(sessions, now=now) from error


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
