"""What `writers` measures, in the process that it starts."""

import multiprocessing
import os
import sys
import time
from dataclasses import dataclass
from typing import Any

from bench._measure import Figure, Spread, at_least, at_most, print_spreads, report
from bench._scale import set_up

PATIENTS, WRITERS = 20_000, 32
SECONDS = int(os.environ.get("BENCH_SECONDS", "60"))


@dataclass
class Writing:
    """What one of them saw: milliseconds of each booking, and what went wrong."""

    waits: list[float]
    locked: int
    broken: int


def main() -> int:
    set_up()
    _fill()
    found = _at_once()
    waits = [took for each in found for took in each.waits]
    print_spreads("writers", {"one booking": Spread.of(waits)})
    return report("writers", {}, _figures(found, waits))


def _figures(found: list[Writing], waits: list[float]) -> list[Figure]:
    done = len(waits) / SECONDS
    locked = sum(each.locked for each in found)
    broken = sum(each.broken for each in found)
    return [
        at_most(0, name="database is locked", unit="times", value=locked),
        at_most(0, name="other errors", unit="times", value=broken),
        at_most(2, name="longest wait", unit="s", value=max(waits) / 1000),
        at_least(1, name="bookings a second", unit="", value=done),
    ]


def _fill() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("load_catalogue")
    call_command("seed_scale", patients=PATIENTS)


def _at_once() -> list[Writing]:
    from django.db import connections

    connections.close_all()
    context = multiprocessing.get_context("fork")
    start = context.Barrier(WRITERS)
    with context.Pool(WRITERS, initializer=_share, initargs=(start,)) as pool:
        return pool.map(_write, range(WRITERS), chunksize=1)


_start: Any = None


def _share(start: Any) -> None:
    global _start  # noqa: PLW0603  handed on by fork
    _start = start


def _write(writer: int) -> Writing:
    """Book one course after another until the minute is over."""
    from django.core.exceptions import ValidationError
    from django.db import OperationalError

    from bench.booking import courses_of
    from mesoclinic.models import User
    from sessions.courses import actions

    by = User.objects.get(username="scale-reception")
    course = courses_of(writer % 8, 1 + writer // 8, people=500)
    seen = Writing([], 0, 0)
    _start.wait(timeout=60)
    ends = time.perf_counter() + SECONDS
    number = 0
    while time.perf_counter() < ends:
        started = time.perf_counter()
        try:
            actions.book(by=by, early_reason="measured", **course(number))
        except OperationalError as error:
            seen.locked += "locked" in str(error)
            seen.broken += "locked" not in str(error)
        except ValidationError as refused:
            print(refused)
            seen.broken += 1
        seen.waits.append((time.perf_counter() - started) * 1000)
        number += 1
    return seen


if __name__ == "__main__":
    sys.exit(main())
