"""Minutes of a day as bits, held against sets of numbers and against the clock."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.schedule import minutes

edge = st.integers(-10, minutes.DAY + 10)
a_set = st.lists(st.tuples(edge, edge), max_size=5)
LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")


def naive(spans):
    """The same as a set of numbers."""
    return {n for a, b in spans for n in range(a, b) if 0 <= n < minutes.DAY}


def bits(spans):
    found = minutes.NONE
    for starts, ends in spans:
        found |= minutes.span(starts, ends)
    return found


def numbers(of):
    return set(minutes.each(of))


@given(a_set, a_set)
def test_sets_of_minutes_are_sets(one, other):
    assert numbers(bits(one)) == naive(one)
    assert numbers(bits(one) | bits(other)) == naive(one) | naive(other)
    assert numbers(bits(one) & bits(other)) == naive(one) & naive(other)
    assert numbers(bits(one) & ~bits(other)) == naive(one) - naive(other)


@given(a_set)
def test_minutes_come_in_order(spans):
    found = list(minutes.each(bits(spans)))

    assert found == sorted(naive(spans))
    if found:
        assert minutes.first(bits(spans)) == found[0]


@given(a_set)
def test_spans_are_the_runs(spans):
    runs = minutes.spans(bits(spans))

    assert naive(runs) == naive(spans)
    assert all(a < b for a, b in runs)
    assert all(one[1] < two[0] for one, two in zip(runs, runs[1:], strict=False))


@given(a_set, st.integers(1, 240))
def test_starts_have_the_whole_length_before_them(spans, length):
    free = naive(spans)
    fitting = {n for n in free if all(n + m in free for m in range(length))}

    assert numbers(minutes.starts_for(bits(spans), length)) == fitting


@given(a_set, st.integers(0, minutes.DAY - 1))
def test_nearest_is_nearest_and_the_earlier_of_two(spans, to):
    there = naive(spans)
    if there:
        nearest = min(there, key=lambda n: (abs(n - to), n))
        assert minutes.nearest(bits(spans), to) == nearest


@given(st.integers(1, minutes.DAY))
def test_every_step_begins_at_midnight(step):
    assert numbers(minutes.every(step)) == set(range(0, minutes.DAY, step))


@given(st.integers(0, minutes.DAY - 1))
def test_time_and_minute_are_one(minute):
    assert minutes.minute_of(minutes.time_of(minute)) == minute


# --- The clock ----------------------------------------------------------------


def walked(moments, on, zone):
    """Every minute that the clock on the wall shows while they last."""
    shown = set()
    for starts, ends in moments:
        at = starts
        while at < ends:
            local = at.astimezone(zone)
            if local.date() == on:
                shown.add(minutes.minute_of(local.time()))
            at += dt.timedelta(minutes=1)
    return shown


def unclear_by_walking(on, zone):
    """Minutes that the clock on the wall does not show exactly once that day."""
    noon = dt.datetime.combine(on, dt.time(12), zone).astimezone(dt.UTC)
    shown = [0] * minutes.DAY
    for minute in range(-26 * 60, 26 * 60):
        local = (noon + dt.timedelta(minutes=minute)).astimezone(zone)
        if local.date() == on:
            shown[minutes.minute_of(local.time())] += 1
    return {minute for minute, times in enumerate(shown) if times != 1}


@pytest.mark.parametrize(
    ("zone", "on", "first", "last"),
    [
        (LONDON, dt.date(2026, 3, 29), "01:00", "01:59"),
        (LONDON, dt.date(2026, 10, 25), "01:00", "01:59"),
        (NEW_YORK, dt.date(2026, 3, 8), "02:00", "02:59"),
        (NEW_YORK, dt.date(2026, 11, 1), "01:00", "01:59"),
        (LORD_HOWE, dt.date(2026, 4, 5), "01:30", "01:59"),
        (LORD_HOWE, dt.date(2026, 10, 4), "02:00", "02:29"),
    ],
)
def test_minutes_that_a_clock_change_takes(zone, on, first, last):
    taken = sorted(minutes.each(minutes.unclear(on, zone)))

    assert f"{minutes.time_of(taken[0]):%H:%M}" == first
    assert f"{minutes.time_of(taken[-1]):%H:%M}" == last
    assert set(taken) == unclear_by_walking(on, zone)


@pytest.mark.parametrize(
    ("zone", "on"),
    [
        # Back to 23:00 at midnight; from midnight to 01:00; a day that never was.
        ("Asia/Beirut", dt.date(2026, 10, 24)),
        ("Asia/Beirut", dt.date(2026, 10, 25)),
        ("Asia/Beirut", dt.date(2026, 3, 29)),
        ("America/Havana", dt.date(2026, 11, 1)),
        ("Pacific/Apia", dt.date(2011, 12, 30)),
    ],
)
def test_clock_changes_at_midnight(zone, on):
    zone = ZoneInfo(zone)

    assert set(minutes.each(minutes.unclear(on, zone))) == unclear_by_walking(on, zone)


@pytest.mark.parametrize("zone", [LONDON, NEW_YORK, LORD_HOWE])
def test_all_other_days_of_the_year_are_clear(zone):
    days = [dt.date(2026, 1, 1) + dt.timedelta(days=n) for n in range(365)]

    unclear = [day for day in days if minutes.unclear(day, zone)]

    assert len(unclear) == 2


CHANGES = [
    (LONDON, dt.date(2026, 3, 29)),
    (LONDON, dt.date(2026, 10, 25)),
    (NEW_YORK, dt.date(2026, 3, 8)),
    (NEW_YORK, dt.date(2026, 11, 1)),
    (LORD_HOWE, dt.date(2026, 4, 5)),
    (LORD_HOWE, dt.date(2026, 10, 4)),
    (LONDON, dt.date(2026, 7, 1)),
]


@given(
    change=st.sampled_from(CHANGES),
    from_midnight=st.integers(-240, 26 * 60),
    length=st.integers(1, 240),
    shift=st.integers(-1, 1),
)
def test_moments_take_the_minutes_that_the_wall_shows(
    change, from_midnight, length, shift
):
    """At least those, or a room would be free twice; more only where time repeats."""
    zone, change_day = change
    on = change_day + dt.timedelta(days=shift)
    midnight = dt.datetime.combine(change_day, dt.time(0), zone).astimezone(dt.UTC)
    starts = midnight + dt.timedelta(minutes=from_midnight)
    moments = [(starts, starts + dt.timedelta(minutes=length))]

    taken = numbers(minutes.of_moments(moments, on=on, zone=zone))

    shown = walked(moments, on, zone)
    assert shown <= taken
    assert taken - shown <= numbers(minutes.unclear(on, zone))


def test_a_started_minute_is_taken():
    starts = dt.datetime(2026, 7, 1, 9, 0, tzinfo=LONDON)
    moments = [(starts, starts + dt.timedelta(minutes=20, seconds=1))]

    taken = minutes.of_moments(moments, on=starts.date(), zone=LONDON)

    assert minutes.spans(taken) == [(540, 561)]
