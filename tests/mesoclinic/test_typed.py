"""What people type: taken when it can mean one thing only, refused otherwise."""

from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesoclinic.typed import (
    NotUnderstood,
    format_date,
    parse_birth_date,
    parse_count,
    parse_date,
    parse_decimal,
    parse_month,
    parse_text,
    parse_time,
    parse_volume_ml,
    possible_birth_dates,
)

TUESDAY = date(2026, 11, 24)
ZERO_WIDTH_SPACE = "\u200b"

days = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31))
volumes = st.decimals(min_value="0.01", max_value="99.99", places=2)


# --- Text -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Anna ", "Anna"),
        ("O'Brien", "O'Brien"),
        ("d’Ávila", "d’Ávila"),
        ("Rene\u0301", "Ren\u00e9"),
        ("<script>", "<script>"),
        ("محمد", "محمد"),
        ("נועה", "נועה"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # a joiner that Persian spelling needs
        ("👩\u200d⚕️", "👩\u200d⚕️"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_text_is_kept_in_one_normal_form(text, expected):
    assert parse_text(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "An\x00na",
        "An\ud800na",
        "An\x07na",
        "An\x85na",
        "An\u202ena",
        "An\u2066na",
        "An\u2069na",
        "An\u2028na",
        "An\nna",
        "An\tna",
        ZERO_WIDTH_SPACE,
        "\u2060\ufeff \u200d",
        "\u3164",
    ],
)
def test_text_that_cannot_be_shown_is_refused(text):
    with pytest.raises(NotUnderstood):
        parse_text(text)


def test_lines_keep_breaks_and_tabs():
    assert (
        parse_text("one\r\ntwo\rthree\tfour\n", lines=True) == "one\ntwo\nthree\tfour"
    )


@pytest.mark.parametrize("text", ["a\x00", "a\u202e", "\u200b\n\u200b"])
def test_lines_refuse_what_cannot_be_shown(text):
    with pytest.raises(NotUnderstood):
        parse_text(text, lines=True)


@given(st.text())
def test_text_once_taken_is_taken_again_unchanged(text):
    try:
        taken = parse_text(text)
    except NotUnderstood:
        return

    assert parse_text(taken) == taken


# --- Numbers ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [("8", 8), (" 8 ", 8), ("0", 0), ("08", 8), ("999999999", 999_999_999)],
)
def test_count_in_digits(text, expected):
    assert parse_count(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "1_0",
        "٧",
        "７",
        "²",
        "7.0",
        "7,0",
        "1e9",
        "-1",
        "+1",
        "NaN",
        "seven",
        "7 8",
        f"7{ZERO_WIDTH_SPACE}",
        "1000000000",
        "9" * 5000,
    ],
)
def test_count_that_is_no_plain_number_is_refused(text):
    with pytest.raises(NotUnderstood):
        parse_count(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.1", "0.1"),
        ("0,1", "0.1"),
        ("0.10", "0.1"),
        (" 0.1 ", "0.1"),
        ("0.01", "0.01"),
        ("1.0", "1"),
        ("10", "10"),
        ("100,5", "100.5"),
        ("0", "0"),
        ("0.00", "0"),
        ("999999.99", "999999.99"),
    ],
)
def test_decimal_has_one_form(text, expected):
    assert str(parse_decimal(text)) == expected


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "like 0.1"),
        ("0_1", "like 0.1"),
        ("1e-1", "like 0.1"),
        ("NaN", "like 0.1"),
        ("Infinity", "like 0.1"),
        ("٠.١", "like 0.1"),
        ("1.", "like 0.1"),
        ("1.0.0", "like 0.1"),
        ("1,000.5", "like 0.1"),
        ("+0.1", "like 0.1"),
        (f"0.1{ZERO_WIDTH_SPACE}", "like 0.1"),
        (".1", "zero in front: 0.1"),
        (",1", "zero in front: 0,1"),
        ("01", "Too many zeros"),
        ("00.1", "Too many zeros"),
        ("1.000", "two decimals"),
        ("0.100", "two decimals"),
        ("0.001", "two decimals"),
        ("-0.1", "without a minus"),
        ("1000000", "too large"),
    ],
)
def test_decimal_refused_with_a_hint(text, hint):
    with pytest.raises(NotUnderstood, match=hint):
        parse_decimal(text)


@pytest.mark.parametrize("text", ["0.1ml", "0.1 mL", "0.1cc", "0.1 ML.", "0.1 cm³"])
def test_volume_hints_at_leaving_out_the_unit(text):
    with pytest.raises(NotUnderstood, match=r"Leave out the unit: 0\.1\."):
        parse_volume_ml(text)


