"""How everything here is measured: side by side, shuffled, medians; see README.md."""

import gc
import json
import random
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles

OUT = Path(__file__).parent / "out"


@dataclass(frozen=True)
class Cost:
    """What one run took, or the median of many, in milliseconds."""

    cpu: float
    wall: float


Costs = dict[str, Cost]


@dataclass(frozen=True)
class Figure:
    """One line of a report: a ratio, what it should be, and whether it is."""

    name: str
    value: float | None
    unit: str
    goal: str
    holds: bool


def at_most(goal: float, *, name: str, value: float, unit: str) -> Figure:
    return Figure(name, round(value, 4), unit, f"<= {goal:g}", value <= goal)


def at_least(goal: float, *, name: str, value: float, unit: str) -> Figure:
    return Figure(name, round(value, 4), unit, f">= {goal:g}", value >= goal)


def side_by_side(variants: dict[str, Callable[[], object]], *, rounds: int) -> Costs:
    """Return the median cost of each variant: all of them once a round, shuffled."""
    shuffler = random.Random(7)  # noqa: S311
    runs: dict[str, list[Cost]] = {name: [] for name in variants}
    for variant in variants.values():
        variant()
    for _ in range(rounds):
        for name in shuffler.sample(list(variants), len(variants)):
            runs[name].append(_time(variants[name]))
    return {
        name: Cost(median(run.cpu for run in costs), median(run.wall for run in costs))
        for name, costs in runs.items()
    }


def _time(variant: Callable[[], object]) -> Cost:
    """Time one run. It clears away its own rubbish inside its own time."""
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    variant()
    gc.collect(0)
    return Cost(
        cpu=(time.process_time() - cpu) * 1000,
        wall=(time.perf_counter() - wall) * 1000,
    )


@dataclass(frozen=True)
class Spread:
    """Half of the runs took less than `p50`, 19 of 20 less than `p95`; milliseconds."""

    p50: float
    p95: float

    @classmethod
    def of(cls, runs: list[float]) -> "Spread":
        cuts = quantiles(runs, n=20, method="inclusive")
        return cls(p50=cuts[9], p95=cuts[18])


def spreads(
    variants: dict[str, list[Callable[[], float]]], *, rounds: int = 1
) -> dict[str, Spread]:
    """Return the spread of each variant, whose cases measure themselves (ms).

    Every case of every variant runs once a round, all in one shuffled order; so does
    a round before the first, which is not counted.
    """
    shuffler = random.Random(7)  # noqa: S311
    cases = [(name, case) for name, all_ in variants.items() for case in all_]
    runs: dict[str, list[float]] = {name: [] for name in variants}
    for counted in [False] + [True] * rounds:
        for name, case in shuffler.sample(cases, len(cases)):
            took = case()
            if counted:
                runs[name].append(took)
    return {name: Spread.of(each) for name, each in runs.items()}


def print_spreads(area: str, found: dict[str, Spread]) -> None:
    print(f"{area}: milliseconds, half of the runs and 19 of 20")
    for name, spread in found.items():
        print(f"  {name:<34}{spread.p50:>9.2f} p50{spread.p95:>9.2f} p95")


def report(area: str, costs: Costs, figures: list[Figure]) -> int:
    """Print and keep what was found; return 1 when a goal is missed."""
    print(f"{area}: medians, milliseconds")
    for name, cost in costs.items():
        print(f"  {name:<34}{cost.cpu:>9.1f} cpu{cost.wall:>9.1f} wall")
    for figure in figures:
        value = "not run" if figure.value is None else f"{figure.value:g}"
        verdict = "holds" if figure.holds else "MISSED"
        print(
            f"  {figure.name:<34}{value:>9} {figure.unit:<8}{figure.goal:>8}  {verdict}"
        )
    OUT.mkdir(exist_ok=True)
    kept = json.dumps([asdict(figure) for figure in figures], indent=2)
    (OUT / f"{area}.json").write_text(kept + "\n")
    return 0 if all(figure.holds for figure in figures) else 1
