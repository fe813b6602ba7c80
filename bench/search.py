"""What it costs to find one patient among a million, in the database: by each kind of
thing that is typed, against a scan of the same table."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bench._measure import (
    Figure,
    Spread,
    at_least,
    at_most,
    print_spreads,
    report,
    spreads,
)
from bench._scale import scaled_database

PEOPLE = 100  # of whom each kind of thing is typed
SCANNED = 8  # of them, found by a scan: one takes as long as a hundred of ours
ROUNDS = 3
ROWS = 10


def main() -> int:
    with scaled_database():
        people = _people(PEOPLE)
        typed = {kind: [of(each) for each in people] for kind, of in KINDS.items()}
        scans = _scanned_tables(typed)
        ours = spreads(
            {kind: [_search(text) for text in texts] for kind, texts in typed.items()},
            rounds=ROUNDS,
        )
        theirs = spreads(scans)
        walks = [text for texts in typed.values() for text in texts if _walks(text)]
    print_spreads("search", {**ours, **{f"scan: {k}": s for k, s in theirs.items()}})
    return report("search", {}, _figures(ours, theirs, walks))


# --- What is typed --------------------------------------------------------------


def _people(count: int) -> list[Any]:
    """The same people each time, from all over the table; each with a phone."""
    from patients.models import Patient

    last = Patient.objects.order_by("-pk").values_list("pk", flat=True)[0]
    keys = random.Random(3).sample(range(1, last + 1), count * 3)  # noqa: S311
    found = Patient.objects.filter(pk__in=keys).exclude(phone="")
    return list(found.exclude(given_names="").order_by("pk")[:count])


def _inside(person: Any) -> str:
    """Letters from within the family name; all of it where it is short."""
    name = person.search_name.split()[0]
    return name[1:5] if len(name) > 4 else name


def _family(person: Any, letters: int) -> str:
    return person.search_name[:letters].strip()


def _slip(person: Any) -> str:
    """A name that nobody has: two letters of it are wrong."""
    return f"{person.search_name[:2]}qx{person.search_name[4:9]}".strip()


KINDS: dict[str, Callable[[Any], str]] = {
    "two letters": lambda person: _family(person, 2),
    "three letters": lambda person: _family(person, 3),
    "five letters": lambda person: _family(person, 5),
    "given name": lambda person: person.search_given.split()[0],
    "part inside the name": _inside,
    "two parts": lambda p: f"{p.search_given[:3]} {_family(p, 4)}",
    "whole name": lambda p: f"{p.given_names} {p.family_name}",
    "initial and name": lambda p: f"{p.search_given[0]} {p.search_name.split()[0]}",
    "nobody's name": _slip,
    "phone": lambda person: person.phone.as_national,
    "end of a phone": lambda person: str(person.phone)[-6:],
    "number": lambda person: person.number_spaced,
    "birth date": lambda person: f"{person.birth_date:%d/%m/%Y}",
}


# --- Ours -----------------------------------------------------------------------


def _search(text: str) -> Callable[[], float]:
    """One search as the pages do it; its time in the database, round trips included."""
    from patients.models import Patient

    def run() -> float:
        with _statements() as took:
            list(Patient.objects.search(text, at_most=ROWS))
        return sum(took) * 1000

    return run


@contextmanager
def _statements() -> Iterator[list[float]]:
    """Seconds of each statement sent meanwhile."""
    from django.db import connection

    took: list[float] = []

    def timed(execute: Any, *arguments: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            took.append(time.perf_counter() - start)

    with connection.execute_wrapper(timed):
        yield took


def _walks(text: str) -> bool:
    """Whether the plan of any statement reads a table from end to end."""
    from django.db import connection

    from patients.models import Patient

    plans: list[str] = []

    def explained(execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        if "FROM " in sql:
            # Past Django's cursor, in the same transaction: under the same settings.
            with connection.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {sql}", params)
                plans.extend(line for (line,) in cursor.fetchall())
        return execute(sql, params, *rest)

    with connection.execute_wrapper(explained):
        list(Patient.objects.search(text, at_most=ROWS))
    assert plans
    return any("Seq Scan" in line for line in plans)


# --- A scan ---------------------------------------------------------------------

COLUMNS = {
    "phone": "phone",
    "end of a phone": "phone",
    "number": "'MC' || lpad(id::text, 6, '0')",
    "birth date": "birth_date::text",
}


def _scanned_tables(typed: dict[str, list[str]]) -> dict[str, list[Callable]]:
    """The same things looked for by ILIKE, in the same table, without an index."""
    return {
        kind: [_scan(COLUMNS.get(kind, "search_name"), text) for text in some[:SCANNED]]
        for kind, some in ((kind, _as_stored(kind, typed[kind])) for kind in typed)
    }


def _as_stored(kind: str, texts: list[str]) -> list[str]:
    from mesoclinic.typed import possible_birth_dates
    from patients.models.search import searchable

    if kind == "birth date":
        return [possible_birth_dates(text)[0].isoformat() for text in texts]
    if kind == "phone":
        return [text.lstrip("0").replace(" ", "") for text in texts]
    if kind == "number":
        return [text.replace(" ", "") for text in texts]
    return [searchable(text) for text in texts]


def _scan(column: str, text: str) -> Callable[[], float]:
    from django.db import connection

    parts = text.split() if column == "search_name" else [text]
    like = " AND ".join([f"{column} ILIKE %s"] * len(parts))
    sql = (
        f"SELECT * FROM patients_patient WHERE {like} "  # noqa: S608
        f"ORDER BY search_name, birth_date LIMIT {ROWS}"
    )

    def run() -> float:
        with connection.cursor() as cursor, _no_index(cursor):
            start = time.perf_counter()
            cursor.execute(sql, [f"%{part}%" for part in parts])
            return (time.perf_counter() - start) * 1000

    return run


@contextmanager
def _no_index(cursor: Any) -> Iterator[None]:
    names = ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan")
    for name in names:
        cursor.execute(f"SET {name} = off")
    yield
    for name in names:
        cursor.execute(f"RESET {name}")


# --- What is held ---------------------------------------------------------------


def _figures(
    ours: dict[str, Spread], theirs: dict[str, Spread], walks: list[str]
) -> list[Figure]:
    return [
        *(
            at_most(10, name=f"{kind}, p95", value=spread.p95, unit="ms")
            for kind, spread in ours.items()
        ),
        *(
            at_least(
                40,
                name=f"{kind}, faster than a scan",
                value=theirs[kind].p50 / ours[kind].p50,
                unit="times",
            )
            for kind in ours
        ),
        at_most(0, name="searches with a sequential scan", value=len(walks), unit=""),
    ]
