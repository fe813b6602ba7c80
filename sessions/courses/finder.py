"""The course finder: on which days can somebody start, so that all visits fit? Pure.

A start day is offered when day 0 and every follow-up have a free place, follow-ups on
their own day or, where that is closed or full, on the nearest day inside the tolerance
(R13). A day that is passed over says which visit stood in the way, and why.

Free times come in as sets of minutes, from whoever knows the calendars.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Protocol

from protocols.dates import OutOfCalendar, follow_up_dates
from sessions.courses.visits import Visit
from sessions.schedule import minutes
from sessions.schedule.minutes import Minutes

GRID_MIN = 10
NOON = 12 * 60
_GRID = minutes.every(GRID_MIN)


class FreeTimes(Protocol):
    """When a clinician and the patient are both free, or why they never are."""

    def free(self, clinician_id: int, day: dt.date) -> Minutes: ...

    def why_none(self, clinician_ids: Collection[int], day: dt.date) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is looked for. Minutes are local; `window` holds for every visit.

    `clinician_ids` are those who may treat; with `same_clinician`, one does all of it.
    `starts_at` fixes day 0 to one minute of the day.
    """

    offsets: Sequence[int]
    tolerance_days: int
    duration_min: int
    clinician_ids: tuple[int, ...]
    same_clinician: bool = True
    weekdays: frozenset[int] = frozenset(range(7))
    window: Minutes = minutes.ALL
    starts_at: int | None = None


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A course that fits: its visits in order, day 0 first, each with its clinician."""

    visits: tuple[Visit, ...]

    @property
    def day_0(self) -> dt.date:
        return self.visits[0].on

    def true_day(self, visit: Visit) -> int:
        return (visit.on - self.day_0).days


@dataclass(frozen=True, kw_only=True)
class PassedOver:
    """A day on which no course can start, and why, to be read after the date."""

    day_0: dt.date
    why: str


@dataclass(frozen=True)
class _Place:
    """A day that a visit could have: how far off its own, and its starting minutes."""

    on: dt.date
    off: int
    starts: Minutes
    why_off: str = ""


# Who does day 0, and who may do the follow-ups.
_Team = tuple[int, tuple[int, ...]]


@dataclass(frozen=True)
class _Plan:
    """A team, the follow-ups' places, and a minute of the day for every visit."""

    team: _Team
    places: Sequence[_Place]
    at: tuple[int, ...]

    @property
    def rank(self) -> tuple[int, int, int]:
        """The best one comes first: on target, then close in time, then early."""
        return sum(place.off for place in self.places), _spread(self.at), self.at[0]


def courses_from(
    day: dt.date, until: dt.date, wish: Wish, calendars: FreeTimes
) -> Iterator[Offer | PassedOver]:
    """Give the best offer of each start day, or why there is none, from `day` on.

    Days of the week that were not asked for are left out without a word.
    """
    while day <= until:
        if day.weekday() in wish.weekdays:
            yield course_on(day, wish, calendars)
        day += dt.timedelta(days=1)


def course_on(day_0: dt.date, wish: Wish, calendars: FreeTimes) -> Offer | PassedOver:
    """Return the best offer of one start day: on target first, then close in time."""
    try:
        found = [_best_for(team, day_0, wish, calendars) for team in _teams(wish)]
        best = min(filter(None, found), key=lambda plan: plan.rank, default=None)
        if best:
            return Offer(visits=_visits(day_0, best, wish, calendars))
        why = _why_not(day_0, wish, calendars)
    except (OutOfCalendar, OverflowError):
        why = "the calendar ends before its follow-ups"
    return PassedOver(day_0=day_0, why=why)


def _teams(wish: Wish) -> list[_Team]:
    if wish.same_clinician:
        return [(key, (key,)) for key in wish.clinician_ids]
    return [(key, wish.clinician_ids) for key in wish.clinician_ids]


def _best_for(
    team: _Team, day_0: dt.date, wish: Wish, calendars: FreeTimes
) -> _Plan | None:
    first, others = team
    starts = _starts((first,), day_0, wish, calendars)
    if wish.starts_at is not None:
        starts &= 1 << wish.starts_at
    if not starts:
        return None
    targets = follow_up_dates(day_0, wish.offsets)
    choices = [_places(others, target, wish, calendars) for target in targets]
    for places in _nearest_first(day_0, choices):
        at = _closest_times(starts, [place.starts for place in places])
        if at is None:
            continue
        return _Plan(team, places, at)
    return None


