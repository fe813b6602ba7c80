"""Strengths and days as they are typed from a box, read in one way or not at all. Pure.

1 % is 10 mg/mL: to take one for the other is a dose ten times too large or too small.
So a strength is typed in mg/mL, and a percentage is answered with what it would be.
"""

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal

from mesoclinic.typed import (
    MONTHS,
    NotUnderstood,
    format_decimal,
    parse_date,
    parse_decimal,
)

STRONGEST_MG_PER_ML = Decimal(1000)
_NUMBER = r"([0-9]+(?:[.,][0-9]+)?)"
_PERCENT = re.compile(_NUMBER + r"\s*(?:%|per ?cent)")
_MG_PER_ML = re.compile(_NUMBER + r"\s*mg\s*(?:/|per)\s*ml")
_MG = re.compile(_NUMBER + r"\s*(?:mg|milligrams?)\.?")
_SMALL = re.compile(r"0[.,][0-9]{3,4}")

_MONTH = re.compile(r"([0-9]{1,2})[ ./-]+([0-9]{4})")
_MONTH_NAMED = re.compile(r"([a-z]+)\.?[ ./-]*([0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})[ ./-]+([0-9]{1,2})")
_HAS_YEAR = re.compile(r"[0-9]{4}")
FIRST_YEAR, LAST_YEAR = 2000, 2100


def parse_strength(text: str) -> Decimal:
    """Return a strength in mg/mL, typed without its unit.

    Up to four decimals below 1, two above it. Never a percentage.
    """
    text = text.strip().lower()
    if percent := _PERCENT.fullmatch(text):
        strength = _number(percent[1]) * 10
        raise NotUnderstood(
            f"{percent[1]} % is {format_decimal(strength)} mg/mL: "
            f"if that is meant, write {format_decimal(strength)}."
        )
    if with_unit := _MG_PER_ML.fullmatch(text):
        raise NotUnderstood(f"Leave out the unit: {with_unit[1]}.")
    strength = _number(text) if _SMALL.fullmatch(text) else parse_decimal(text)
    if not 0 < strength <= STRONGEST_MG_PER_ML:
        raise NotUnderstood("A strength is more than 0 and at most 1000 mg/mL.")
    return strength


def strengths_named(name: str) -> Iterator[Decimal]:
    """Yield every strength, in mg/mL, that the name of a product says."""
    name = name.lower()
    for percent in _PERCENT.finditer(name):
        yield _number(percent[1]) * 10
    for strength in _MG_PER_ML.finditer(name):
        yield _number(strength[1])


def parse_mass_mg(text: str) -> Decimal:
    """Return a mass in mg, typed without its unit."""
    if with_unit := _MG.fullmatch(text.strip().lower()):
        raise NotUnderstood(f"Leave out the unit: {with_unit[1]}.")
    mass_mg = parse_decimal(text)
    if not mass_mg:
        raise NotUnderstood("A limit is more than 0 mg.")
    return mass_mg


def parse_expiry(text: str, today: dt.date) -> dt.date:
    """Return the last day on which a lot can be used, as its box says it.

    `12-2028` and `dec 2028` are the last day of that month; otherwise a date with its
    year. `12-28` may be a day or a year, and is asked for again.
    """
    text = " ".join(text.lower().split())
    if match := _MONTH.fullmatch(text):
        return _last_day(int(match[2]), int(match[1]))
    if match := _YEAR_FIRST.fullmatch(text):
        return _last_day(int(match[1]), int(match[2]))
    if (match := _MONTH_NAMED.fullmatch(text)) and match[1]:
        return _last_day(int(match[2]), _named(match[1]))
    if not _HAS_YEAR.search(text):
        raise NotUnderstood(
            "Write it with its year in four digits: 12-2028, or 31 Dec 2028."
        )
    on = parse_date(text, today)
    _last_day(on.year, on.month)
    return on


def _last_day(year: int, month: int) -> dt.date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotUnderstood(f"Write a year from {FIRST_YEAR} to {LAST_YEAR}.")
    if not 1 <= month <= 12:
        raise NotUnderstood(f"There is no month {month}.")
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def _named(name: str) -> int:
    for number, full in enumerate(MONTHS, start=1):
        if name in {full.lower(), full[:3].lower()} or (number, name) == (9, "sept"):
            return number
    raise NotUnderstood("Write it like 12-2028, or 31 Dec 2028.")


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))
