"""The timetable as read from the database, and when a copy of it is a fresh one."""

import datetime as dt
import threading

import pytest
from django.db import transaction

from sessions.schedule import minutes, timetable
from sessions.schedule.countries import countries, regions
from sessions.schedule.models import OpeningHours
from sessions.schedule.timetable import public_holidays, timetable_of
from tests.factories import (
    DAY_0,
    AbsenceFactory,
    ClosureFactory,
    ExtraHoursFactory,
    OpeningHoursFactory,
    RoomFactory,
    SiteFactory,
    WorkedHolidayFactory,
    WorkingHoursFactory,
)

pytestmark = pytest.mark.django_db

CHRISTMAS = dt.date(2026, 12, 25)
SUNDAY = dt.date(2026, 3, 8)


def test_holds_what_the_rows_say(dr_cooper, dr_levy):
    site = SiteFactory(open=False, name="Larkfield", country="GB", region="ENG")
    room = RoomFactory(site=site, name="Room 1")
    RoomFactory(site=site, name="Room 2", is_active=False)
    OpeningHoursFactory(site=site, starts=dt.time(8), ends=dt.time(18))
    WorkingHoursFactory(site=site, clinician=dr_cooper, ends=dt.time(12), room=room)
    ExtraHoursFactory(site=site, clinician=dr_cooper, day=SUNDAY)
    AbsenceFactory(clinician=dr_levy, starts=dt.time(8), ends=dt.time(9))
    ClosureFactory(site=site, first_day=dt.date(2026, 3, 9), reason="Training")

    found = timetable_of(site.pk)

    assert (found.site_name, [room.name for room in found.rooms]) == (
        "Larkfield",
        ["Room 1"],
    )
    assert found.open_on(DAY_0) == minutes.span(480, 1080)
    assert found.works_on(dr_cooper.pk, DAY_0) == minutes.span(480, 720)
    assert found.usual_room(dr_cooper.pk, DAY_0, 500) == room.pk
    assert found.works_on(dr_cooper.pk, SUNDAY) == minutes.span(480, 720)
    assert found.works_on(dr_levy.pk, DAY_0) == minutes.span(540, 1080)
    assert found.why_closed(dt.date(2026, 3, 9)) == "closed, Training"
    assert found.why_closed(CHRISTMAS) == "closed, Christmas Day"


def test_hours_at_one_site_mean_none_at_another(dr_cooper):
    here, there = SiteFactory(), SiteFactory()
    WorkingHoursFactory(site=there, clinician=dr_cooper)

    assert timetable_of(here.pk).works_on(dr_cooper.pk, DAY_0) == minutes.NONE
    assert timetable_of(there.pk).works_on(dr_cooper.pk, DAY_0)


def test_worked_holiday_is_a_day_like_any_other():
    site = SiteFactory(country="GB", region="ENG")
    assert not timetable_of(site.pk).open_on(CHRISTMAS)

    WorkedHolidayFactory(site=site, day=CHRISTMAS)

    assert timetable_of(site.pk).open_on(CHRISTMAS)


# --- Copies -------------------------------------------------------------------


def test_copy_costs_one_query_and_none_with_a_stamp(site, django_assert_num_queries):
    timetable_of(site.pk)

    with django_assert_num_queries(1):
        timetable_of(site.pk)
    stamp = timetable.stamp()
    with django_assert_num_queries(0):
        timetable_of(site.pk, as_of=stamp)


def test_what_was_taken_back_is_in_no_copy(site):
    before = timetable_of(site.pk)
    with transaction.atomic():
        timetable.changed()
        OpeningHours.objects.filter(site=site).delete()
        assert not timetable_of(site.pk).opening
        transaction.set_rollback(True)

    assert timetable_of(site.pk) is before


def test_every_change_is_another_stamp(site):
    seen = set()
    for _ in range(3):
        timetable.changed()
        seen.add(timetable.stamp())

    assert len(seen) == 3


# --- Public holidays ------------------------------------------------------------


def test_holidays_are_the_regions():
    bank_holiday = dt.date(2026, 8, 31)

    assert public_holidays("GB", "ENG").get(bank_holiday)
    assert public_holidays("GB", "SCT").get(bank_holiday) is None
    assert public_holidays("GB", "SCT").get(dt.date(2026, 11, 30))
    assert public_holidays("", "").get(CHRISTMAS) is None


@pytest.mark.parametrize("year", [2026, 2027, 2028, 2100])
def test_holidays_reach_as_far_as_dates_do(year):
    assert public_holidays("GB", "ENG").get(dt.date(year, 12, 25)) == "Christmas Day"


@pytest.mark.parametrize("language", ["de", "uk", "C"])
def test_holidays_are_named_in_english_whatever_the_server_speaks(
    monkeypatch, language
):
    monkeypatch.setenv("LANGUAGE", language)
    timetable._holidays_of_year.cache_clear()

    names = timetable.holidays_of_year("DE", "", 2027).values()

    assert {"Good Friday", "Ascension Day"} <= set(names)


def test_years_do_not_mix():
    assert {day.year for day in timetable.holidays_of_year("GB", "ENG", 2027)} == {2027}


def test_no_thread_sees_a_year_half_filled_in():
    """The library's own object notes a year before it fills it in."""
    found: list[str | None] = []
    start = threading.Barrier(8)

    def ask(country):
        start.wait()
        found.append(public_holidays(country, "").get(CHRISTMAS))

    for country in ("GB", "US", "DE", "FR", "ES"):
        timetable._holidays_of_year.cache_clear()
        threads = [threading.Thread(target=ask, args=[country]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(found) == 40
    assert all(found)


def test_every_country_and_region_that_is_offered_is_known():
    """None is longer than its column, and none makes a page fail."""
    offered = [(c, r) for c, _ in countries() if c for r, _ in regions(c)]

    assert len(offered) > 800
    for country, region in offered:
        assert (len(country), len(region) <= 10) == (2, True)
        assert public_holidays(country, region).get(dt.date(2026, 7, 8)) != ""
