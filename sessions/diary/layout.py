"""A day as a table: which cell stands where, and how many rows it takes. Pure.

Every column is filled from the first row to the last: visits, free times, what is
closed, and gaps too short for a visit. A row is ten minutes; what begins in between
stands in the row it begins in, and never over its neighbour.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sessions.schedule import minutes
from sessions.schedule.hours import OnDays, Timetable
from sessions.schedule.minutes import Minutes

STEP = 10  # minutes in a row
# A break of at most this long, around noon, is called lunch.
_LUNCH_MOST = 120
_NOON = range(11 * 60, 14 * 60)


class Booked(Protocol):
    """What the layout needs to know of a visit."""

    @property
    def starts_at(self) -> dt.datetime: ...
    @property
    def ends_at(self) -> dt.datetime: ...


@dataclass(slots=True)
class Cell:
    """A cell of a column: `visits` has several where somebody was overbooked."""

    kind: str  # visit, free, closed, gap
    starts: int  # minute of the day
    ends: int
    word: str = ""
    visits: list["Placed"] = field(default_factory=list)
    rows: int = 1


@dataclass(slots=True)
class Placed:
    """A visit and the minutes of the local day that it takes."""

    visit: Any  # what was placed, for whoever draws it
    starts: int
    ends: int

    @property
    def minutes(self) -> Minutes:
        return minutes.span(self.starts, self.ends)


@dataclass(slots=True)
class Column:
    """What goes into one column: its visits, its hours and where one can be booked."""

    visits: Sequence[Placed]
    works: Minutes
    why_not: Callable[[int, int], str]
    bookable: Minutes = minutes.ALL
    after: int = 0  # no free time is offered before this minute

    @property
    def busy(self) -> Minutes:
        taken = minutes.NONE
        for each in self.visits:
            taken |= each.minutes
        return taken


def placed(visit: Booked, timetable: Timetable) -> Placed:
    """Say which minutes of its local day a visit takes: at least one."""
    starts = minutes.minute_of(visit.starts_at.astimezone(timetable.zone).time())
    length = int((visit.ends_at - visit.starts_at).total_seconds() // 60)
    return Placed(visit, starts, min(starts + max(length, 1), minutes.DAY))


def rows_of(columns: Iterable[Column], opening: Minutes) -> range:
    """Return the first minutes of the day's rows: what is open, worked or booked."""
    shown = opening
    for column in columns:
        shown |= column.works | column.busy
    if not shown:
        return range(0)
    first = minutes.first(shown) // STEP * STEP
    return range(first, -(-shown.bit_length() // STEP) * STEP, STEP)


def cells_of(column: Column, rows: range, usual_min: int) -> dict[int, Cell]:
    """Return a column's cells by the number of the row they begin in, without holes."""
    shut = minutes.span(rows.start, rows.stop) & ~column.works & ~column.busy
    cells = [
        *_visit_cells(column.visits),
        *free_cells(column, rows, usual_min),
        *_closed_cells(column, shut),
    ]
    return _stacked(sorted(cells, key=lambda cell: cell.starts), rows)


def _visit_cells(visits: Sequence[Placed]) -> list[Cell]:
    cells: list[Cell] = []
    for each in sorted(visits, key=lambda one: (one.starts, one.ends)):
        if cells and each.starts < cells[-1].ends:
            cells[-1].visits.append(each)
            cells[-1].ends = max(cells[-1].ends, each.ends)
        else:
            cells.append(Cell("visit", each.starts, each.ends, visits=[each]))
    return cells


def free_cells(column: Column, rows: range, usual_min: int) -> list[Cell]:
    """Offer each free run one visit after the other, so that none is cut up."""
    cells = []
    free = minutes.span(rows.start, rows.stop) & column.works & ~column.busy
    for starts, ends in minutes.spans(free):
        at = starts
        while at + usual_min <= ends:
            if at < column.after:
                at += usual_min
            elif column.bookable >> at & 1:
                cells.append(Cell("free", at, at + usual_min))
                at += usual_min
            else:
                at += STEP
    return cells


def _closed_cells(column: Column, closed: Minutes) -> list[Cell]:
    return [
        Cell("closed", starts, ends, word=column.why_not(starts, ends))
        for starts, ends in minutes.spans(closed)
    ]


def _stacked(cells: list[Cell], rows: range) -> dict[int, Cell]:
    """Give each cell its rows. A visit has one at least; the rest gives way."""
    stacked: dict[int, Cell] = {}
    used = 0
    for cell in cells:
        begins = max((cell.starts - rows.start) // STEP, used)
        ends = min((cell.ends - rows.start) // STEP, len(rows))
        if cell.kind == "visit" and ends <= begins:
            begins = min(begins, len(rows) - 1)
            ends = begins + 1
            if begins < used:  # the last row is taken: share it
                _last(stacked).visits.extend(cell.visits)
                continue
        if ends <= begins:
            continue
        _fill(stacked, used, begins, rows)
        cell.rows, used = ends - begins, ends
        stacked[begins] = cell
    _fill(stacked, used, len(rows), rows)
    return stacked


def _last(stacked: dict[int, Cell]) -> Cell:
    return stacked[max(stacked)]


def _fill(stacked: dict[int, Cell], first: int, end: int, rows: range) -> None:
    if end > first:
        starts = rows.start + first * STEP
        gap = Cell("gap", starts, starts + (end - first) * STEP, rows=end - first)
        stacked[first] = gap


# --- Why not -------------------------------------------------------------------


def why_shut(
    timetable: Timetable, day: dt.date, clinician_id: int | None, works: Minutes
) -> Callable[[int, int], str]:
    """Return what says in a word why nobody is treated from one minute to another."""
    away = timetable.absences.get(clinician_id or 0, ())
    clocks = minutes.unclear(day, timetable.zone)
    opening, closed = timetable.open_on(day), timetable.closed_all_day(day)

    def why(starts: int, ends: int) -> str:
        if closed:
            return f"Closed: {closed}"
        span = minutes.span(starts, ends)
        reason = _covers(timetable.closures, day, span)
        if reason is not None:
            return f"Closed: {reason}" if reason else "Closed"
        reason = _covers(away, day, span)
        if reason is not None:
            return f"Away: {reason}" if reason else "Away"
        if span & ~clocks == minutes.NONE:
            return "The clocks change"
        if _is_lunch(starts, ends, works):
            return "Lunch"
        return "Not working" if span & opening else "Closed"

    return why


def _covers(days: Iterable[OnDays], day: dt.date, span: Minutes) -> str | None:
    """The reason of the first entry that takes part of a span; None without one."""
    found = (each for each in days if each.covers(day) and each.minutes & span)
    return next((each.reason for each in found), None)


def _is_lunch(starts: int, ends: int, works: Minutes) -> bool:
    before, after = works & minutes.span(0, starts), works >> ends
    short = ends - starts <= _LUNCH_MOST and starts in _NOON
    return bool(short and before and after)
