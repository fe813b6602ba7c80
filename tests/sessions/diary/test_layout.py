"""The day's table: no hole, nothing twice, and free only where one can be booked."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.diary.layout import (
    STEP,
    Column,
    Placed,
    cells_of,
    placed,
    rows_of,
    why_shut,
)
from sessions.schedule import minutes
from sessions.schedule.hours import OnDays, Timetable, Weekly

LONDON = ZoneInfo("Europe/London")
MONDAY = dt.date(2026, 3, 2)
NINE, NOON = 9 * 60, 12 * 60


@dataclass(frozen=True)
class Visit:
    starts_at: dt.datetime
    ends_at: dt.datetime


def visit(starts: int, ends: int) -> Placed:
    midnight = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    at = [midnight + dt.timedelta(minutes=minute) for minute in (starts, ends)]
    return Placed(Visit(*at), starts, ends)


def column(*visits: Placed, works=((NINE, NOON),), **details) -> Column:
    hours = minutes.NONE
    for span in works:
        hours |= minutes.span(*span)
    return Column(list(visits), hours, lambda *span: "Closed", **details)


def kinds(laid_out: Column, usual_min: int = 20) -> list[str]:
    """The cells of a column in order: `09:00 free`."""
    rows = rows_of([laid_out], minutes.NONE)
    cells = cells_of(laid_out, rows, usual_min)
    return [
        f"{rows[row] // 60:02}:{rows[row] % 60:02} {cell.kind}"
        for row, cell in sorted(cells.items())
    ]


def test_free_time_is_offered_one_visit_after_the_other():
    assert kinds(column(visit(540, 560), works=((NINE, 600),))) == [
        "09:00 visit",
        "09:20 free",
        "09:40 free",
    ]


def test_what_is_too_short_for_a_visit_is_a_gap():
    assert kinds(column(visit(550, 570), works=((NINE, 600),))) == [
        "09:00 gap",
        "09:10 visit",
        "09:30 free",
        "09:50 gap",
    ]


def test_what_has_passed_is_not_offered():
    assert kinds(column(works=((NINE, 600),), after=545)) == [
        "09:00 gap",
        "09:20 free",
        "09:40 free",
    ]


def test_no_free_time_without_a_room():
    assert kinds(
        column(works=((NINE, 600),), bookable=~minutes.span(NINE, 570) & minutes.ALL)
    ) == ["09:00 gap", "09:30 free", "09:50 gap"]


def test_hours_between_hours_are_closed():
    assert kinds(column(works=((NINE, 560), (600, 620)))) == [
        "09:00 free",
        "09:20 closed",
        "10:00 free",
    ]


def test_overbooked_visits_share_a_cell():
    laid_out = column(visit(540, 560), visit(550, 570))

    cells = cells_of(laid_out, rows_of([laid_out], 0), 20)

    assert [len(cell.visits) for cell in cells.values() if cell.visits] == [2]
    assert cells[0].rows == 3


def test_visits_of_25_minutes_stand_one_after_the_other():
    laid_out = column(*(visit(NINE + 25 * n, NINE + 25 * (n + 1)) for n in range(6)))

    cells = cells_of(laid_out, rows_of([laid_out], 0), 20)

    assert [len(cell.visits) for cell in cells.values() if cell.visits] == [1] * 6


def test_rows_hold_every_visit_and_all_hours():
    early = column(visit(7 * 60 + 5, 7 * 60 + 25), works=())

    rows = rows_of([early], minutes.span(NINE, NOON + 1))

    assert (rows.start, rows.stop) == (7 * 60, NOON + 10)


def test_day_without_hours_or_visits_has_no_rows():
    assert not rows_of([column(works=())], minutes.NONE)


spans = st.tuples(st.integers(0, 1430), st.integers(1, 240)).map(
    lambda span: (span[0], min(span[0] + span[1], minutes.DAY))
)


@given(st.lists(spans, max_size=12), st.lists(spans, max_size=4), st.integers(5, 60))
def test_every_column_is_full_and_has_each_visit_once(taken, works, usual_min):
    laid_out = column(*(visit(*span) for span in taken), works=works)
    rows = rows_of([laid_out], minutes.NONE)

    cells = cells_of(laid_out, rows, usual_min)

    row = 0
    for number, cell in sorted(cells.items()):
        assert number == row
        row += cell.rows
    assert row == len(rows)
    shown = [each for cell in cells.values() for each in cell.visits]
    assert len(shown) == len(taken)
    assert {id(each) for each in shown} == {id(each) for each in laid_out.visits}


@given(st.lists(spans, max_size=12), st.lists(spans, max_size=4), st.integers(5, 60))
def test_free_times_are_worked_and_nobody_has_them(taken, works, usual_min):
    laid_out = column(*(visit(*span) for span in taken), works=works)

    for cell in cells_of(laid_out, rows_of([laid_out], 0), usual_min).values():
        if cell.kind == "free":
            wanted = minutes.span(cell.starts, cell.starts + usual_min)
            assert wanted & laid_out.works == wanted
            assert not wanted & laid_out.busy


# --- Why not -------------------------------------------------------------------


def timetable(**details) -> Timetable:
    whole = {"site_id": 1, "site_name": "Sample Clinic", "zone": LONDON}
    mornings = Weekly(weekday=0, starts=dt.time(9), ends=dt.time(12, 30))
    evenings = Weekly(weekday=0, starts=dt.time(13, 30), ends=dt.time(18))
    return Timetable(**whole, opening=(mornings, evenings), **details)


def word(table: Timetable, starts: int, ends: int, clinician_id: int = 7) -> str:
    works = table.works_on(clinician_id, MONDAY)
    return why_shut(table, MONDAY, clinician_id, works)(starts, ends)


def test_break_around_noon_is_lunch():
    assert word(timetable(), 750, 810) == "Lunch"


def test_before_opening_is_closed():
    assert word(timetable(), 480, 540) == "Closed"


def test_closure_says_its_reason():
    training = OnDays(
        first_day=MONDAY,
        last_day=MONDAY,
        starts=dt.time(16),
        ends=dt.time(18),
        reason="Staff training",
    )

    assert word(timetable(closures=(training,)), 960, 1080) == "Closed: Staff training"


def test_absence_says_its_reason():
    leave = OnDays(
        first_day=MONDAY,
        last_day=MONDAY,
        starts=dt.time(15),
        ends=dt.time(18),
        reason="teaching",
    )

    assert word(timetable(absences={7: (leave,)}), 900, 1080) == "Away: teaching"


def test_open_hours_that_somebody_does_not_work_say_so():
    own = (Weekly(weekday=0, starts=dt.time(9), ends=dt.time(11)),)
    table = timetable(working={7: own}, have_hours=frozenset({7}))

    assert word(table, 660, 750) == "Not working"


@pytest.mark.parametrize(
    ("zone", "day", "starts", "ends"),
    [
        ("Europe/London", dt.date(2026, 3, 29), 60, 120),
        ("America/New_York", dt.date(2026, 11, 1), 60, 120),
        ("Australia/Lord_Howe", dt.date(2026, 10, 4), 120, 150),
    ],
)
def test_hour_of_a_clock_change_is_shut_and_says_why(zone, day, starts, ends):
    nights = Weekly(weekday=6, starts=dt.time(0), ends=dt.time(6))
    table = Timetable(
        site_id=1, site_name="Night", zone=ZoneInfo(zone), opening=(nights,)
    )
    works = table.works_on(7, day)
    laid_out = Column([], works, why_shut(table, day, 7, works))

    shut = [c for c in cells_of(laid_out, range(0, 360, STEP), 30).values() if c.word]

    assert [(c.starts, c.ends, c.word) for c in shut] == [
        (starts, ends, "The clocks change")
    ]


def test_visit_stands_at_its_local_time_on_either_side_of_a_clock_change():
    nine = dt.datetime(2026, 3, 29, 9, 0, tzinfo=LONDON)
    before = dt.datetime(2026, 3, 28, 9, 0, tzinfo=LONDON)

    for at in (nine, before):
        here = placed(
            Visit(
                at.astimezone(dt.UTC), at.astimezone(dt.UTC) + dt.timedelta(minutes=20)
            ),
            timetable(),
        )
        assert (here.starts, here.ends) == (NINE, NINE + 20)
