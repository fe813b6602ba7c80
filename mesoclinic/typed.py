"""What people type, read strictly: numbers, dates, times and plain text. Pure.

Python reads `1_0` as 10, `1e-1` as 0.1 and a date with its month first. In a clinic
each of these is a slip, so whatever can be read in two ways is asked for again.
Every refusal is a NotUnderstood, with a message fit for the person who typed.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from itertools import product

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
FIRST_YEAR, LAST_YEAR = 1900, 2100

_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Letters by category, yet nothing to be seen.
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")

_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,5})(?:[.,]([0-9]{1,2}))?")
_WITH_UNIT = re.compile(r"([0-9]+(?:[.,][0-9]+)?)\s*(?:ml|cc|cm3|cm³|mm)\.?")
_TIME = re.compile(r"([0-9]{1,2})(?:[:.h]([0-9]{2})|h)?|([0-9]{2})([0-9]{2})")

_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_LETTERS = re.compile(r"([0-9]{1,2})[ ./-]*([a-z]+)\.?(?:[ /-]*([0-9]{4}|[0-9]{2}))?")
_NUMERIC = re.compile(r"([0-9]{1,2})([ ./-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_EIGHT_DIGITS = re.compile(r"[0-9]{8}")
_DAYS_AHEAD = re.compile(r"\+ ?([0-9]{1,4})")

_A_DATE = "Write a date like 24 Nov 2026."
_FOUR_DIGIT_YEAR = "Write the year in four digits."


class NotUnderstood(ValueError):  # noqa: N818
    """What was typed cannot be taken as it stands; says what to write instead."""


# --- Text -------------------------------------------------------------------


def parse_text(text: str, *, lines: bool = False) -> str:
    """Return text in one normal form (NFC), trimmed, or refuse what cannot be shown.

    Refused: control characters, lone surrogates, characters that turn the direction
    of the text around them, and text that has nothing to see. With `lines`, line
    breaks (as `\\n`) and tabs stay.
    """
    if lines:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.strip()
    if any(_unwanted(c, "\n\t" if lines else "") for c in text):
        raise NotUnderstood(
            "This has a character that cannot be shown. Type it again, or paste it "
            "as plain text."
        )
    if text and not any(map(_visible, text)):
        raise NotUnderstood("There is nothing to see in this text.")
    return unicodedata.normalize("NFC", text)


def _unwanted(character: str, allowed: str) -> bool:
    if character in allowed:
        return False
    category = unicodedata.category(character)
    return category in {"Cc", "Cs", "Zl", "Zp"} or character in _BIDI_CONTROLS


def _visible(character: str) -> bool:
    category = unicodedata.category(character)
    return category not in {"Cc", "Cf", "Zs"} and character not in _FILLERS


# --- Numbers ----------------------------------------------------------------


def parse_count(text: str) -> int:
    """Return a whole number written in ASCII digits: `8`, not `7.0` or `1_0`."""
    text = text.strip()
    if not re.fullmatch(r"[0-9]+", text):
        raise NotUnderstood("Write a whole number in digits, like 8.")
    if len(text) > 9:
        raise NotUnderstood("This number is too large.")
    return int(text)


def parse_decimal(text: str) -> Decimal:
    """Return a number with at most two decimals, point or comma, without end zeros.

    `1.000` may be a thousand, `.1` and `01` a slip: both are asked for again.
    """
    text = text.strip()
    match = _DECIMAL.fullmatch(text)
    if not match:
        raise NotUnderstood(_what_is_wrong(text))
    whole, decimals = match.groups(default="")
    decimals = decimals.rstrip("0")
    return Decimal(f"{whole}.{decimals}" if decimals else whole)


def parse_volume_ml(text: str) -> Decimal:
    """Return a volume in mL, typed without its unit: `0,1` and `0.10` are 0.1."""
    volume_ml = _without_unit(text)
    if not volume_ml:
        raise NotUnderstood("A volume is more than 0 mL.")
    return volume_ml


def parse_length_mm(text: str) -> Decimal:
    """Return a length in mm, typed without its unit, with at most one decimal."""
    length_mm = _without_unit(text)
    if not length_mm:
        raise NotUnderstood("A length is more than 0 mm.")
    if length_mm != round(length_mm, 1):
        raise NotUnderstood("Write at most one decimal, like 4.5.")
    return length_mm


def format_decimal(number: Decimal) -> str:
    """Return a number as one would type it: `0.1`, `10`, never `0.10` or `1E+1`."""
    return f"{number.normalize():f}"


def _without_unit(text: str) -> Decimal:
    with_unit = _WITH_UNIT.fullmatch(text.strip().lower())
    if with_unit:
        raise NotUnderstood(f"Leave out the unit: {with_unit[1]}.")
    return parse_decimal(text)


def _what_is_wrong(text: str) -> str:
    if re.fullmatch(r"-[0-9.,]+", text):
        return "Write the number without a minus sign."
    if re.fullmatch(r"[.,][0-9]+", text):
        return f"Write the zero in front: 0{text}."
    if re.fullmatch(r"0[0-9]+([.,][0-9]*)?", text):
        return "Too many zeros in front: write a number like 0.1."
    if re.fullmatch(r"[0-9]+[.,][0-9]{3,}", text):
        return "Write at most two decimals, like 0.1."
    if re.fullmatch(r"[0-9]{7,}([.,][0-9]{1,2})?", text):
        return "This number is too large."
    return "Write a number like 0.1."


# --- Dates ------------------------------------------------------------------


def format_date(on: date) -> str:
    """Return a date as one would type it: `24 Nov 2026`."""
    return f"{on.day} {MONTHS[on.month - 1][:3]} {on.year}"


def parse_date(text: str, today: date) -> date:
    """Return the date that was typed: `24 nov`, `24.11.2026`, `+3`, `next mon`.

    Without a year it is the nearest such date not before `today`. A date in numbers
    that can be read month first is refused: `02/03/2026`.
    """
    text = _squeezed(text)
    on = _relative(text, today)
    if on is None:
        on = _absolute(text, today)
    _check_year(on.year)
    return on


def possible_birth_dates(text: str) -> tuple[date, ...]:
    """Return every date that a search text can mean; none where it is not a date.

    `02/03/1980` is 2 March and 3 February; `14.8.80` is 1980 and 2080. For finding
    people only: nothing here is certain enough to be stored.
    """
    found = dict.fromkeys(
        on
        for day, month, year in _readings(_squeezed(text))
        if FIRST_YEAR <= year <= LAST_YEAR and (on := _date_or_none(day, month, year))
    )
    return tuple(found)


def parse_birth_date(day: str, month: str, year: str, *, today: date) -> date:
    """Return the birth date typed in three boxes; the month as a number or a name."""
    day, month, year = day.strip(), _squeezed(month), year.strip()
    if not (day and month and year):
        raise NotUnderstood("Write the day, the month and the year.")
    if not re.fullmatch(r"[0-9]{1,2}", day):
        raise NotUnderstood("Write the day as a number from 1 to 31.")
    if re.fullmatch(r"[0-9]{2}", year):
        raise NotUnderstood(_FOUR_DIGIT_YEAR)
    if not re.fullmatch(r"[0-9]{4}", year):
        raise NotUnderstood("Write the year as a number, like 1980.")
    if int(year) < FIRST_YEAR:
        raise NotUnderstood(f"Write a year from {FIRST_YEAR} on.")
    on = _date(int(day), parse_month(month), int(year))
    if on > today:
        raise NotUnderstood("A date of birth cannot be in the future.")
    return on


def parse_month(text: str) -> int:
    """Return a month from 1 to 12, typed as `8`, `08`, `aug` or `August`."""
    text = _squeezed(text)
    month = _named_month(text)
    if month is None and re.fullmatch(r"[0-9]{1,2}", text):
        month = int(text)
    if month is None or not 1 <= month <= 12:
        raise NotUnderstood("Write the month as a number from 1 to 12 or as a name.")
    return month


def _squeezed(text: str) -> str:
    return " ".join(text.lower().split())


def _relative(text: str, today: date) -> date | None:
    if text in {"today", "tomorrow"}:
        return today + timedelta(days=int(text == "tomorrow"))
    if ahead := _DAYS_AHEAD.fullmatch(text):
        return today + timedelta(days=int(ahead[1]))
    weekday = _weekday(text.removeprefix("next "))
    if weekday is None:
        return None
    # Always ahead: on a Monday, "mon" is in a week.
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _weekday(name: str) -> int | None:
    matches = [i for i, full in enumerate(WEEKDAYS) if name in {full, full[:3]}]
    return matches[0] if matches else None


def _absolute(text: str, today: date) -> date:
    if iso := _ISO.fullmatch(text):
        return _date(int(iso[3]), int(iso[2]), int(iso[1]))
    if letters := _LETTERS.fullmatch(text):
        return _from_letters(letters, today)
    if numeric := _NUMERIC.fullmatch(text):
        return _from_numbers(numeric)
    raise NotUnderstood(_A_DATE)


def _from_letters(match: re.Match[str], today: date) -> date:
    day, month = int(match[1]), _named_month(match[2])
    if month is None:
        raise NotUnderstood(_A_DATE)
    if match[3] is None:
        return _next_such_date(day, month, today)
    return _date(day, month, _whole_year(match[3]))


def _from_numbers(match: re.Match[str]) -> date:
    """Read day first, and only where it cannot be read month first."""
    first, second, year = int(match[1]), int(match[3]), _whole_year(match[4])
    _check_year(year)
    day_first = _date_or_none(first, second, year)
    month_first = _date_or_none(second, first, year)
    if month_first and month_first != day_first:
        readings = [format_date(on) for on in (day_first, month_first) if on]
        raise NotUnderstood(f"Write the month in letters: {' or '.join(readings)}.")
    return _date(first, second, year)


def _whole_year(digits: str) -> int:
    if len(digits) < 4:
        raise NotUnderstood(_FOUR_DIGIT_YEAR)
    return int(digits)


def _next_such_date(day: int, month: int, today: date) -> date:
    # Eight years: 29 February is that far away around 1900 and 2100.
    for year in range(today.year, today.year + 9):
        on = _date_or_none(day, month, year)
        if on and on >= today:
            return on
    raise NotUnderstood(f"There is no {day} {MONTHS[month - 1]}.")


def _readings(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield day, month and year in every order that a birth date may be typed in."""
    if iso := _ISO.fullmatch(text):
        yield int(iso[3]), int(iso[2]), int(iso[1])
    elif (letters := _LETTERS.fullmatch(text)) and letters[3]:
        month = _named_month(letters[2]) or 0
        yield from product([int(letters[1])], [month], _years(letters[3]))
    elif numeric := _NUMERIC.fullmatch(text):
        yield from _both_orders(numeric[1], numeric[3], numeric[4])
    elif _EIGHT_DIGITS.fullmatch(text):
        yield from _both_orders(text[:2], text[2:4], text[4:])
        yield int(text[6:]), int(text[4:6]), int(text[:4])