@pytest.mark.parametrize(
    ("text", "hint"), [("0", "more than 0"), ("0.00", "more than 0"), ("x", "like 0.1")]
)
def test_volume_refused(text, hint):
    with pytest.raises(NotUnderstood, match=hint):
        parse_volume_ml(text)


@given(volumes)
def test_volume_reads_the_same_with_comma_point_and_end_zeros(volume_ml):
    taken = parse_volume_ml(str(volume_ml))

    assert taken == volume_ml
    assert parse_volume_ml(str(volume_ml).replace(".", ",")) == taken
    assert str(parse_volume_ml(str(taken))) == str(taken)


@given(st.text(max_size=8))
def test_decimal_is_never_anything_but_what_it_says(text):
    try:
        taken = parse_decimal(text)
    except NotUnderstood:
        return

    assert text.isascii()
    assert taken == Decimal(text.strip().replace(",", "."))


# --- Dates ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("24 nov", "2026-11-24"),
        ("23 nov", "2027-11-23"),
        ("1 jan", "2027-01-01"),
        ("29 feb", "2028-02-29"),
        ("24 Nov 2026", "2026-11-24"),
        ("24 November 2026", "2026-11-24"),
        ("24-Nov-2026", "2026-11-24"),
        ("24nov2026", "2026-11-24"),
        ("24. nov. 2026", "2026-11-24"),
        ("  24   NOV 2026 ", "2026-11-24"),
        ("2 sept 2026", "2026-09-02"),
        ("2026-11-24", "2026-11-24"),
        ("2026-03-02", "2026-03-02"),
        ("24.11.2026", "2026-11-24"),
        ("24/11/2026", "2026-11-24"),
        ("24-11-2026", "2026-11-24"),
        ("13/12/2026", "2026-12-13"),
        ("2/2/2026", "2026-02-02"),
        ("1 jan 1900", "1900-01-01"),
        ("31 dec 2100", "2100-12-31"),
        ("today", "2026-11-24"),
        ("Tomorrow", "2026-11-25"),
        ("+0", "2026-11-24"),
        ("+3", "2026-11-27"),
        ("+ 3", "2026-11-27"),
        ("wed", "2026-11-25"),
        ("mon", "2026-11-30"),
        ("next mon", "2026-11-30"),
        ("Next Monday", "2026-11-30"),
        ("tue", "2026-12-01"),
    ],
)
def test_date_as_people_type_it(text, expected):
    assert parse_date(text, TUESDAY) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "Write a date like 24 Nov 2026"),
        ("soon", "Write a date like"),
        ("24 nov 2026 x", "Write a date like"),
        ("24 brumaire", "Write a date like"),
        ("next", "Write a date like"),
        ("-3", "Write a date like"),
        ("٢٤ nov", "Write a date like"),
        ("24.11-2026", "Write a date like"),
        ("02/03/2026", "in letters: 2 Mar 2026 or 3 Feb 2026"),
        ("2.3.2026", "in letters: 2 Mar 2026 or 3 Feb 2026"),
        ("12/12/26", "four digits"),
        ("11/24/2026", "in letters: 24 Nov 2026"),
        ("24.11.26", "four digits"),
        ("24 nov 26", "four digits"),
        ("30 feb 2026", "no 30 February 2026"),
        ("30/02/2026", "no 30 February 2026"),
        ("30 feb", "no 30 February"),
        ("2025-02-29", "no 29 February 2025"),
        ("31/06/2026", "no 31 June 2026"),
        ("24/13/2026", "no month 13"),
        ("2026-13-01", "no month 13"),
        ("0 nov 2026", "no 0 November 2026"),
        ("0001-01-01", "year from 1900 to 2100"),
        ("24.11.0026", "year from 1900 to 2100"),
        ("31 dec 1899", "year from 1900 to 2100"),
        ("1 jan 2101", "year from 1900 to 2100"),
        ("9999-12-31", "year from 1900 to 2100"),
    ],
)
def test_date_refused_with_a_hint(text, hint):
    with pytest.raises(NotUnderstood, match=hint):
        parse_date(text, TUESDAY)


@given(days, days)
def test_date_shown_is_read_back(on, today):
    assert parse_date(format_date(on), today) == on
    assert parse_date(on.isoformat(), today) == on


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2090, 1, 1)), days)
def test_date_without_a_year_is_the_nearest_to_come(today, wanted):
    text = format_date(wanted).rsplit(" ", 1)[0]

    on = parse_date(text, today)

    assert on >= today
    assert (on.day, on.month) == (wanted.day, wanted.month)
    assert on - today <= timedelta(days=8 * 366)


