"""R22: how far pain has come down. Pure."""

from dataclasses import dataclass

from mesoclinic.vocabulary import Labelled


class Level(Labelled):
    """How far pain on movement has come down (R22)."""

    STRONG = "strong", "Strong response"
    RESPONDER = "responder", "Response"
    NONE = "none", "No response"


@dataclass(frozen=True, kw_only=True)
class Response:
    """The change of a 0 to 10 score since the first session: below zero is less pain.

    `percent` is of the baseline, cut to a whole number, and None from a baseline of 0.
    """

    change: int
    percent: int | None
    level: Level


def response(
    baseline: int,
    now: int,
    *,
    points: int = 2,
    percent: int = 30,
    strong_percent: int = 50,
) -> Response:
    """Compare two scores of the same side and the same movement (R22).

    A drop by 2 points or by 30 % is a response, by 50 % a strong one.
    """
    drop = baseline - now
    if drop > 0 and drop * 100 >= strong_percent * baseline:
        level = Level.STRONG
    elif drop > 0 and (drop >= points or drop * 100 >= percent * baseline):
        level = Level.RESPONDER
    else:
        level = Level.NONE
    # Cut, not rounded: 29.6 % is no 30 %.
    share = int(-drop * 100 / baseline) if baseline else None
    return Response(change=-drop, percent=share, level=level)
