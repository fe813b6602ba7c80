"""A clinic that does everything at random, and what holds of its rows at every step.

A few hundred steps in an ordinary run; `STEPS=10000` for the long one.
"""

import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, seed
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import run_state_machine_as_test

from sessions.courses import actions, conflicts, rooms
from sessions.courses.models import Course
from sessions.courses.visits import Visit, propose
from sessions.schedule import timetable
from tests.sessions.courses.clinic_machine import ClinicMachine, make_clinic
from tests.sessions.courses.effort import IS_LONG, steps, tell
from tests.sessions.courses.overlaps import nothing_refuses_overlaps

# Each run of the machine is a transaction of its own, taken back at its end.
pytestmark = pytest.mark.django_db(transaction=True)

STEPS_PER_RUN = 25
STEPS = steps(400)


# What some hundred steps do at least once, and what takes thousands.
OFTEN = ("book offered", "cancel", "undo", "give")
SELDOM = ("book typed", "move typed")


@pytest.fixture
def machine():
    """A machine of its own for each test, in a clinic that is there before it."""

    class Machine(ClinicMachine):
        clinic = make_clinic()
        steps_taken = 0
        outcomes: Counter[str] = Counter()

    timetable.forget()
    return Machine


@pytest.fixture
def clinic_at_random(machine):
    """One machine, to be driven by hand."""
    one = machine()
    yield one
    one.teardown()


def run(machine, *, runs, number=1, phases=(Phase.generate, Phase.shrink)) -> None:
    settings = hypothesis_settings(
        max_examples=runs,
        stateful_step_count=STEPS_PER_RUN,
        derandomize=False,
        database=None,
        deadline=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    run_state_machine_as_test(seed(number)(machine), settings=settings)


def test_at_every_step_the_rows_are_as_they_must_be(machine, capsys):
    number = 0
    while machine.steps_taken < STEPS:
        number += 1
        left = (STEPS - machine.steps_taken) // STEPS_PER_RUN
        run(machine, runs=max(1, min(40, left)), number=number)

    tell(capsys, f"{machine.steps_taken} steps: {dict(machine.outcomes)}")
    for done in OFTEN if not IS_LONG else (*OFTEN, *SELDOM):
        assert machine.outcomes[done], f"never once: {done}"


def test_without_the_constraint_the_machine_finds_an_overlap(clinic_at_random):
    def book_one_clinician(pick: int) -> None:
        clinic_at_random.book_typed(
            pick=pick,
            day=3,
            at=dt.time(10),
            shift=(0, 0),
            reason="",
            room=False,
            overbook=False,
            by_clinician=False,
            twice=5,
            sense=True,
        )

    with nothing_refuses_overlaps():
        book_one_clinician(6)
        with pytest.raises(AssertionError, match="overlap"):
            book_one_clinician(12)


def test_where_rooms_are_given_out_twice_it_finds_an_offer_refused(
    clinic_at_random, monkeypatch
):
    first = lambda timetable, place, taken: timetable.rooms[0].pk  # noqa: E731
    for module in (rooms, conflicts):
        monkeypatch.setattr(module, "choose_room", first)

    def book_on_a_monday(pick: int) -> None:
        clinic_at_random.book_offered(
            pick=pick, ahead=1, wanted={"weekdays": frozenset({0})}, which=0, site=0
        )

    book_on_a_monday(7)
    with pytest.raises(AssertionError, match="no_room_overlap|offered, yet refused"):
        book_on_a_monday(21)


def test_follow_ups_that_fell_away_with_day_0_come_back_with_it(clinic_at_random):
    """Also those that stay where they were: the machine found them missing."""
    clinic = clinic_at_random
    clinic.book_offered(pick=7, ahead=1, wanted={}, which=0, site=0)
    course = Course.objects.get()
    clinic.set_aside(pick=0, status="missed")
    old = [
        Visit(protocol_day=s.protocol_day, on=s.booked_date, at=s.starts_local.time())
        for s in course.in_order
    ]
    day_0 = replace(old[0], at=dt.time(10, 30))

    actions.move(
        course,
        by=clinic.clinic.reception,
        version=2,
        visits=[day_0, *old[1:]],
        clinician=course.clinician,
        now=clinic.now,
    )

    assert set(course.sessions.values_list("status", flat=True)) == {"booked"}


def test_a_move_onto_the_courses_own_places_can_be_undone(clinic_at_random):
    """Day 3 stands where day 0 was: the machine found that refused."""
    clinic = clinic_at_random
    clinic.book_offered(
        pick=6, ahead=6, wanted={"weekdays": frozenset({3})}, which=0, site=0
    )
    course = Course.objects.get()
    before = list(course.sessions.order_by("pk").values_list("starts_at", flat=True))
    day_0 = course.day_0 - dt.timedelta(3)
    at = course.first_session.starts_local.time()

    actions.move(
        course,
        by=clinic.clinic.reception,
        version=1,
        visits=propose(day_0, at, offsets=(3, 7)),
        clinician=course.clinician,
        now=clinic.now,
    )
    clinic.undo(back=0)

    after = list(course.sessions.order_by("pk").values_list("starts_at", flat=True))
    assert (after, clinic.refused) == (before, "")