def _starts(
    clinician_ids: Collection[int], day: dt.date, wish: Wish, calendars: FreeTimes
) -> Minutes:
    """The minutes at which a visit could begin with one of these clinicians."""
    grid = _GRID if wish.starts_at is None else _GRID | 1 << wish.starts_at
    found = minutes.NONE
    for key in clinician_ids:
        free = calendars.free(key, day) & wish.window
        found |= minutes.starts_for(free, wish.duration_min)
    return found & grid


def _places(
    clinician_ids: Collection[int], target: dt.date, wish: Wish, calendars: FreeTimes
) -> list[_Place]:
    """Return the days that a follow-up could have: its own, or else those nearby."""
    starts = _starts(clinician_ids, target, wish, calendars)
    if starts:
        return [_Place(target, 0, starts)]
    why_off = _why_none(clinician_ids, target, calendars)
    nearby = [
        (target + dt.timedelta(days=shift), abs(shift))
        for shift in _shifts(wish.tolerance_days)
    ]
    starts_nearby = [_starts(clinician_ids, on, wish, calendars) for on, _ in nearby]
    return [
        _Place(on, off, starts, why_off)
        for (on, off), starts in zip(nearby, starts_nearby, strict=True)
        if starts
    ]


def _shifts(tolerance_days: int) -> list[int]:
    """The days around one, the nearest first, and of two the earlier."""
    return [sign * days for days in range(1, tolerance_days + 1) for sign in (-1, 1)]


def _nearest_first(
    day_0: dt.date, choices: Sequence[Sequence[_Place]]
) -> Iterator[tuple[_Place, ...]]:
    """Give what the follow-ups could be together, in order of days, nearest first."""
    together = sorted(product(*choices), key=lambda places: sum(p.off for p in places))
    for places in together:
        days = [day_0, *(place.on for place in places)]
        if all(day < later for day, later in zip(days, days[1:], strict=False)):
            yield places


def _closest_times(
    starts: Minutes, others: Sequence[Minutes]
) -> tuple[int, ...] | None:
    """Return a time for each visit: the same for all, or else as close as can be."""
    same = starts
    for each in others:
        same &= each
    if same:
        return (minutes.first(same),) * (len(others) + 1)
    tries = (
        (at, *(minutes.nearest(each, at) for each in others))
        for at in minutes.each(starts)
    )
    return min(tries, key=lambda at: (_spread(at), at), default=None)


def _spread(at: Sequence[int]) -> int:
    """How many minutes the follow-ups are away from the time of day 0, together."""
    return sum(abs(each - at[0]) for each in at)


def _visits(
    day_0: dt.date, plan: _Plan, wish: Wish, calendars: FreeTimes
) -> tuple[Visit, ...]:
    (first, others), at = plan.team, plan.at
    visits = [
        Visit(protocol_day=0, on=day_0, at=minutes.time_of(at[0]), clinician_id=first)
    ]
    for offset, place, minute in zip(wish.offsets, plan.places, at[1:], strict=True):
        span = minutes.span(minute, minute + wish.duration_min)
        free = (k for k in (first, *others) if _has(calendars.free(k, place.on), span))
        visits.append(
            Visit(
                protocol_day=offset,
                on=place.on,
                at=minutes.time_of(minute),
                reason=place.why_off,
                clinician_id=next(free),
            )
        )
    return tuple(visits)


def _has(free: Minutes, span: Minutes) -> bool:
    return free & span == span


def _why_not(day_0: dt.date, wish: Wish, calendars: FreeTimes) -> str:
    """Say which visit has no place when a course starts on this day, and why."""
    if not _starts(wish.clinician_ids, day_0, wish, calendars):
        return calendars.why_none(wish.clinician_ids, day_0)
    targets = follow_up_dates(day_0, wish.offsets)
    for offset, target in zip(wish.offsets, targets, strict=True):
        if not _places(wish.clinician_ids, target, wish, calendars):
            return f"day {offset} is {_why_none(wish.clinician_ids, target, calendars)}"
    return "no clinician has a place on all three days"


def _why_none(
    clinician_ids: Collection[int], day: dt.date, calendars: FreeTimes
) -> str:
    return f"{day:%a %d-%b}: {calendars.why_none(clinician_ids, day)}"


def in_rooms(offer: Offer, rooms: Sequence[int | None]) -> Offer:
    """Return the offer with a room for each visit."""
    placed = (
        replace(visit, room_id=room)
        for visit, room in zip(offer.visits, rooms, strict=True)
    )
    return replace(offer, visits=tuple(placed))
