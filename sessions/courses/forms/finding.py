"""What is asked of the course finder: who, where, from when, on which days."""

import datetime as dt
from typing import Any

from django import forms

from mesoclinic.fields import RowField, TypedDateField
from mesoclinic.models import User
from patients.models import Patient
from protocols.models import ProtocolVersion
from sessions.courses.finder import NOON
from sessions.courses.offers import Search
from sessions.schedule import minutes
from sessions.schedule.hours import Timetable

FINDER_FIELDS = (
    "clinician",
    "any_clinician_later",
    "room",
    "earliest",
    "weekdays",
    "part_of_day",
)
ANY_TIME, MORNING, AFTERNOON = "", "morning", "afternoon"
PARTS_OF_DAY = [
    (ANY_TIME, "Any time"),
    (MORNING, "Morning"),
    (AFTERNOON, "Afternoon"),
]
_WINDOWS = {
    MORNING: minutes.span(0, NOON),
    AFTERNOON: minutes.span(NOON, minutes.DAY),
}
_SHORT_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class FinderFields(forms.Form):
    """The questions to the finder. An empty answer means any."""

    earliest = TypedDateField(
        label="Not before",
        required=False,
        widget=forms.TextInput(attrs={"data-calendar": ""}),
    )
    part_of_day = forms.ChoiceField(
        label="Time of day",
        choices=PARTS_OF_DAY,
        required=False,
        widget=forms.RadioSelect,
    )
    weekdays = forms.MultipleChoiceField(
        label="Start on",
        choices=[(str(day), name) for day, name in enumerate(_SHORT_DAYS)],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: any day.",
    )
    any_clinician_later = forms.BooleanField(
        label="Follow-ups with whoever is free", required=False
    )
    room = forms.ChoiceField(required=False)


def add_finder_fields(form: forms.Form, timetable: Timetable) -> None:
    """Give a form the finder's questions, as far as the site has an answer to them."""
    for name, field in FinderFields().fields.items():
        form.fields[name] = field
    rooms = [(str(room.pk), room.name) for room in timetable.rooms]
    form.fields["room"].choices = [("", "Any room"), *rooms]  # type: ignore[attr-defined]
    form.fields["clinician"] = RowField(
        label="Clinician",
        queryset=User.objects.clinicians(),
        required=False,
        empty_label="Anybody",
    )


def search_from(
    answers: dict[str, Any],
    *,
    patient: Patient | None,
    version: ProtocolVersion,
    today: dt.date,
    starts: tuple[dt.date, dt.time] | None = None,
) -> Search:
    """Return what to look for; an answer that could not be read counts as any.

    `starts` fixes day 0 to one date and time.
    """
    clinician = answers.get("clinician")
    room = answers.get("room")
    return Search(
        patient=patient,
        version=version,
        clinicians=[clinician] if clinician else list(User.objects.clinicians()),
        earliest=starts[0] if starts else answers.get("earliest") or today,
        latest=starts[0] if starts else None,
        starts_at=starts[1] if starts else None,
        room_id=int(room) if room else None,
        same_clinician=not answers.get("any_clinician_later"),
        weekdays=frozenset(int(day) for day in answers.get("weekdays") or ()),
        window=_WINDOWS.get(answers.get("part_of_day") or "", minutes.ALL),
    )
