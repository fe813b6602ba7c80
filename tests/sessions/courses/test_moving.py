"""Moving: what is tried out, what keeps its place, and what nobody can go past."""

import datetime as dt
from dataclasses import replace

import pytest
import time_machine
from django.core.exceptions import ValidationError

from sessions.courses import actions
from sessions.courses.actions.placing import Taken
from sessions.courses.models import Course, CourseChange
from sessions.courses.visits import Visit, propose
from tests.factories import PatientFactory, RoomFactory, WorkingHoursFactory
from tests.state import nothing_written

pytestmark = pytest.mark.django_db

MONDAY = dt.date(2026, 3, 2)
TUESDAY = MONDAY + dt.timedelta(days=1)
BEFORE = dt.datetime(2026, 2, 20, 12, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def before():
    with time_machine.travel(BEFORE, tick=False):
        yield


@pytest.fixture
def book(rita, dr_cooper, site, indication):
    def book(day_0: dt.date = MONDAY, at: int = 9, **changes) -> Course:
        course = actions.book(
            **{
                "by": rita,
                "patient": PatientFactory(),
                "indication": indication,
                "side": "right",
                "clinician": dr_cooper,
                "site": site,
                "visits": visits(day_0, at),
                "now": BEFORE,
                **changes,
            }
        )
        return fresh(course)

    return book


def visits(day_0: dt.date, at: int = 9) -> list[Visit]:
    return list(propose(day_0, dt.time(at), offsets=(3, 7)))


def fresh(course: Course) -> Course:
    return Course.objects.listed().get(pk=course.pk)


def moving(course: Course, by, wanted: list[Visit], **changes) -> dict:
    return {
        "by": by,
        "version": course.version,
        "visits": wanted,
        "clinician": course.clinician,
        "now": BEFORE,
        **changes,
    }


def refused(course: Course, **moving) -> ValidationError:
    with nothing_written(), pytest.raises(ValidationError) as error:
        actions.move(course, **moving)
    return error.value


def test_a_move_is_tried_out_and_taken_back(book, rita):
    course = book()

    with nothing_written():
        seen = actions.try_move(
            course,
            look=lambda moved: [s.booked_date.day for s in fresh(moved).in_order],
            **moving(course, rita, visits(TUESDAY)),
        )

    assert seen == [3, 6, 10]


def test_a_move_tried_out_is_refused_as_the_move_is(book, rita):
    course, _ = book(), book(TUESDAY)

    with nothing_written(), pytest.raises(Taken) as error:
        actions.try_move(
            course,
            look=lambda moved: None,
            **moving(course, rita, visits(TUESDAY)),
        )

    assert error.value.can_be_overbooked
    assert "Free nearby: " in error.value.message_dict["day_0"][0]


def test_the_same_move_sent_twice_is_made_once(book, rita, dr_cooper):
    course = book()
    sent = moving(course, rita, visits(TUESDAY))

    actions.move(course, **sent)
    actions.move(course, **sent)

    assert fresh(course).version == 2
    assert CourseChange.objects.filter(kind="moved").count() == 1
    # By somebody else it is no second press, but somebody who saw an old page.
    late = refused(course, **{**sent, "by": dr_cooper})
    assert late.code == "stale"


def test_what_stays_keeps_its_room(book, rita, site):
    first, second = RoomFactory(site=site, name="A"), RoomFactory(site=site, name="B")
    course = book()
    assert {s.room_id for s in course.in_order} == {first.pk}
    wanted = visits(MONDAY)
    wanted[2] = replace(wanted[2], room_id=second.pk)

    actions.move(course, **moving(course, rita, wanted))

    rooms = [session.room_id for session in fresh(course).in_order]
    assert rooms == [first.pk, first.pk, second.pk]


def test_another_clinician_alone_is_a_move(book, rita, dr_levy):
    course = book()

    actions.move(course, **moving(course, rita, visits(MONDAY), clinician=dr_levy))

    assert {s.clinician for s in fresh(course).in_order} == {dr_levy}


def test_a_time_outside_of_hours_can_be_gone_past(book, dr_cooper, site):
    course = book()
    for weekday in range(7):
        WorkingHoursFactory(clinician=dr_cooper, site=site, weekday=weekday)
    sent = moving(course, dr_cooper, visits(TUESDAY, 20))

    assert refused(course, **sent).can_be_overbooked
    actions.move(course, **{**sent, "overbooked_reason": "In pain"})

    reasons = {s.overbooked_reason for s in fresh(course).in_order}
    assert reasons == {"In pain"}


def test_what_cannot_be_gone_past_is_named_when_the_rest_is(book, dr_cooper, dr_levy):
    course = book()
    book(TUESDAY)  # the clinician's, to be gone past
    first, *later = visits(TUESDAY + dt.timedelta(days=3))
    theirs = book(
        patient=course.patient,  # their own, at the time of day 3
        visits=[first, *(replace(visit, at=dt.time(12)) for visit in later)],
        side="left",
        clinician=dr_levy,
    )
    sent = moving(course, dr_cooper, visits(TUESDAY))

    assert not refused(course, **sent).can_be_overbooked
    still = refused(course, **{**sent, "overbooked_reason": "In pain"})
    assert list(still.message_dict) == ["day_3"]
    assert "The patient has another session" in still.messages[0]
    assert fresh(theirs).version == 1


def test_reception_goes_past_nothing(book, rita):
    course, _ = book(), book(TUESDAY)

    error = refused(
        course, **moving(course, rita, visits(TUESDAY), overbooked_reason="In pain")
    )

    assert "Only a clinician" in error.messages[0]


@pytest.mark.parametrize(
    ("day", "at", "free"),
    [
        (dt.date(2026, 2, 3), dt.time(9), "Fri 20-Feb 12:10"),
        (dt.date(2026, 3, 29), dt.time(1, 30), "Sun 29-Mar 00:40"),
        (dt.date(2026, 10, 25), dt.time(1, 30), "Sun 25-Oct 00:40"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(book, rita, day, at, free):
    course = book()
    wanted = list(propose(day, at, offsets=(3, 7)))

    error = refused(course, **moving(course, rita, wanted))

    [message] = error.message_dict["day_0"]
    assert f" Free: {free}" in message
