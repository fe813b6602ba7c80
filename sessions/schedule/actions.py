"""What an admin may do to the clinic's details and hours."""

import datetime as dt
from typing import Any

from django.db import transaction

from mesoclinic import audit
from mesoclinic.models import User
from sessions.schedule import timetable
from sessions.schedule.models import OpeningHours, Site

DETAILS = (
    "name",
    "address",
    "phone",
    "out_of_hours",
    "emergency_number",
    "time_zone",
)
# What a new site starts with; an admin sees it at once and enters the real hours.
WORKING_DAYS = range(5)
OPENS, CLOSES = dt.time(8), dt.time(18)


@transaction.atomic
def save_site(site: Site, *, by: User | None, **details: Any) -> Site:
    """Record what paper says about the clinic, and its time zone.

    A new site is open on working days, or nothing could be booked there.
    """
    is_new = site.pk is None
    for name in DETAILS:
        setattr(site, name, details[name])
    site.full_clean()
    site.save()
    if is_new:
        OpeningHours.objects.bulk_create(
            OpeningHours(site=site, weekday=day, starts=OPENS, ends=CLOSES)
            for day in WORKING_DAYS
        )
    timetable.changed()
    audit.record("site.saved", site, by=by)
    return site