@given(days.filter(lambda today: today.year < 2100), st.sampled_from(["mon", "sun"]))
def test_weekday_is_within_the_week_ahead(today, name):
    ahead = parse_date(name, today) - today

    assert timedelta(days=1) <= ahead <= timedelta(days=7)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("14/08/1980", ["1980-08-14"]),
        ("14-Aug-1980", ["1980-08-14"]),
        ("14 aug 1980", ["1980-08-14"]),
        ("14 August 1980", ["1980-08-14"]),
        ("1980-08-14", ["1980-08-14"]),
        ("14081980", ["1980-08-14"]),
        ("19800814", ["1980-08-14"]),
        ("08/14/1980", ["1980-08-14"]),
        ("14 8 1980", ["1980-08-14"]),
        ("14.8.80", ["1980-08-14", "2080-08-14"]),
        ("14 aug 15", ["1915-08-14", "2015-08-14"]),
        ("02/03/1980", ["1980-03-02", "1980-02-03"]),
        ("02031980", ["1980-03-02", "1980-02-03"]),
        ("02/02/1980", ["1980-02-02"]),
        ("1980-02-30", []),
        ("30 feb 1980", []),
        ("14 aug", []),
        ("14 brumaire 1980", []),
        ("14/08/1780", []),
        ("00/00/1980", []),
        ("00000000", []),
        ("today", []),
        ("smith", []),
        ("MC000123", []),
        ("", []),
        ("\x00", []),
    ],
)
def test_birth_date_searched_in_every_reading(text, expected):
    assert [on.isoformat() for on in possible_birth_dates(text)] == expected


@given(days.filter(lambda born: born.year < 2100))
def test_birth_date_is_found_however_it_is_typed(born):
    for text in (f"{born:%d/%m/%Y}", f"{born:%d%m%Y}", f"{born:%d.%m.%y}", str(born)):
        assert born in possible_birth_dates(text)


@given(st.text(max_size=12))
def test_searching_never_fails(text):
    assert isinstance(possible_birth_dates(text), tuple)


@pytest.mark.parametrize(
    ("day", "month", "year", "expected"),
    [
        ("14", "8", "1980", date(1980, 8, 14)),
        ("14", "08", "1980", date(1980, 8, 14)),
        ("14", "aug", "1980", date(1980, 8, 14)),
        (" 14 ", " August ", " 1980 ", date(1980, 8, 14)),
        ("29", "2", "2024", date(2024, 2, 29)),
        ("1", "1", "1900", date(1900, 1, 1)),
        ("24", "11", "2026", TUESDAY),
    ],
)
def test_birth_date_in_three_boxes(day, month, year, expected):
    assert parse_birth_date(day, month, year, today=TUESDAY) == expected


@pytest.mark.parametrize(
    ("day", "month", "year", "hint"),
    [
        ("", "8", "1980", "the day, the month and the year"),
        ("14", "", "1980", "the day, the month and the year"),
        ("14", "8", "", "the day, the month and the year"),
        ("x", "8", "1980", "day as a number"),
        ("1_4", "8", "1980", "day as a number"),
        ("14", "13", "1980", "month as a number"),
        ("14", "0", "1980", "month as a number"),
        ("14", "augu", "1980", "month as a number"),
        ("14", "8", "80", "four digits"),
        ("14", "8", "198O", "year as a number"),
        ("31", "12", "1899", "from 1900"),
        ("29", "2", "2025", "no 29 February 2025"),
        ("32", "1", "1980", "no 32 January 1980"),
        ("25", "11", "2026", "in the future"),
        ("1", "1", "2101", "year from 1900 to 2100"),
    ],
)
def test_birth_date_refused_with_a_hint(day, month, year, hint):
    with pytest.raises(NotUnderstood, match=hint):
        parse_birth_date(day, month, year, today=TUESDAY)


@pytest.mark.parametrize(
    ("text", "month"), [("1", 1), ("12", 12), ("dec", 12), ("sept", 9), ("MAY", 5)]
)
def test_month_as_number_or_name(text, month):
    assert parse_month(text) == month


# --- Times ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9:00", time(9)),
        ("09:00", time(9)),
        ("0900", time(9)),
        ("9.00", time(9)),
        ("9h30", time(9, 30)),
        ("9h", time(9)),
        ("9", time(9)),
        (" 9H30 ", time(9, 30)),
        ("0", time(0)),
        ("00:00", time(0)),
        ("23:59", time(23, 59)),
    ],
)
def test_time_as_people_type_it(text, expected):
    assert parse_time(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "24",
        "24:00",
        "2400",
        "9:60",
        "9:5",
        "9:",
        "930",
        "9:00:00",
        "9 am",
        "-9",
        "nine",
        "٩:٠٠",
        "9_0",
    ],
)
def test_time_that_is_no_time_is_refused(text):
    with pytest.raises(NotUnderstood, match="like 09:30"):
        parse_time(text)


@given(st.times())
def test_time_shown_is_read_back(at):
    assert parse_time(f"{at:%H:%M}") == at.replace(second=0, microsecond=0)
