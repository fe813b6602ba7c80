"""What an admin may do to the clinic's details."""

from typing import Any

from django.db import transaction

from mesoclinic import audit
from mesoclinic.models import User
from sessions.schedule.models import Site

DETAILS = (
    "name",
    "address",
    "phone",
    "out_of_hours",
    "emergency_number",
    "time_zone",
)


@transaction.atomic
def save_site(site: Site, *, by: User | None, **details: Any) -> Site:
    """Record what paper says about the clinic, and its time zone."""
    for name in DETAILS:
        setattr(site, name, details[name])
    site.full_clean()
    site.save()
    audit.record("site.saved", site, by=by)
    return site
