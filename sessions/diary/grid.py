"""One day, a column per clinician or per room: who is where, and what is free."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sessions.diary.layout import (
    Cell,
    Column,
    Placed,
    cells_of,
    placed,
    rows_of,
    why_shut,
)
from sessions.diary.reading import Clinician, Days, DiaryVisit
from sessions.schedule import minutes
from sessions.schedule.hours import Timetable
from sessions.schedule.minutes import Minutes

# Nothing is free any more on a day that has passed.
_OVER = minutes.DAY


@dataclass(slots=True)
class GridColumn:
    """A column's head and cells. `key` is a clinician's or a room's; None: no room."""

    key: int | None
    name: str
    cells: dict[int, Cell]
    count: int
    query: str = ""  # of the page that shows this column alone


@dataclass(slots=True)
class Grid:
    """The table of a day."""

    days: Days
    by: str
    plan: "Plan"
    rows: range
    columns: list[GridColumn]

    @property
    def day(self) -> dt.date:
        return self.days.first_day

    @property
    def now(self) -> int | None:
        """The minute it is, on the day itself."""
        return self.plan.now


def grid_of(
    days: Days,
    visits: Iterable[DiaryVisit],
    *,
    by: str,
    only: int | None,
    first: int,
) -> Grid:
    """Lay out a day; `only` one clinician's, whose own column (`first`) comes first."""
    plan = Plan.of(days, visits)
    people = plan.people(only, first)
    named = plan.rooms() if by == "room" else [(each.pk, each.name) for each in people]
    column_of = plan.room_column if by == "room" else plan.clinician_column
    columns = [(key, name, column_of(key)) for key, name in named]
    rows = rows_of((column for _, _, column in columns), plan.weekly_opening)
    usual_min = days.premises.usual_min
    return Grid(
        days=days,
        by=by,
        plan=plan,
        rows=rows,
        columns=[
            GridColumn(key, name, cells_of(each, rows, usual_min), len(each.visits))
            for key, name, each in columns
        ],
    )


