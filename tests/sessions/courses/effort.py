"""How much the heavy tests do: a little in each run, all of it with STEPS=10000."""

import os
from typing import Any

IS_LONG = "STEPS" in os.environ


def steps(ordinarily: int) -> int:
    """How many steps or attempts this run takes: `STEPS`, or what every run takes."""
    return int(os.environ.get("STEPS", ordinarily))


def tell(capsys: Any, text: str) -> None:
    """Print what a long run has seen; an ordinary one is silent."""
    if IS_LONG:
        with capsys.disabled():
            print(f"\n{text}")  # noqa: T201
