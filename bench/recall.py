"""What it costs to find everybody who received a lot, among three million sessions."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bench._measure import Figure, at_least, at_most, print_spreads, report, spreads
from bench._scale import scaled_database

LOTS = 60
SCANNED = 4
ROUNDS = 3


def main() -> int:
    with scaled_database():
        lots = _lots(LOTS)
        ours = spreads(
            {
                "first page of a recall": [_page(lot, "1") for lot in lots],
                "last page of a recall": [_page(lot, "999999") for lot in lots],
                "all of a recall as CSV": [_file(lot) for lot in lots[:SCANNED]],
            },
            rounds=ROUNDS,
        )
        theirs = spreads(
            {"scan": [_without_index(lot) for lot in lots[:SCANNED]]}, rounds=1
        )
        walked = sum(map(_walks, lots))
        received = _received(lots)
    print_spreads("recall", {**ours, **theirs})
    first = ours["first page of a recall"]
    return report(
        "recall",
        {},
        [
            *(
                at_most(100, name=f"{name}, p95", value=spread.p95, unit="ms")
                for name, spread in ours.items()
                if "page" in name
            ),
            at_least(
                5,
                name="recall, faster than a scan",
                value=theirs["scan"].p50 / first.p50,
                unit="times",
            ),
            at_most(0, name="recalls that walk a large table", value=walked, unit=""),
            Figure("sessions of a lot, median", received, "", "-", True),
        ],
    )


def _lots(count: int) -> list[Any]:
    """The same lots each time, of those that were given."""
    from protocols.models import StockLot

    given = StockLot.objects.filter(given_in__isnull=False).distinct()
    keys = sorted(given.values_list("pk", flat=True))
    chosen = random.Random(5).sample(keys, min(count, len(keys)))  # noqa: S311
    return list(StockLot.objects.complete().filter(pk__in=chosen))


def _received(lots: list[Any]) -> float:
    counts = sorted(lot.given_in.count() for lot in lots)
    return float(counts[len(counts) // 2])


def _page(lot: Any, number: str) -> Callable[[], float]:
    """One page, as the view reads it: all its statements, round trips included."""
    from sessions.recording.recall.reading import recall_page

    def run() -> float:
        with _statements() as took:
            list(recall_page(lot, number)["page"])
        return sum(took) * 1000

    return run


def _file(lot: Any) -> Callable[[], float]:
    """All lines, written out: wall time, Python included."""
    from sessions.recording.recall.reading import csv_of

    def run() -> float:
        start = time.perf_counter()
        for _ in csv_of(lot):
            pass
        return (time.perf_counter() - start) * 1000

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


def _without_index(lot: Any) -> Callable[[], float]:
    """Finding the same sessions and patients with no index at all."""
    from django.db import connection, transaction

    from sessions.models import MixtureComponent

    def run() -> float:
        with transaction.atomic(), connection.cursor() as cursor:
            for kind in ("indexscan", "indexonlyscan", "bitmapscan"):
                cursor.execute(f"SET LOCAL enable_{kind} = off")
            start = time.perf_counter()
            MixtureComponent.objects.of_lot(lot).keys_by_session()
            return (time.perf_counter() - start) * 1000

    return run


def _walks(lot: Any) -> bool:
    """Whether counting or listing reads one of the large tables from end to end."""
    from django.db import connection

    from sessions.recording.recall.reading import recall_page

    plans: list[str] = []

    def explained(execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        with connection.connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {sql}", params)
            plans.extend(line for (line,) in cursor.fetchall())
        return execute(sql, params, *rest)

    with connection.execute_wrapper(explained):
        list(recall_page(lot, "1")["page"])
    assert plans
    large = ("mixturecomponent", "sessionrecord", "treatmentsession", "patient")
    walked = [line for line in plans if "Seq Scan" in line]
    return any(name in line for line in walked for name in large)
