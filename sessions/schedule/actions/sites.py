"""Sites and their rooms."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from mesoclinic import audit
from mesoclinic.errors import Stale
from mesoclinic.models import User
from sessions.schedule import timetable
from sessions.schedule.countries import refuse_unknown
from sessions.schedule.models import (
    ExtraHours,
    OpeningHours,
    Room,
    Site,
    WorkingHours,
)
from sessions.schedule.versions import version_of

DETAILS = (
    "name",
    "address",
    "phone",
    "out_of_hours",
    "emergency_number",
    "time_zone",
    "country",
    "region",
)
# What a new site starts with; an admin sees it at once and enters the real hours.
WORKING_DAYS = range(5)
OPENS, CLOSES = dt.time(8), dt.time(18)

BookedAhead = Callable[[Site], bool]


def details_of(site: Site) -> dict[str, Any]:
    return {name: getattr(site, name) for name in DETAILS}


def version_of_site(site: Site) -> int:
    return version_of(*(str(value) for value in details_of(site).values()))


@transaction.atomic
def add_site(*, by: User, **details: Any) -> Site:
    """Add a site. It is open on working days, or nothing could be booked there."""
    timetable.changed()
    site = _write(Site(), details)
    OpeningHours.objects.bulk_create(
        OpeningHours(site=site, weekday=day, starts=OPENS, ends=CLOSES)
        for day in WORKING_DAYS
    )
    audit.record("site.added", site, by=by)
    return site


@transaction.atomic
def amend_site(
    site: Site, *, by: User, version: int, is_booked_ahead: BookedAhead, **details: Any
) -> Site:
    """Change what paper says about a site, whose holidays it keeps, and its zone.

    The zone only while nothing is booked there: each booking has its date by it.
    """
    timetable.changed()
    site = Site.objects.get(pk=site.pk)
    if version != version_of_site(site):
        raise Stale(details_of(site), version=version_of_site(site))
    if details["time_zone"] != site.time_zone and is_booked_ahead(site):
        raise ValidationError(
            {
                "time_zone": "Sessions are booked here at times of "
                f"{site.time_zone}. The zone can change when none are ahead."
            }
        )
    changed = [name for name in DETAILS if details[name] != getattr(site, name)]
    _write(site, details)
    audit.record("site.amended", site, by=by, changed=changed)
    return site


def _write(site: Site, details: dict[str, Any]) -> Site:
    for name in DETAILS:
        setattr(site, name, details[name])
    refuse_unknown(site.country, site.region)
    site.full_clean()
    site.save()
    return site


@transaction.atomic
def add_room(site: Site, *, by: User, name: str) -> Room:
    timetable.changed()
    room = Room(site=site, name=name)
    room.full_clean()
    room.save(force_insert=True)
    audit.record("room.added", room, by=by)
    return room


@transaction.atomic
def rename_room(room: Room, *, by: User, name: str, version: int) -> Room:
    timetable.changed()
    room = Room.objects.get(pk=room.pk)
    if version != version_of(room.name):
        raise Stale({"name": room.name}, version=version_of(room.name))
    room.name = name
    room.full_clean()
    room.save(update_fields=["name"])
    audit.record("room.renamed", room, by=by)
    return room


@transaction.atomic
def close_room(room: Room, *, by: User) -> Room:
    """Book nothing more into a room. It is nobody's usual one from now on."""
    timetable.changed()
    for hours in (WorkingHours, ExtraHours):
        hours.objects.filter(room=room).update(room=None)
    return _switch(room, by=by, is_active=False)


@transaction.atomic
def reopen_room(room: Room, *, by: User) -> Room:
    timetable.changed()
    return _switch(room, by=by, is_active=True)


def _switch(room: Room, *, by: User, is_active: bool) -> Room:
    room = Room.objects.get(pk=room.pk)
    room.is_active = is_active
    room.save(update_fields=["is_active"])
    audit.record("room.reopened" if is_active else "room.closed", room, by=by)
    return room
