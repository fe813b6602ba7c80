"""Courses and sessions by the million: calendars as full as a busy clinic's.

Each clinician gives 34 courses a week, spread so that every weekday comes to 85 % of
the places, follow-ups included. A follow-up that falls on a weekend, when the sites
are closed, is moved as reception would move it: to the Friday or the Monday beside.
"""

import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

COURSES = (
    "id patient indication side protocol_version clinician site early_reason booked_at "
    "booked_by closed_as closed_at closed_by closed_reason version"
)
SESSIONS = (
    "id course patient clinician site room protocol_day starts_at ends_at booked_date "
    "target_date given_date off_target_reason overbooked_reason status status_reason "
    "status_at status_by sequence"
)
EVALUATIONS = (
    "course pain_then pain_now range_of_motion stiffness pain_relief judgement note "
    "evaluated_at evaluated_by"
)

# Monday to Friday: two shifts, with time to eat in between.
SHIFTS = ((dt.time(8, 30), dt.time(12, 30)), (dt.time(13, 30), dt.time(17, 30)))
OPENS, CLOSES = dt.time(8), dt.time(18)
WEEKDAYS = range(5)

FULL = 0.85
WEEKS_AHEAD = 13  # after the current one: 90 days from any weekday
# First sessions of a day, of its places in use. Monday's third session of a course is
# on the next Monday, its second on Thursday; Friday is filled by others' second ones.
FIRST_SESSIONS = (1 / 3, 1 / 2, 1 / 2, 1 / 3, 0)

_SATURDAY, _DAY = 5, dt.timedelta(days=1)
_MISSED = 0.03


class Person(NamedTuple):
    """A clinician's keys: own, of the site and of the room."""

    clinician: int
    site: int
    room: int


class Visit(NamedTuple):
    protocol_day: int
    on: dt.date
    target: dt.date
    place: int


class Placed(NamedTuple):
    """One course: its key, which is its patient's, and its visits."""

    key: int
    person: Person
    visits: list[Visit]


@dataclass(frozen=True, kw_only=True)
class Clinic:
    """What all courses share."""

    now: dt.datetime
    zone: ZoneInfo
    version: int
    duration_min: int
    offsets: tuple[int, ...]
    indications: list[tuple[int, bool]]  # key, and whether it has a side
    reception: int
    people: list[Person]
    patients: int

    @property
    def today(self) -> dt.date:
        return self.now.astimezone(self.zone).date()

    @property
    def places(self) -> list[dt.timedelta]:
        """When a clinician's sessions begin, from midnight on."""
        length = dt.timedelta(minutes=self.duration_min)
        found = []
        for starts, ends in SHIFTS:
            at = dt.timedelta(hours=starts.hour, minutes=starts.minute)
            while at + length <= dt.timedelta(hours=ends.hour, minutes=ends.minute):
                found.append(at)
                at += length
        return found


def placed(clinic: Clinic) -> Iterator[Placed]:
    """Every patient's course. The same clinic gives the same courses each time."""
    everybody = len(clinic.people)
    for number, person in enumerate(clinic.people):
        keys = range(clinic.patients - number, 0, -everybody)
        yield from _calendar(clinic, person, keys)


def _calendar(clinic: Clinic, person: Person, keys: range) -> Iterator[Placed]:
    """One clinician's courses, from the last week that is full back into the past."""
    chance = random.Random(person.clinician)  # noqa: S311
    places = len(clinic.places)
    free: dict[dt.date, list[int]] = {}
    firsts = [share * FULL * places for share in FIRST_SESSIONS]
    monday = clinic.today - clinic.today.weekday() * _DAY
    monday += (_weeks_ahead(len(keys), sum(firsts)) - 1) * 7 * _DAY
    left = iter(keys)
    key = next(left, None)
    while key is not None:
        for weekday in reversed(WEEKDAYS):
            for _ in range(int(firsts[weekday] + chance.random())):
                visits = _visits(clinic, monday + weekday * _DAY, free, chance, places)
                if visits and key is not None:
                    yield Placed(key, person, visits)
                    key = next(left, None)
        monday -= 7 * _DAY


