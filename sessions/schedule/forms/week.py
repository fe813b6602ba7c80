"""The hours of a week: one row per weekday, typed as `8:30–12:30, 14–18`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.html import format_html

from mesoclinic.forms import ClinicForm, version_field
from sessions.schedule.actions.week import day_field, hours_field, room_field
from sessions.schedule.fields import SpansField
from sessions.schedule.models import WEEKDAYS, Site
from sessions.schedule.reading import Shift, Shifts, Week
from sessions.schedule.versions import version_of


class OpeningHoursForm(ClinicForm):
    """When a site is open on each weekday; an empty one is a closed one."""

    marks_optional = False
    version = version_field()

    def __init__(self, data: Any, week: Week) -> None:
        initial = {day_field(day): spans or None for day, spans in week.items()}
        super().__init__(data, initial={**initial, "version": version_of(week)})
        for weekday, name in enumerate(WEEKDAYS):
            self.fields[day_field(weekday)] = _spans(name, "closed")

    @property
    def days(self) -> list[forms.BoundField]:
        return [self[day_field(weekday)] for weekday in range(len(WEEKDAYS))]

    @property
    def week(self) -> Week:
        """What was typed, once it is valid."""
        typed = self.cleaned_data
        return {day: typed[day_field(day)] for day in range(len(WEEKDAYS))}


@dataclass(frozen=True)
class Row:
    """One weekday at one site, as the page lays it out."""

    weekday: str
    hours: forms.BoundField
    room: forms.BoundField | None


class WorkingHoursForm(ClinicForm):
    """When a clinician works at each site on each weekday, and in which room."""

    marks_optional = False
    version = version_field()

    def __init__(self, data: Any, sites: Sequence[Site], shifts: Shifts) -> None:
        super().__init__(data, initial=_initial(shifts))
        self.sites = sites
        for site in sites:
            rooms = [(str(room.pk), room.name) for room in site.rooms.in_use()]
            for weekday, name in enumerate(WEEKDAYS):
                label = _at(name, site) if len(sites) > 1 else name
                self._add_row(site, weekday, label, rooms)

    def _add_row(
        self, site: Site, weekday: int, label: str, rooms: list[tuple[str, str]]
    ) -> None:
        self.fields[hours_field(site.pk, weekday)] = _spans(label, "not here")
        self.fields[room_field(site.pk, weekday)] = forms.ChoiceField(
            label=format_html("Usual room, {}", label),
            choices=[("", "No usual room"), *rooms],
            required=False,
            error_messages={"invalid_choice": "Choose a room of this site in use."},
        )

    @property
    def by_site(self) -> Iterator[tuple[Site, list[Row]]]:
        for site in self.sites:
            yield site, [self._row(site, day) for day in range(len(WEEKDAYS))]

    def _row(self, site: Site, weekday: int) -> Row:
        room: Any = self[room_field(site.pk, weekday)]
        has_rooms = len(room.field.choices) > 1 or room.errors
        hours = self[hours_field(site.pk, weekday)]
        return Row(WEEKDAYS[weekday], hours, room if has_rooms else None)

    @property
    def shifts(self) -> Shifts:
        """What was typed, once it is valid; a room without hours says nothing."""
        keys = [(s.pk, day) for s in self.sites for day in range(len(WEEKDAYS))]
        typed = {key: self._shift(*key) for key in keys}
        return {key: shift for key, shift in typed.items() if shift.spans}

    def _shift(self, site_id: int, weekday: int) -> Shift:
        room = self.cleaned_data[room_field(site_id, weekday)]
        spans = self.cleaned_data[hours_field(site_id, weekday)]
        return Shift(spans, int(room) if room else None)


def _at(weekday: str, site: Site) -> str:
    """The label of a weekday; the heading above it says the site already."""
    hidden = '{}<span class="visually-hidden"> at {}</span>'
    return format_html(hidden, weekday, site.name)


def _initial(shifts: Shifts) -> dict[str, Any]:
    hours = {hours_field(*key): shift.spans for key, shift in shifts.items()}
    rooms = {room_field(*key): shift.room_key for key, shift in shifts.items()}
    return {**hours, **rooms, "version": version_of(shifts)}


def _spans(label: str, placeholder: str) -> SpansField:
    widget = forms.TextInput(attrs={"placeholder": placeholder})
    return SpansField(label=label, widget=widget)
