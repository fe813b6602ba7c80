"""What the database itself refuses: triggers with one meaning on both engines.

Each app lists its guards in `<app>/guards.py`. They are installed after every
`migrate` rather than by a migration: SQLite rebuilds a table to alter it, and the old
table takes its triggers with it, silently. `missing()` is part of /readyz.

A guard's `when` is SQL over OLD and NEW that both engines read; write IS DISTINCT
FROM for "changed", NULL included.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.utils.module_loading import module_has_submodule

NEVER = "1 = 1"


@dataclass(frozen=True, kw_only=True)
class Guard:
    """Refuse `event` (INSERT, UPDATE or DELETE) on `table` when `when` holds.

    Violations reach Django as IntegrityError, with the guard's name in the text.
    """

    name: str
    table: str
    event: str
    message: str
    when: str = NEVER
    sqlite_only: bool = False

    def create_sql(self, vendor: str) -> list[str]:
        return self._postgres() if vendor == "postgresql" else self._sqlite()

    def _sqlite(self) -> list[str]:
        when = self.when.replace("IS NOT DISTINCT FROM", "IS")
        when = when.replace("IS DISTINCT FROM", "IS NOT")
        return [
            f"DROP TRIGGER IF EXISTS {self.name}",
            (
                f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} "
                f"WHEN {when} "
                f"BEGIN SELECT RAISE(ABORT, '{self.name}: {self.message}'); END"
            ),
        ]

    def _postgres(self) -> list[str]:
        row = "OLD" if self.event == "DELETE" else "NEW"
        return [
            (
                f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger AS $guard$ "
                f"BEGIN IF {self.when} THEN RAISE EXCEPTION "
                f"'{self.name}: {self.message}' "
                f"USING ERRCODE = 'integrity_constraint_violation'; END IF; "
                f"RETURN {row}; END $guard$ LANGUAGE plpgsql"
            ),
            f"DROP TRIGGER IF EXISTS {self.name} ON {self.table}",
            (
                f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} "
                f"FOR EACH ROW EXECUTE FUNCTION {self.name}()"
            ),
        ]

    def drop_sql(self, vendor: str) -> str:
        on = f" ON {self.table}" if vendor == "postgresql" else ""
        return f"DROP TRIGGER IF EXISTS {self.name}{on}"


def append_only(model: type[models.Model], message: str) -> list[Guard]:
    """Rows are added, never changed, never deleted."""
    return [_always(model, "UPDATE", message), never_deleted(model, message)]


def never_deleted(model: type[models.Model], message: str) -> Guard:
    return _always(model, "DELETE", message)


def _always(model: type[models.Model], event: str, message: str) -> Guard:
    table = model._meta.db_table
    name = f"no_{event.lower()}_{table}"
    return Guard(name=name, table=table, event=event, message=message)


def changed(model: type[models.Model], *, but: Iterable[str] = ()) -> str:
    """SQL that holds when any column of the row, but those named, is to change."""
    kept = set(but)
    columns = [f.column for f in model._meta.concrete_fields if f.name not in kept]
    return " OR ".join(f'OLD."{c}" IS DISTINCT FROM NEW."{c}"' for c in columns)


def declared() -> list[Guard]:
    """Every guard of every app that this engine needs."""
    modules = (
        import_module(f"{config.name}.guards")
        for config in apps.get_app_configs()
        if module_has_submodule(config.module, "guards")
    )
    guards = [guard for module in modules for guard in module.GUARDS]
    return [g for g in guards if connection.vendor == "sqlite" or not g.sqlite_only]


def install() -> None:
    """Create or renew the guards of all tables that exist."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for guard in declared():
            if guard.table in tables:
                for statement in guard.create_sql(connection.vendor):
                    cursor.execute(statement)


def remove() -> None:
    """Drop the guards; `install` brings them back."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for guard in declared():
            if guard.table in tables:
                cursor.execute(guard.drop_sql(connection.vendor))


@contextmanager
def lifted() -> Iterator[None]:
    """Take the guards off for a while: for tests that clear tables or tamper."""
    remove()
    try:
        yield
    finally:
        install()


def missing() -> set[str]:
    """Names of declared guards that the database does not have."""
    catalogue = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        # One that was switched off is as good as missing.
        "postgresql": (
            "SELECT tgname FROM pg_trigger "
            "WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
        ),
    }
    with connection.cursor() as cursor:
        cursor.execute(catalogue[connection.vendor])
        present = {row[0] for row in cursor.fetchall()}
    return {guard.name for guard in declared()} - present


def install_after_migrate(sender: Any, **kwargs: Any) -> None:
    install()


def remove_before_migrate(sender: Any, **kwargs: Any) -> None:
    # Only SQLite rebuilds tables; a server keeps its guards up throughout.
    if connection.vendor == "sqlite":
        remove()
