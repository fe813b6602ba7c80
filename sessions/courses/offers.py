"""The course finder over the database: what to look for, and the offers with rooms."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from mesoclinic.models import User
from patients.models import Patient
from protocols.models import ProtocolVersion
from sessions.courses import finder
from sessions.courses.calendars import Calendars
from sessions.courses.finder import Offer, PassedOver, Wish
from sessions.courses.models import Course
from sessions.courses.neighbours import Place
from sessions.courses.rooms import free_rooms
from sessions.schedule import minutes
from sessions.schedule.hours import Timetable

OFFERS = 10
# How far ahead is looked: a clinic that is full for half a year needs another answer.
HORIZON = dt.timedelta(days=180)
# A day on which every room is taken whenever somebody is free is passed over then.
_TRIES_FOR_A_ROOM = 24


@dataclass(frozen=True, kw_only=True)
class Search:
    """What somebody at the desk asks for. An empty choice means any."""

    patient: Patient | None
    version: ProtocolVersion
    clinicians: Sequence[User]
    earliest: dt.date
    latest: dt.date | None = None
    room_id: int | None = None
    same_clinician: bool = True
    weekdays: frozenset[int] = frozenset(range(7))
    window: minutes.Minutes = minutes.ALL
    starts_at: dt.time | None = None
    moving: Course | None = None

    def wish(self) -> Wish:
        at = self.starts_at
        return Wish(
            offsets=self.version.follow_up_days,
            tolerance_days=self.version.tolerance_days,
            duration_min=self.version.session_duration_min,
            clinician_ids=tuple(clinician.pk for clinician in self.clinicians),
            same_clinician=self.same_clinician,
            weekdays=self.weekdays or frozenset(range(7)),
            window=self.window,
            starts_at=None if at is None else minutes.minute_of(at),
        )


@dataclass
class Found:
    """The first courses that fit, and the days before the last of them that do not."""

    offers: list[Offer] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)


def find_courses(
    search: Search, timetable: Timetable, *, now: dt.datetime, count: int = OFFERS
) -> Found:
    """Return the first `count` courses from the earliest day on, one per start day."""
    calendars = calendars_for(search, timetable, now=now)
    wish = search.wish()
    first = max(search.earliest, calendars.now.date())
    last = search.latest or first + HORIZON
    found = Found()
    if not wish.clinician_ids:
        return found
    results = finder.courses_from(first, last, wish, calendars)
    waiting: list[Offer | PassedOver] = []
    for result in results:
        waiting.append(result)
        if _offers_in(waiting) + len(found.offers) < count:
            continue
        _settle(found, waiting, search, wish, calendars, count=count)
        waiting = []
        if len(found.offers) >= count:
            return found
    _settle(found, waiting, search, wish, calendars, count=count)
    return found


def calendars_for(
    search: Search, timetable: Timetable, *, now: dt.datetime
) -> Calendars:
    return Calendars(
        timetable,
        clinicians={each.pk: each.short_name for each in search.clinicians},
        patient_id=search.patient.pk if search.patient else None,
        but_course=search.moving.pk if search.moving else None,
        now=now,
    )


def _offers_in(results: Collection[Offer | PassedOver]) -> int:
    return sum(isinstance(result, Offer) for result in results)


def _settle(
    found: Found,
    results: Sequence[Offer | PassedOver],
    search: Search,
    wish: Wish,
    calendars: Calendars,
    *,
    count: int,
) -> None:
    """Give rooms to the offers; where there is none, look again on that day."""
    offers = [result for result in results if isinstance(result, Offer)]
    roomed = dict(zip(offers, _with_rooms(offers, search, calendars), strict=True))
    for result in results:
        if isinstance(result, Offer):
            settled = roomed[result] or _again(result.day_0, search, wish, calendars)
        else:
            settled = result
        if len(found.offers) >= count:
            return
        if isinstance(settled, Offer):
            found.offers.append(settled)
        else:
            found.passed_over.append(settled)


def _with_rooms(
    offers: Sequence[Offer], search: Search, calendars: Calendars
) -> list[Offer | None]:
    """Return each offer with its rooms, None where one of them is missing."""
    timetable = calendars.timetable
    if not timetable.rooms:
        return list(offers)
    wanted = [w for offer in offers for w in _wanted(offer, search, timetable)]
    but_course = search.moving.pk if search.moving else None
    rooms = iter(free_rooms(timetable, wanted, but_course=but_course))
    return [_in_rooms(offer, rooms, search, calendars) for offer in offers]


def _wanted(offer: Offer, search: Search, timetable: Timetable) -> Iterator[Place]:
    for visit in offer.visits:
        starts, ends = visit.span(timetable.zone, search.version.session_duration_min)
        yield Place(
            clinician_id=visit.clinician_id,
            starts_at=starts,
            ends_at=ends,
            room_id=search.room_id,
        )


def _in_rooms(
    offer: Offer, rooms: Iterator[int | None], search: Search, calendars: Calendars
) -> Offer | None:
    found = [next(rooms) for _ in offer.visits]
    if None not in found:
        return finder.in_rooms(offer, found)
    length = search.version.session_duration_min
    for visit, room in zip(offer.visits, found, strict=True):
        if room is None:
            at = minutes.minute_of(visit.at)
            calendars.block(visit.on, minutes.span(at, at + length))
    return None


def _again(
    day_0: dt.date, search: Search, wish: Wish, calendars: Calendars
) -> Offer | PassedOver:
    """Look for another time on a day on which the best one had no room."""
    for _ in range(_TRIES_FOR_A_ROOM):
        result = finder.course_on(day_0, wish, calendars)
        if isinstance(result, PassedOver):
            break
        [settled] = _with_rooms([result], search, calendars)
        if settled:
            return settled
    return PassedOver(day_0=day_0, why="no room is free when somebody is")
