"""What each page of the timetable shows, ready to be printed by its template."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from mesoclinic.models import User
from sessions.schedule import overview, reading, timetable
from sessions.schedule.countries import countries, regions
from sessions.schedule.models import WEEKDAYS, Absence, ExtraHours, Site

FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class SiteCard:
    """A site on the clinic page."""

    site: Site
    rooms: list[str]
    week: overview.Week
    closed: list[overview.Closed]
    is_open_ever: bool


@dataclass(frozen=True)
class PersonCard:
    """A clinician on the clinic page: hours in words, absences and extra hours."""

    person: User
    has_hours: bool
    absences: list[Absence]
    extra: list[ExtraHours]


@dataclass(frozen=True)
class Holiday:
    day: dt.date
    name: str
    is_worked: bool
    is_past: bool


def clinic_page(*, stranded: int, rebook: str) -> dict[str, Any]:
    stamp, clinicians = timetable.stamp(), list(User.objects.clinicians())
    tables = [
        (site, timetable.timetable_of(site.pk, as_of=stamp)) for site in reading.sites()
    ]
    have_hours = tables[0][1].have_hours if tables else frozenset()
    return {
        "weekdays": WEEKDAYS,
        "sites": [_site_card(site, table, clinicians) for site, table in tables],
        "people": list(_people(clinicians, have_hours)),
        "stranded": stranded,
        "rebook": rebook,
    }


def _site_card(
    site: Site, table: timetable.Timetable, clinicians: list[User]
) -> SiteCard:
    return SiteCard(
        site=site,
        rooms=[room.name for room in table.rooms],
        week=overview.week_of(table, ((c.pk, c.short_name) for c in clinicians)),
        closed=overview.closed_next(table, today_at(site)),
        is_open_ever=bool(table.opening),
    )


def _people(clinicians: list[User], have_hours: frozenset[int]) -> Any:
    today = timezone.localdate()
    absences = _by_clinician(reading.absences_ahead(today))
    extra = _by_clinician(reading.extra_hours_ahead(today))
    for each in clinicians:
        away, more = absences[each.pk], extra[each.pk]
        yield PersonCard(each, each.pk in have_hours, away[:3], more[:3])


def _by_clinician(rows: QuerySet[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.clinician_id].append(row)
    return found


def today_at(site: Site) -> dt.date:
    return timezone.now().astimezone(site.zone).date()


def rooms_page(site: Site) -> dict[str, Any]:
    rooms = list(site.rooms.order_by("name", "pk"))
    return {
        "site": site,
        "in_use": [room for room in rooms if room.is_active],
        "closed": [room for room in rooms if not room.is_active],
    }


def closures_page(site: Site) -> dict[str, Any]:
    return {"site": site, "closures": reading.closures_ahead(site, today_at(site))}


def staff_head(person: User) -> dict[str, Any]:
    return {"person": person, "has_sites": Site.objects.exists()}


def absences_page(person: User) -> dict[str, Any]:
    ahead = reading.absences_ahead(timezone.localdate())
    return {**staff_head(person), "absences": ahead.filter(clinician=person)}


def extra_hours_page(person: User) -> dict[str, Any]:
    ahead = reading.extra_hours_ahead(timezone.localdate())
    return {**staff_head(person), "extra": ahead.filter(clinician=person)}


def year_asked(text: str, site: Site) -> int:
    """The year of an address, this year without one; any other text is no page."""
    if not text:
        return today_at(site).year
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise Http404("No such year")
    year = int(text)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404("No such year")
    return year


def holidays_page(site: Site, year: int) -> dict[str, Any]:
    worked, today = reading.worked_holidays(site, year), today_at(site)
    names = timetable.holidays_of_year(site.country, site.region, year)
    return {
        "site": site,
        "year": year,
        "before": year - 1 if year > FIRST_YEAR else None,
        "after": year + 1 if year < LAST_YEAR else None,
        "country": dict(countries()).get(site.country, site.country),
        "region": dict(regions(site.country)).get(site.region, site.region),
        "holidays": [
            Holiday(day, name, day in worked, day < today)
            for day, name in names.items()
        ],
    }
