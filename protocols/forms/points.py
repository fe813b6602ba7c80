"""The drawings of an indication and its point templates, as an admin edits them."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from mesoclinic.fields import CountField, PlainTextField
from mesoclinic.forms import ClinicForm
from mesoclinic.typed import NotUnderstood, parse_count
from mesoclinic.vocabulary import Side, choices
from protocols import drawings
from protocols.forms.places import PlaceField
from protocols.maps import Map, Mark, PointState
from protocols.models import Indication, PointTemplate, TemplatePoint
from protocols.models.points import Spread

MOST_POINTS = 60


@dataclass(frozen=True)
class ViewLine:
    """A drawing that an indication may have."""

    drawing: drawings.Drawing
    shown: forms.BoundField
    order: forms.BoundField


class ViewsForm(ClinicForm):
    """Which drawings an indication has, and in which order."""

    marks_optional = False

    def __init__(self, data: Any = None, *, indication: Indication) -> None:
        super().__init__(data)
        had = [each.view for each in indication.views.all()]
        for each in drawings.all_drawings():
            place = had.index(each.key) + 1 if each.key in had else None
            self.fields[f"shown_{each.key}"] = forms.BooleanField(
                label=each.title, required=False, initial=place is not None
            )
            self.fields[f"order_{each.key}"] = CountField(
                label=f"{each.title}: order",
                least=1,
                most=99,
                required=False,
                initial=place,
                widget=forms.TextInput(attrs={"aria-label": f"{each.title}: order"}),
            )

    @property
    def lines(self) -> list[ViewLine]:
        return [
            ViewLine(each, self[f"shown_{each.key}"], self[f"order_{each.key}"])
            for each in drawings.all_drawings()
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self._chosen:
            raise ValidationError("Choose at least one drawing.")
        return cleaned

    @property
    def _chosen(self) -> list[str]:
        return [key for key in drawings.ORDER if self.cleaned_data[f"shown_{key}"]]

    @property
    def views(self) -> list[str]:
        """The chosen drawings in the order typed; what has no number comes last."""
        return sorted(
            self._chosen, key=lambda key: self.cleaned_data[f"order_{key}"] or 100
        )


@dataclass(frozen=True)
class TemplateLine:
    """One row of a template's table of points."""

    number: int
    view: forms.BoundField
    side: forms.BoundField
    x: forms.BoundField
    y: forms.BoundField
    place_text: str

    @property
    def errors(self) -> list[str]:
        found = (error for f in (self.view, self.x, self.y) for error in f.errors)
        return list(dict.fromkeys(map(str, found)))


class TemplateForm(ClinicForm):
    """A template: its name, its source, and its points on the right side."""

    name = PlainTextField(max_length=120, help_text="As it stands under “Start from”.")
    source = PlainTextField(
        max_length=200, help_text="Where these points come from: clinic’s own, a paper."
    )
    spread = forms.ChoiceField(
        label="For the left side",
        choices=choices(Spread),
        initial=Spread.ONE_SIDE,
        widget=forms.RadioSelect,
        help_text="On views of the middle: one side is mirrored, both are as drawn.",
    )
    points_count = CountField(most=MOST_POINTS, widget=forms.HiddenInput, label="")

    def __init__(self, data: Any = None, *, template: PointTemplate) -> None:
        points = list(template.points.all()) if template.pk else []
        shown = {"points_count": len(points)} | _initial(points)
        if template.pk:
            shown |= {k: getattr(template, k) for k in ("name", "source", "spread")}
        super().__init__(data, initial=shown)
        self.template = template
        self.numbers = range(1, self._count(len(points)) + 1)
        for number in self.numbers:
            add_place(self, number)

    def _count(self, stored: int) -> int:
        if not self.is_bound:
            return stored
        try:
            return min(parse_count(self.data.get("points_count", "")), MOST_POINTS)
        except NotUnderstood:
            return 0

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "points_count" not in self.errors and not self.numbers:
            raise ValidationError("Place at least one point on a drawing.")
        return cleaned

    @property
    def points(self) -> list[tuple[str, Decimal, Decimal]]:
        """View, x and y of each point."""
        cleaned = self.cleaned_data
        return [
            (cleaned[f"view_{n}"], cleaned[f"x_{n}"], cleaned[f"y_{n}"])
            for n in self.numbers
        ]

    @property
    def lines(self) -> list[TemplateLine]:
        return [_line(self, n, place_text=self.region(n)) for n in self.numbers]

    @property
    def maps(self) -> list[Map]:
        """The indication's drawings with the points as they stand in the form."""
        views = [each.view for each in self.template.indication.views.all()]
        marks = [(n, self._place(n)) for n in self.numbers]
        return [
            Map(
                drawing=drawings.get(view),
                side=side_shown(view),
                marks=tuple(
                    Mark(number=n, x=place[1], y=place[2], state=PointState.PLANNED)
                    for n, place in marks
                    if place and place[0] == view
                ),
            )
            for view in views
        ]

    def _place(self, number: int) -> tuple[str, Decimal, Decimal] | None:
        read = getattr(self, "cleaned_data", {})
        values = read if self.is_bound else self.initial
        view, x, y = (values.get(f"{part}_{number}") for part in ("view", "x", "y"))
        return (view, x, y) if view and x is not None and y is not None else None

    def region(self, number: int) -> str:
        """What the place is called; empty while it cannot be read."""
        place = self._place(number)
        if place is None or place[0] not in drawings.ORDER:
            return ""
        view, x, y = place
        return drawings.get(view).region_at(float(x), float(y))


def side_shown(view: str) -> Side:
    """A template is drawn on the right side, or on a view of the middle."""
    return drawings.get(view).shown_side(Side.RIGHT)


def add_place(form: forms.Form, number: int) -> None:
    """Add the hidden fields of one row."""
    views = [("", ""), *((key, key) for key in drawings.ORDER)]
    missing = {"required": f"Point {number} is not placed."}
    form.fields |= {
        f"view_{number}": forms.ChoiceField(
            label=f"Point {number}, drawing",
            choices=views,
            widget=forms.HiddenInput,
            error_messages=missing,
        ),
        f"side_{number}": forms.ChoiceField(
            label=f"Point {number}, side",
            choices=choices(Side),
            required=False,
            widget=forms.HiddenInput,
        ),
        f"x_{number}": PlaceField(
            label=f"Point {number}, across",
            widget=forms.HiddenInput,
            error_messages=missing,
        ),
        f"y_{number}": PlaceField(
            label=f"Point {number}, down",
            widget=forms.HiddenInput,
            error_messages=missing,
        ),
    }


def blank_line() -> TemplateLine:
    """An empty row, from which the page makes another without asking the server."""
    form = forms.Form()
    add_place(form, 0)
    return _line(form, 0, place_text="")


def _initial(points: Iterable[TemplatePoint]) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for number, point in enumerate(points, start=1):
        rows |= {
            f"view_{number}": point.view,
            f"side_{number}": side_shown(point.view),
            f"x_{number}": point.x,
            f"y_{number}": point.y,
        }
    return rows


def _line(form: forms.Form, number: int, *, place_text: str) -> TemplateLine:
    return TemplateLine(
        number=number,
        view=form[f"view_{number}"],
        side=form[f"side_{number}"],
        x=form[f"x_{number}"],
        y=form[f"y_{number}"],
        place_text=place_text,
    )
