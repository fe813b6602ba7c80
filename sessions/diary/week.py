"""A week: how full each clinician's days are, or one clinician's visits day by day."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sessions.diary.grid import Plan
from sessions.diary.layout import free_cells
from sessions.diary.reading import Clinician, Days, DiaryVisit
from sessions.schedule import minutes

_WHOLE_DAY = range(minutes.DAY)


@dataclass(slots=True)
class WeekCell:
    """One clinician's day: what is booked, how many visits are free, or why none."""

    visits: tuple[DiaryVisit, ...]
    free: int
    why_not: str
    lines: str = ""  # the visits as HTML, where there is room for them


@dataclass(frozen=True, slots=True)
class WeekRow:
    clinician: Clinician
    cells: tuple[WeekCell, ...]


@dataclass(frozen=True, slots=True)
class Week:
    days: tuple[dt.date, ...]
    rows: tuple[WeekRow, ...]
    closed: tuple[str, ...]  # why the site is closed, for each day; empty where open


def week_of(
    days: Days, visits: Iterable[DiaryVisit], *, only: int | None, first: int
) -> Week:
    """Lay out the seven days from the first one on."""
    dates = tuple(days.first_day + dt.timedelta(days=number) for number in range(7))
    rows = list(visits)
    plans = [
        Plan.of(
            replace(days, first_day=day, last_day=day),
            [visit for visit in rows if visit.booked_date == day],
        )
        for day in dates
    ]
    people = {each.pk: each for plan in plans for each in plan.people(only, first)}
    timetable = days.premises.timetable
    return Week(
        days=dates,
        rows=tuple(
            WeekRow(each, tuple(_cell(plan, each.pk) for plan in plans))
            for each in _in_order(days, people, first)
        ),
        closed=tuple(timetable.why_closed(day) for day in dates),
    )


def _in_order(days: Days, people: dict[int, Clinician], first: int) -> list[Clinician]:
    listed = [each.pk for each in days.premises.clinicians]
    order = {key: place for place, key in enumerate((*listed, *people))}
    return [people[key] for key in sorted(people, key=lambda k: (k != first, order[k]))]


def _cell(plan: Plan, key: int) -> WeekCell:
    column = plan.clinician_column(key)
    free = free_cells(column, _WHOLE_DAY, plan.days.premises.usual_min)
    why_not = "" if column.works else plan.timetable.why_away(key, plan.days.first_day)
    own = tuple(visit for visit in plan.visits if visit.clinician_id == key)
    return WeekCell(own, len(free), why_not)
