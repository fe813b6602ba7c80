"""Where patients are treated. Rooms and hours join it later."""

from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from phonenumber_field.modelfields import PhoneNumberField


def _validate_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError("This is not a time zone, like Europe/London.")


def _default_zone() -> str:
    return settings.TIME_ZONE


class SiteQuerySet(models.QuerySet["Site"]):
    def main(self) -> "Site | None":
        """The clinic's one site; several come with rooms and hours."""
        return self.order_by("pk").first()


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

    objects = SiteQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
