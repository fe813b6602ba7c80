"""32 people book one clinician at overlapping times: one wins, 31 are told so."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections

from mesoclinic.database import declared
from sessions.courses.models import TreatmentSession
from tests.factories import PatientFactory

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 32
MONDAY = dt.date(2027, 3, 1)


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
    """Take away what refuses overlaps, and put it back."""
    if connection.vendor == "sqlite":
        guards = [guard for guard in declared() if "_overlap_" in guard.name]
        drop = [guard.drop_sql("sqlite") for guard in guards]
        restore = [sql for guard in guards for sql in guard.create_sql("sqlite")]
    else:
        table = TreatmentSession._meta.db_table
        names = ["no_clinician_overlap", "no_patient_overlap"]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
                "WHERE conname = ANY(%s)",
                [names],
            )
            found = dict(cursor.fetchall())
        assert sorted(found) == names
        drop = [f"ALTER TABLE {table} DROP CONSTRAINT {name}" for name in found]
        restore = [f"DELETE FROM {table}"] + [
            f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}"
            for name, definition in found.items()
        ]
    _run(drop)
    yield
    if connection.vendor == "postgresql":
        # Sessions are never deleted; here they stand in the constraint's way.
        restore = ["SET session_replication_role = replica", *restore]
        restore.append("SET session_replication_role = DEFAULT")
    _run(restore)


def _run(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


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
