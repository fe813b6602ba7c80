"""What the clinic page draws: each site's week, what closes it next, who is away.

It asks the database nothing: timetables hold everything already.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sessions.schedule import minutes
from sessions.schedule.hours import OnDays, Timetable, Weekly
from sessions.schedule.minutes import Minutes
from sessions.schedule.models import WEEKDAYS
from sessions.schedule.spans import span_words

SHOWN = 6
LOOKED_AHEAD = 366

# What a bar shows at least: six in the morning to nine at night.
BAR_FROM, BAR_TO = 6 * 60, 21 * 60


@dataclass(frozen=True)
class Bar:
    """One run of minutes, as x and width of a drawing one minute to the unit."""

    starts: int
    length: int


@dataclass(frozen=True)
class Cell:
    """The hours of one weekday: as text, as bars, and what of it does not count."""

    weekday: str
    spans: tuple[str, ...]
    bars: tuple[Bar, ...]
    rooms: str = ""
    outside: tuple[str, ...] = ()


@dataclass(frozen=True)
class WeekRow:
    """Somebody's week at a site; no cells for who works whenever it is open."""

    name: str
    pk: int | None = None
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Closed:
    """Days on which a site is closed, wholly or in part."""

    first_day: dt.date
    last_day: dt.date
    words: str
    hours: str = ""
    is_holiday: bool = False


@dataclass(frozen=True)
class Week:
    """A site's hours and everybody's there, with the edges of the drawing."""

    rows: tuple[WeekRow, ...]
    left: int
    width: int


def week_of(timetable: Timetable, clinicians: Iterable[tuple[int, str]]) -> Week:
    """Return the week of a site: its hours, then those of who works there."""
    opening = [_on(timetable.opening, day) for day in range(7)]
    site = WeekRow("Open", None, tuple(_cells(timetable.opening, opening, {})))
    rooms = {room.pk: room.name for room in timetable.rooms}
    rows = [site]
    for pk, name in clinicians:
        own = timetable.working.get(pk, ())
        if own:
            rows.append(WeekRow(name, pk, tuple(_cells(own, opening, rooms))))
        elif pk not in timetable.have_hours:
            rows.append(WeekRow(name, pk))
    left, right = _edges(rows)
    return Week(tuple(rows), left, right - left)


def _cells(
    hours: Sequence[Weekly], opening: Sequence[Minutes], rooms: dict[int, str]
) -> Iterator[Cell]:
    for weekday, name in enumerate(WEEKDAYS):
        own = _on(hours, weekday)
        there = [each for each in hours if each.weekday == weekday]
        named = (rooms.get(each.room_id or 0, "") for each in there)
        yield Cell(
            weekday=name,
            spans=tuple(span_words((each.starts, each.ends)) for each in there),
            bars=tuple(Bar(a, b - a) for a, b in minutes.spans(own)),
            rooms=", ".join(dict.fromkeys(filter(None, named))),
            outside=tuple(_words(own & ~opening[weekday])),
        )


def _on(hours: Iterable[Weekly], weekday: int) -> Minutes:
    found = minutes.NONE
    for each in hours:
        if each.weekday == weekday:
            found |= each.minutes
    return found


def _words(of: Minutes) -> Iterator[str]:
    for starts, ends in minutes.spans(of):
        # A set that reaches midnight ends with the last minute that can be written.
        last = min(ends, minutes.DAY - 1)
        yield span_words((minutes.time_of(starts), minutes.time_of(last)))


def _edges(rows: Iterable[WeekRow]) -> tuple[int, int]:
    bars = [bar for row in rows for cell in row.cells for bar in cell.bars]
    first = min((bar.starts for bar in bars), default=BAR_FROM)
    last = max((bar.starts + bar.length for bar in bars), default=BAR_TO)
    return min(first, BAR_FROM), max(last, BAR_TO)


def closed_next(timetable: Timetable, today: dt.date) -> list[Closed]:
    """Return the next days on which a site is closed, the nearest first."""
    closures = [_closure(each) for each in timetable.closures if each.last_day >= today]
    holidays = islice(_holidays(timetable, today), SHOWN)
    return sorted([*closures, *holidays], key=lambda each: each.first_day)[:SHOWN]


def _closure(closure: OnDays) -> Closed:
    hours = ""
    if closure.starts is not None and closure.ends is not None:
        hours = span_words((closure.starts, closure.ends))
    return Closed(closure.first_day, closure.last_day, closure.reason, hours)


def _holidays(timetable: Timetable, today: dt.date) -> Iterator[Closed]:
    for ahead in range(LOOKED_AHEAD):
        day = today + dt.timedelta(days=ahead)
        name = timetable.holiday(day)
        if name:
            yield Closed(day, day, name, is_holiday=True)
