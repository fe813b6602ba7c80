"""The finder over the database: hours, calendars, rooms, and what it offers is true."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from mesoclinic.vocabulary import Side
from sessions.courses import actions, offers_text
from sessions.courses.finder import Offer
from sessions.courses.offers import Found, Search, find_courses
from sessions.schedule.models import OpeningHours
from sessions.schedule.timetable import timetable_of
from tests.factories import (
    AbsenceFactory,
    ClosureFactory,
    CourseFactory,
    OpeningHoursFactory,
    PatientFactory,
    RoomFactory,
    SiteFactory,
    WorkingHoursFactory,
)

pytestmark = pytest.mark.django_db

MONDAY = dt.date(2026, 3, 2)
NOW = dt.datetime(2026, 2, 20, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def clinic():
    """Open on weekdays from nine to twelve."""
    site = SiteFactory(open=False)
    for weekday in range(5):
        OpeningHoursFactory(
            site=site, weekday=weekday, starts=dt.time(9), ends=dt.time(12)
        )
    return site


@pytest.fixture
def find(clinic, dr_cooper, indication):
    """Ask the finder: `find(earliest=...)`."""
    patient = PatientFactory()

    def ask(*, now: dt.datetime = NOW, count: int = 10, **asked: Any) -> Found:
        search = {
            "patient": patient,
            "version": indication.protocol.current,
            "clinicians": [dr_cooper],
            "earliest": MONDAY,
            **asked,
        }
        asked = timetable_of(clinic.pk)
        return find_courses(Search(**search), asked, now=now, count=count)

    return ask


def first(found: Found) -> list[str]:
    return [f"{v.on:%d-%b} {v.at:%H:%M}" for v in found.offers[0].visits]


def test_the_first_course_begins_when_the_clinic_opens(find):
    assert first(find()) == ["02-Mar 09:00", "05-Mar 09:00", "09-Mar 09:00"]


def test_no_more_than_asked_for_and_none_before_the_earliest(find):
    found = find(count=3, earliest=dt.date(2026, 3, 4))

    assert len(found.offers) == 3
    assert found.offers[0].day_0 == dt.date(2026, 3, 4)


def test_a_start_whose_day_3_is_a_sunday_moves_it_or_says_so(find):
    """Wednesday: day 3 is Saturday, day 2 is Friday. Thursday: Sunday, day 4."""
    found = find(count=4)

    by_day = {offer.day_0.day: offer for offer in found.offers}
    friday = by_day[5].visits[1]
    assert (friday.on, friday.reason) == (
        dt.date(2026, 3, 9),
        "Sun 08-Mar: closed on Sundays",
    )
    passed = {each.day_0.day: each.why for each in found.passed_over}
    assert passed.get(4, "") == "" or "day 3" in passed[4]


def test_bookings_of_clinician_and_patient_are_in_the_way(find, dr_cooper, clinic):
    CourseFactory.booked(clinician=dr_cooper, site=clinic)

    assert first(find())[0] == "02-Mar 09:20"


def test_a_cancelled_session_is_in_nobodys_way(find, dr_cooper, clinic):
    course = CourseFactory.booked(clinician=dr_cooper, site=clinic)
    course.sessions.update(status="cancelled")

    assert first(find())[0] == "02-Mar 09:00"


def test_closures_leave_and_holidays_are_passed_over_with_their_reason(
    find, dr_cooper, clinic
):
    ClosureFactory(site=clinic, first_day=MONDAY, reason="Staff training")
    AbsenceFactory(clinician=dr_cooper, first_day=dt.date(2026, 3, 3), reason="leave")
    clinic.country, clinic.region = "GB", "ENG"
    clinic.save()

    passed = {each.day_0: each.why for each in find().passed_over}

    assert passed[MONDAY] == "closed, Staff training"
    assert passed[dt.date(2026, 3, 3)] == "Dr Cooper is away, leave"


def test_a_bank_holiday_is_named(find, clinic):
    clinic.country, clinic.region = "GB", "ENG"
    clinic.save()

    found = find(earliest=dt.date(2026, 4, 3), count=1)

    assert found.passed_over[0].why == "closed, Good Friday"


def test_a_full_day_7_says_whose_it_is(find, dr_cooper, clinic):
    for day in (9, 10):  # 8 March is a Sunday
        AbsenceFactory(clinician=dr_cooper, first_day=dt.date(2026, 3, day), reason="")

    passed = find(count=1).passed_over[0]

    assert (passed.day_0, passed.why) == (
        MONDAY,
        "day 7 is Mon 09-Mar: Dr Cooper is away",
    )


def test_nothing_is_offered_in_the_past_of_today(find):
    at_ten = dt.datetime(2026, 3, 2, 10, 5, tzinfo=dt.UTC)

    assert first(find(now=at_ten))[0] == "02-Mar 10:10"


def test_each_visit_has_a_room_and_ones_own_is_preferred(find, dr_cooper, clinic):
    RoomFactory(site=clinic, name="1")
    own = RoomFactory(site=clinic, name="2")
    for weekday in range(5):
        WorkingHoursFactory(clinician=dr_cooper, site=clinic, weekday=weekday, room=own)

    offer = find(count=1).offers[0]

    assert {visit.room_id for visit in offer.visits} == {own.pk}


def test_where_the_only_room_is_taken_a_later_time_is_offered(find, dr_levy, clinic):
    room = RoomFactory(site=clinic)
    course = CourseFactory.booked(clinician=dr_levy, site=clinic)
    course.sessions.update(room=room)

    assert first(find()) == ["02-Mar 09:20", "05-Mar 09:20", "09-Mar 09:20"]


def test_a_day_without_any_room_is_passed_over(find, dr_levy, clinic):
    room = RoomFactory(site=clinic)
    OpeningHours.objects.filter(site=clinic, weekday=0).update(ends=dt.time(9, 20))
    course = CourseFactory.booked(clinician=dr_levy, site=clinic)
    course.sessions.update(room=room)

    assert find(count=1).passed_over[0].why == "no room is free when somebody is"


def test_a_room_of_ones_choice_is_kept(find, clinic):
    RoomFactory(site=clinic, name="1")
    wanted = RoomFactory(site=clinic, name="2")

    offer = find(room_id=wanted.pk, count=1).offers[0]

    assert {visit.room_id for visit in offer.visits} == {wanted.pk}


def test_what_is_offered_can_be_booked_as_it_is_written(
    find, rita, dr_cooper, indication, clinic
):
    RoomFactory(site=clinic)
    for _ in range(3):
        offer = find(count=1).offers[0]
        visits = offers_text.read(offers_text.write(offer))
        course = actions.book(
            by=rita,
            patient=PatientFactory(),
            indication=indication,
            side=Side.RIGHT,
            clinician=dr_cooper,
            site=clinic,
            visits=visits,
            now=NOW,
        )
        assert [s.booked_date for s in course.in_order] == [
            visit.on for visit in offer.visits
        ]


def test_a_race_lost_names_the_session_and_offers_the_nearest(
    find, rita, dr_cooper, indication, clinic
):
    seen = find(count=1).offers[0]
    CourseFactory.booked(clinician=dr_cooper, site=clinic)

    with pytest.raises(ValidationError) as refused:
        actions.book(
            by=rita,
            patient=PatientFactory(),
            indication=indication,
            side=Side.RIGHT,
            clinician=dr_cooper,
            site=clinic,
            visits=seen.visits,
            now=NOW,
        )

    assert list(refused.value.message_dict) == ["day_0"]
    assert refused.value.messages[0] == (
        "Dr Cooper has another session on Mon 02-Mar-2026 at 09:00. "
        "Free nearby: 09:20, 09:30, 09:40."
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "[]",
        "{}",
        '{"v": []}',
        '{"v": [[0]]}',
        '{"v": [[0, "2026-03-02", "09:00", null, null, "", 1]]}',
        '{"v": [[true, "2026-03-02", "09:00", null, null, ""]]}',
        '{"v": [[0, "2026-03-02", "09:00", -1, null, ""]]}',
        '{"v": [[0, "2026-03-02", "09:00", 1e3, null, ""]]}',
        '{"v": [[0, "2026-03-02", "09:00:30", null, null, ""]]}',
        '{"v": [[0, "2026-03-02", "09:00+01:00", null, null, ""]]}',
        '{"v": [[0, "2026-13-02", "09:00", null, null, ""]]}',
        '{"v": [[0, "2026-03-02", "09:00", null, null, "\\u0000"]]}',
        '{"v": [[0, "2026-03-02", "09:00", null, null, null]]}',
        '{"v": "' + "[" * 100_000 + '"}',
        "[" * 3000,
    ],
)
def test_what_no_page_of_ours_wrote_is_not_read(text):
    assert offers_text.read(text) is None


def test_an_offer_survives_being_written():
    found = Offer(visits=())
    assert offers_text.read(offers_text.write(found)) is None
