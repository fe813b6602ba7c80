"""How everything here is measured: side by side, shuffled, medians; see README.md."""

import gc
import json
import random
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

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
