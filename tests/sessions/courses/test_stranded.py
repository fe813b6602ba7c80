"""Booked sessions that do not fit any more: listed with the reason, never moved."""

import datetime as dt

import pytest
import time_machine

from mesoclinic.models import User
from sessions.courses.stranded import count_stranded, stranded
from sessions.models import Room, TreatmentSession
from sessions.schedule import timetable
from tests.factories import (
    DAY_0,
    DAY_0_START,
    AbsenceFactory,
    ClosureFactory,
    CourseFactory,
    RoomFactory,
    SiteFactory,
    TreatmentSessionFactory,
    WorkingHoursFactory,
)

pytestmark = pytest.mark.django_db

BEFORE = DAY_0_START - dt.timedelta(days=7)


@pytest.fixture(autouse=True)
def a_week_before():
    with time_machine.travel(BEFORE, tick=False):
        yield


@pytest.fixture
def course(dr_cooper, rita, indication, site):
    return CourseFactory.booked(
        indication=indication, clinician=dr_cooper, booked_by=rita, site=site
    )


def reasons(**where) -> dict[int, str]:
    """Why each does not fit, by the day of the protocol."""
    return {each.treatment_session.protocol_day: each.why for each in stranded(**where)}


def overbook(course) -> None:
    course.sessions.update(
        overbooked_reason="In pain",
        overbooked_at=BEFORE,
        overbooked_by=course.clinician,
    )


def test_what_fits_is_not_listed(course):
    assert stranded() == []
    assert count_stranded() == 0


def test_a_clinician_who_left_leaves_every_session_to_be_booked_again(course):
    User.objects.filter(pk=course.clinician_id).update(is_active=False)

    assert set(reasons()) == {0, 3, 7}
    assert "can no longer be booked" in reasons()[0]
    assert count_stranded() == 3


def test_a_clinician_who_lost_the_role_counts_as_one_who_left(course):
    User.objects.filter(pk=course.clinician_id).update(is_clinician=False)

    assert set(reasons()) == {0, 3, 7}


def test_a_closed_day_names_why_it_is_closed(course, site):
    ClosureFactory(site=site, first_day=DAY_0, last_day=DAY_0, reason="Painting")

    assert reasons() == {0: "Sample Clinic is closed that day: Painting"}


def test_leave_names_the_leave(course):
    AbsenceFactory(clinician=course.clinician, first_day=DAY_0 + dt.timedelta(days=3))

    assert list(reasons()) == [3]
    assert "on leave" in reasons()[3]


def test_hours_that_end_before_the_session_name_the_hours(course, site):
    for weekday in range(7):
        WorkingHoursFactory(
            clinician=course.clinician,
            site=site,
            weekday=weekday,
            starts=dt.time(10),
            ends=dt.time(12, 30),
        )

    assert set(reasons()) == {0, 3, 7}
    assert "10:00–12:30" in reasons()[0]


def test_half_a_day_closed_strands_what_lies_in_it(course, site):
    ClosureFactory(site=site, starts=dt.time(8), ends=dt.time(9, 10))

    assert list(reasons()) == [0]


def test_a_room_out_of_use_strands_its_sessions(course, site):
    room = RoomFactory(site=site)
    RoomFactory(site=site)
    course.sessions.filter(protocol_day=7).update(room=room)
    assert reasons() == {}

    Room.objects.filter(pk=room.pk).update(is_active=False)
    timetable.changed()

    assert reasons() == {7: "The room is not in use any more"}


def test_what_was_overbooked_on_purpose_may_lie_outside_of_hours(course, site):
    overbook(course)
    ClosureFactory(site=site, starts=dt.time(8), ends=dt.time(12))
    assert reasons() == {}

    ClosureFactory(site=site, first_day=DAY_0 + dt.timedelta(days=7))
    assert list(reasons()) == [7]

    User.objects.filter(pk=course.clinician_id).update(is_active=False)
    assert set(reasons()) == {0, 3, 7}


def test_only_what_is_booked_and_ahead_is_listed(course):
    User.objects.filter(pk=course.clinician_id).update(is_active=False)
    TreatmentSession.objects.filter(protocol_day=3).update(status="declined")

    with time_machine.travel(DAY_0_START + dt.timedelta(minutes=30), tick=False):
        assert list(reasons()) == [7]


def test_one_site_is_asked_about_its_own_sessions(course, site):
    User.objects.filter(pk=course.clinician_id).update(is_active=False)

    assert len(stranded(site)) == 3
    assert stranded(SiteFactory(name="Another")) == []


def test_the_list_takes_as_many_queries_for_many_as_for_one(
    course, dr_cooper, indication, site, django_assert_num_queries
):
    User.objects.filter(pk=dr_cooper.pk).update(is_active=False)
    stranded()
    for week in range(1, 5):
        later = CourseFactory(indication=indication, clinician=dr_cooper, site=site)
        TreatmentSessionFactory(
            course=later, starts_at=DAY_0_START + dt.timedelta(weeks=2 * week)
        )

    with django_assert_num_queries(5):
        assert len(stranded()) == 7
