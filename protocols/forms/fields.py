"""What is read off a box: strength, mass, expiry, codes."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from mesoclinic.fields import TypedField
from mesoclinic.typed import NotUnderstood, format_date, format_decimal
from protocols import scanning, strengths


class StrengthField(TypedField):
    """A strength in mg/mL; pages echo what that is in per cent."""

    inputmode = "decimal"

    def parse(self, text: str) -> Decimal:
        return strengths.parse_strength(text)

    def show(self, value: Decimal) -> str:
        return format_decimal(value)


class MassField(TypedField):
    """A mass in mg above 0, typed without its unit."""

    inputmode = "decimal"

    def parse(self, text: str) -> Decimal:
        return strengths.parse_mass_mg(text)

    def show(self, value: Decimal) -> str:
        return format_decimal(value)


class ExpiryField(TypedField):
    """The last day of a lot, typed as a day or as a month: `12-2028`."""

    def parse(self, text: str) -> dt.date:
        return strengths.parse_expiry(text, timezone.localdate())

    def show(self, value: dt.date) -> str:
        return format_date(value)


class GtinField(TypedField):
    """The number below the bars of a box, kept with 14 digits."""

    inputmode = "numeric"

    def parse(self, text: str) -> str:
        try:
            return scanning.parse_gtin(text)
        except scanning.NotAScan as refusal:
            raise NotUnderstood(str(refusal)) from refusal


class ScanField(TypedField):
    """The code of a box, as a scanner types it. It may hold control characters."""

    def parse(self, text: str) -> scanning.Scan:
        try:
            return scanning.parse_scan(text)
        except scanning.NotAScan as refusal:
            raise NotUnderstood(str(refusal)) from refusal


class RowsField(forms.ModelMultipleChoiceField):
    """A choice of rows, each by its key in plain digits."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> Any:
        keys = value or []
        for key in keys:
            if not re.fullmatch(r"[0-9]{1,18}", str(key)):
                raise ValidationError(
                    self.error_messages["invalid_pk_value"],
                    code="invalid_pk_value",
                    params={"pk": key},
                )
        return super().clean(value)
