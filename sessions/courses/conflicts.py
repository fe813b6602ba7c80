"""What stands in the way of a session, in words, and what is free near it."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from django.core.exceptions import ValidationError

from sessions.courses.calendars import Calendars
from sessions.courses.models import TreatmentSession
from sessions.courses.neighbours import Elsewhere, Neighbour, Place, neighbours
from sessions.courses.rooms import choose_room, free_rooms
from sessions.schedule import minutes
from sessions.schedule.hours import Timetable

NEAREST = 3
# How many days on, where the wanted one has no time left.
_DAYS_ON = 14
_GRID = minutes.every(10)


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """One session that does not fit, and why: a sentence without its end."""

    session: TreatmentSession
    why: str
    can_be_overbooked: bool = True

    @property
    def field(self) -> str:
        """The form field of the visit that it is about."""
        return f"day_{self.session.protocol_day}"


def find_conflicts(
    sessions: Sequence[TreatmentSession],
    timetable: Timetable,
    *,
    only_unseen: bool,
    locking_rooms: bool = False,
) -> Iterator[Conflict]:
    """Give what stands in the way of each; sessions without a room get a free one.

    With `only_unseen`, what the database refuses by itself is left to it: people's
    plain sessions. It does not see hours, nor those that were overbooked on purpose.
    """
    places = [_place(session) for session in sessions]
    found = neighbours(
        timetable,
        places,
        but_course=sessions[0].course_id,
        elsewhere=Elsewhere.OVERBOOKED if only_unseen else Elsewhere.EVERYBODY,
        locking_rooms=locking_rooms,
    )
    for session, place, around in zip(sessions, places, found, strict=True):
        rooms = {each.room_id for each in around}
        people = [n for n in around if n.is_overbooked or not only_unseen]
        room_id = choose_room(timetable, place, rooms) if timetable.rooms else None
        yield from _with_the_patient(session, people)
        conflict = (
            _against_hours(session, timetable)
            or _with_the_clinician(session, people)
            or _without_a_room(session, room_id, timetable)
        )
        session.room_id = room_id or session.room_id
        if conflict:
            yield conflict


def _place(session: TreatmentSession) -> Place:
    return Place(
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        clinician_id=session.clinician_id,
        patient_id=session.patient_id,
        room_id=session.room_id,
    )


def _when(session: TreatmentSession) -> str:
    return f"on {session.starts_local:%a %d-%b-%Y} at {session.starts_local:%H:%M}"


def _with_the_patient(
    session: TreatmentSession, people: Sequence[Neighbour]
) -> Iterator[Conflict]:
    if any(each.patient_id == session.patient_id for each in people):
        why = f"The patient has another session {_when(session)}"
        yield Conflict(session=session, why=why, can_be_overbooked=False)


def _with_the_clinician(
    session: TreatmentSession, people: Sequence[Neighbour]
) -> Conflict | None:
    if all(each.clinician_id != session.clinician_id for each in people):
        return None
    who = session.clinician.short_name
    return Conflict(session=session, why=f"{who} has another session {_when(session)}")


def _against_hours(session: TreatmentSession, timetable: Timetable) -> Conflict | None:
    day, span = session.booked_date, _span(session)
    who = session.clinician.short_name
    closed = timetable.closed_all_day(day)
    if closed:
        why = f"{timetable.site_name} is closed on {day:%a %d-%b-%Y}: {closed}"
        return Conflict(session=session, why=why, can_be_overbooked=False)
    works = timetable.works_on(session.clinician_id, day)
    if works & span == span:
        return None
    away = timetable.why_away(session.clinician_id, day)
    if away:
        why = f"{who} cannot be booked on {day:%a %d-%b-%Y}: {away}"
    else:
        hours = ", ".join(_clock(*each) for each in minutes.spans(works))
        why = f"{who} does not work {_when(session)}: hours that day are {hours}"
    return Conflict(session=session, why=why)


def _clock(starts: int, ends: int) -> str:
    return f"{starts // 60:02}:{starts % 60:02}–{ends // 60:02}:{ends % 60:02}"


def _span(session: TreatmentSession) -> minutes.Minutes:
    moments = [(session.starts_at, session.ends_at)]
    return minutes.of_moments(moments, on=session.booked_date, zone=session.zone)


def _without_a_room(
    session: TreatmentSession, room_id: int | None, timetable: Timetable
) -> Conflict | None:
    if room_id is not None or not timetable.rooms:
        return None
    names = {room.pk: room.name for room in timetable.rooms}
    if session.room_id is None:
        return Conflict(session=session, why=f"No room is free {_when(session)}")
    if session.room_id not in names:
        why = f"This room is not one of {timetable.site_name}"
        return Conflict(session=session, why=why, can_be_overbooked=False)
    why = f"{names[session.room_id]} is taken {_when(session)}"
    return Conflict(session=session, why=why)


def refusal(
    conflict: Conflict, timetable: Timetable, *, now: dt.datetime
) -> ValidationError:
    """Say what stands in the way at the field, with the nearest three free times."""
    free = ", ".join(free_near(conflict.session, timetable, now=now))
    nearby = f"Free nearby: {free}." if free else "Nothing is free in the next 14 days."
    return ValidationError({conflict.field: f"{conflict.why}. {nearby}"}, code="taken")


def free_near(
    session: TreatmentSession, timetable: Timetable, *, now: dt.datetime
) -> list[str]:
    """Return the three free times nearest to a session's: that day's, then later ones.

    Free for the clinician, the patient and a room: `10:40`, `Wed 25-Nov 09:00`.
    """
    calendars = Calendars(
        timetable,
        clinicians={session.clinician_id: session.clinician.short_name},
        patient_id=session.patient_id,
        but_course=session.course_id,
        now=now,
    )
    found: list[str] = []
    for shift in range(_DAYS_ON + 1):
        day = session.booked_date + dt.timedelta(days=shift)
        starts = islice(_free_starts(session, calendars, day), NEAREST - len(found))
        name = f"{day:%a %d-%b} " if shift else ""
        found += [f"{name}{minutes.time_of(at):%H:%M}" for at in sorted(starts)]
        if len(found) == NEAREST:
            break
    return found


def _free_starts(
    session: TreatmentSession, calendars: Calendars, day: dt.date
) -> Iterator[int]:
    """Give the starts of a day at which there is also a room, the nearest first."""
    length = (session.ends_at - session.starts_at) // dt.timedelta(minutes=1)
    free = calendars.free(session.clinician_id, day)
    starts = minutes.starts_for(free, length) & _GRID
    wanted = minutes.minute_of(session.starts_local.time())
    tries = sorted(minutes.each(starts), key=lambda minute: abs(minute - wanted))
    yield from _with_a_room(tries[:20], session, calendars, day)


def _with_a_room(
    tries: Sequence[int], session: TreatmentSession, calendars: Calendars, day: dt.date
) -> Iterator[int]:
    timetable = calendars.timetable
    length = session.ends_at - session.starts_at
    starts = [
        dt.datetime.combine(day, minutes.time_of(minute), timetable.zone)
        for minute in tries
    ]
    places = [
        Place(
            clinician_id=session.clinician_id, starts_at=start, ends_at=start + length
        )
        for start in starts
    ]
    rooms = free_rooms(timetable, places, but_course=session.course_id)
    for minute, room in zip(tries, rooms, strict=True):
        if room is not None or not timetable.rooms:
            yield minute
