"""What diary, course finder and bookings cost, among three million sessions."""

import datetime as dt
import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from statistics import median
from typing import Any
from uuid import uuid4

from bench._measure import (
    Costs,
    Figure,
    Spread,
    at_least,
    at_most,
    print_spreads,
    report,
    side_by_side,
    spreads,
)
from bench._scale import scaled_database

FINDER_ROUNDS = 4
START_DAYS = 20
PAGE_ROUNDS = 60
CLIENTS, SECONDS, BOOKING_ROUNDS = 8, 2, 9
RIVALS, RACES = 32, 20
# How far apart the rounds book, so that none meets what another one booked.
ROUND_DAYS = 400

_SESSIONS = "treatment_sessions_treatmentsession"
_COURSES = "treatment_sessions_course"
_CHANGES = "treatment_sessions_coursechange"


def main() -> int:
    with scaled_database():
        finder = _finder()
        costs, queries = _pages()
        booked = _bookings()
        races = _races()
    print_spreads("booking", {**finder, "32 clients, one place": races.waits})
    return report("booking", costs, _figures(finder, costs, queries, booked, races))


def _figures(
    finder: dict[str, Spread],
    costs: Costs,
    queries: int,
    booked: float,
    races: "Races",
) -> list[Figure]:
    trivial = costs["trivial page"].wall
    history = finder["finder, 8 clinicians"].p50 / finder["finder, 1 % of history"].p50
    return [
        at_most(
            5,
            name="finder, 1 clinician, p95",
            unit="ms",
            value=finder["finder, 1 clinician"].p95,
        ),
        at_most(
            15,
            name="finder, 8 clinicians, p95",
            unit="ms",
            value=finder["finder, 8 clinicians"].p95,
        ),
        at_most(1.5, name="finder, 100 times the history", unit="x", value=history),
        at_most(4, name="diary page, queries", unit="", value=queries),
        at_most(
            4,
            name="diary page, of a trivial one",
            unit="x",
            value=costs["diary page"].wall / trivial,
        ),
        at_most(
            1.3,
            name="diary polled, of a trivial page",
            unit="x",
            value=costs["diary polled, no news"].wall / trivial,
        ),
        at_least(0.4, name="bookings, of bare inserts", unit="x", value=booked),
        at_most(1, name="most winners of one place", unit="", value=races.most_winners),
        at_least(
            1, name="fewest winners of one place", unit="", value=races.fewest_winners
        ),
        at_most(0, name="errors and deadlocks", unit="", value=races.errors),
        at_most(
            250, name="32 clients, one place, p95", unit="ms", value=races.waits.p95
        ),
    ]


# --- The course finder ------------------------------------------------------------


def _finder() -> dict[str, Spread]:
    """Ten courses from each of the coming weeks' days on, for one and for all."""
    team, searches = _team(), {}
    for name, clinicians in {"1 clinician": team[:1], "8 clinicians": team}.items():
        searches[f"finder, {name}"] = [
            _search(clinicians, days) for days in range(START_DAYS)
        ]
    with _one_percent_of_history():
        searches["finder, 1 % of history"] = [
            _in_schema("recent", _search(team, days)) for days in range(START_DAYS)
        ]
        return spreads(searches, rounds=FINDER_ROUNDS)