def _both_orders(first: str, second: str, year: str) -> Iterator[tuple[int, int, int]]:
    yield from product([int(first)], [int(second)], _years(year))
    yield from product([int(second)], [int(first)], _years(year))


def _years(digits: str) -> list[int]:
    year = int(digits)
    return [year] if len(digits) == 4 else [1900 + year, 2000 + year]


def _named_month(name: str) -> int | None:
    for number, full in enumerate(MONTHS, start=1):
        if name in {full.lower(), full[:3].lower()}:
            return number
    return 9 if name == "sept" else None


def _date_or_none(day: int, month: int, year: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _date(day: int, month: int, year: int) -> date:
    _check_year(year)
    on = _date_or_none(day, month, year)
    if on:
        return on
    if not 1 <= month <= 12:
        raise NotUnderstood(f"There is no month {month}.")
    raise NotUnderstood(f"There is no {day} {MONTHS[month - 1]} {year}.")


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotUnderstood(f"Write a year from {FIRST_YEAR} to {LAST_YEAR}.")


# --- Times ------------------------------------------------------------------


def parse_time(text: str) -> time:
    """Return a time on the 24-hour clock: `9:00`, `0900`, `9.00`, `9h30`, `9`."""
    match = _TIME.fullmatch(_squeezed(text))
    if match:
        hour, minute = int(match[1] or match[3]), int(match[2] or match[4] or 0)
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise NotUnderstood("Write a time like 09:30.")
