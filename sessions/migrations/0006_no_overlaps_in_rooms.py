"""On PostgreSQL: no room has two sessions at once, and a deliberate overbooking may.

A patient is never in two places, overbooked or not. SQLite has triggers (guards.py).
"""

from django.db import migrations

_TABLE = "treatment_sessions_treatmentsession"
_TAKES_TIME = "status IN ('booked', 'given')"
_NOT_ON_PURPOSE = f"{_TAKES_TIME} AND overbooked_reason = ''"


def _add(what, when):
    return (
        f"ALTER TABLE {_TABLE} ADD CONSTRAINT no_{what}_overlap EXCLUDE USING gist "
        f"({what}_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE ({when})"
    )


def _drop(what):
    return f"ALTER TABLE {_TABLE} DROP CONSTRAINT no_{what}_overlap"


def _run(schema_editor, statements):
    if schema_editor.connection.vendor == "postgresql":
        for statement in statements:
            schema_editor.execute(statement)


def add(apps, schema_editor):
    _run(
        schema_editor,
        [
            _drop("clinician"),
            _add("clinician", _NOT_ON_PURPOSE),
            _add("room", _NOT_ON_PURPOSE),
        ],
    )


def remove(apps, schema_editor):
    _run(
        schema_editor,
        [_drop("room"), _drop("clinician"), _add("clinician", _TAKES_TIME)],
    )


class Migration(migrations.Migration):
    dependencies = [("treatment_sessions", "0005_session_has_a_site")]
    operations = [migrations.RunPython(add, remove)]
