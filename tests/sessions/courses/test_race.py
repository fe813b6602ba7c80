"""32 people book at once: nobody is booked twice, and who loses is told what to do.

A few hundred attempts in an ordinary run; `STEPS=10000` for the long one.
"""

import datetime as dt
import math
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import cycle
from threading import Barrier

import pytest
from django.db import connection, connections

from mesoclinic.vocabulary import Side
from sessions.courses import actions, conflicts, rooms
from sessions.courses.actions import booking
from sessions.courses.models import TreatmentSession
from sessions.courses.visits import propose
from tests.factories import PatientFactory, RoomFactory, UserFactory
from tests.sessions.courses import clinic_rows
from tests.sessions.courses.effort import steps, tell
from tests.sessions.courses.overlaps import nothing_refuses_overlaps
from tests.sessions.courses.rush import (
    CLIENTS,
    Answer,
    deadlocks,
    p95_ms,
    rush,
    weeks_from,
)

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY = dt.date(2027, 3, 1)
BEFORE = dt.datetime(2027, 2, 1, 12, 0, tzinfo=dt.UTC)
ATTEMPTS = steps(256)
REFUSALS = (" has another session on ", "No room is free on ", " is taken on ")

needs_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="only PostgreSQL takes these locks"
)


# --- One slot, through the real page -------------------------------------------


@pytest.fixture
def race(rita, dr_cooper, site, indication, protocol_version, client_of):
    """Send 32 bookings at once through the real page; return their responses."""
    patients = [PatientFactory() for _ in range(CLIENTS)]
    clients = [client_of(rita) for _ in range(CLIENTS)]
    start = Barrier(CLIENTS)

    def book(number: int):
        patient = patients[number]
        at = f"10:{number % 20:02d}"
        days = {0: MONDAY, 3: MONDAY + dt.timedelta(3), 7: MONDAY + dt.timedelta(7)}
        form = {
            "indication": indication.pk,
            "side": "right",
            "clinician": dr_cooper.pk,
            **{f"day_{day}": on.isoformat() for day, on in days.items()},
            **{f"time_{day}": at for day in days},
        }
        try:
            start.wait(timeout=60)
            return clients[number].post(f"/courses/new/?patient={patient.number}", form)
        finally:
            connections.close_all()

    def run():
        with ThreadPoolExecutor(CLIENTS) as pool:
            return list(pool.map(book, range(CLIENTS)))

    return run


@pytest.fixture
def without_the_constraint():
    with nothing_refuses_overlaps():
        yield


def winners(responses) -> list:
    return [response for response in responses if response.status_code == 302]


def test_one_of_32_wins_and_31_are_told_so_with_a_way_on(race):
    responses = race()

    refused = [r for r in responses if r.status_code != 302]
    assert len(winners(responses)) == 1
    assert {r.status_code for r in refused} == {400}
    assert all("Dr Cooper has another session" in r.content.decode() for r in refused)
    assert all("Free nearby: " in r.content.decode() for r in refused)
    assert TreatmentSession.objects.count() == 3


def test_without_the_constraint_more_than_one_wins(race, without_the_constraint):
    responses = race()

    assert len(winners(responses)) > 1


# --- Overlapping courses, in opposite orders ------------------------------------


@pytest.fixture
def book(rita, site, indication):
    """Make the attempt to book a course with a clinician, from a day and a time on."""
    patients = cycle([PatientFactory() for _ in range(CLIENTS * 2)])

    def attempt(clinician, day_0: dt.date, at: dt.time):
        return partial(
            actions.book,
            by=rita,
            patient=next(patients),
            indication=indication,
            side=Side.RIGHT,
            clinician=clinician,
            site=site,
            visits=propose(day_0, at, offsets=(3, 7)),
            early_reason="another spell of it",
            now=BEFORE,
        )

    return attempt


