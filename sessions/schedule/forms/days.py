"""Single days: closures, absences, extra hours."""

from collections.abc import Sequence
from typing import Any

from django import forms

from mesoclinic.fields import PlainTextField, RowField, TypedDateField, TypedTimeField
from mesoclinic.forms import ClinicForm
from sessions.schedule.models import Room, Site


def _date(label: str, **options: Any) -> TypedDateField:
    widget = forms.TextInput(attrs={"data-calendar": ""})
    return TypedDateField(label=label, widget=widget, **options)


class DaysForm(ClinicForm):
    """Days from the first to the last, whole or from a time to a time."""

    first_day = _date("First day", help_text="24 nov, +3, next mon.")
    last_day = _date("Last day", required=False, help_text="Empty for a single day.")
    starts = TypedTimeField(label="From", required=False)
    ends = TypedTimeField(label="Until", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("last_day") and "last_day" not in self.errors:
            cleaned["last_day"] = cleaned.get("first_day")
        return cleaned


class ClosureForm(DaysForm):
    """When a site is closed, whoever works there."""

    reason = PlainTextField(
        max_length=120, help_text="Reception reads it: staff training."
    )
    field_order = ["reason"]


class AbsenceForm(DaysForm):
    """When a clinician is away from every site."""

    reason = PlainTextField(
        max_length=120,
        required=False,
        help_text="Reception reads it: on leave. No illness, please.",
    )


class ExtraHoursForm(ClinicForm):
    """One date on which a clinician works beyond the weekly hours."""

    site = RowField(queryset=Site.objects.none(), empty_label=None)
    day = _date("Date", help_text="24 nov, +3, next mon.")
    starts = TypedTimeField(label="From")
    ends = TypedTimeField(label="Until")
    room = RowField(
        queryset=Room.objects.none(),
        required=False,
        empty_label="No usual room",
    )

    def __init__(self, data: Any, sites: Sequence[Site]) -> None:
        super().__init__(data)
        several = len(sites) > 1
        site, room = self.fields["site"], self.fields["room"]
        site.queryset = Site.objects.listed()  # type: ignore[attr-defined]
        if not several:
            site.widget, site.initial = forms.HiddenInput(), sites[0] if sites else None
        rooms = Room.objects.in_use().select_related("site")
        room.queryset = rooms  # type: ignore[attr-defined]
        if several:
            room.label_from_instance = _room_and_site  # type: ignore[attr-defined]


def _room_and_site(room: Room) -> str:
    return f"{room.site.name}: {room.name}"
