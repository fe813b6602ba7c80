"""Making and taking back the address of a clinician's calendar."""

import secrets

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from mesoclinic import audit
from mesoclinic.models import User
from sessions.diary.feeds.reading import hash_of
from sessions.diary.models import CalendarFeed


@transaction.atomic
def make(*, by: User, replacing: int) -> str:
    """Make the address of one's own calendar; return its token, which is kept nowhere.

    `replacing` is the key of the address that the page showed, 0 for none: it stops
    working. A form sent twice would kill the address that was just copied, so any
    other is refused.
    """
    old = _own_in_force(by)
    if replacing != (old.pk if old else 0):
        raise ValidationError(
            "Your calendar's address was changed since this page was opened. An "
            "address that was made is not shown again: if you did not keep it, make "
            "a new one.",
            code="stale",
        )
    if old:
        _take_back(old, by=by)
    token = secrets.token_urlsafe(32)
    feed = CalendarFeed.objects.create(
        clinician=by, token_hash=hash_of(token), made_by=by
    )
    if old:
        audit.record("feed.revoked", old, by=by)
    audit.record("feed.made", feed, by=by)
    return token


@transaction.atomic
def revoke(*, by: User) -> bool:
    """Take back the address of one's own calendar. False: there was none in force."""
    feed = _own_in_force(by)
    if feed is None:
        return False
    _take_back(feed, by=by)
    audit.record("feed.revoked", feed, by=by)
    return True


def _own_in_force(clinician: User) -> CalendarFeed | None:
    # The person's row is locked too: there may be no address yet to lock.
    User.objects.select_for_update().get(pk=clinician.pk)
    return CalendarFeed.objects.of_clinician(clinician).in_force().first()


def _take_back(feed: CalendarFeed, *, by: User) -> None:
    feed.revoked_at, feed.revoked_by = timezone.now(), by
    feed.save(update_fields=["revoked_at", "revoked_by"])
