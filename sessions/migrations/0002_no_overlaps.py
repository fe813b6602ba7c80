"""On PostgreSQL nobody is in two sessions at once; SQLite has triggers (guards.py).

In a migration, not a guard: building an exclusion constraint on millions of rows
takes minutes, and is done once.
"""

from django.db import migrations

_TABLE = "treatment_sessions_treatmentsession"


def _constraint(person: str) -> str:
    return (
        f"ALTER TABLE {_TABLE} ADD CONSTRAINT no_{person}_overlap EXCLUDE USING gist "
        f"({person}_id WITH =, tstzrange(starts_at, ends_at) WITH &&) "
        "WHERE (status IN ('booked', 'given'))"
    )


def add(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    for person in ("clinician", "patient"):
        schema_editor.execute(_constraint(person))


def remove(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for person in ("clinician", "patient"):
        schema_editor.execute(f"ALTER TABLE {_TABLE} DROP CONSTRAINT no_{person}_overlap")


class Migration(migrations.Migration):
    dependencies = [("treatment_sessions", "0001_initial")]
    operations = [migrations.RunPython(add, remove)]
