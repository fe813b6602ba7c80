"""Take away what refuses overlaps, for tests that show what it is good for."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from mesoclinic.database import declared
from sessions.courses.models import TreatmentSession

TABLE = TreatmentSession._meta.db_table
NAMES = ["no_clinician_overlap", "no_patient_overlap", "no_room_overlap"]


@contextmanager
def nothing_refuses_overlaps() -> Iterator[None]:
    """Lift the constraints or the triggers, and put them back."""
    if connection.vendor == "sqlite":
        guards = [guard for guard in declared() if "_overlap_" in guard.name]
        drop = [guard.drop_sql("sqlite") for guard in guards]
        restore = [sql for guard in guards for sql in guard.create_sql("sqlite")]
    else:
        definitions = _definitions()
        assert sorted(definitions) == NAMES
        drop = [f"ALTER TABLE {TABLE} DROP CONSTRAINT {name}" for name in NAMES]
        # Sessions are never deleted; here they stand in the constraint's way. So does
        # what waits for the end of the transaction.
        restore = [
            "SET CONSTRAINTS ALL IMMEDIATE",
            "SET session_replication_role = replica",
            f"DELETE FROM {TABLE}",
            *(
                f"ALTER TABLE {TABLE} ADD CONSTRAINT {name} {definition}"
                for name, definition in definitions.items()
            ),
            "SET session_replication_role = DEFAULT",
        ]
    _run(drop)
    try:
        yield
    finally:
        _run(restore)


def _definitions() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conname = ANY(%s)",
            [NAMES],
        )
        return dict(cursor.fetchall())


def _run(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
