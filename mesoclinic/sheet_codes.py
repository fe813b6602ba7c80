"""The short code on a session sheet: which visit, and which numbering of its points.

`S482-KQX41` is visit 482, the numbering KQX, and two check digits. A sheet that was
written on in hand is keyed in by its code: the digits refuse a slip before it opens
another patient's visit, the numbering tells whether point 3 is still point 3. Pure.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from stdnum.iso7064 import mod_97_10

# None that a hand writes like a digit; and no digits, so that swapping one with its
# neighbour leaves no code.
_LETTERS = "ACDEFGHJKMNPQRTUVWXY"
_READ_AS = str.maketrans("OIL", "011")
_CODE = re.compile(rf"S(\d{{1,9}})([{_LETTERS}]{{3}})(\d\d)")


class NumberedPoint(Protocol):
    """What the numbering of a plan consists of."""

    @property
    def number(self) -> int: ...
    @property
    def view(self) -> str: ...
    @property
    def side(self) -> str: ...
    @property
    def x(self) -> Decimal | None: ...
    @property
    def y(self) -> Decimal | None: ...


@dataclass(frozen=True)
class SheetCode:
    """Which visit, and which numbering of its points."""

    session: int
    numbering: str

    def __str__(self) -> str:
        digits = mod_97_10.calc_check_digits(self._as_digits)
        return f"S{self.session}-{self.numbering}{digits}"

    @classmethod
    def read(cls, typed: str) -> "SheetCode | None":
        """Return the code that was typed or scanned; None where it is none."""
        kept = re.sub(r"[\s-]", "", typed).upper().translate(_READ_AS)
        found = _CODE.fullmatch(kept)
        if not found:
            return None
        code = cls(int(found[1]), found[2])
        return code if mod_97_10.is_valid(code._as_digits + found[3]) else None

    @property
    def _as_digits(self) -> str:
        """Each letter as two digits: so no slip of one or two leaves the sum alone."""
        letters = (f"{_LETTERS.index(each):02}" for each in self.numbering)
        return f"{self.session}{''.join(letters)}"


def numbering_of(points: Iterable[NumberedPoint]) -> str:
    """Return three letters that are others once a point is another one."""
    said = [f"{p.number} {p.view} {p.side} {_part(p.x)} {_part(p.y)}" for p in points]
    number = int.from_bytes(hashlib.sha256("\n".join(said).encode()).digest()[:4])
    base = len(_LETTERS)
    return "".join(_LETTERS[number // base**place % base] for place in range(3))


def _part(value: Decimal | None) -> str:
    return "" if value is None else f"{value:.4f}"
