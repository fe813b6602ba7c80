"""Where on the body: a drawing, a side, and a place on the picture."""

from dataclasses import dataclass
from decimal import Decimal

from mesoclinic.vocabulary import Side
from protocols import drawings


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where a point is: parts of the picture as it is shown, 0 to 1 (drawings.py)."""

    view: str
    side: Side
    x: Decimal
    y: Decimal

    @property
    def is_on_the_body(self) -> bool:
        drawing = drawings.get(self.view)
        return drawing.contains(float(self.x), float(self.y), self.side)

    @property
    def region(self) -> str:
        drawing = drawings.get(self.view)
        return drawing.region_at(float(self.x), float(self.y), self.side)

    @property
    def mirrored(self) -> "Spot":
        """The same spot on the other side of the body."""
        other = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}
        return Spot(
            view=self.view, side=other.get(self.side, self.side), x=1 - self.x, y=self.y
        )


def sides_treated(side: Side, view: str) -> tuple[Side, ...]:
    """Which sides of a drawing a point may lie on, where `side` is treated.

    A view of the middle has none; without a side to treat, either may be shown.
    """
    if not drawings.get(view).is_sided:
        return (Side.NONE,)
    if side in (Side.BOTH, Side.NONE):
        return (Side.RIGHT, Side.LEFT)
    return (side,)
