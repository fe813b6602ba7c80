"""Where and when patients are treated: sites, rooms, hours, and what closes them.

Hours are local wall-clock times at the site. `timetable.py` reads all of it at once;
what comes of it for one day is worked out in `hours.py`, which is pure.
"""

import datetime as dt
from uuid import uuid4
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from phonenumber_field.modelfields import PhoneNumberField

from mesoclinic.models import User

WEEKDAYS = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)


def _validate_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError("This is not a time zone, like Europe/London.")


def _default_zone() -> str:
    return settings.TIME_ZONE


def _weekday() -> models.Field:
    return models.PositiveSmallIntegerField(choices=list(enumerate(WEEKDAYS)))


def _is_a_weekday(table: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(weekday__lte=6), name=f"{table}_weekday_is_one"
    )


def _ends_after_it_starts(table: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(ends__gt=F("starts")), name=f"{table}_ends_after_it_starts"
    )


def _all_day_or_part(table: str) -> models.CheckConstraint:
    """Both times, or neither, which is the whole day."""
    return models.CheckConstraint(
        condition=Q(starts__isnull=True, ends__isnull=True)
        | Q(starts__isnull=False, ends__isnull=False, ends__gt=F("starts")),
        name=f"{table}_all_day_or_part",
    )


def _days_in_order(table: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(last_day__gte=F("first_day")), name=f"{table}_days_in_order"
    )


class SiteQuerySet(models.QuerySet["Site"]):
    def main(self) -> "Site | None":
        """The site that is meant where none is named: the first one entered."""
        return self.order_by("pk").first()

    def numbered(self, key: str) -> "Site | None":
        """The site with this key as an address has it; None for anything else."""
        is_key = key.isascii() and key.isdigit() and len(key) < 19
        return self.filter(pk=key).first() if is_key else None

    def listed(self) -> "SiteQuerySet":
        return self.order_by("name", "pk")


class Site(models.Model):
    """One address of the clinic: what paper says about it, and its time zone."""

    name = models.CharField(max_length=120)
    address = models.TextField(max_length=400)
    phone = PhoneNumberField()
    out_of_hours = models.CharField("when we are closed", max_length=200, blank=True)
    emergency_number = models.CharField(max_length=20, default="112")
    time_zone = models.CharField(
        max_length=60, default=_default_zone, validators=[_validate_zone]
    )
    # Whose public holidays are kept: ISO 3166 codes, as the `holidays` library has
    # them. Without a country there are none.
    country = models.CharField("public holidays of", max_length=2, blank=True)
    region = models.CharField(max_length=10, blank=True)

    objects = SiteQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class RoomQuerySet(models.QuerySet["Room"]):
    def in_use(self) -> "RoomQuerySet":
        return self.filter(is_active=True).order_by("name", "pk")


class Room(models.Model):
    """A room with a couch: one session at a time. Closed, never deleted."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="rooms")
    name = models.CharField(max_length=40)
    is_active = models.BooleanField(default=True)

    objects = RoomQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "site",
                Lower("name"),
                name="room_name_once_at_a_site",
                violation_error_message="This site has a room of that name.",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="room_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class OpeningHours(models.Model):
    """When a site is open on a weekday; two rows where it closes for lunch."""

    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, related_name="opening_hours"
    )
    weekday = _weekday()
    starts = models.TimeField()
    ends = models.TimeField()

    class Meta:
        ordering = ["weekday", "starts"]
        verbose_name_plural = "opening hours"
        constraints = [
            _is_a_weekday("opening"),
            _ends_after_it_starts("opening"),
            models.UniqueConstraint(
                fields=["site", "weekday", "starts"], name="opening_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts:%H:%M}–{self.ends:%H:%M}"


class WorkingHours(models.Model):
    """When a clinician works at a site on a weekday, and in which room as a rule.

    A clinician for whom no row is entered anywhere works whenever a site is open.
    """

    clinician = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="working_hours"
    )
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, related_name="working_hours"
    )
    weekday = _weekday()
    starts = models.TimeField()
    ends = models.TimeField()
    room = models.ForeignKey(
        Room, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["weekday", "starts"]
        verbose_name_plural = "working hours"
        constraints = [
            _is_a_weekday("working"),
            _ends_after_it_starts("working"),
            models.UniqueConstraint(
                fields=["clinician", "weekday", "starts"], name="working_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts:%H:%M}–{self.ends:%H:%M}"


class ExtraHours(models.Model):
    """One date on which a clinician works beyond the weekly hours: an extra morning.

    It counts also where the site is not open that weekday, but not on a closed day.
    """

    clinician = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="extra_hours"
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    starts = models.TimeField()
    ends = models.TimeField()
    room = models.ForeignKey(
        Room, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["day", "starts"]
        verbose_name_plural = "extra hours"
        constraints = [
            _ends_after_it_starts("extra"),
            models.UniqueConstraint(
                fields=["clinician", "day", "starts"], name="extra_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%d-%b-%Y} {self.starts:%H:%M}–{self.ends:%H:%M}"


class Absence(models.Model):
    """Days, or part of each of them, on which a clinician is away: leave, a course."""

    clinician = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="absences"
    )
    first_day = models.DateField()
    last_day = models.DateField()
    starts = models.TimeField(null=True)
    ends = models.TimeField(null=True)
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["first_day", "starts"]
        constraints = [_days_in_order("absence"), _all_day_or_part("absence")]

    def __str__(self) -> str:
        return self.reason or "away"


class Closure(models.Model):
    """Days, or part of each of them, on which a site is closed whoever works there."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="closures")
    first_day = models.DateField()
    last_day = models.DateField()
    starts = models.TimeField(null=True)
    ends = models.TimeField(null=True)
    reason = models.CharField(max_length=120)

    class Meta:
        ordering = ["first_day", "starts"]
        constraints = [_days_in_order("closure"), _all_day_or_part("closure")]

    def __str__(self) -> str:
        return self.reason


class WorkedHoliday(models.Model):
    """A public holiday on which a site is open all the same."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "day"], name="worked_holiday_once")
        ]

    def __str__(self) -> str:
        return f"{self.day:%d-%b-%Y}"


class TimetableStamp(models.Model):
    """One row, new with every change to the rows above: what a copy is compared to."""

    ONLY = 1

    value = models.UUIDField(default=uuid4)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="timetable_stamp_is_one")
        ]

    def __str__(self) -> str:
        return str(self.value)


def span_text(starts: dt.time | None, ends: dt.time | None) -> str:
    """Hours as read: `08:30–12:00`; `all day` without times."""
    return (
        "all day" if starts is None or ends is None else f"{starts:%H:%M}–{ends:%H:%M}"
    )