def _weeks_ahead(courses: int, a_week: float) -> int:
    """Weeks to fill from now on: three months where as much lies behind, else half."""
    weeks = int(courses / a_week)
    return min(WEEKS_AHEAD + 1, weeks // 2)


def _visits(
    clinic: Clinic,
    day_0: dt.date,
    free: dict[dt.date, list[int]],
    chance: random.Random,
    places: int,
) -> list[Visit]:
    """The visits of a course that begins on this day; none where one has no place."""
    targets = [(day, day_0 + day * _DAY) for day in (0, *clinic.offsets)]
    days = [(day, _open_day(target), target) for day, target in targets]
    for _, on, _ in days:
        if on not in free:
            free[on] = chance.sample(range(places), places)
    if not all(free[on] for _, on, _ in days):
        return []
    return [Visit(day, on, target, free[on].pop()) for day, on, target in days]


def _open_day(target: dt.date) -> dt.date:
    beyond = target.weekday() - _SATURDAY
    if beyond < 0:
        return target
    return target + _DAY if beyond else target - _DAY


# --- Rows ------------------------------------------------------------------------


def _moments(clinic: Clinic) -> Callable[[dt.date, int], tuple[Any, Any]]:
    """Give start and end, in UTC, of a place on a day."""
    places = clinic.places
    length = dt.timedelta(minutes=clinic.duration_min)

    @cache
    def moments(on: dt.date, place: int) -> tuple[dt.datetime, dt.datetime]:
        midnight = dt.datetime.combine(on, dt.time())
        local = (midnight + places[place]).replace(tzinfo=clinic.zone)
        start = local.astimezone(dt.UTC)
        return start, start + length

    return moments


def _booked_at(course: Placed, clinic: Clinic) -> dt.datetime:
    """Some days before the first visit, at noon; before now in any case."""
    before = course.visits[0].on - (3 + course.key % 20) * _DAY
    noon = dt.datetime.combine(before, dt.time(12), dt.UTC)
    return min(noon, clinic.now - _DAY)


def _closed_at(course: Placed, clinic: Clinic) -> dt.datetime | None:
    """A week after its last visit; None while that is to come."""
    on = course.visits[-1].on + 7 * _DAY
    noon = dt.datetime.combine(on, dt.time(12), dt.UTC)
    return noon if noon < clinic.now else None


def courses(clinic: Clinic) -> Iterator[tuple[Any, ...]]:
    """Rows of COURSES."""
    for course in placed(clinic):
        indication, has_side = clinic.indications[course.key % len(clinic.indications)]
        side = ("left", "right")[course.key % 2] if has_side else "none"
        closed = _closed_at(course, clinic)
        clinician, site, _ = course.person
        yield (
            course.key,
            course.key,
            indication,
            side,
            clinic.version,
            clinician,
            site,
            "",
            _booked_at(course, clinic),
            clinic.reception,
            "evaluated" if closed else "",
            closed,
            clinician if closed else None,
            "",
            1,
        )


def sessions(clinic: Clinic) -> Iterator[tuple[Any, ...]]:
    """Rows of SESSIONS: what has ended was given, but for a few who did not come."""
    chance = random.Random(20261123)  # noqa: S311
    moments = _moments(clinic)
    keys = count(1)
    for course in placed(clinic):
        clinician, site, room = course.person
        for visit in course.visits:
            starts, ends = moments(visit.on, visit.place)
            moved = "" if visit.on == visit.target else "Closed on that day."
            status, at, by = "booked", _booked_at(course, clinic), clinic.reception
            if ends <= clinic.now:
                came = not visit.protocol_day or chance.random() > _MISSED
                status, at, by = "given" if came else "missed", ends, clinician
            yield (
                next(keys),
                course.key,
                course.key,
                clinician,
                site,
                room,
                visit.protocol_day,
                starts,
                ends,
                visit.on,
                visit.target,
                visit.on if status == "given" else None,
                moved,
                "",
                status,
                "",
                at,
                by,
                0,
            )


def evaluations(clinic: Clinic) -> Iterator[tuple[Any, ...]]:
    """Rows of EVALUATIONS: one for each course that is closed."""
    chance = random.Random(20261124)  # noqa: S311
    for course in placed(clinic):
        closed = _closed_at(course, clinic)
        if closed is None:
            continue
        before = chance.randrange(4, 10)
        after = min(10, max(0, before - chance.randrange(-1, 7)))
        helped = before - after
        judgement = "yes" if helped >= 3 else "partly" if helped > 0 else "no"
        yield (
            course.key,
            before,
            after,
            "better" if helped > 0 else "same",
            "better" if helped > 2 else "same",
            "better" if helped > 0 else "same",
            judgement,
            "",
            closed,
            course.person.clinician,
        )
