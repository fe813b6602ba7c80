"""The clinic's details: shape and wording of input."""

from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from phonenumber_field.formfields import PhoneNumberField

from mesoclinic.fields import PlainLinesField, PlainTextField
from mesoclinic.forms import ClinicForm


class SiteForm(ClinicForm):
    """What paper says about the clinic."""

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
