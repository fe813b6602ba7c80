"""R12, R13, R16 and R18, with the worked examples of `docs/rules.md`."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesoclinic.vocabulary import Severity
from protocols.dates import (
    OutOfCalendar,
    TimeDoesNotExist,
    TimeIsAmbiguous,
    assess_dates,
    clock_text,
    day_number,
    evaluation_due,
    follow_up_dates,
    keep_until,
    local_start,
)

LONDON = ZoneInfo("Europe/London")
PARIS = ZoneInfo("Europe/Paris")
DUBLIN = ZoneInfo("Europe/Dublin")

days = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31))
moments = st.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([LONDON, PARIS, ZoneInfo("Asia/Kathmandu"), UTC]),
)

WORKED_EXAMPLES = [
    ("2026-03-02", "2026-03-05", "2026-03-09"),
    ("2026-03-04", "2026-03-07", "2026-03-11"),
    ("2026-03-27", "2026-03-30", "2026-04-03"),
    ("2026-10-22", "2026-10-25", "2026-10-29"),
    ("2028-02-26", "2028-02-29", "2028-03-04"),
    ("2026-12-30", "2027-01-02", "2027-01-06"),
    ("2026-12-29", "2027-01-01", "2027-01-05"),
]


@pytest.mark.parametrize(("day_0", "day_3", "day_7"), WORKED_EXAMPLES)
def test_follow_ups_fall_on_day_3_and_day_7(day_0, day_3, day_7):
    expected = (date.fromisoformat(day_3), date.fromisoformat(day_7))

    assert follow_up_dates(date.fromisoformat(day_0)) == expected


@pytest.mark.parametrize(
    ("start", "zone", "days_on", "utc_start"),
    [
        ((2026, 3, 27), LONDON, 0, "2026-03-27T09:00"),
        ((2026, 3, 27), LONDON, 3, "2026-03-30T08:00"),
        ((2026, 3, 27), LONDON, 7, "2026-04-03T08:00"),
        ((2026, 10, 22), PARIS, 0, "2026-10-22T07:00"),
        ((2026, 10, 22), PARIS, 3, "2026-10-25T08:00"),
        ((2026, 10, 22), PARIS, 7, "2026-10-29T08:00"),
    ],
)
def test_nine_o_clock_stays_nine_o_clock(start, zone, days_on, utc_start):
    on = (date(*start), *follow_up_dates(date(*start)))[(0, 3, 7).index(days_on)]

    begins = local_start(on, time(9), zone)

    assert begins.tzinfo is UTC
    assert f"{begins:%Y-%m-%dT%H:%M}" == utc_start
    assert f"{begins.astimezone(zone):%H:%M}" == "09:00"


def test_ten_to_midnight_is_still_that_day():
    begins = local_start(date(2026, 12, 29), time(23, 50), PARIS)

    day_0 = begins.astimezone(PARIS).date()

    assert follow_up_dates(day_0) == (date(2027, 1, 1), date(2027, 1, 5))


@given(days)
def test_follow_ups_count_from_day_0(day_0):
    day_3, day_7 = follow_up_dates(day_0)

    assert (day_number(day_0, day_3), day_number(day_0, day_7)) == (3, 7)
    assert day_7.weekday() == day_0.weekday()
    assert (day_3.weekday() >= 5) == (day_0.weekday() in {2, 3})


def test_follow_ups_beyond_the_calendar():
    with pytest.raises(OutOfCalendar, match="day 3 after Fri 31-Dec-9999"):
        follow_up_dates(date.max)


@pytest.mark.parametrize(
    ("on", "at", "zone"),
    [
        (date(2026, 3, 29), time(1, 30), LONDON),
        (date(2026, 3, 29), time(2, 0), PARIS),
        (date(2026, 3, 29), time(2, 59), PARIS),
    ],
)
def test_time_that_the_clocks_jump_over(on, at, zone):
    with pytest.raises(TimeDoesNotExist, match=f"{at:%H:%M} on Sun 29-Mar-2026"):
        local_start(on, at, zone)


@pytest.mark.parametrize(
    ("on", "at", "zone"),
    [
        (date(2026, 10, 25), time(1, 30), LONDON),
        (date(2026, 10, 25), time(2, 0), PARIS),
        (date(2026, 10, 25), time(2, 59), PARIS),
    ],
)
def test_time_that_comes_twice(on, at, zone):
    with pytest.raises(TimeIsAmbiguous, match="comes twice on Sun 25-Oct-2026"):
        local_start(on, at, zone)


@pytest.mark.parametrize(
    ("on", "at"),
    [
        (date(2026, 3, 29), time(1, 59)),
        (date(2026, 3, 29), time(3, 0)),
        (date(2026, 10, 25), time(1, 59)),
        (date(2026, 10, 25), time(3, 0)),
    ],
)
def test_time_just_beside_a_clock_change(on, at):
    assert local_start(on, at, PARIS).astimezone(PARIS).time() == at


def said(*booked: int | None, **options) -> dict[tuple[str, str], Severity]:
    """Codes and fields of follow-ups booked so many days after day 0."""
    day_0 = date(2026, 3, 2)
    dates = [None if n is None else day_0 + timedelta(days=n) for n in booked]
    findings = assess_dates(day_0, dates, **options)
    return {(found.code, found.field): found.severity for found in findings}


@pytest.mark.parametrize(
    ("booked", "expected"),
    [
        ((3, 7), {}),
        ((None, 7), {}),
        ((3, None), {}),
        ((None, None), {}),
        ((2, 7), {("day.off", "day_3"): Severity.REASON}),
        ((4, 7), {("day.off", "day_3"): Severity.REASON}),
        ((1, 7), {("day.outside", "day_3"): Severity.REASON}),
        ((5, 7), {("day.outside", "day_3"): Severity.REASON}),
        ((3, 6), {("day.off", "day_7"): Severity.REASON}),
        ((3, 8), {("day.off", "day_7"): Severity.REASON}),
        ((3, 9), {("day.outside", "day_7"): Severity.REASON}),
        (
            (0, 7),
            {
                ("day.order", "day_3"): Severity.BLOCK,
                ("day.outside", "day_3"): Severity.REASON,
            },
        ),
        (
            (7, 7),
            {
                ("day.outside", "day_3"): Severity.REASON,
                ("day.order", "day_7"): Severity.BLOCK,
            },
        ),
        (
            (8, 7),
            {
                ("day.outside", "day_3"): Severity.REASON,
                ("day.order", "day_7"): Severity.BLOCK,
            },
        ),
        (
            (None, 0),
            {
                ("day.order", "day_7"): Severity.BLOCK,
                ("day.outside", "day_7"): Severity.REASON,
            },
        ),
    ],
)
def test_follow_ups_keep_their_days_and_order(booked, expected):
    assert said(*booked) == expected


@pytest.mark.parametrize(
    ("tolerance_days", "code"),
    [(0, "day.outside"), (1, "day.outside"), (2, "day.off"), (3, "day.off")],
)
def test_tolerance_is_the_clinic_s(tolerance_days, code):
    assert (code, "day_3") in said(5, 7, tolerance_days=tolerance_days)


def test_other_offsets_name_their_own_fields():
    assert list(said(5, 15, offsets=(5, 14))) == [("day.off", "day_14")]


@pytest.mark.parametrize(
    ("day_3", "reason"),
    [
        (date(2026, 3, 6), "Fri 06-Mar-2026 is day 4, protocol: day 3."),
        (
            date(2026, 3, 8),
            "Sun 08-Mar-2026 is day 6, protocol: day 3, more than 1 day off.",
        ),
    ],
)
def test_day_off_gives_both_numbers(day_3, reason):
    (found,) = assess_dates(date(2026, 3, 2), [day_3, date(2026, 3, 9)])

    assert found.reason == reason


def test_day_out_of_order_names_both_days():
    found = assess_dates(date(2026, 3, 2), [date(2026, 3, 10), date(2026, 3, 9)])[-1]

    assert found.reason == ("Day 7 cannot be on Mon 09-Mar-2026: it comes after day 3.")


DRESSINGS = [
    # Ended (UTC), zone, and what the leaflet says, seen from the day it ended.
    ("2026-11-24T10:42:00", LONDON, "13:45"),
    ("2026-11-24T10:45:00", LONDON, "13:45"),
    ("2026-11-24T10:45:01", LONDON, "13:50"),
    ("2026-11-24T10:45:00.000001", LONDON, "13:50"),
    ("2026-11-24T22:10:00", LONDON, "tomorrow 01:10"),
    ("2026-03-28T23:30:00", PARIS, "04:30"),
    ("2026-10-24T22:30:00", PARIS, "02:30 (winter time)"),
    ("2026-10-24T21:30:00", PARIS, "tomorrow 02:30 (summer time)"),
    ("2026-10-25T00:00:00", PARIS, "04:00"),  # after both passes of the hour
    ("2026-10-24T22:30:00", DUBLIN, "tomorrow 01:30 (winter time)"),
]


@pytest.mark.parametrize(("ended_at", "zone", "text"), DRESSINGS)
def test_dressing_stays_on_for_three_hours(ended_at, zone, text):
    ended = datetime.fromisoformat(ended_at).replace(tzinfo=UTC)
    seen_from = ended.astimezone(zone).date()

    until = keep_until(ended, hours=3)

    assert clock_text(until, seen_from=seen_from, zone=zone) == text


@given(moments, st.integers(min_value=3, max_value=72))
def test_dressing_never_comes_off_early(ended_at, hours):
    until = keep_until(ended_at, hours=hours)

    # In UTC: two moments of one zone are subtracted as if on one wall clock.
    worn = until - ended_at.astimezone(UTC)
    assert timedelta(hours=hours) <= worn < timedelta(hours=hours, minutes=5)
    assert until.tzinfo is UTC
    assert (until.minute % 5, until.second, until.microsecond) == (0, 0, 0)


@pytest.mark.parametrize("hours", [-3, 0, 2])
def test_dressing_under_three_hours_is_refused(hours):
    with pytest.raises(ValueError, match="at least 3 hours"):
        keep_until(datetime(2026, 11, 24, 10, 42, tzinfo=UTC), hours=hours)


def test_dressing_needs_a_time_zone():
    with pytest.raises(ValueError, match="time zone"):
        keep_until(datetime(2026, 11, 24, 10, 42), hours=3)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("seen_from", "text"),
    [
        (date(2026, 11, 24), "09:05"),
        (date(2026, 11, 23), "tomorrow 09:05"),
        (date(2026, 11, 22), "Tue 24-Nov-2026 09:05"),
        (date(2026, 11, 25), "Tue 24-Nov-2026 09:05"),
    ],
)
def test_clock_text_names_another_day(seen_from, text):
    moment = datetime(2026, 11, 24, 10, 5, tzinfo=timezone(timedelta(hours=2)))

    shown = clock_text(moment, seen_from=seen_from, zone=PARIS)

    assert shown == text


@pytest.mark.parametrize(
    ("on", "due"),
    [
        (date(2026, 3, 8), False),
        (date(2026, 3, 9), False),
        (date(2026, 3, 10), True),
    ],
)
def test_evaluation_is_due_once_day_7_has_passed(on, due):
    assert evaluation_due(date(2026, 3, 9), on) is due
