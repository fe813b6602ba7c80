"""Countries and regions whose public holidays are known, from the `holidays` library.

Imported late: the library is slow to import, and few pages need it.
"""

from functools import cache
from typing import Any

from django.core.exceptions import ValidationError

from sessions.schedule.models import Site

Choices = list[tuple[str, str]]

NONE = ("", "None")


@cache
def countries() -> Choices:
    """ISO 3166 codes and names, by name, behind the choice of none."""
    from holidays.registry import COUNTRIES

    named = ((code, _words(key)) for key, (_, code, *_) in COUNTRIES.items())
    return [NONE, *sorted(named, key=lambda choice: choice[1])]


def _words(key: str) -> str:
    """`United Kingdom` for `united_kingdom`."""
    small = {"and", "of", "the"}
    words = (w if w in small else w.capitalize() for w in key.split("_"))
    return " ".join(words)


@cache
def regions(country: str) -> Choices:
    """The regions of a country that have holidays of their own, by name."""
    if country not in dict(countries()) or not country:
        return [("", "All of it")]
    from holidays import country_holidays

    known: Any = country_holidays(country)
    names = {code: name for name, code in known.subdivisions_aliases.items()}
    # A handful have longer names than the column has room for: five of 650.
    longest = Site._meta.get_field("region").max_length or 0
    named = [
        (code, _region(code, names.get(code, code)))
        for code in known.subdivisions
        if len(code) <= longest
    ]
    return [("", "All of it"), *sorted(named, key=lambda choice: choice[1])]


def _region(code: str, name: str) -> str:
    return code if name == code else f"{name} ({code})"


def refuse_unknown(country: str, region: str) -> None:
    """Raise at the field where there is no such country, or no such region in it."""
    if country not in dict(countries()):
        raise ValidationError({"country": "Choose a country of the list, or none."})
    if region not in dict(regions(country)):
        raise ValidationError({"region": "This is no region of that country."})
