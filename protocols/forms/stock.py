"""Lots on the shelf: typed from the box, or scanned."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from mesoclinic.fields import PlainTextField, RowField, TypedDateField
from mesoclinic.forms import ClinicForm
from protocols.forms.fields import ExpiryField, ScanField
from protocols.models import Product, StockLot
from protocols.scanning import NotAScan, parse_gtin


class LotForm(ClinicForm):
    """A lot as the box says it."""

    product = RowField(
        queryset=Product.objects.selectable(), empty_label="Choose a product"
    )
    number = PlainTextField(
        label="Lot",
        max_length=40,
        help_text="Letters and digits as printed, after LOT.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    expires_on = ExpiryField(
        label="Expires",
        help_text="As printed: 12-2028 is the last day of December 2028.",
    )

    @classmethod
    def correcting(cls, data: Any, lot: StockLot) -> "LotForm":
        shown = {n: getattr(lot, n) for n in ("product", "number", "expires_on")}
        form = cls(data, initial=shown)
        # A withdrawn product keeps its lots.
        own = Product.objects.filter(pk=lot.product_id)
        product: Any = form.fields["product"]
        product.queryset = Product.objects.selectable() | own
        return form


class ScannedLotForm(LotForm):
    """The same, filled in from the code of a box that names no product we know."""

    gtin = forms.CharField(max_length=14, widget=forms.HiddenInput)

    def clean_gtin(self) -> str:
        try:
            return parse_gtin(self.cleaned_data["gtin"])
        except NotAScan as refusal:
            raise ValidationError(str(refusal)) from refusal


class ScanForm(ClinicForm):
    """One box, in which a scanner types and then presses Enter."""

    code = ScanField(
        label="Code of the box",
        widget=forms.TextInput(
            attrs={"autofocus": "", "autocomplete": "off", "spellcheck": "false"}
        ),
        help_text="Click here, then scan the square code: it types itself.",
    )


class OpenedForm(ClinicForm):
    opened_on = TypedDateField(
        label="Opened on",
        required=False,
        widget=forms.TextInput(attrs={"data-calendar": ""}),
        help_text="Empty: the one in use is not opened yet.",
    )

    def __init__(self, *args: Any, lot: StockLot, **kwargs: Any) -> None:
        shown = {"opened_on": lot.opened_on or timezone.localdate()}
        super().__init__(*args, initial=shown, **kwargs)
