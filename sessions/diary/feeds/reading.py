"""From the address that a calendar program asks for to the text it gets."""

import datetime as dt
import hashlib

from django.db.models import Case, Value, When

from mesoclinic.models import User
from sessions.courses.models import TreatmentSession
from sessions.diary.feeds.ical import Entry, calendar

BACK, AHEAD = dt.timedelta(days=30), dt.timedelta(days=365)


def hash_of(token: str) -> str:
    """Return what is kept of a token.

    Without a key, on purpose: 256 random bits cannot be tried out, and addresses
    outlive a key that is changed.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def calendar_of(clinician: User, now: dt.datetime) -> bytes:
    """Return a clinician's calendar; always in two queries."""
    return calendar(_entries(clinician, now), clinic=_clinic())


def _entries(clinician: User, now: dt.datetime) -> list[Entry]:
    rows = (
        TreatmentSession.objects.of_clinician(clinician)
        .overlapping(now - BACK, now + AHEAD)
        .order_by("starts_at", "pk")
        .values_list(
            "pk",
            "starts_at",
            "ends_at",
            "site__time_zone",
            "site__name",
            "room__name",
            Case(
                When(status__in=TreatmentSession.OCCUPYING, then=Value(True)),
                default=Value(False),
            ),
            "sequence",
            "status_at",
        )
    )
    return [Entry._make(row) for row in rows.iterator(chunk_size=2000)]


def _clinic() -> str:
    """What tells this clinic's UIDs from another's in the same calendar program.

    Made from the moment at which the first account was made: nothing secret, and the
    same on a new host, under a new key, and after a restore.
    """
    first = User.objects.order_by("pk").values_list("pk", "joined_at").first()
    moment = first[1].astimezone(dt.UTC).isoformat() if first else ""
    return hashlib.sha256(f"clinic {moment}".encode()).hexdigest()[:16]
