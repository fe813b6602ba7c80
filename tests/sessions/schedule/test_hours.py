"""What a timetable says of one day: who works when, and why somebody does not."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.schedule import minutes
from sessions.schedule.hours import OnDays, Timetable, Weekly
from sessions.schedule.minutes import span

COOPER, LEVY = 1, 2
ROOM_1, ROOM_2 = 11, 12
MONDAY = dt.date(2026, 3, 2)
TUESDAY, SUNDAY = dt.date(2026, 3, 3), dt.date(2026, 3, 8)
EIGHT, NOON, TWO, SIX = dt.time(8), dt.time(12), dt.time(14), dt.time(18)


def weekly(weekday, starts=EIGHT, ends=SIX, room_id=None):
    return Weekly(weekday=weekday, starts=starts, ends=ends, room_id=room_id)


def on(day, starts=None, ends=None, *, until=None, **details):
    return OnDays(
        first_day=day, last_day=until or day, starts=starts, ends=ends, **details
    )


CLINIC = Timetable(
    site_id=1,
    site_name="Larkfield",
    zone=ZoneInfo("Europe/London"),
    opening=tuple(weekly(day) for day in range(5)),
)
WORKING_DAY = span(480, 1080)


def with_hours(*hours, **more):
    return replace(
        CLINIC, working={COOPER: hours}, have_hours=frozenset({COOPER}), **more
    )


# --- The site -----------------------------------------------------------------


def test_open_by_the_weekday():
    assert CLINIC.open_on(MONDAY) == WORKING_DAY
    assert CLINIC.open_on(SUNDAY) == minutes.NONE
    assert CLINIC.why_closed(MONDAY) == ""
    assert CLINIC.why_closed(SUNDAY) == "closed on Sundays"


def test_closed_for_lunch():
    two = replace(CLINIC, opening=(weekly(0, EIGHT, NOON), weekly(0, TWO, SIX)))

    assert two.open_on(MONDAY) == span(480, 720) | span(840, 1080)


def test_closure_of_a_day_and_of_half_a_day():
    move = on(MONDAY, until=TUESDAY, reason="moving house")
    training = on(MONDAY, NOON, SIX, reason="training")

    moving = replace(CLINIC, closures=(move,))
    half = replace(CLINIC, closures=(training,))

    assert moving.open_on(TUESDAY) == minutes.NONE
    assert moving.why_closed(TUESDAY) == "closed, moving house"
    assert moving.open_on(TUESDAY + dt.timedelta(days=1)) == WORKING_DAY
    assert half.open_on(MONDAY) == span(480, 720)
    assert half.why_closed(MONDAY) == ""


def test_closures_of_both_halves_are_named():
    """Not "closed on Mondays": on other Mondays it is open."""
    halves = (
        on(MONDAY, EIGHT, NOON, reason="training"),
        on(MONDAY, NOON, SIX, reason="training"),
    )
    closed = replace(CLINIC, closures=halves)

    assert closed.why_closed(MONDAY) == "closed, training"
    assert closed.why_away(LEVY, MONDAY) == "closed, training"


def test_holiday_closes_unless_it_is_worked():
    holidays = replace(CLINIC, holidays={MONDAY: "Founders' Day"})
    worked = replace(holidays, worked_holidays=frozenset({MONDAY}))

    assert holidays.open_on(MONDAY) == minutes.NONE
    assert holidays.why_closed(MONDAY) == "closed, Founders' Day"
    assert holidays.why_away(LEVY, MONDAY) == "closed, Founders' Day"
    assert holidays.open_on(TUESDAY) == WORKING_DAY
    assert worked.open_on(MONDAY) == WORKING_DAY
    assert worked.closed_all_day(MONDAY) == ""


@pytest.mark.parametrize(
    ("zone", "day", "lost"),
    [
        ("Europe/London", dt.date(2026, 3, 29), span(60, 120)),
        ("Europe/London", dt.date(2026, 10, 25), span(60, 120)),
        ("America/New_York", dt.date(2026, 3, 8), span(120, 180)),
        ("Australia/Lord_Howe", dt.date(2026, 10, 4), span(120, 150)),
        ("Australia/Lord_Howe", dt.date(2026, 4, 5), span(90, 120)),
    ],
)
def test_nobody_is_booked_while_the_clocks_change(zone, day, lost):
    all_night = (weekly(day.weekday(), dt.time(0), SIX),)
    night = replace(CLINIC, zone=ZoneInfo(zone), opening=all_night)
    extra = {LEVY: (on(day, dt.time(0), SIX),)}

    assert night.open_on(day) == span(0, 1080) & ~lost
    assert night.works_on(LEVY, day) == span(0, 1080) & ~lost
    shut = replace(night, opening=(), extra=extra)
    assert shut.works_on(LEVY, day) == span(0, 1080) & ~lost


# --- Clinicians ---------------------------------------------------------------


def test_without_hours_they_work_whenever_it_is_open():
    assert CLINIC.works_on(LEVY, MONDAY) == WORKING_DAY
    assert CLINIC.why_away(LEVY, MONDAY) == ""
    assert CLINIC.works_on(LEVY, SUNDAY) == minutes.NONE


def test_with_hours_they_work_those_and_only_while_it_is_open():
    clinic = with_hours(weekly(0, dt.time(7), NOON), weekly(6))

    assert clinic.works_on(COOPER, MONDAY) == span(480, 720)
    assert clinic.works_on(COOPER, TUESDAY) == minutes.NONE
    assert clinic.why_away(COOPER, TUESDAY) == "not working on Tuesdays"
    assert clinic.works_on(COOPER, SUNDAY) == minutes.NONE
    assert clinic.works_on(LEVY, TUESDAY) == WORKING_DAY


def test_with_hours_elsewhere_only_they_do_not_work_here():
    elsewhere = replace(CLINIC, have_hours=frozenset({COOPER}))

    assert elsewhere.works_on(COOPER, MONDAY) == minutes.NONE
    assert elsewhere.why_away(COOPER, MONDAY) == "not working on Mondays"


def test_absence_of_a_day_and_of_part_of_each_day():
    leave = on(MONDAY, until=TUESDAY, reason="on leave")
    mornings = on(MONDAY, EIGHT, NOON, until=TUESDAY)

    away = replace(CLINIC, absences={LEVY: (leave,)})
    half = replace(CLINIC, absences={LEVY: (mornings,)})

    assert away.works_on(LEVY, TUESDAY) == minutes.NONE
    assert away.why_away(LEVY, TUESDAY) == "away, on leave"
    assert away.works_on(COOPER, TUESDAY) == WORKING_DAY
    for day in (MONDAY, TUESDAY):
        assert half.works_on(LEVY, day) == span(720, 1080)
        assert half.why_away(LEVY, day) == ""


def test_extra_morning_on_a_day_the_site_is_shut():
    clinic = with_hours(weekly(0), extra={COOPER: (on(SUNDAY, EIGHT, NOON),)})

    assert clinic.works_on(COOPER, SUNDAY) == span(480, 720)
    assert clinic.works_on(LEVY, SUNDAY) == minutes.NONE
    assert clinic.works_on(COOPER, SUNDAY + dt.timedelta(days=7)) == minutes.NONE


def test_extra_hours_open_neither_a_holiday_nor_a_closure_nor_end_an_absence():
    extra = {LEVY: (on(SUNDAY, EIGHT, SIX),)}
    clinic = replace(CLINIC, extra=extra)

    holiday = replace(clinic, holidays={SUNDAY: "Carnival"})
    closed = replace(clinic, closures=(on(SUNDAY, NOON, TWO, reason="repairs"),))
    away = replace(clinic, absences={LEVY: (on(SUNDAY, TWO, SIX),)})

    assert holiday.works_on(LEVY, SUNDAY) == minutes.NONE
    assert closed.works_on(LEVY, SUNDAY) == span(480, 720) | span(840, 1080)
    assert away.works_on(LEVY, SUNDAY) == span(480, 840)


def test_closure_of_somebodys_only_hours_is_named():
    """Not "not working on Mondays": without the closure they would be."""
    repairs = on(MONDAY, EIGHT, NOON, reason="repairs")
    clinic = with_hours(weekly(0, EIGHT, NOON), closures=(repairs,))

    assert clinic.works_on(COOPER, MONDAY) == minutes.NONE
    assert clinic.why_away(COOPER, MONDAY) == "closed, repairs"
    assert clinic.why_closed(MONDAY) == ""


# --- Rooms --------------------------------------------------------------------


def test_usual_room_by_the_hour_and_on_extra_days():
    clinic = with_hours(
        weekly(0, EIGHT, NOON, ROOM_1),
        weekly(0, TWO, SIX, ROOM_2),
        extra={COOPER: (on(SUNDAY, EIGHT, NOON, room_id=ROOM_2),)},
    )

    assert clinic.usual_room(COOPER, MONDAY, 540) == ROOM_1
    assert clinic.usual_room(COOPER, MONDAY, 840) == ROOM_2
    assert clinic.usual_room(COOPER, MONDAY, 780) is None
    assert clinic.usual_room(COOPER, SUNDAY, 540) == ROOM_2
    assert clinic.usual_room(LEVY, MONDAY, 540) is None
    assert clinic.usual_room(None, MONDAY, 540) is None
    assert clinic.usual_rooms(MONDAY, 540) == {ROOM_1}


# --- Whatever the timetable -----------------------------------------------------

half_hours = st.integers(0, 46)


@st.composite
def some_times(draw):
    starts = draw(half_hours)
    ends = draw(st.integers(starts + 1, 47))
    return minutes.time_of(30 * starts), minutes.time_of(30 * ends)


@st.composite
def some_days(draw):
    day = MONDAY + dt.timedelta(days=draw(st.integers(-1, 7)))
    until = day + dt.timedelta(days=draw(st.integers(0, 3)))
    starts, ends = draw(st.one_of(st.just((None, None)), some_times()))
    return on(day, starts, ends, until=until, reason="some reason")


@st.composite
def timetables(draw):
    weeks = st.lists(
        st.builds(
            lambda day, times: weekly(day, *times), st.integers(0, 6), some_times()
        ),
        max_size=8,
    )
    days = st.lists(some_days(), max_size=3)
    parts = st.lists(some_days().filter(lambda each: each.starts), max_size=3)
    return replace(
        CLINIC,
        opening=tuple(draw(weeks)),
        closures=tuple(draw(days)),
        holidays={MONDAY + dt.timedelta(days=draw(st.integers(0, 6))): "a holiday"},
        working={COOPER: tuple(draw(weeks))},
        have_hours=frozenset({COOPER}),
        extra={COOPER: tuple(draw(parts))},
        absences={COOPER: tuple(draw(days)), LEVY: tuple(draw(days))},
    )


@given(timetables(), st.integers(0, 6), st.sampled_from([COOPER, LEVY]))
def test_hours_and_reasons_agree(timetable, weekday, who):
    """Nobody works in a closure or an absence; who works all day off is told why."""
    day = MONDAY + dt.timedelta(days=weekday)
    works, opens = timetable.works_on(who, day), timetable.open_on(day)
    off = [*timetable.closures, *timetable.absences[who]]

    assert not any(works & each.minutes for each in off if each.covers(day))
    assert bool(works) == (timetable.why_away(who, day) == "")
    assert bool(opens) == (timetable.why_closed(day) == "")
    if timetable.closed_all_day(day):
        assert not works | opens
    if who == LEVY:
        assert works & ~opens == minutes.NONE
    if "on " in timetable.why_closed(day):
        assert not any(each.weekday == weekday for each in timetable.opening)