def _site() -> Any:
    """One in the middle: not what was written first or last."""
    from sessions.models import Site

    sites = list(Site.objects.order_by("pk"))
    return sites[len(sites) // 2]


def _team() -> list[Any]:
    from mesoclinic.models import User

    everybody = User.objects.filter(working_hours__site=_site())
    return list(everybody.distinct().order_by("pk"))


def _search(clinicians: list[Any], days: int) -> Callable[[], float]:
    """One search, calendars included: milliseconds."""
    from django.utils import timezone

    from patients.models import Patient
    from protocols.models import ProtocolVersion
    from sessions.courses.offers import OFFERS, Search, find_courses
    from sessions.schedule.timetable import timetable_of

    now = timezone.now()
    # As the page has it already, when it asks.
    timetable = timetable_of(_site().pk)
    search = Search(
        patient=Patient.objects.order_by("pk").first(),
        version=ProtocolVersion.objects.published().order_by("pk")[0],
        clinicians=clinicians,
        earliest=timezone.localdate() + dt.timedelta(days=days),
    )

    def run() -> float:
        started = time.perf_counter()
        found = find_courses(search, timetable, now=now)
        took = time.perf_counter() - started
        assert len(found.offers) == OFFERS
        return took * 1000

    return run


@contextmanager
def _one_percent_of_history() -> Iterator[None]:
    """Beside the real one, a table with all that is ahead and little that is past."""
    with _schema("recent"):
        _run(
            f"CREATE TABLE recent.{_SESSIONS} (LIKE public.{_SESSIONS} INCLUDING ALL)",
            f"INSERT INTO recent.{_SESSIONS} SELECT * FROM public.{_SESSIONS} "
            "WHERE booked_date >= CURRENT_DATE OR id % 100 = 0",
            f"VACUUM ANALYZE recent.{_SESSIONS}",
        )
        yield


@contextmanager
def _schema(name: str) -> Iterator[None]:
    _run(f"DROP SCHEMA IF EXISTS {name} CASCADE", f"CREATE SCHEMA {name}")
    try:
        yield
    finally:
        _run("SET search_path TO public", f"DROP SCHEMA {name} CASCADE")


def _in_schema(name: str, search: Callable[[], float]) -> Callable[[], float]:
    """Run with the tables of another schema before those of our own."""

    def run() -> float:
        _run(f"SET search_path TO {name}, public")
        try:
            return search()
        finally:
            _run("SET search_path TO public")

    return run


def _run(*statements: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


# --- The diary ----------------------------------------------------------------------


def _pages() -> tuple[Costs, int]:
    """A day of one site, whole and asked whether there is news, and an empty page."""
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.db import connection

    from bench._pages import page, seen_of, signed_in

    settings.ROOT_URLCONF = "bench._pages"
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.SECURE_SSL_REDIRECT = False
    application, cookie = get_wsgi_application(), signed_in("scale-reception")
    address = f"/diary/{_busy_day():%Y-%m-%d}/?site={_site().pk}"
    diary = page(application, address, cookie=cookie)
    seen = seen_of(diary())
    polled = page(
        application, address, cookie=cookie, status=204, x_seen=seen, hx_request="true"
    )
    sent: list[str] = []
    with connection.execute_wrapper(_noting(sent)):
        diary()
    trivial = page(application, "/trivial/", cookie=cookie)
    variants = {
        "trivial page": trivial,
        "diary page": diary,
        "diary polled, no news": polled,
    }
    return side_by_side(variants, rounds=PAGE_ROUNDS), len(sent)


def _noting(sent: list[str]) -> Callable[..., Any]:
    def note(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        sent.append(sql)
        return execute(sql, *arguments)

    return note


def _busy_day() -> dt.date:
    """A coming day on which about 120 sessions are booked at the site."""
    from django.db.models import Count
    from django.utils import timezone

    from sessions.models import TreatmentSession

    ahead = TreatmentSession.objects.filter(
        site=_site(), booked_date__gt=timezone.localdate()
    )
    days = (
        ahead.values("booked_date").annotate(visits=Count("pk")).order_by("booked_date")
    )
    return min(days, key=lambda day: abs(day["visits"] - 120))["booked_date"]


# --- Bookings -------------------------------------------------------------------------


def _bookings() -> float:
    """Courses booked per second by eight clients, of the same rows inserted bare."""
    _last_booked()
    with _schema("bare"):
        for table in (_COURSES, _SESSIONS, _CHANGES):
            _run(
                f"CREATE TABLE bare.{table} (LIKE public.{table} INCLUDING DEFAULTS "
                "INCLUDING IDENTITY INCLUDING INDEXES)",
                f"ALTER TABLE bare.{table} SET (autovacuum_enabled = off)",
            )
        _drop_exclusions("bare")
        ratios = []
        for turn in range(BOOKING_ROUNDS):
            booked = _at_once(_book_courses, turn)
            bare = _at_once(_insert_bare, turn)
            print(f"  bookings a second {booked:.0f}, bare inserts {bare:.0f}")
            ratios.append(booked / bare)
    return median(ratios)


def _drop_exclusions(schema: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'x' "
            "AND connamespace = %s::regnamespace",
            [schema],
        )
        names = [row[0] for row in cursor.fetchall()]
    _run(*(f"ALTER TABLE {schema}.{_SESSIONS} DROP CONSTRAINT {n}" for n in names))


def _at_once(work: Callable[[int, int, Any], int], turn: int) -> float:
    """Let eight processes work for some seconds; return what they did per second."""
    from django.db import connections

    connections.close_all()
    context = multiprocessing.get_context("fork")
    start = context.Barrier(CLIENTS)
    with context.Pool(CLIENTS, initializer=_share, initargs=(start,)) as pool:
        done = pool.starmap(work, [(client, turn) for client in range(CLIENTS)])
    return sum(done) / SECONDS


_start: Any = None


def _share(start: Any) -> None:
    global _start  # noqa: PLW0603  handed on by fork
    _start = start


def _for_a_while(do: Callable[[int], None]) -> int:
    """Do it again and again from the common start on; return how often."""
    do(0)
    _start.wait(timeout=60)
    ends = time.perf_counter() + SECONDS
    for done in count(1):
        if time.perf_counter() > ends:
            return done - 1
        do(done)
    return 0


def courses_of(
    client: int, turn: int, *, people: int = 2000
) -> Callable[[int], dict[str, Any]]:
    """What each client books: a clinician, patients and places of their own.

    Mondays, whose days 3 and 7 are a Thursday and the next Monday: one week takes the
    even places of the day, the next one the odd ones.
    """
    from patients.models import Patient
    from protocols.models import Indication
    from sessions.courses.visits import propose

    clinician, site = _at_work(client)
    # As the form hands it on: with its protocol's versions.
    indication = Indication.objects.bookable().filter(has_side=False).first()
    first = client * people
    patients = list(Patient.objects.order_by("pk")[first : first + people])
    monday = _first_empty_monday(turn)

    def course(number: int) -> dict[str, Any]:
        week, place = divmod(number, 10)
        day = monday + dt.timedelta(weeks=week)
        at = _place(2 * place + week % 2)
        return {
            "patient": patients[number % people],
            "indication": indication,
            "side": "none",
            "clinician": clinician,
            "site": site,
            "visits": propose(day, at, offsets=(3, 7)),
        }

    return course


def _at_work(client: int) -> tuple[Any, Any]:
    """A clinician and their site; the clients' are spread over the whole chain."""
    from sessions.models import WorkingHours

    everybody = WorkingHours.objects.filter(weekday=0).select_related(
        "clinician", "site"
    )
    hours = list(everybody.order_by("clinician_id", "starts")[::2])
    mine = hours[client % CLIENTS * (len(hours) // CLIENTS)]
    return mine.clinician, mine.site


def _first_empty_monday(turn: int) -> dt.date:
    day = _last_booked() + dt.timedelta(days=7 + ROUND_DAYS * turn)
    return day - dt.timedelta(days=day.weekday())


@cache
def _last_booked() -> dt.date:
    """Every place after it is free. Asked once, before the clients are forked."""
    from django.db.models import Max

    from sessions.models import TreatmentSession

    return TreatmentSession.objects.aggregate(last=Max("booked_date"))["last"]


def _place(number: int) -> dt.time:
    """The time of a place of the day; there are twelve before lunch."""
    lunch_min = 60 if number >= 12 else 0
    return dt.time(*divmod(8 * 60 + 30 + 20 * number + lunch_min, 60))


def _book_courses(client: int, turn: int) -> int:
    from mesoclinic.models import User
    from sessions.courses import actions

    by = User.objects.get(username="scale-reception")
    course = courses_of(client, turn)

    def book(number: int) -> None:
        wanted = course(number)
        # As the form sends it, with a key of its own.
        actions.book(by=by, early_reason="measured", submission=uuid4(), **wanted)

    return _for_a_while(book)


def _insert_bare(client: int, turn: int) -> int:
    """The same rows by the same means, and nothing looked at."""
    from django.db import transaction
    from django.utils import timezone

    from mesoclinic.models import User
    from protocols.models import ProtocolVersion
    from sessions.models import Course, CourseChange, TreatmentSession

    _run("SET search_path TO bare, public")
    by = User.objects.get(username="scale-reception")
    version = ProtocolVersion.objects.published().order_by("pk")[0]
    course_of = courses_of(client, turn)
    room = _at_work(client)[1].rooms.in_use()[0]

    def insert(number: int) -> None:
        wanted = course_of(number)
        visits = wanted.pop("visits")
        now = timezone.now()
        with transaction.atomic():
            course = Course(
                **wanted,
                protocol_version=version,
                early_reason="measured",
                booked_by=by,
                submission=uuid4(),
            )
            course.save(force_insert=True)
            TreatmentSession.objects.bulk_create(
                TreatmentSession(
                    course=course,
                    patient=wanted["patient"],
                    site=wanted["site"],
                    clinician=wanted["clinician"],
                    room=room,
                    protocol_day=visit.protocol_day,
                    starts_at=span[0],
                    ends_at=span[1],
                    booked_date=visit.on,
                    target_date=visit.on,
                    status_at=now,
                    status_by=by,
                )
                for visit in visits
                for span in [visit.span(wanted["site"].zone, 20)]
            )
            CourseChange.objects.create(
                course=course,
                kind=CourseChange.Kind.BOOKED,
                before={"sessions": {}},
                made_version=1,
                made_at=now,
                made_by=by,
            )

    return _for_a_while(insert)


# --- Races ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Races:
    """How many won each round, how long each of all waited, and what went wrong."""

    winners: list[int]
    waits: Spread
    errors: int

    @property
    def most_winners(self) -> int:
        return max(self.winners)

    @property
    def fewest_winners(self) -> int:
        return min(self.winners)


def _races() -> Races:
    """32 clients take one place at once, again and again; one wins, 31 are told why."""
    from django.db import connections

    deadlocks = _deadlocks()
    connections.close_all()
    context = multiprocessing.get_context("fork")
    start = context.Barrier(RIVALS)
    with context.Pool(RIVALS, initializer=_share, initargs=(start,)) as pool:
        found = pool.map(_race, range(RIVALS), chunksize=1)
    rounds = list(zip(*found, strict=True))
    waits = [took for each in found for _, took in each]
    broken = sum(outcome == "broken" for each in found for outcome, _ in each)
    return Races(
        winners=[sum(won == "won" for won, _ in each) for each in rounds],
        waits=Spread.of(waits),
        errors=broken + _deadlocks() - deadlocks,
    )


def _race(rival: int) -> list[tuple[str, float]]:
    """One client's outcome and milliseconds in each round; the first does not count."""
    from mesoclinic.models import User

    by = User.objects.get(username="scale-reception")
    course = courses_of(0, BOOKING_ROUNDS)
    others = courses_of(rival + 1, BOOKING_ROUNDS)
    outcomes = []
    for number in range(RACES + 1):
        wanted = course(number) | {"patient": others(number)["patient"]}
        _start.wait(timeout=60)
        outcomes.append(_try(by, wanted))
    return outcomes[1:]


def _try(by: Any, wanted: dict[str, Any]) -> tuple[str, float]:
    from django.core.exceptions import ValidationError

    from sessions.courses import actions

    started = time.perf_counter()
    try:
        actions.book(by=by, early_reason="measured", **wanted)
        outcome = "won"
    except ValidationError as refused:
        outcome = "lost" if refused.messages else "broken"
    except Exception as error:  # noqa: BLE001  whatever it is, it is counted
        print(f"  {type(error).__name__}: {error}")
        outcome = "broken"
    return outcome, (time.perf_counter() - started) * 1000


def _deadlocks() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        )
        return cursor.fetchone()[0]