@pytest.fixture
def opposite_orders(book, dr_cooper, dr_levy, site):
    """Book courses that meet on day 3 and day 7, half the clients the other way round.

    The second course starts on the first one's day 3, or on its day 7; two clinicians
    and two rooms.
    """
    for number in (1, 2):
        RoomFactory(site=site, name=f"Room {number}")

    def of_client(number: int, monday: dt.date):
        clinician = (dr_cooper, dr_levy)[number // 2 % 2]
        meets = monday + dt.timedelta(3 if number % 4 < 2 else 7)
        at = dt.time(10, number % 3 * 5)
        both = [book(clinician, monday, at), book(clinician, meets, at)]
        return both if number % 2 else both[::-1]

    def run(attempts: int = ATTEMPTS) -> list[Answer]:
        answers = []
        rounds = math.ceil(attempts / (2 * CLIENTS))
        for monday in weeks_from(MONDAY, rounds):
            answers += rush([of_client(n, monday) for n in range(CLIENTS)])
        return answers

    return run


def check_nobody_is_in_two_places() -> None:
    clinic_rows.check_no_overlaps(clinic_rows.read_sessions())


def outcome(answers: list[Answer], found: int) -> str:
    said = Counter(
        "booked" if a.is_booked else a.error.split("\n")[0] or "refused"
        for a in answers
    )
    return (
        f"{len(answers)} attempts: {said}; {found} deadlocks; p95 {p95_ms(answers)} ms"
    )


def test_courses_in_opposite_orders_never_meet_and_nobody_deadlocks(
    opposite_orders, capsys
):
    before = deadlocks()

    answers = opposite_orders()

    found = deadlocks() - before
    tell(capsys, f"opposite orders: {outcome(answers, found)}")
    refused = [answer.refusal for answer in answers if not answer.is_booked]
    assert not [answer.error for answer in answers if answer.error]
    assert found == 0
    assert all(any(said in text for said in REFUSALS) for text in refused)
    assert all("Free nearby: " in text for text in refused)
    assert TreatmentSession.objects.count() == 3 * (len(answers) - len(refused))
    check_nobody_is_in_two_places()


def test_without_the_constraint_courses_in_opposite_orders_meet(
    opposite_orders, without_the_constraint, site
):
    """With rooms for everybody: two of them alone would keep most clients apart."""
    for number in range(CLIENTS):
        RoomFactory(site=site, name=f"One more {number}")

    opposite_orders(2 * CLIENTS)

    with pytest.raises(AssertionError, match="overlap"):
        check_nobody_is_in_two_places()


@needs_postgresql
def test_without_the_locks_the_constraint_alone_holds(
    opposite_orders, monkeypatch, capsys
):
    """A deadlock may end an attempt then; nothing else may, and nobody is doubled."""
    monkeypatch.setattr(booking, "calendars_lock", lambda **calendars: "")
    before = deadlocks()

    answers = opposite_orders(max(2 * CLIENTS, ATTEMPTS // 10))

    found = deadlocks() - before
    tell(capsys, f"without locks: {outcome(answers, found)}")
    assert all("deadlock" in answer.error for answer in answers if answer.error)
    check_nobody_is_in_two_places()


# --- Rooms ------------------------------------------------------------------------


@pytest.fixture
def few_rooms(book, site):
    """Book 32 courses at one time, with eight clinicians and two rooms."""
    clinicians = [UserFactory(clinician=True) for _ in range(8)]
    for number in (1, 2):
        RoomFactory(site=site, name=f"Room {number}")

    def run() -> list[Answer]:
        at = dt.time(10)
        return rush([[book(clinicians[n % 8], MONDAY, at)] for n in range(CLIENTS)])

    return run


@pytest.fixture
def rooms_look_free(monkeypatch):
    choose = rooms.choose_room
    blind = lambda timetable, place, taken: choose(timetable, place, set())  # noqa: E731
    monkeypatch.setattr(conflicts, "choose_room", blind)


def test_a_room_has_one_session_at_a_time(few_rooms):
    answers = few_rooms()

    refused = [answer.refusal for answer in answers if not answer.is_booked]
    assert not [answer.error for answer in answers if answer.error]
    assert len(refused) == CLIENTS - 2
    assert all(any(said in text for said in REFUSALS) for text in refused)
    assert all("Free nearby: " in text for text in refused)
    check_nobody_is_in_two_places()


def test_where_every_room_looks_free_the_constraint_still_holds(
    few_rooms, rooms_look_free
):
    few_rooms()

    check_nobody_is_in_two_places()


def test_without_the_constraint_two_are_put_in_one_room(
    few_rooms, rooms_look_free, without_the_constraint
):
    few_rooms()

    with pytest.raises(AssertionError, match="overlap"):
        check_nobody_is_in_two_places()


@needs_postgresql
def test_without_the_locks_rooms_are_still_never_shared(few_rooms, monkeypatch):
    monkeypatch.setattr(booking, "calendars_lock", lambda **calendars: "")

    few_rooms()

    check_nobody_is_in_two_places()
