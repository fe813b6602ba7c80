"""The rows of the table of points: volume, place, and whether it was given."""

import re
from dataclasses import dataclass
from typing import Any

from django import forms

from mesoclinic.fields import PlainTextField, VolumeField
from mesoclinic.vocabulary import Side, choices
from protocols import drawings
from protocols.forms.places import PlaceField
from protocols.maps import PointState
from sessions.recording.drafts import PointDraft
from sessions.recording.places import Spot

MOST_POINTS = 60
# Of each row, what is typed or placed.
PARTS = (
    "planned",
    "given",
    "skipped",
    "view",
    "side",
    "x",
    "y",
    "note",
    "confirmed",
)
ROW = re.compile(rf"(?:{'|'.join(PARTS)})_([0-9]{{1,2}})")


@dataclass(frozen=True)
class PointLine:
    """One row of the table of points."""

    number: int
    planned: forms.BoundField
    given: forms.BoundField
    skipped: forms.BoundField
    view: forms.BoundField
    side: forms.BoundField
    x: forms.BoundField
    y: forms.BoundField
    note: forms.BoundField
    confirmed: forms.BoundField
    spot: Spot | None = None

    @property
    def place_text(self) -> str:
        """Where it is, in words; empty where it is not placed."""
        return self.spot.region if self.spot else ""

    @property
    def state(self) -> PointState:
        """What its disc shows, from what stands in the boxes."""
        if self.skipped.value():
            return PointState.SKIPPED
        if self.given.value():
            return PointState.GIVEN
        confirmed = self.confirmed.value()
        return PointState.PLANNED if confirmed else PointState.COPIED

    @property
    def place_errors(self) -> list[str]:
        fields = (self.view, self.side, self.x, self.y)
        return [str(error) for field in fields for error in field.errors]


def add_fields(form: forms.Form, number: int) -> None:
    """Add the fields of one row."""
    hidden = forms.HiddenInput
    form.fields |= {
        f"planned_{number}": VolumeField(
            label=f"Point {number}, planned",
            widget=_cell(f"Point {number}, planned mL", unit="mL"),
        ),
        f"given_{number}": VolumeField(
            label=f"Point {number}, given",
            required=False,
            widget=_cell(f"Point {number}, given mL", unit="mL"),
        ),
        f"skipped_{number}": forms.BooleanField(
            label=f"Point {number} skipped",
            required=False,
            widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
        ),
        f"view_{number}": forms.ChoiceField(
            label=f"Point {number}, drawing",
            choices=[("", ""), *_views()],
            required=False,
            widget=hidden,
        ),
        f"side_{number}": forms.ChoiceField(
            label=f"Point {number}, side",
            choices=choices(Side),
            required=False,
            widget=hidden,
        ),
        f"x_{number}": PlaceField(
            label=f"Point {number}, across", required=False, widget=hidden
        ),
        f"y_{number}": PlaceField(
            label=f"Point {number}, down", required=False, widget=hidden
        ),
        f"note_{number}": PlainTextField(
            label=f"Point {number}, note",
            max_length=120,
            required=False,
            widget=_cell(f"Point {number}, note"),
        ),
        f"confirmed_{number}": forms.BooleanField(
            label=f"Point {number} confirmed",
            required=False,
            widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
        ),
    }


def blank() -> PointLine:
    """An empty row, from which the page makes another without asking the server."""
    form = forms.Form()
    add_fields(form, 0)
    return line(form, 0, spot=None)


def line(form: forms.Form, number: int, *, spot: Spot | None) -> PointLine:
    """One row of the table with the fields of a form."""
    parts: dict[str, Any] = {part: form[f"{part}_{number}"] for part in PARTS}
    return PointLine(number=number, spot=spot, **parts)


def _views() -> list[tuple[str, str]]:
    return [(each.key, each.title) for each in drawings.all_drawings()]


def _cell(name: str, *, unit: str = "") -> forms.TextInput:
    """A box in the table of points, where its label is not to be seen."""
    attrs = {"aria-label": name}
    return forms.TextInput(attrs=attrs | ({"data-unit": unit} if unit else {}))


def initial_of(number: int, point: PointDraft) -> dict[str, Any]:
    """What a row shows for a point: by field."""
    row: dict[str, Any] = {
        "planned": point.planned_ml,
        "given": point.given_ml,
        "skipped": point.skipped,
        "note": point.note,
        "confirmed": point.confirmed,
    }
    if point.spot:
        row |= {
            "view": point.spot.view,
            "side": point.spot.side,
            "x": point.spot.x,
            "y": point.spot.y,
        }
    return {f"{name}_{number}": value for name, value in row.items()}


def draft(number: int, cleaned: dict[str, Any]) -> PointDraft | None:
    """The point that a row says; None while its volume cannot be read."""
    planned = cleaned.get(f"planned_{number}")
    if planned is None:
        return None
    skipped = cleaned.get(f"skipped_{number}", False)
    given = None if skipped else cleaned.get(f"given_{number}")
    return PointDraft(
        planned_ml=planned,
        given_ml=given,
        skipped=skipped,
        spot=spot(number, cleaned),
        note=cleaned.get(f"note_{number}", ""),
        # What is recorded as given or skipped is meant.
        confirmed=bool(cleaned.get(f"confirmed_{number}") or given or skipped),
    )


def spot(number: int, cleaned: dict[str, Any]) -> Spot | None:
    view, x, y = (cleaned.get(f"{name}_{number}") for name in ("view", "x", "y"))
    if not view or x is None or y is None:
        return None
    side = cleaned.get(f"side_{number}") or Side.NONE
    return Spot(view=view, side=Side(side), x=x, y=y)
