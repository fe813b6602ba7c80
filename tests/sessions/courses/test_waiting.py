"""The waiting list: who would come earlier, and what is free for them now."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from sessions.courses import actions
from sessions.courses.waiting import ROWS, count_waiting, waiting_page, wish_of
from sessions.models import Course, EarlierWish
from tests.factories import (
    DAY_0,
    DAY_0_START,
    ClosureFactory,
    CourseFactory,
    EarlierWishFactory,
    SiteFactory,
    TreatmentSessionFactory,
)
from tests.pages import boxes, fill_in, queries, text_of
from tests.state import nothing_written

pytestmark = pytest.mark.django_db

NOW = DAY_0_START - dt.timedelta(days=7)
WAITING = "/waiting/"


@pytest.fixture(autouse=True)
def a_week_before():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def desk(client_of, rita):
    return client_of(rita)


@pytest.fixture
def course(dr_cooper, rita, indication, site) -> Course:
    return CourseFactory.booked(
        indication=indication, clinician=dr_cooper, booked_by=rita, site=site
    )


@pytest.fixture
def earlier(course) -> str:
    return reverse("sessions:earlier", args=[course.pk])


def lines(number: str = "1"):
    return waiting_page(number, now=NOW)[1]


def moved(course: Course, by, day_0: dt.date) -> Course:
    """Move all of a course to another day 0, at ten."""
    from sessions.courses.visits import propose

    course.refresh_from_db()
    return actions.move(
        course,
        by=by,
        version=course.version,
        visits=propose(day_0, dt.time(10), offsets=(3, 7)),
        clinician=course.clinician,
    )


# --- Who waits ------------------------------------------------------------------


def test_somebody_is_put_on_the_list_and_taken_off(desk, earlier, course):
    answer = fill_in(desk, earlier, part_of_day="afternoon", note="After work")

    assert answer.headers["Location"] == course.get_absolute_url()
    page = text_of(desk.get(course.get_absolute_url()))
    assert "On the waiting list : afternoon. After work" in page
    assert boxes(desk.get(earlier))["note"] == "After work"
    desk.post(reverse("sessions:not_earlier", args=[course.pk]))
    assert wish_of(course) is None
    assert EarlierWish.objects.get().closed_by.username == "reception"


def test_noted_again_it_is_noted_anew(desk, earlier, course):
    fill_in(desk, earlier, note="After work")
    fill_in(desk, earlier, note="Mornings now")

    assert wish_of(course).note == "Mornings now"
    assert EarlierWish.objects.count() == 2


@pytest.mark.parametrize(
    "typed", [{"note": "x" * 201}, {"part_of_day": "night"}, {"note": "a\x00b"}]
)
def test_what_cannot_be_noted_is_refused(desk, earlier, typed):
    with nothing_written():
        page = desk.post(earlier, typed)

    assert page.status_code == 400


def test_only_who_is_booked_can_wait(desk, earlier, course, rita):
    course.sessions.filter(protocol_day=0).update(status="missed")

    with nothing_written():
        page = desk.post(earlier, {"note": "x"})

    assert page.status_code == 400
    assert "is not ahead any more" in text_of(page)
    with pytest.raises(ValidationError):
        actions.wish_earlier(course, by=rita)


def test_an_earlier_day_ends_the_wish_and_undoing_brings_it_back(course, rita):
    actions.wish_earlier(course, by=rita)

    moved(course, rita, DAY_0 - dt.timedelta(days=3))
    assert wish_of(course) is None

    actions.undo(course.changes.get(), by=rita)
    assert wish_of(course) is not None


def test_a_later_day_leaves_the_wish(course, rita):
    actions.wish_earlier(course, by=rita)

    moved(course, rita, DAY_0 + dt.timedelta(days=3))

    assert wish_of(course) is not None


def test_who_is_counted_waits_at_this_site_with_day_0_ahead(course, site, rita):
    EarlierWishFactory(course=course)
    assert count_waiting(site, now=NOW) == 1
    assert count_waiting(site, now=NOW, but=course) == 0
    assert count_waiting(SiteFactory(name="Another"), now=NOW) == 0
    assert count_waiting(site, now=DAY_0_START + dt.timedelta(hours=1)) == 0

    actions.cancel(course, by=rita, version=1)
    assert count_waiting(site, now=NOW) == 0


# --- What is free for them ----------------------------------------------------------


def test_the_list_shows_the_first_course_before_theirs(desk, course):
    EarlierWishFactory(course=course, note="Needs an hour")

    [line] = lines()

    assert line.offer.day_0 == NOW.date()
    text = text_of(desk.get(WAITING))
    assert "Needs an hour" in text
    assert "Mon 23-Feb-2026" in text


def test_an_offer_keeps_to_the_part_of_the_day(course):
    EarlierWishFactory(course=course, part_of_day="afternoon")

    [line] = lines()

    assert line.offer.visits[0].at == dt.time(12)


def test_where_nothing_earlier_is_free_it_says_so(desk, course, site):
    EarlierWishFactory(course=course)
    ClosureFactory(
        site=site, first_day=NOW.date(), last_day=DAY_0 - dt.timedelta(days=1)
    )

    assert lines()[0].offer is None
    assert "Nothing earlier is free." in text_of(desk.get(WAITING))


def test_nobody_waits(desk, site):
    assert "Nobody waits" in text_of(desk.get(WAITING))


def test_move_there_leads_to_the_preview_of_that_move(desk, course):
    EarlierWishFactory(course=course)
    row = boxes(desk.get(WAITING))
    move = reverse("sessions:move", args=[course.pk])
    [line] = lines()

    with nothing_written():
        preview = desk.post(move, row | {"offer": line.offer.text})

    assert "Nothing is moved yet." in text_of(preview)
    assert desk.post(move, boxes(preview)).status_code == 302
    assert course.sessions.get(protocol_day=0).booked_date == NOW.date()
    assert wish_of(course) is None


def test_who_waits_longest_stands_first_and_pages_are_bounded(
    desk, dr_cooper, indication, site, course
):
    EarlierWishFactory(course=course, noted_at=NOW)
    one = queries(desk, WAITING)
    for week in range(ROWS):
        later = CourseFactory(indication=indication, clinician=dr_cooper, site=site)
        starts = DAY_0_START + dt.timedelta(weeks=2, minutes=20 * week)
        TreatmentSessionFactory(course=later, starts_at=starts)
        for day in (3, 7):
            TreatmentSessionFactory(
                course=later,
                protocol_day=day,
                starts_at=starts + dt.timedelta(days=day),
            )
        noted = NOW - dt.timedelta(days=ROWS - week)
        EarlierWishFactory(course=later, noted_at=noted)

    noted = [line.wish.noted_at for line in lines()]
    assert len(noted) == ROWS
    assert noted == sorted(noted)
    assert [line.course for line in lines("2")] == [course]
    # Each row asks the finder, and nothing else.
    assert queries(desk, WAITING) <= one + 8 * (ROWS - 1)
