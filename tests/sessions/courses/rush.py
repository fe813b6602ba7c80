"""32 people at 32 desks who book at once: what `test_race.py` sends."""

import datetime as dt
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier

from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, connections

CLIENTS = 32


@dataclass(frozen=True)
class Answer:
    """What came of one attempt: booked, or refused with a message, or an error."""

    seconds: float
    refusal: str = ""
    error: str = ""

    @property
    def is_booked(self) -> bool:
        return not (self.refusal or self.error)


Attempt = Callable[[], object]


def rush(attempts: Sequence[Sequence[Attempt]]) -> list[Answer]:
    """Let each client do its attempts, one after the other, all clients at once."""
    start = Barrier(len(attempts))

    def work(mine: Sequence[Attempt]) -> list[Answer]:
        try:
            start.wait(timeout=120)
            return [_answer(attempt) for attempt in mine]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(attempts)) as pool:
        return [answer for each in pool.map(work, attempts) for answer in each]


def _answer(attempt: Attempt) -> Answer:
    began = time.perf_counter()
    refusal = error = ""
    try:
        attempt()
    except ValidationError as refused:
        refusal = " ".join(refused.messages)
    except OperationalError as broken:
        error = str(broken)
    return Answer(time.perf_counter() - began, refusal, error)


def p95_ms(answers: Iterable[Answer]) -> int:
    times = sorted(answer.seconds for answer in answers)
    return round(times[int(len(times) * 0.95)] * 1000)


def deadlocks() -> int:
    """How many deadlocks the server has broken in this database; SQLite has none."""
    if connection.vendor != "postgresql":
        return 0
    time.sleep(1.2)  # a server counts what its processes tell it, once a second
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        )
        return cursor.fetchone()[0]


def weeks_from(monday: dt.date, count: int) -> list[dt.date]:
    """Mondays far enough apart that courses of one never meet those of the next."""
    return [monday + dt.timedelta(weeks=3 * n) for n in range(count)]
