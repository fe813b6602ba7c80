"""A site's details and its rooms."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from phonenumber_field.formfields import PhoneNumberField

from mesoclinic.fields import PlainLinesField, PlainTextField
from mesoclinic.forms import ClinicForm, version_field
from sessions.schedule import actions
from sessions.schedule.countries import countries, regions
from sessions.schedule.models import Room, Site
from sessions.schedule.versions import version_of


class NewSiteForm(ClinicForm):
    """What paper says about a site, its time zone and whose holidays it keeps."""

    name = PlainTextField(max_length=120)
    address = PlainLinesField(max_length=400, widget=forms.Textarea(attrs={"rows": 4}))
    phone = PhoneNumberField(region=settings.PHONENUMBER_DEFAULT_REGION)
    out_of_hours = PlainTextField(
        label="When we are closed",
        max_length=200,
        required=False,
        help_text="Whom patients call then, as one sentence.",
    )
    emergency_number = PlainTextField(max_length=20, initial="112")
    time_zone = forms.ChoiceField(
        choices=lambda: [(name, name) for name in sorted(available_timezones())],
        initial=settings.TIME_ZONE,
        help_text="Dates and times of sessions are in this zone.",
    )
    country = forms.ChoiceField(
        label="Public holidays of",
        choices=countries,
        required=False,
        initial=settings.PHONENUMBER_DEFAULT_REGION,
        help_text="The site is closed on them; single ones can be switched afterwards.",
    )
    region = forms.ChoiceField(
        required=False,
        help_text="The regions of another country stand here once it is saved.",
        error_messages={"invalid_choice": "Choose a region of that country."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        of_country = regions(str(self["country"].value() or ""))
        region: Any = self.fields["region"]
        region.choices = of_country
        if self.is_bound and not self.data.get("region"):
            region.help_text = ""


class SiteForm(NewSiteForm):
    """The same for a site that is there."""

    version = version_field()

    def __init__(self, data: Any, site: Site) -> None:
        initial = actions.details_of(site)
        super().__init__(
            data, initial={**initial, "version": actions.version_of_site(site)}
        )


class RoomForm(ClinicForm):
    """A room's name; the version only matters where it is renamed."""

    name = PlainTextField(max_length=40, help_text="As signs say it: Room 2.")
    version = version_field()

    def __init__(self, data: Any, room: Room | None = None) -> None:
        initial = {"name": room.name, "version": version_of(room.name)} if room else {}
        super().__init__(data, initial=initial)
        if room is None:
            del self.fields["version"]
