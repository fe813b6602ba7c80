"""What the pages of the timetable show: rows as the clinic thinks of them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from mesoclinic.models import User
from sessions.schedule.models import (
    Absence,
    Closure,
    ExtraHours,
    OpeningHours,
    Site,
    WorkedHoliday,
    WorkingHours,
)
from sessions.schedule.spans import CLOSED, Spans
from sessions.schedule.timetable import public_holidays

WEEK = range(7)

# A site's hours by weekday; every weekday is in it.
Week = dict[int, Spans]


@dataclass(frozen=True)
class Shift:
    """A clinician's hours at a site on one weekday, and the usual room."""

    spans: Spans = CLOSED
    room_id: int | None = None

    @property
    def room_key(self) -> str:
        """The room as a choice of a form has it."""
        return "" if self.room_id is None else str(self.room_id)


# By site and weekday; only where there are hours.
Shifts = dict[tuple[int, int], Shift]


def sites() -> list[Site]:
    return list(Site.objects.listed())


def opening_week(site: Site) -> Week:
    week: dict[int, Spans] = dict.fromkeys(WEEK, CLOSED)
    for row in OpeningHours.objects.filter(site=site).order_by("weekday", "starts"):
        week[row.weekday] += ((row.starts, row.ends),)
    return week


def shifts_of(clinician: User) -> Shifts:
    rows = WorkingHours.objects.filter(clinician=clinician)
    by_day: dict[tuple[int, int], list[WorkingHours]] = defaultdict(list)
    for row in rows.order_by("site_id", "weekday", "starts"):
        by_day[row.site_id, row.weekday].append(row)
    return {key: _shift(own) for key, own in by_day.items()}


def _shift(rows: Iterable[WorkingHours]) -> Shift:
    rows = list(rows)
    return Shift(tuple((row.starts, row.ends) for row in rows), rows[0].room_id)


def closures_ahead(site: Site, today: dt.date) -> QuerySet[Closure]:
    return Closure.objects.filter(site=site, last_day__gte=today)


def absences_ahead(today: dt.date) -> QuerySet[Absence]:
    return Absence.objects.filter(last_day__gte=today).order_by("first_day", "starts")


def extra_hours_ahead(today: dt.date) -> QuerySet[ExtraHours]:
    return ExtraHours.objects.filter(day__gte=today).select_related("site", "room")


def extra_hours_on(clinician: User, day: dt.date) -> QuerySet[ExtraHours]:
    return ExtraHours.objects.filter(clinician=clinician, day=day)


def weekly_hours_elsewhere(
    clinician: User, site: Site, day: dt.date
) -> QuerySet[WorkingHours]:
    """What a clinician works on that weekday at other sites."""
    weekly = WorkingHours.objects.filter(clinician=clinician, weekday=day.weekday())
    return weekly.exclude(site=site).select_related("site")


def worked_holidays(site: Site, year: int) -> set[dt.date]:
    worked = WorkedHoliday.objects.filter(site=site, day__year=year)
    return set(worked.values_list("day", flat=True))


def closed_all_day(site: Site, day: dt.date) -> str:
    """Why a site is closed on a day from its first minute to its last; or empty.

    From the rows, not from the timetable: inside an action that is being written.
    """
    holiday = public_holidays(site.country, site.region).get(day)
    if holiday and day not in worked_holidays(site, day.year):
        return holiday
    whole = Closure.objects.filter(
        site=site, first_day__lte=day, last_day__gte=day, starts=None
    )
    return whole.values_list("reason", flat=True).first() or ""