@dataclass(slots=True)
class Plan:
    """Who works, and who and which room is taken when, on one day."""

    days: Days
    visits: list[DiaryVisit]
    by_clinician: dict[int, list[Placed]]
    by_room: dict[int | None, list[Placed]]
    works: dict[int, Minutes]
    free_starts: dict[int, Minutes]
    room_starts: dict[int, Minutes]  # when a visit can begin in each of the rooms

    @classmethod
    def of(cls, days: Days, visits: Iterable[DiaryVisit]) -> "Plan":
        timetable, day = days.premises.timetable, days.first_day
        coming = [visit for visit in visits if visit.is_coming]
        by_clinician: dict[int, list[Placed]] = defaultdict(list)
        by_room: dict[int | None, list[Placed]] = defaultdict(list)
        for visit in coming:
            here = placed(visit, timetable)
            by_clinician[visit.clinician_id].append(here)
            by_room[visit.room_id].append(here)
        keys = {each.pk for each in days.premises.clinicians}
        works = {key: timetable.works_on(key, day) for key in _here(timetable, keys)}
        usual_min = days.premises.usual_min
        free_starts = {
            key: minutes.starts_for(hours & ~_taken(by_clinician.get(key)), usual_min)
            for key, hours in works.items()
            if hours
        }
        room_starts = {
            room.pk: minutes.starts_for(
                minutes.ALL & ~_taken(by_room.get(room.pk)), usual_min
            )
            for room in timetable.rooms
        }
        return cls(days, coming, by_clinician, by_room, works, free_starts, room_starts)

    @property
    def timetable(self) -> Timetable:
        return self.days.premises.timetable

    @property
    def now(self) -> int | None:
        """The minute it is at the site; None on another day."""
        if self.days.first_day != self.days.today:
            return None
        return minutes.minute_of(self.days.now.astimezone(self.timetable.zone).time())

    @property
    def weekly_opening(self) -> Minutes:
        """When the site is open on such a weekday, whatever closes it on this one."""
        weekday, opening = self.days.first_day.weekday(), minutes.NONE
        for hours in self.timetable.opening:
            if hours.weekday == weekday:
                opening |= hours.minutes
        return opening

    @property
    def after(self) -> int:
        """The first minute that can still be booked."""
        if self.now is not None:
            return self.now
        return _OVER if self.days.first_day < self.days.today else 0

    def people(self, only: int | None, first: int) -> list[Clinician]:
        """Who works or has visits, by name; whoever looks comes first."""
        known = {each.pk: each.name for each in self.days.premises.clinicians}
        seen = {visit.clinician_id: visit.clinician for visit in self.visits}
        here = {key for key, hours in self.works.items() if hours} | seen.keys()
        if only is not None:
            here = {only} & (known.keys() | seen.keys())
        # In the order of the list, which is by family name; who has left comes last.
        order = {key: place for place, key in enumerate((*known, *seen))}
        return [
            Clinician(key, known.get(key) or seen[key])
            for key in sorted(here, key=lambda key: (key != first, order[key]))
        ]

    def away(self) -> list[str]:
        """Who would work on such a day and does not: `Dr Levy: away, on leave`."""
        day = self.days.first_day
        lines = []
        for each in self.days.premises.clinicians:
            gone = any(a.covers(day) for a in self.timetable.absences.get(each.pk, ()))
            if gone and not self.works.get(each.pk, minutes.ALL):
                lines.append(f"{each.name}: {self.timetable.why_away(each.pk, day)}")
        return lines

    def rooms(self) -> list[tuple[int | None, str]]:
        """The site's rooms, then what else has visits: a closed room, or none."""
        listed: dict[int | None, str] = {r.pk: r.name for r in self.timetable.rooms}
        others = {
            visit.room_id: visit.room or "No room"
            for visit in self.visits
            if visit.room_id not in listed
        }
        return [*listed.items(), *others.items()]

    # --- Columns ---

    def clinician_column(self, key: int | None) -> Column:
        works = self.works.get(key or 0, minutes.NONE)
        return Column(
            visits=self.by_clinician.get(key or 0, ()),
            works=works,
            why_not=why_shut(self.timetable, self.days.first_day, key, works),
            bookable=self._some_room(),
            after=self.after,
        )

    def room_column(self, key: int | None) -> Column:
        works = minutes.NONE
        for hours in self.works.values():
            works |= hours
        listed = any(room.pk == key for room in self.timetable.rooms)
        bookable = minutes.NONE
        for starts in self.free_starts.values() if listed else ():
            bookable |= starts
        return Column(
            visits=self.by_room.get(key, ()),
            works=works,
            why_not=why_shut(self.timetable, self.days.first_day, None, works),
            bookable=bookable,
            after=self.after,
        )

    def _some_room(self) -> Minutes:
        """When a visit can begin because some room is free, where rooms are listed."""
        if not self.timetable.rooms:
            return minutes.ALL
        starts = minutes.NONE
        for free in self.room_starts.values():
            starts |= free
        return starts

    # --- Who and where a free time is for ---

    def room_for(self, clinician_id: int, at: int) -> int | None:
        """The room in which a clinician works then as a rule, if it is free."""
        key = self.timetable.usual_room(clinician_id, self.days.first_day, at)
        if key is None or not self.room_starts.get(key, minutes.NONE) >> at & 1:
            return None
        return key

    def clinician_for(self, room_id: int | None, at: int) -> int | None:
        """Who works in a room then as a rule and is free; None where it is anybody."""
        day = self.days.first_day
        free = (key for key, starts in self.free_starts.items() if starts >> at & 1)
        usual = (k for k in free if self.timetable.usual_room(k, day, at) == room_id)
        return next(usual, None)


def _here(timetable: Timetable, keys: Iterable[int]) -> Iterator[int]:
    """Whom the site's hours concern: not those who work elsewhere."""
    for key in keys:
        own = key in timetable.working or key in timetable.extra
        if own or key not in timetable.have_hours:
            yield key


def _taken(visits: Sequence[Placed] | None) -> Minutes:
    taken = minutes.NONE
    for each in visits or ():
        taken |= each.minutes
    return taken
