"""Undo: every change for ten minutes, and never what was given."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from mesoclinic.models import AuditEvent, User
from sessions.courses import actions
from sessions.courses.changes import last_change
from sessions.courses.models import Course, CourseChange
from sessions.courses.visits import propose
from tests.factories import PatientFactory

pytestmark = pytest.mark.django_db

MONDAY = dt.date(2026, 3, 2)
BEFORE = dt.datetime(2026, 2, 20, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def wanted(rita, dr_cooper, site, indication):
    return {
        "by": rita,
        "patient": PatientFactory(),
        "indication": indication,
        "side": "right",
        "clinician": dr_cooper,
        "site": site,
        "visits": propose(MONDAY, dt.time(9), offsets=(3, 7)),
        "now": BEFORE,
    }


@pytest.fixture
def course(wanted) -> Course:
    return fresh(actions.book(**wanted))


def fresh(course: Course) -> Course:
    return Course.objects.listed().get(pk=course.pk)


def newest(course: Course) -> CourseChange:
    return course.changes.latest("made_version")


def places(course: Course) -> list[tuple]:
    """Where the sessions are, and what is to be known of them."""
    names = ("starts_at", "booked_date", "target_date", "status", "clinician", "room")
    more = ("off_target_reason", "status_reason", "overbooked_reason", "ends_at")
    return list(course.sessions.order_by("protocol_day").values_list(*names, *more))


def move(course, by, day_0=MONDAY + dt.timedelta(days=1), **changes):
    return actions.move(
        fresh(course),
        **{
            "by": by,
            "version": fresh(course).version,
            "visits": propose(day_0, dt.time(9), offsets=(3, 7)),
            "clinician": course.clinician,
            "now": BEFORE,
            **changes,
        },
    )


def miss(course, by, day=3, now=BEFORE):
    session = course.sessions.get(protocol_day=day)
    return actions.set_aside(session, by=by, status="missed", now=now)


def cancel(course, by):
    version = fresh(course).version
    return actions.cancel(course, by=by, version=version, reason="Ill", now=BEFORE)


@pytest.mark.parametrize("change", [move, miss, cancel])
def test_undo_puts_everything_back(course, rita, dr_cooper, change):
    before = places(course)
    change(course, rita)
    assert places(course) != before

    actions.undo(newest(course), by=dr_cooper, now=BEFORE)

    assert places(course) == before
    assert fresh(course).is_open
    assert newest(course).undone_by == dr_cooper
    undone = AuditEvent.objects.get(event="course.change_undone")
    assert undone.patient_id == course.patient_id


def test_undo_of_a_missed_day_0_brings_its_follow_ups_back(course, rita):
    before = places(course)
    miss(course, rita, day=0)

    actions.undo(newest(course), by=rita, now=BEFORE)

    assert places(course) == before


def test_undo_of_a_booking_frees_its_times_and_closes_the_course(course, wanted, rita):
    actions.undo(newest(course), by=rita, now=BEFORE)

    assert fresh(course).closed_as == "cancelled"
    again = actions.book(**wanted)
    assert again.pk != course.pk


def test_undo_of_a_move_to_another_clinician(course, rita, dr_levy, dr_cooper):
    move(course, rita, MONDAY, clinician=dr_levy)
    assert fresh(course).clinician == dr_levy

    actions.undo(newest(course), by=rita, now=BEFORE)

    assert fresh(course).clinician == dr_cooper
    assert set(course.sessions.values_list("clinician", flat=True)) == {dr_cooper.pk}


def refused(change: CourseChange, by: User, now=BEFORE) -> str:
    with pytest.raises(ValidationError) as error:
        actions.undo(change, by=by, now=now)
    return " ".join(error.value.messages)


def test_undo_ends_after_ten_minutes(course, rita):
    move(course, rita)
    ten = BEFORE + dt.timedelta(minutes=10)

    late = ten + dt.timedelta(seconds=1)
    assert "ten minutes only" in refused(newest(course), rita, late)
    assert last_change(fresh(course), now=late) is None
    assert last_change(fresh(course), now=ten) is not None
    actions.undo(newest(course), by=rita, now=ten)


def test_only_the_last_change_is_undone(course, rita):
    move(course, rita)
    first = newest(course)
    miss(course, rita)

    assert "Something else was changed since" in refused(first, rita)
    actions.undo(newest(course), by=rita, now=BEFORE)
    assert "Something else was changed since" in refused(first, rita)


def test_what_is_undone_is_not_undone_again(course, rita):
    move(course, rita)
    actions.undo(newest(course), by=rita, now=BEFORE)

    assert "undone already" in refused(newest(course), rita)
    assert last_change(fresh(course), now=BEFORE) is None


def test_what_was_given_stays_given(course, rita):
    move(course, rita)
    course.sessions.filter(protocol_day=0).update(
        status="given", given_date=MONDAY + dt.timedelta(days=1)
    )

    assert last_change(fresh(course), now=BEFORE) is None
    assert "Day 0 has been given since" in refused(newest(course), rita)


def test_a_course_closed_since_stays_closed(course, rita, dr_cooper):
    course.sessions.exclude(protocol_day=0).update(status="declined")
    miss(course, rita, day=0)
    actions.close_as_lost(course, by=dr_cooper, reason="Moved away", now=BEFORE)

    assert last_change(fresh(course), now=BEFORE) is None
    assert "closed since" in refused(newest(course), rita)
    assert fresh(course).closed_as == "lost"


def test_a_time_that_was_taken_meanwhile_stays_taken(course, wanted, rita):
    move(course, rita)
    actions.book(**{**wanted, "patient": PatientFactory()})
    before = places(course)

    assert "has another session" in refused(newest(course), rita)
    assert places(course) == before
    assert newest(course).undone_at is None


def test_an_overbooked_place_is_undone_to_an_overbooked_place(
    course, wanted, rita, dr_cooper
):
    patient = PatientFactory()
    over = actions.book(
        **{**wanted, "by": dr_cooper, "patient": patient},
        overbooked_reason="In pain",
    )
    before = places(over)
    move(over, rita)
    assert {row[8] for row in places(over)} == {""}

    actions.undo(newest(over), by=rita, now=BEFORE)

    assert places(over) == before
    assert {row[8] for row in places(over)} == {"In pain"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (move, "Moved to Tue 03-Mar 09:00, Fri 06-Mar 09:00, Tue 10-Mar 09:00"),
        (miss, "Day 3: did not attend"),
        (cancel, "Cancelled"),
        (lambda course, by: None, "Booked: Mon 02-Mar 09:00, Thu 05-Mar 09:00"),
    ],
)
def test_the_last_change_in_words(course, rita, change, words):
    change(course, rita)

    assert last_change(fresh(course), now=BEFORE).words.startswith(words)
