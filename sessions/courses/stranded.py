"""Booked sessions ahead that do not fit any more: to be called, and booked again.

Somebody left or is away, a day was closed, hours or rooms changed. What is booked
stays booked until somebody at the desk has spoken to the patient.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.utils import timezone

from mesoclinic.models import User
from sessions.courses.models import TreatmentSession
from sessions.schedule import minutes
from sessions.schedule.hours import Timetable
from sessions.schedule.minutes import Minutes
from sessions.schedule.models import Site
from sessions.schedule.timetable import stamp, timetable_of

ROWS = 50


@dataclass(frozen=True, kw_only=True)
class Stranded:
    """A booked session without a place, and why: words without a full stop."""

    treatment_session: TreatmentSession
    why: str


class _Booked(NamedTuple):
    """The columns of a session that say whether it fits."""

    pk: int
    clinician_id: int
    room_id: int | None
    starts_at: dt.datetime
    ends_at: dt.datetime
    booked_date: dt.date
    overbooked_reason: str


def stranded(
    site: Site | None = None, now: dt.datetime | None = None
) -> list[Stranded]:
    """Return what is booked from now on and does not fit, in order of time.

    Of one site, or of all. What was overbooked on purpose fits, unless the site is
    closed that day or whoever should treat has left.
    """
    why = _reasons(site, now or timezone.now())
    sessions = TreatmentSession.objects.filter(pk__in=why).select_related("room")
    return [Stranded(treatment_session=s, why=why[s.pk]) for s in sessions.listed()]


def stranded_page(number: str) -> Page:
    """Return one page of them, of all sites."""
    return Paginator(stranded(), ROWS).get_page(number)


def count_stranded(site: Site | None = None, now: dt.datetime | None = None) -> int:
    """Return how many there are."""
    return len(_reasons(site, now or timezone.now()))


def _reasons(site: Site | None, now: dt.datetime) -> dict[int, str]:
    """Return why each session that does not fit does not, by its key."""
    sites = [site] if site else Site.objects.listed()
    newest = stamp()
    bookable = {each.pk for each in User.objects.clinicians()}
    return {
        booked.pk: why
        for each in sites
        for booked, why in _at(timetable_of(each.pk, as_of=newest), bookable, now)
    }


def _at(
    timetable: Timetable, bookable: set[int], now: dt.datetime
) -> Iterator[tuple[_Booked, str]]:
    hours = _Hours(timetable)
    for booked in _booked_ahead(timetable, now):
        why = _why(booked, hours, bookable)
        if why:
            yield booked, why


def _booked_ahead(timetable: Timetable, now: dt.datetime) -> list[_Booked]:
    """Everything ahead at a site, by columns: there may be thousands."""
    ahead = TreatmentSession.objects.filter(
        site=timetable.site_id,
        # What the index of a site's days finds; a session ends on its day or the next.
        booked_date__gte=now.astimezone(timetable.zone).date() - dt.timedelta(days=1),
        status=TreatmentSession.Status.BOOKED,
        ends_at__gt=now,
    )
    return [_Booked(*row) for row in ahead.values_list(*_Booked._fields)]


class _Hours:
    """A timetable that remembers what it was asked: many sessions share a day."""

    def __init__(self, timetable: Timetable) -> None:
        self.timetable = timetable
        self.rooms = {room.pk for room in timetable.rooms}
        self.works_on = cache(timetable.works_on)
        self.closed_all_day = cache(timetable.closed_all_day)

    def span(self, booked: _Booked) -> Minutes:
        moments: list[tuple[Any, Any]] = [(booked.starts_at, booked.ends_at)]
        return minutes.of_moments(
            moments, on=booked.booked_date, zone=self.timetable.zone
        )


def _why(booked: _Booked, hours: _Hours, bookable: set[int]) -> str:
    """Why a session does not fit; empty where it does."""
    timetable, day = hours.timetable, booked.booked_date
    closed = hours.closed_all_day(day)
    if closed:
        return f"{timetable.site_name} is closed that day: {closed}"
    if booked.clinician_id not in bookable:
        return "Who was to treat can no longer be booked"
    if booked.room_id is not None and booked.room_id not in hours.rooms:
        return "The room is not in use any more"
    if booked.overbooked_reason:
        return ""
    return _against_hours(booked, hours)


def _against_hours(booked: _Booked, hours: _Hours) -> str:
    day, span = booked.booked_date, hours.span(booked)
    works = hours.works_on(booked.clinician_id, day)
    if works & span == span:
        return ""
    away = hours.timetable.why_away(booked.clinician_id, day)
    if away:
        return away[0].upper() + away[1:]
    free = ", ".join(_clock(*each) for each in minutes.spans(works))
    return f"Outside of working hours, which are {free} that day"


def _clock(starts: int, ends: int) -> str:
    return f"{minutes.time_of(starts):%H:%M}–{ends // 60:02}:{ends % 60:02}"
