"""The code on a box, as scanners type it."""

import datetime as dt

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.scanning import NotAScan, Scan, parse_gtin, parse_scan

GTIN = "09501101530003"
BOX = Scan(gtin=GTIN, lot="AB123", expires_on=dt.date(2028, 12, 31))


@pytest.mark.parametrize(
    "typed",
    [
        f"01{GTIN}1728123110AB123",
        f"01{GTIN}10AB123\x1d17281231",
        f"01{GTIN}10AB123^17281231",
        f"01{GTIN}10AB123␝17281231",
        f"01{GTIN}1728123110AB123\x1d21SERIAL7",
        f"\x1d01{GTIN}1728123110AB123\x1d",
        f"^01{GTIN}1728123110AB123",
        f"]d201{GTIN}1728123110AB123",
        f"]Q301{GTIN}1728123110AB123",
        f"(01){GTIN}(17)281231(10)AB123",
        f"(10)AB123(17)281231(01){GTIN}",
        f"  01{GTIN}1728123110AB123\r\n",
    ],
)
def test_every_way_in_which_a_scanner_says_the_same(typed):
    assert parse_scan(typed) == BOX


@pytest.mark.parametrize(
    ("expiry", "last_day"),
    [("281200", "2028-12-31"), ("280200", "2028-02-29"), ("270200", "2027-02-28")],
)
def test_a_month_alone_is_its_last_day(expiry, last_day):
    scan = parse_scan(f"01{GTIN}17{expiry}10A")

    assert scan.expires_on == dt.date.fromisoformat(last_day)


@time_machine.travel(dt.datetime(2026, 11, 23, tzinfo=dt.UTC), tick=False)
def test_two_digits_of_a_year_are_the_nearest_century():
    years = [parse_scan(f"01{GTIN}17{y}123110A").expires_on.year for y in ("30", "99")]

    assert years == [2030, 1999]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Nothing was scanned."),
        (" \x1d ", "Nothing was scanned."),
        ("5012345678900", "not the code of a box"),
        ("Lidocaine", "not the code of a box"),
        (f"01{GTIN}", "does not say the lot, the expiry"),
        (f"01{GTIN}17281231", "does not say the lot."),
        (f"01{GTIN}10AB12317281231", "does not say the expiry"),
        ("1728123110AB123", "does not say the product"),
        (f"01{GTIN[:-1]}41728123110A", "a product or a date"),
        (f"01{GTIN}1728133110A", "not the code of a box"),
        (f"01{GTIN}1728123110" + "A" * 21, "not the code of a box"),
        (f"01{GTIN}1728123110A\x00B", "not the code of a box"),
        (f"01{GTIN}17281231" + "^10A" * 90, "longer than the code"),
        (f"0１{GTIN}1728123110A", "not the code of a box"),
        ("(", "not the code of a box"),
        ("(01)", "not the code of a box"),
        (f"01{GTIN}1728123110A^10B", "says the lot twice"),
    ],
)
def test_what_is_no_box_says_why(typed, says):
    with pytest.raises(NotAScan, match=says):
        parse_scan(typed)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.text("01()^\x1d]d2789", max_size=60))
def test_any_text_is_a_box_or_is_refused_in_words(typed):
    try:
        scan = parse_scan(typed)
    except NotAScan:
        return
    assert len(scan.gtin) == 14
    assert scan.lot


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("09501101530003", "09501101530003"),
        ("9501101530003", "09501101530003"),
        ("9 501101 530003", "09501101530003"),
        ("036000291452", "00036000291452"),
        ("96385074", "00000096385074"),
    ],
)
def test_gtin_of_any_length_is_kept_with_14_digits(typed, kept):
    assert parse_gtin(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "12", "9501101530004", "95011015300033", "٩٥٠١١٠١٥٣٠٠٠٣", "9" * 400]
)
def test_gtin_that_is_none(typed):
    with pytest.raises(NotAScan):
        parse_gtin(typed)
