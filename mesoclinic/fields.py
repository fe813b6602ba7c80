"""Form fields that take what people type, and only that; built on `typed.py`.

What was typed stays in the box when a form comes back. Numbers are text boxes with a
numeric keyboard: a browser's number box drops what it cannot read, turns with the
mouse wheel and takes `1e9`.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from mesoclinic.letters import unprintable
from mesoclinic.typed import (
    NotUnderstood,
    format_date,
    format_decimal,
    parse_birth_date,
    parse_count,
    parse_date,
    parse_length_mm,
    parse_text,
    parse_time,
    parse_volume_ml,
)

PAIN_MAX = 10


class PlainTextField(forms.CharField):
    """One line of text that can be shown, searched and printed.

    `max_length` counts here, not in the browser, which would cut a pasted text short
    without a word.
    """

    default_error_messages = {
        "max_length": (
            "Write at most %(limit_value)d characters: this has %(show_value)d."
        )
    }
    keeps_lines = False

    def __init__(self, *, max_length: int, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)

    def to_python(self, value: Any) -> str | None:
        with _refusals_shown():
            text = parse_text(str(value or ""), lines=self.keeps_lines)
        if missing := unprintable(text):
            # Here, and not on the morning on which the paper is needed.
            raise forms.ValidationError(
                f"No paper can be printed with {' '.join(missing)}. Write it in Latin, "
                "Greek, Cyrillic, Arabic or Hebrew letters."
            )
        return text or self.empty_value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs


class PlainLinesField(PlainTextField):
    """Text of several lines, with its line breaks and tabs."""

    widget = forms.Textarea
    keeps_lines = True


class TypedField(forms.Field):
    """A text box whose content is read by `parse` and written by `show`."""

    widget: type[forms.Widget] = forms.TextInput
    inputmode = "text"

    def parse(self, text: str) -> Any:
        raise NotImplementedError

    def show(self, value: Any) -> str:
        return str(value)

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        with _refusals_shown():
            return self.parse(value)

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else self.show(value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        if widget.is_hidden:
            return {}
        return {"inputmode": self.inputmode, "autocomplete": "off"}


class CountField(TypedField):
    """A whole number from `least` to `most`, both taken."""

    inputmode = "numeric"

    def __init__(self, *, least: int = 0, most: int = 9999, **options: Any) -> None:
        super().__init__(**options)
        self.least, self.most = least, most

    def parse(self, text: str) -> int:
        count = parse_count(text)
        if not self.least <= count <= self.most:
            raise NotUnderstood(f"Write a number from {self.least} to {self.most}.")
        return count


class RowField(forms.ModelChoiceField):
    """A choice of one row, by its key in plain digits: `1_0` and `١` are no key."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and value and not re.fullmatch(r"[0-9]{1,18}", value):
            raise ValidationError(
                self.error_messages["invalid_choice"],
                code="invalid_choice",
                params={"value": value},
            )
        return super().to_python(value)


class PainField(CountField):
    """A score from 0 (no pain) to 10, or nothing where nobody asked; one tap each."""

    widget = forms.RadioSelect

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"most": PAIN_MAX, "required": False, **options})
        scores = [(str(score), str(score)) for score in range(PAIN_MAX + 1)]
        self.widget.choices = scores if self.required else [*scores, ("", "n/a")]

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"class": "scale"}


class VolumeField(TypedField):
    """A volume in mL above 0, typed without its unit, with at most two decimals."""

    inputmode = "decimal"

    def __init__(self, *, most_ml: Decimal = Decimal("99.99"), **options: Any) -> None:
        super().__init__(**options)
        self.most_ml = most_ml

    def parse(self, text: str) -> Decimal:
        volume_ml = parse_volume_ml(text)
        if volume_ml > self.most_ml:
            raise NotUnderstood(f"At most {format_decimal(self.most_ml)} mL.")
        return volume_ml

    def show(self, value: Decimal) -> str:
        return format_decimal(value)


class LengthField(TypedField):
    """A length in mm above 0, typed without its unit, with at most one decimal."""

    inputmode = "decimal"

    def __init__(self, *, most_mm: Decimal = Decimal("999.9"), **options: Any) -> None:
        super().__init__(**options)
        self.most_mm = most_mm

    def parse(self, text: str) -> Decimal:
        length_mm = parse_length_mm(text)
        if length_mm > self.most_mm:
            raise NotUnderstood(f"At most {format_decimal(self.most_mm)} mm.")
        return length_mm

    def show(self, value: Decimal) -> str:
        return format_decimal(value)


class TypedDateField(TypedField):
    """A date as people type it: `24 nov`, `+3`, `next mon`. Today is the site's."""

    def parse(self, text: str) -> date:
        return parse_date(text, timezone.localdate())

    def show(self, value: date) -> str:
        return format_date(value)


class TypedTimeField(TypedField):
    """A time on the 24-hour clock as people type it: `9`, `0900`, `9h30`."""

    inputmode = "numeric"

    def parse(self, text: str) -> time:
        return parse_time(text)

    def show(self, value: time) -> str:
        return f"{value:%H:%M}"


class BirthDateWidget(forms.MultiWidget):
    """Three boxes, day, month and year, each with an id and a label of its own."""

    template_name = "widgets/birth_date.html"
    boxes = {"day": 2, "month": 9, "year": 4}

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({name: _box(size) for name, size in self.boxes.items()}, attrs)

    def get_context(
        self, name: str, value: Any, attrs: dict[str, Any] | None
    ) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        id_ = context["widget"]["attrs"].get("id", name)
        for box, part in zip(context["widget"]["subwidgets"], self.boxes, strict=True):
            box["label"] = part.capitalize()
            box["attrs"]["id"] = f"{id_}_{part}"
        return context

    def decompress(self, value: date | None) -> list[str]:
        if value is None:
            return ["", "", ""]
        return [str(value.day), str(value.month), str(value.year)]


class BirthDateField(forms.MultiValueField):
    """A date of birth: not in the future, not before 1900, and in the calendar."""

    widget = BirthDateWidget
    default_error_messages = {"required": "Write the day, the month and the year."}

    def __init__(self, **options: Any) -> None:
        boxes = tuple(forms.CharField(required=False) for _ in BirthDateWidget.boxes)
        super().__init__(fields=boxes, **options)

    def compress(self, data_list: list[str]) -> date | None:
        if not data_list:
            return None
        with _refusals_shown():
            return parse_birth_date(*data_list, today=timezone.localdate())


def _box(size: int) -> forms.TextInput:
    return forms.TextInput(
        attrs={"inputmode": "numeric", "autocomplete": "off", "size": size}
    )


@contextmanager
def _refusals_shown() -> Iterator[None]:
    """Turn what could not be read into the message beside its field."""
    try:
        yield
    except NotUnderstood as refusal:
        raise ValidationError(str(refusal), code="not_understood") from refusal
