"""When a site is open and who works there: the timetable, and what it says of a day.

Pure: `timetable.py` fills it from the database. Everything is local wall-clock time.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol
from zoneinfo import ZoneInfo

from sessions.schedule import minutes
from sessions.schedule.minutes import Minutes

WEEKDAYS = (
    "Mondays",
    "Tuesdays",
    "Wednesdays",
    "Thursdays",
    "Fridays",
    "Saturdays",
    "Sundays",
)


# Days of clinicians that a timetable remembers: some 8 clinicians' next year.
_DAYS_KNOWN = 4096


class Holidays(Protocol):
    """Names public holidays, as the `holidays` library does."""

    def get(self, day: dt.date, /) -> str | None: ...


@dataclass(frozen=True, kw_only=True)
class Weekly:
    """Hours of one weekday, and the usual room of whoever works them."""

    weekday: int
    starts: dt.time
    ends: dt.time
    room_id: int | None = None

    @cached_property
    def minutes(self) -> Minutes:
        return minutes.between(self.starts, self.ends)


@dataclass(frozen=True, kw_only=True)
class OnDays:
    """Something that holds on each of these days: all day, or from `starts` on."""

    first_day: dt.date
    last_day: dt.date
    starts: dt.time | None = None
    ends: dt.time | None = None
    reason: str = ""
    room_id: int | None = None

    def covers(self, day: dt.date) -> bool:
        return self.first_day <= day <= self.last_day

    @cached_property
    def minutes(self) -> Minutes:
        if self.starts is None or self.ends is None:
            return minutes.ALL
        return minutes.between(self.starts, self.ends)


@dataclass(frozen=True, kw_only=True)
class RoomInUse:
    pk: int
    name: str


@dataclass(frozen=True, kw_only=True)
class Timetable:
    """One site's rooms and hours, and each clinician's hours there, by their keys."""

    site_id: int
    site_name: str
    zone: ZoneInfo
    rooms: tuple[RoomInUse, ...] = ()
    opening: tuple[Weekly, ...] = ()
    closures: tuple[OnDays, ...] = ()
    holidays: Holidays = field(default_factory=dict[dt.date, str])
    worked_holidays: frozenset[dt.date] = frozenset()
    working: Mapping[int, tuple[Weekly, ...]] = field(default_factory=dict)
    extra: Mapping[int, tuple[OnDays, ...]] = field(default_factory=dict)
    absences: Mapping[int, tuple[OnDays, ...]] = field(default_factory=dict)
    # Who has hours of their own at any site; the others work whenever one is open.
    have_hours: frozenset[int] = frozenset()
    # What `works_on` has found out: asked for again and again, and never changed.
    _known: dict[tuple[int, dt.date], Minutes] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def holiday(self, day: dt.date) -> str:
        """The public holiday that keeps the site closed; empty where none does."""
        return "" if day in self.worked_holidays else self.holidays.get(day) or ""

    def closed_all_day(self, day: dt.date) -> str:
        """Why nobody can be treated on a day: a holiday, a closure; empty if open."""
        whole = (c.reason for c in self.closures if c.covers(day) and c.starts is None)
        return self.holiday(day) or next(whole, "")

    def open_on(self, day: dt.date) -> Minutes:
        """When the site is open by its weekly hours, less closures."""
        if self.closed_all_day(day):
            return minutes.NONE
        return _weekly(self.opening, day) & ~self._closed_part(day)

    def _closed_part(self, day: dt.date) -> Minutes:
        closed = _on(self.closures, day)
        return closed | minutes.unclear(day, self.zone)

    def works_on(self, clinician_id: int, day: dt.date) -> Minutes:
        """When a clinician can be booked at this site on a day."""
        known = self._known.get((clinician_id, day))
        if known is None:
            if len(self._known) >= _DAYS_KNOWN:
                self._known.clear()
            known = self._known[clinician_id, day] = self._works_on(clinician_id, day)
        return known

    def _works_on(self, clinician_id: int, day: dt.date) -> Minutes:
        if self.closed_all_day(day):
            return minutes.NONE
        away = _on(self.absences.get(clinician_id, ()), day)
        return self._rostered(clinician_id, day) & ~away & ~self._closed_part(day)

    def _rostered(self, clinician_id: int, day: dt.date) -> Minutes:
        """A clinician's hours on a day before anything is taken off them."""
        weekly = _weekly(self.opening, day)
        if clinician_id in self.have_hours:
            weekly &= _weekly(self.working.get(clinician_id, ()), day)
        return weekly | _on(self.extra.get(clinician_id, ()), day)

    def usual_room(self, clinician_id: int | None, day: dt.date, at: int) -> int | None:
        """The room in which a clinician works at that minute of a day, as a rule."""
        key = clinician_id or 0
        extra = (each for each in self.extra.get(key, ()) if each.covers(day))
        own = self.working.get(key, ())
        weekly = (each for each in own if each.weekday == day.weekday())
        hours: Iterable[OnDays | Weekly] = (*extra, *weekly)
        return next((h.room_id for h in hours if h.minutes >> at & 1), None)

    def usual_rooms(self, day: dt.date, at: int) -> set[int | None]:
        """The rooms that somebody works in as a rule at that minute of a day."""
        keys = {*self.working, *self.extra}
        return {self.usual_room(key, day, at) for key in keys} - {None}

    def why_closed(self, day: dt.date) -> str:
        """Why the site sees nobody on a day, to be read after the date; or empty."""
        reason = self.closed_all_day(day)
        if reason:
            return f"closed, {reason}"
        if not _weekly(self.opening, day):
            return f"closed on {WEEKDAYS[day.weekday()]}"
        return "" if self.open_on(day) else self._why_closed_then(day)

    def _why_closed_then(self, day: dt.date) -> str:
        """Why all hours of a day are taken off although it is not closed as a whole."""
        reasons = (closure.reason for closure in self.closures if closure.covers(day))
        return f"closed, {next(reasons, 'the clocks change')}"

    def why_away(self, clinician_id: int, day: dt.date) -> str:
        """Why a clinician cannot be booked on a day at all; empty if they can."""
        if self.works_on(clinician_id, day):
            return ""
        if self.closed_all_day(day):
            return self.why_closed(day)
        away = [a for a in self.absences.get(clinician_id, ()) if a.covers(day)]
        if away:
            return f"away, {away[0].reason}" if away[0].reason else "away"
        if self._rostered(clinician_id, day):
            return self._why_closed_then(day)
        return self.why_closed(day) or f"not working on {WEEKDAYS[day.weekday()]}"


def _weekly(hours: Iterable[Weekly], day: dt.date) -> Minutes:
    found = minutes.NONE
    for each in hours:
        if each.weekday == day.weekday():
            found |= each.minutes
    return found


def _on(days: Iterable[OnDays], day: dt.date) -> Minutes:
    found = minutes.NONE
    for each in days:
        if each.covers(day):
            found |= each.minutes
    return found
