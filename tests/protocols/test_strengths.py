"""Strengths, masses and expiry days as they are typed."""

import datetime as dt
from decimal import Decimal

import pytest

from mesoclinic.typed import NotUnderstood
from protocols.strengths import (
    parse_expiry,
    parse_mass_mg,
    parse_strength,
    strengths_named,
)

TODAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("typed", "mg_per_ml"),
    [
        ("10", "10"),
        ("0.5", "0.5"),
        ("2,5", "2.5"),
        (" 1000 ", "1000"),
        ("0.005", "0.005"),
        ("0,0125", "0.0125"),
    ],
)
def test_strength_is_typed_in_mg_per_ml(typed, mg_per_ml):
    assert parse_strength(typed) == Decimal(mg_per_ml)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("1 %", "1 % is 10 mg/mL: if that is meant, write 10."),
        ("1%", "1 % is 10 mg/mL"),
        ("0,9 %", "0,9 % is 9 mg/mL"),
        ("2 percent", "2 % is 20 mg/mL"),
        ("10 mg/mL", "Leave out the unit: 10."),
        ("10mg / ml", "Leave out the unit: 10."),
        ("1.000", "at most two decimals"),
        ("10.005", "at most two decimals"),
        ("0.00005", "at most two decimals"),
        ("0", "more than 0 and at most 1000"),
        ("0.000", "more than 0 and at most 1000"),
        ("1000.01", "more than 0 and at most 1000"),
        (".5", "Write the zero in front"),
        ("-1", "without a minus sign"),
        ("1e1", "Write a number"),
        ("1_0", "Write a number"),
        ("١٠", "Write a number"),
        ("NaN", "Write a number"),
        ("10 mg", "Write a number"),
        ("9" * 400, "too large"),
    ],
)
def test_strength_that_could_be_ten_times_another_is_asked_for_again(typed, says):
    with pytest.raises(NotUnderstood, match=says):
        parse_strength(typed)


def test_a_name_says_its_strengths():
    name = "Marcain 0.5 % (5 mg/mL) in glucose 8 %"

    assert list(strengths_named(name)) == [Decimal(5), Decimal(80), Decimal(5)]
    assert list(strengths_named("Vitamin B12, 2 mL")) == []


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("200 mg", "Leave out the unit: 200."),
        ("0", "more than 0"),
        ("-5", "minus"),
        ("1e3", "Write a number"),
        ("0.2 g", "Write a number"),
    ],
)
def test_mass_is_a_plain_number(typed, says):
    with pytest.raises(NotUnderstood, match=says):
        parse_mass_mg(typed)
    assert parse_mass_mg("12,5") == Decimal("12.5")


@pytest.mark.parametrize(
    ("typed", "last_day"),
    [
        ("12-2028", "2028-12-31"),
        ("12/2028", "2028-12-31"),
        ("2.2028", "2028-02-29"),
        ("02 2027", "2027-02-28"),
        ("2028-12", "2028-12-31"),
        ("dec 2028", "2028-12-31"),
        ("December 2028", "2028-12-31"),
        ("SEPT-2028", "2028-09-30"),
        ("31 dec 2028", "2028-12-31"),
        ("2028-12-31", "2028-12-31"),
        ("15.12.2028", "2028-12-15"),
    ],
)
def test_expiry_as_boxes_print_it(typed, last_day):
    assert parse_expiry(typed, TODAY) == dt.date.fromisoformat(last_day)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("12-28", "year in four digits"),
        ("12/28", "year in four digits"),
        ("dec 28", "year in four digits"),
        ("281231", "Write a date|year"),
        ("31 dec", "year in four digits"),
        ("+30", "year in four digits"),
        ("today", "year in four digits"),
        ("next mon", "year in four digits"),
        ("13-2028", "no month 13"),
        ("0-2028", "no month 0"),
        ("12-1999", "from 2000 to 2100"),
        ("12-9999", "from 2000 to 2100"),
        ("31 dec 1999", "from 2000 to 2100"),
        ("30 feb 2028", "no 30 February"),
        ("02/03/2028", "month in letters"),
        ("xyz 2028", "12-2028"),
        ("١٢-٢٠٢٨", "year in four digits"),
        ("0001-01-01", "Write a year"),
    ],
)
def test_expiry_that_could_be_another_day(typed, says):
    with pytest.raises(NotUnderstood, match=says):
        parse_expiry(typed, TODAY)
