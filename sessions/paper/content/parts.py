"""What several papers have in common."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import segno

from mesoclinic.vocabulary import AllergyState


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who: repeated on every page of a clinical paper."""

    name_family: str
    name_given: str
    title: str = ""
    born: str  # "14-Aug-1980"
    age: str  # "46y"
    sex: str
    number: str  # "MC 000 123"


@dataclass(frozen=True, kw_only=True)
class Allergies:
    """One of four states; the substances, when they are known."""

    state: AllergyState
    known: tuple[str, ...] = ()

    @property
    def are_known(self) -> bool:
        return self.state == AllergyState.KNOWN


@dataclass(frozen=True, kw_only=True)
class QrCode:
    """A QR code as one path of an SVG `size` modules wide, quiet zone included."""

    size: int
    path: str


@lru_cache(maxsize=256)
def qr_code(text: str, *, error: str = "m") -> QrCode:
    """Return `text` as a QR code; kept, because drawing one takes milliseconds.

    `error` is how much of it may be unreadable: l 7 %, m 15 %.
    """
    rows = list(segno.make(text, error=error, micro=False).matrix_iter(border=4))
    return QrCode(size=len(rows), path="".join(map(_strokes, range(len(rows)), rows)))


def _strokes(y: int, row: Iterable[int]) -> str:
    """Return one line across each run of dark modules of a row."""
    path, x = "", 0
    for dark, run in groupby(row):
        length = len(list(run))
        if dark:
            path += f"M{x} {y}.5h{length}"
        x += length
    return path
