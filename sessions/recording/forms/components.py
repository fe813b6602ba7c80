"""The rows of the mixture: which product, how much of it, from which lot."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from django import forms

from mesoclinic.fields import VolumeField
from protocols.models import Product, StockLot
from sessions.recording.drafts import ComponentDraft

Row = TypeVar("Row", Product, StockLot)
MOST_COMPONENTS = 8
_CHOSEN = ("product", "lot")
ROW = re.compile(r"(?:product|volume|lot)_([0-9]{1,2})")


@dataclass(frozen=True)
class ComponentLine:
    """One row of the mixture."""

    number: int
    product: forms.BoundField
    volume: forms.BoundField
    lot: forms.BoundField


class Shelf:
    """What can be chosen: products not withdrawn and lots in stock, and besides what
    the record has already. Two queries, whatever the number of rows."""

    def __init__(self, chosen: Iterable[ComponentDraft]) -> None:
        self._chosen = tuple(chosen)

    @cached_property
    def products(self) -> dict[str, Product]:
        chosen = [each.product for each in self._chosen]
        return _by_key([*Product.objects.selectable().listed(), *chosen])

    @cached_property
    def lots(self) -> dict[str, StockLot]:
        chosen = [each.lot for each in self._chosen if each.lot]
        return _by_key([*StockLot.objects.in_stock(), *chosen])

    @cached_property
    def product_choices(self) -> list[tuple[str, str]]:
        names = {key: each.name for key, each in self.products.items()}
        return [("", "Product…"), *names.items()]

    def lot_choices(self, product: str, lot: str = "") -> list[tuple[str, str]]:
        """The lots of a product, those of all where none is chosen; and `lot`."""
        shown = {
            key: lot_text(each)
            for key, each in self.lots.items()
            if product in {"", str(each.product_id)} or key == lot
        }
        return [("", "Lot…"), *shown.items()]


def _by_key(rows: Iterable[Row]) -> dict[str, Row]:
    """Each once: the first, which comes with all that the rules look at."""
    found: dict[str, Row] = {}
    for row in rows:
        found.setdefault(str(row.pk), row)
    return found


def lot_text(lot: StockLot) -> str:
    """A lot as it is chosen: `A1234 · Lidocaine 1 % · to 31-Dec-2028`."""
    return f"{lot.number} · {lot.product.name} · to {lot.use_by:%d-%b-%Y}"


def add_fields(form: forms.Form, number: int, shelf: Shelf) -> None:
    """Add the fields of one row. Any lot is taken; those of its product are offered."""
    at_hand = form.data if form.is_bound else form.initial
    product, lot = (str(at_hand.get(f"{name}_{number}", "")) for name in _CHOSEN)
    form.fields |= {
        f"product_{number}": forms.TypedChoiceField(
            label=f"Product {number}",
            choices=shelf.product_choices,
            coerce=shelf.products.get,
            empty_value=None,
            required=False,
            widget=forms.Select(attrs={"aria-label": f"Product {number}"}),
            error_messages={"invalid_choice": "Choose a product of the list."},
        ),
        f"volume_{number}": VolumeField(
            label=f"Product {number}, volume",
            required=False,
            widget=forms.TextInput(
                attrs={"aria-label": f"Product {number}, mL", "data-unit": "mL"}
            ),
        ),
        f"lot_{number}": forms.TypedChoiceField(
            label=f"Product {number}, lot",
            choices=shelf.lot_choices(""),
            coerce=shelf.lots.get,
            empty_value=None,
            required=False,
            widget=forms.Select(
                attrs={"aria-label": f"Product {number}, lot"},
            ),
            error_messages={"invalid_choice": "This lot is not in stock."},
        ),
    }
    form.fields[f"lot_{number}"].widget.choices = shelf.lot_choices(product, lot)


def initial_of(number: int, part: ComponentDraft) -> dict[str, Any]:
    return {
        f"product_{number}": part.product.pk,
        f"volume_{number}": part.volume_ml,
        f"lot_{number}": part.lot.pk if part.lot else "",
    }


def draft(form: forms.Form, number: int) -> ComponentDraft | None:
    """The component that a row says; None for an empty row or one with an error."""
    cleaned = form.cleaned_data
    product, volume, lot = (
        cleaned.get(f"{name}_{number}") for name in ("product", "volume", "lot")
    )
    if product is None and lot is None and volume is None:
        return None
    if product is None and lot is not None:
        product = lot.product
    if product is None:
        _say(form, f"product_{number}", "Which product?")
    elif volume is None:
        _say(form, f"volume_{number}", "How much of it?")
    elif lot is not None and lot.product_id != product.pk:
        _say(form, f"lot_{number}", f"This lot is of {lot.product.name}.")
    else:
        return ComponentDraft(product=product, volume_ml=volume, lot=lot)
    return None


def _say(form: forms.Form, name: str, message: str) -> None:
    if name not in form.errors:
        form.add_error(name, message)
