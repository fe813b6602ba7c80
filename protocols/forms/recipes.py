"""A recipe: its products and how much of each."""

from decimal import Decimal
from typing import Any, NamedTuple

from django import forms

from mesoclinic.fields import PlainTextField, VolumeField
from mesoclinic.forms import ClinicForm
from protocols.models import Product, Recipe

MOST_COMPONENTS = 8
EMPTY_ROWS = 2
FEWEST_ROWS = 4


class Line(NamedTuple):
    """The two boxes of one row."""

    product: forms.BoundField
    volume: forms.BoundField


class RecipeForm(ClinicForm):
    name = PlainTextField(max_length=120)
    note = PlainTextField(max_length=300, required=False)

    def __init__(self, *args: Any, instance: Recipe, **kwargs: Any) -> None:
        parts = list(instance.components.all()) if instance.pk else []
        super().__init__(*args, initial=_shown(instance, parts), **kwargs)
        self.rows = min(MOST_COMPONENTS, max(FEWEST_ROWS, len(parts) + EMPTY_ROWS))
        offered = Product.objects.selectable() | Product.objects.filter(
            pk__in=[part.product_id for part in parts]
        )
        for number in range(1, self.rows + 1):
            self._add_row(number, list(offered))

    def _add_row(self, number: int, offered: list[Product]) -> None:
        by_key = {str(product.pk): product for product in offered}
        self.fields[f"product_{number}"] = forms.TypedChoiceField(
            label=f"Product {number}",
            choices=[("", "–"), *((key, each.name) for key, each in by_key.items())],
            coerce=by_key.get,
            empty_value=None,
            required=False,
            widget=forms.Select(attrs={"aria-label": f"Product {number}"}),
            error_messages={"invalid_choice": "Choose a product of the list."},
        )
        self.fields[f"volume_{number}"] = VolumeField(
            label=f"Volume of product {number}",
            required=False,
            widget=forms.TextInput(
                attrs={"aria-label": f"Product {number}, mL", "data-unit": "mL"}
            ),
        )

    @property
    def lines(self) -> list[Line]:
        numbers = range(1, self.rows + 1)
        return [Line(self[f"product_{n}"], self[f"volume_{n}"]) for n in numbers]

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        components: list[tuple[Product, Decimal]] = []
        for number in range(1, self.rows + 1):
            product = cleaned.pop(f"product_{number}", None)
            volume = cleaned.pop(f"volume_{number}", None)
            self._check_row(number, product, volume, [p for p, _ in components])
            if product is not None and volume is not None:
                components.append((product, volume))
        if not components and not self.errors:
            self.add_error("product_1", "A recipe has at least one product.")
        return {**cleaned, "components": components}

    def _check_row(
        self,
        number: int,
        product: Product | None,
        volume: Decimal | None,
        above: list[Product],
    ) -> None:
        box, other = f"product_{number}", f"volume_{number}"
        if box in self.errors or other in self.errors:
            return
        if product in above:
            self.add_error(box, "This product is in the recipe already.")
        elif product is None and volume is not None:
            self.add_error(box, "Which product?")
        elif product is not None and volume is None:
            self.add_error(other, "How much of it?")


def _shown(recipe: Recipe, parts: list[Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": recipe.name, "note": recipe.note}
    for number, part in enumerate(parts, start=1):
        shown[f"product_{number}"] = part.product_id
        shown[f"volume_{number}"] = part.volume_ml
    return shown
