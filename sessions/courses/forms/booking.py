"""A new course: what is treated, the questions to the finder, and the dates."""

from collections.abc import Mapping
from typing import Any

from django import forms

from mesoclinic.fields import PlainTextField, RowField
from mesoclinic.forms import submission_field
from mesoclinic.vocabulary import Side
from protocols.models import Indication, ProtocolVersion
from sessions.courses.forms.finding import FINDER_FIELDS, add_finder_fields
from sessions.courses.forms.overbooking import OverbookingFields
from sessions.courses.forms.visits import VisitsForm
from sessions.schedule.hours import Timetable

SIDES = [(s.value, s.label.capitalize()) for s in Side if s is not Side.NONE]


class BookingForm(OverbookingFields, VisitsForm):
    """A new course of one patient.

    The dates come from an offer's button, which books at once, or are typed.
    """

    indication = RowField(queryset=Indication.objects.bookable(), empty_label="Choose")
    side = forms.ChoiceField(
        choices=SIDES,
        required=False,
        widget=forms.RadioSelect,
        help_text="The patient's own left or right. Never assumed.",
    )
    early_reason = PlainTextField(
        label="Why before the last course is evaluated?",
        max_length=300,
        required=False,
    )
    submission = submission_field()

    def __init__(self, *args: Any, timetable: Timetable, **kwargs: Any) -> None:
        super().__init__(*args, rooms=timetable.rooms, **kwargs)
        add_finder_fields(self, timetable)
        self.fields["indication"].widget.choices = _grouped_indications()

    @property
    def asks_early_reason(self) -> bool:
        return "early_reason" in self.errors or bool(self["early_reason"].value())

    def answers(self) -> dict[str, Any]:
        """What the finder is asked; what could not be read is left out."""
        return {name: self._typed(name) for name in FINDER_FIELDS}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("clinician") and "clinician" not in self.errors:
            self.add_error("clinician", "Choose who treats.")
        indication = cleaned.get("indication")
        if indication is None:
            return cleaned
        if not indication.has_side:
            cleaned["side"] = Side.NONE
        elif not cleaned.get("side"):
            self.add_error("side", "Choose the side: left, right or both.")
        return cleaned

    def booking(self) -> dict[str, Any]:
        """What the action needs, but for the patient and the site."""
        names = ("indication", "side", "clinician", "early_reason", "submission")
        return {
            **{name: self.cleaned_data[name] for name in names},
            "visits": self.visits(),
            "overbooked_reason": self.overbooking,
        }


def version_for(data: Mapping[str, Any]) -> ProtocolVersion | None:
    """The version whose days the form asks for: the chosen indication's, or any."""
    key = data.get("indication", "")
    if key.isascii() and key.isdigit() and len(key) < 19:
        indication = Indication.objects.bookable().filter(pk=key).first()
        if indication is not None:
            return indication.protocol.current
    return ProtocolVersion.objects.published().order_by("-number").first()


def _grouped_indications() -> list[Any]:
    """Active indications under the names of their groups."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for indication in Indication.objects.active().listed():
        groups.setdefault(indication.group.name, []).append(
            (indication.pk, indication.name)
        )
    return [("", "Choose"), *groups.items()]
