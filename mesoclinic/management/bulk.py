"""Many rows at once, past the actions: for measuring, never for a clinic's own data."""

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models

_BATCH = 2000


def load(model: type[models.Model], names: str, rows: Iterable[Iterable[Any]]) -> None:
    """Write rows of these fields (names in one text, as in a namedtuple).

    By COPY on PostgreSQL; the numbering of the table goes on after them. Moments are
    in UTC.
    """
    column_of = {field.name: str(field.column) for field in model._meta.concrete_fields}
    columns = [column_of[name] for name in names.split()]
    table = model._meta.db_table
    target = f"{table} ({', '.join(columns)})"
    texts = (map(_text, row) for row in rows)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.copy_expert(f"COPY {target} FROM STDIN", _Lines(texts))
        else:
            marks = ", ".join(["%s"] * len(columns))
            insert = f"INSERT INTO {target} VALUES ({marks})"  # noqa: S608
            for batch in _batches(texts):
                cursor.executemany(insert, batch)
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)


def _text(value: Any) -> Any:
    """A value as both engines read it from text."""
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def _batches(rows: Iterable[Iterable[Any]]) -> Iterator[list[list[Any]]]:
    rows = iter(rows)
    while batch := [list(row) for row in islice(rows, _BATCH)]:
        yield batch


class _Lines:
    """Rows as a file that COPY reads: tabs between columns, `\\N` for nothing."""

    def __init__(self, rows: Iterable[Iterable[Any]]) -> None:
        self._batches = _batches(rows)
        self._left = ""

    def read(self, size: int) -> str:
        while len(self._left) < size:
            lines = [
                "\t".join("\\N" if v is None else str(v) for v in row) + "\n"
                for row in next(self._batches, [])
            ]
            if not lines:
                break
            self._left += "".join(lines)
        text, self._left = self._left[:size], self._left[size:]
        return text


_DROPPED_CONSTRAINTS = """
    SELECT quote_ident(conname), pg_get_constraintdef(oid), NULL
    FROM pg_constraint
    WHERE conrelid = %(table)s::regclass AND contype IN ('f', 'u', 'x')
    ORDER BY contype DESC
"""
_DROPPED_INDEXES = """
    SELECT i.indexrelid::regclass::text, NULL, pg_get_indexdef(i.indexrelid)
    FROM pg_index i WHERE i.indrelid = %(table)s::regclass AND NOT EXISTS (
        SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid
        AND c.conrelid = i.indrelid AND c.contype IN ('p', 'u', 'x'))
"""


@contextmanager
def without_indexes(*tables: type[models.Model]) -> Iterator[None]:
    """Drop indexes and constraints, and make them anew over all that was loaded.

    Checked row by row, three million sessions take ten times as long. Made anew, each
    constraint still reads every row: what does not hold ends in an IntegrityError.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        anew = [
            statement
            for model in tables
            for statement in _dropped(cursor, model._meta.db_table)
        ]
        yield
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for statement in anew:
            cursor.execute(statement)


def _dropped(cursor: Any, table: str) -> Iterator[str]:
    """Drop what a table has, and give the statements that bring it back."""
    for query in (_DROPPED_CONSTRAINTS, _DROPPED_INDEXES):
        cursor.execute(query, {"table": table})
        for name, constraint, index in cursor.fetchall():
            if constraint:
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
                yield f"ALTER TABLE {table} ADD CONSTRAINT {name} {constraint}"
            else:
                cursor.execute(f"DROP INDEX {name}")
                yield index
