"""How pages write volumes, dates and times, the same way as paper does.

A moment is written as it stands: hand it over in the site's zone, as `starts_local`
is, or through Django's `timezone` filter.
"""

import datetime as dt
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html

from mesoclinic.typed import format_decimal

register = template.Library()


@register.filter
def ml(volume_ml: Decimal | None) -> str:
    """`0.1 mL`; nothing where nothing is recorded."""
    return "" if volume_ml is None else f"{format_decimal(volume_ml)} mL"


@register.filter
def mg(mass_mg: Decimal | None) -> str:
    """`12.5 mg`; nothing where it is not known."""
    return "" if mass_mg is None else f"{format_decimal(mass_mg)} mg"


@register.filter
def mm(length_mm: Decimal | None) -> str:
    """`3.5 mm`"""
    return "" if length_mm is None else f"{format_decimal(length_mm)} mm"


@register.filter
def short_date(on: dt.date | None) -> str:
    """`24-Nov-2026`"""
    return f"{on:%d-%b-%Y}" if on else ""


@register.filter
def weekday_date(on: dt.date | None) -> str:
    """`Tue 24-Nov-2026`"""
    return f"{on:%a %d-%b-%Y}" if on else ""


@register.filter
def clock(moment: dt.time | None) -> str:
    """`14:05`"""
    return f"{moment:%H:%M}" if moment else ""


@register.filter
def own_direction(text: str, around: str = "ltr") -> str:
    """A name, a number or an address, written in its own direction.

    `around` is the direction of the text it stands in. For paper: its renderer does
    not look for the first letter with a direction, as browsers do in a bare <bdi>. What
    has no such letter, as a phone, is left to right. What runs left to right throughout
    needs nothing in a text that does, and is printed in half the time.
    """
    kinds = [unicodedata.bidirectional(each) for each in str(text)]
    if around == "ltr" and not {"R", "AL", "AN"} & set(kinds):
        return conditional_escape(text)
    first = next((kind for kind in kinds if kind in {"L", "R", "AL"}), "L")
    direction = "ltr" if first == "L" else "rtl"
    return format_html('<bdi dir="{}">{}</bdi>', direction, text)


@register.filter
def get_item(mapping: Mapping[str, Any], key: str) -> Any:
    """What a mapping has under a key; None where it has nothing."""
    return mapping.get(key)
