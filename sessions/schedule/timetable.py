"""The timetable of a site as the database has it now.

Every page of the diary and every booking needs all of it, and it changes a few times
a year: so each process keeps a copy and asks only whether it is still the newest.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from mesoclinic.models import User
from sessions.schedule.hours import Holidays, OnDays, RoomInUse, Timetable, Weekly
from sessions.schedule.models import (
    Absence,
    Closure,
    ExtraHours,
    OpeningHours,
    Site,
    TimetableStamp,
    WorkedHoliday,
    WorkingHours,
)

SITES_KEPT = 64


def changed() -> None:
    """Say that the timetable is another one; part of every action that changes it."""
    TimetableStamp.objects.update_or_create(
        pk=TimetableStamp.ONLY, defaults={"value": uuid4()}
    )


def stamp() -> UUID | None:
    """Return which timetable is in force. One query, in SQL of our own: every page of
    the diary and every booking asks it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT value FROM {TimetableStamp._meta.db_table}")  # noqa: S608
        row = cursor.fetchone()
    return UUID(str(row[0])) if row else None


def timetable_of(site_id: int, *, as_of: UUID | None = None) -> Timetable:
    """Return a site's timetable: one query while nothing has changed.

    A stamp that was just read, given as `as_of`, spares that one too.
    """
    return _load(site_id, as_of or stamp())


def forget() -> None:
    """Drop the copies: for tests, which roll back what they wrote."""
    _load.cache_clear()


@lru_cache(maxsize=SITES_KEPT)
def _load(site_id: int, as_of: UUID | None) -> Timetable:
    site = Site.objects.get(pk=site_id)
    return Timetable(
        site_id=site.pk,
        site_name=site.name,
        zone=site.zone,
        rooms=tuple(RoomInUse(pk=r.pk, name=r.name) for r in site.rooms.in_use()),
        opening=_weekly(OpeningHours.objects.filter(site=site)),
        closures=_on_days(Closure.objects.filter(site=site)),
        holidays=public_holidays(site.country, site.region),
        worked_holidays=frozenset(
            WorkedHoliday.objects.filter(site=site).values_list("day", flat=True)
        ),
        working=_by_clinician(WorkingHours.objects.filter(site=site), _weekly),
        extra=_by_clinician(ExtraHours.objects.filter(site=site), _extra),
        absences=_by_clinician(Absence.objects.all(), _on_days),
        have_hours=frozenset(
            User.objects.filter(working_hours__isnull=False).values_list(
                "pk", flat=True
            )
        ),
    )


def public_holidays(country: str, region: str) -> Holidays:
    """Return the public holidays of a country and region, by date."""
    return PublicHolidays(country, region) if country else {}


def holidays_of_year(country: str, region: str, year: int) -> Mapping[dt.date, str]:
    """Return the public holidays of one year, the first one first."""
    return PublicHolidays(country, region).of_year(year) if country else {}


@dataclass(frozen=True)
class PublicHolidays:
    """The public holidays of a country and region, each year looked up whole.

    The library's own object fills in a year when first asked about one of its days,
    and until that is done tells another thread that there are none.
    """

    country: str
    region: str

    def get(self, day: dt.date, /) -> str | None:
        return self.of_year(day.year).get(day)

    def of_year(self, year: int) -> Mapping[dt.date, str]:
        return _holidays_of_year(self.country, self.region, year)


@lru_cache(maxsize=256)
def _holidays_of_year(country: str, region: str, year: int) -> Mapping[dt.date, str]:
    # Only here: it is slow to import, and half of what we do needs none of it.
    from holidays import country_holidays

    known = country_holidays(country)
    # Told none, the library takes the server's own language.
    english = [each for each in known.supported_languages if each.startswith("en_")]
    of_year = country_holidays(
        country,
        subdiv=region or None,
        years=year,
        expand=False,
        language=english[0] if english else known.default_language,
    )
    return dict(sorted(of_year.items()))


def _by_clinician(rows: Iterable[Any], read: Any) -> dict[int, tuple[Any, ...]]:
    by_clinician: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_clinician[row.clinician_id].append(row)
    return {key: read(own) for key, own in by_clinician.items()}


def _weekly(rows: Iterable[Any]) -> tuple[Weekly, ...]:
    return tuple(
        Weekly(
            weekday=row.weekday,
            starts=row.starts,
            ends=row.ends,
            room_id=getattr(row, "room_id", None),
        )
        for row in rows
    )


def _on_days(rows: Iterable[Any]) -> tuple[OnDays, ...]:
    return tuple(
        OnDays(
            first_day=row.first_day,
            last_day=row.last_day,
            starts=row.starts,
            ends=row.ends,
            reason=row.reason,
        )
        for row in rows
    )


def _extra(rows: Iterable[ExtraHours]) -> tuple[OnDays, ...]:
    return tuple(
        OnDays(
            first_day=row.day,
            last_day=row.day,
            starts=row.starts,
            ends=row.ends,
            room_id=row.room_id,
        )
        for row in rows
    )
