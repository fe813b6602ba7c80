"""Leaflets that were handed over and are wrong by now are listed, and no others."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from sessions.courses import actions as courses
from sessions.courses.models import Course
from sessions.courses.visits import propose
from sessions.paper.outdated import all_outdated_leaflets, outdated_leaflets
from tests.factories import PatientFactory
from tests.pages import queries, text_of
from tests.sessions.paper.handing import issue_leaflet

pytestmark = pytest.mark.django_db

MONDAY = dt.date(2026, 3, 2)
NOON = dt.datetime(2026, 2, 23, 12, 0, tzinfo=dt.UTC)
OUTDATED = "/leaflets/outdated/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def book(rita, dr_cooper, site, indication, english):
    def book(at: int = 9) -> Course:
        return courses.book(
            by=rita,
            patient=PatientFactory(),
            indication=indication,
            side="right",
            clinician=dr_cooper,
            site=site,
            visits=propose(MONDAY, dt.time(at), offsets=(3, 7)),
        )

    return book


@pytest.fixture
def course(book) -> Course:
    return book()


def hand_over(course: Course, day: int, by) -> None:
    session = course.sessions.model.objects.complete().get(
        course=course, protocol_day=day
    )
    issue_leaflet(session, by=by)


def give(course: Course, day: int) -> None:
    session = course.sessions.get(protocol_day=day)
    course.sessions.filter(pk=session.pk).update(
        status="given", given_date=session.booked_date
    )


def move(course: Course, by, clock, *, hour: int, days=(0, 3, 7)) -> None:
    """Move some of the visits to another hour, a minute later."""
    clock.shift(60)
    row = Course.objects.listed().get(pk=course.pk)
    visits = [
        type(visit)(
            protocol_day=visit.protocol_day,
            on=visit.on,
            at=dt.time(hour) if visit.protocol_day in days else visit.at,
        )
        for visit in propose(MONDAY, dt.time(9), offsets=(3, 7))
    ]
    courses.move(
        row, by=by, version=row.version, visits=visits, clinician=row.clinician
    )


def outdated(course: Course) -> list[int]:
    row = Course.objects.listed().get(pk=course.pk)
    found = [session.protocol_day for session in outdated_leaflets(row)]
    if row.next_session:
        listed = [s.protocol_day for s in all_outdated_leaflets() if s.course == row]
        assert listed == found
    return found


def test_a_leaflet_that_still_holds_is_not_listed(course, rita):
    hand_over(course, 0, rita)

    assert outdated(course) == []


def test_without_a_leaflet_nothing_is_wrong(course, rita, clock):
    move(course, rita, clock, hour=11)

    assert outdated(course) == []


def test_a_moved_visit_makes_the_leaflet_wrong_until_it_is_printed_again(
    course, rita, clock
):
    hand_over(course, 0, rita)
    move(course, rita, clock, hour=11, days=(7,))
    assert outdated(course) == [0]

    clock.shift(60)
    hand_over(course, 0, rita)
    assert outdated(course) == []


def test_a_move_that_is_undone_makes_the_leaflet_right_again(course, rita, clock):
    hand_over(course, 0, rita)
    move(course, rita, clock, hour=11, days=(7,))

    courses.undo(course.changes.latest("pk"), by=rita)

    assert outdated(course) == []


def test_another_clinician_makes_the_leaflet_wrong(course, rita, clock, dr_levy):
    hand_over(course, 0, rita)
    clock.shift(60)
    courses.move(
        course,
        by=rita,
        version=1,
        visits=propose(MONDAY, dt.time(9), offsets=(3, 7)),
        clinician=dr_levy,
    )

    assert outdated(course) == [0]


def test_a_visit_that_was_given_makes_no_leaflet_wrong(course, rita, clock):
    hand_over(course, 0, rita)
    give(course, 0)
    clock.move_to(NOON + dt.timedelta(days=10))
    give(course, 3)

    assert outdated(course) == []


def test_a_visit_called_off_ahead_makes_the_leaflet_wrong(
    course, rita, dr_cooper, clock
):
    hand_over(course, 0, rita)
    give(course, 0)
    clock.shift(60)
    day_3 = course.sessions.get(protocol_day=3)
    courses.set_aside(day_3, by=dr_cooper, status="declined")

    assert outdated(course) == [0]


def test_a_later_leaflet_replaces_an_earlier_one(course, rita, clock):
    for day in (0, 3):
        hand_over(course, day, rita)
        give(course, day)
    move(course, rita, clock, hour=11, days=(7,))

    assert outdated(course) == [3]


def test_a_closed_course_needs_no_leaflet(course, rita, clock):
    hand_over(course, 0, rita)
    clock.shift(60)
    courses.cancel(course, by=rita, version=1)

    assert outdated(course) == []


def test_the_list_takes_as_many_queries_for_many_as_for_one(
    client_of, book, course, rita, clock
):
    hand_over(course, 0, rita)
    move(course, rita, clock, hour=8, days=(7,))
    desk = client_of(rita)
    one = queries(desk, OUTDATED)
    for hour in (10, 12, 14):
        other = book(hour)
        hand_over(other, 0, rita)
        move(other, rita, clock, hour=hour + 1, days=(0, 3, 7))

    page = desk.get(OUTDATED)

    assert queries(desk, OUTDATED) == one
    assert text_of(page).count("Leaflet of day 0") == 4
    first = course.sessions.get(protocol_day=0)
    assert reverse("sessions:leaflet", args=[first.pk]) in page.content.decode()


def test_the_list_is_empty_while_every_leaflet_is_right(client_of, course, rita):
    assert "Every leaflet is right" in text_of(client_of(rita).get(OUTDATED))
