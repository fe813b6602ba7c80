"""Who would come earlier, and when it suits them."""

from django import forms

from mesoclinic.fields import PlainTextField
from mesoclinic.forms import ClinicForm
from sessions.courses.models import EarlierWish


class EarlierForm(ClinicForm):
    part_of_day = forms.ChoiceField(
        label="When does it suit them?",
        choices=EarlierWish.PartOfDay.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    note = PlainTextField(
        max_length=200, required=False, help_text="“Needs an hour to get here.”"
    )
