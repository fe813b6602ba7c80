"""The course finder: pure, with calendars that a test writes down day by day."""

import datetime as dt
from dataclasses import replace

import pytest

from sessions.courses.finder import Offer, PassedOver, Wish, course_on, courses_from
from sessions.schedule import minutes

MONDAY = dt.date(2026, 3, 2)
COOPER, LEVY = 1, 2
MORNING = minutes.span(9 * 60, 12 * 60)
WISH = Wish(offsets=(3, 7), tolerance_days=1, duration_min=20, clinician_ids=(COOPER,))


class Written:
    """Free times as a test writes them: the whole morning, but where it says so."""

    def __init__(self, **but: int) -> None:
        self.but = {dt.date(2026, 3, int(day[1:])): free for day, free in but.items()}
        self.only: dict[int, dict[dt.date, int]] = {}

    def free(self, clinician_id: int, day: dt.date) -> int:
        own = self.only.get(clinician_id, self.but)
        return own.get(day, MORNING)

    def why_none(self, clinician_ids, day: dt.date) -> str:
        return "closed"


def at(hour: int, minute: int = 0, *, length: int = 20) -> int:
    return minutes.span(hour * 60 + minute, hour * 60 + minute + length)


def placed(offer: Offer | PassedOver) -> list[str]:
    assert isinstance(offer, Offer)
    return [f"{visit.on:%d} {visit.at:%H:%M}" for visit in offer.visits]


def test_an_empty_calendar_gives_the_first_time_of_all_three_days():
    offer = course_on(MONDAY, WISH, Written())

    assert placed(offer) == ["02 09:00", "05 09:00", "09 09:00"]
    assert {visit.reason for visit in offer.visits} == {""}


def test_the_same_time_on_all_days_beats_an_earlier_start():
    calendars = Written(d2=at(9) | at(11), d5=at(11), d9=MORNING)

    assert placed(course_on(MONDAY, WISH, calendars)) == [
        "02 11:00",
        "05 11:00",
        "09 11:00",
    ]


def test_without_a_common_time_the_closest_ones_are_taken():
    calendars = Written(d2=at(9) | at(10), d5=at(10, 30), d9=at(11))

    assert placed(course_on(MONDAY, WISH, calendars)) == [
        "02 10:00",
        "05 10:30",
        "09 11:00",
    ]


def test_a_visit_needs_its_whole_length():
    short = at(9, length=19) | at(10)

    assert placed(course_on(MONDAY, WISH, Written(d2=short)))[0] == "02 10:00"


@pytest.mark.parametrize(
    ("but", "expected"),
    [({"d5": 0}, "04"), ({"d5": 0, "d4": 0}, "06"), ({"d9": 0}, "08")],
)
def test_a_full_day_gives_way_to_the_nearest_inside_the_tolerance(but, expected):
    offer = course_on(MONDAY, WISH, Written(**but))

    [off] = [visit for visit in offer.visits if visit.reason]
    assert f"{off.on:%d}" == expected
    assert off.reason.endswith("closed")


def test_a_day_that_has_a_place_is_never_left_for_a_better_time():
    calendars = Written(d2=at(9), d4=at(9), d5=at(11), d9=at(9))

    assert placed(course_on(MONDAY, WISH, calendars))[1] == "05 11:00"


def test_outside_the_tolerance_the_day_is_passed_over_with_its_reason():
    passed = course_on(MONDAY, WISH, Written(d4=0, d5=0, d6=0))

    assert passed == PassedOver(day_0=MONDAY, why="day 3 is Thu 05-Mar: closed")


def test_a_closed_day_0_says_only_why():
    assert course_on(MONDAY, WISH, Written(d2=0)) == PassedOver(
        day_0=MONDAY, why="closed"
    )


def test_one_clinician_does_all_of_it_unless_told_otherwise():
    calendars = Written()
    calendars.only = {COOPER: {dt.date(2026, 3, 5): 0}, LEVY: {MONDAY: 0}}
    calendars.only[COOPER] |= {dt.date(2026, 3, d): 0 for d in (4, 6)}
    both = replace(WISH, clinician_ids=(COOPER, LEVY))

    assert isinstance(course_on(MONDAY, both, calendars), PassedOver)
    shared = course_on(MONDAY, replace(both, same_clinician=False), calendars)
    assert [visit.clinician_id for visit in shared.visits] == [COOPER, LEVY, COOPER]


def test_the_clinician_with_the_better_course_is_offered():
    calendars = Written()
    calendars.only = {COOPER: {dt.date(2026, 3, 5): 0}}

    offer = course_on(MONDAY, replace(WISH, clinician_ids=(COOPER, LEVY)), calendars)

    assert {visit.clinician_id for visit in offer.visits} == {LEVY}


def test_a_picked_time_fixes_day_0_also_off_the_grid():
    wish = replace(WISH, starts_at=9 * 60 + 7)

    assert placed(course_on(MONDAY, wish, Written()))[0] == "02 09:07"


def test_the_part_of_the_day_holds_for_every_visit():
    wish = replace(WISH, window=minutes.span(11 * 60, minutes.DAY))

    assert placed(course_on(MONDAY, wish, Written())) == [
        "02 11:00",
        "05 11:00",
        "09 11:00",
    ]


def test_weekdays_not_asked_for_are_left_out_without_a_word():
    tuesdays = replace(WISH, weekdays=frozenset({1}))

    found = list(
        courses_from(MONDAY, MONDAY + dt.timedelta(13), tuesdays, Written(d3=0))
    )

    assert [each.day_0.day for each in found] == [3, 10]
    assert isinstance(found[0], PassedOver)


def test_follow_ups_never_change_places():
    """Days 3 and 4 with a tolerance of one: the nearest would be one another's."""
    close = replace(WISH, offsets=(3, 4))
    calendars = Written(d5=0, d6=0, d4=0)

    offer = course_on(MONDAY, close, calendars)

    assert isinstance(offer, PassedOver) or [v.on for v in offer.visits] == sorted(
        {visit.on for visit in offer.visits}
    )


def test_the_end_of_the_calendar_is_no_error():
    last = dt.date(9999, 12, 28)

    assert isinstance(course_on(last, WISH, Written()), PassedOver)
