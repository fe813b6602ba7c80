"""A drawing as a page shows it: which way round, and what lies on it. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from mesoclinic.vocabulary import Labelled, Side
from protocols.drawings import WIDTH, Drawing, Landmark, Word


class PointState(Labelled):
    """What is shown by a point's shape: hollow, solid, crossed, dashed."""

    PLANNED = "planned", "planned"
    GIVEN = "given", "given"
    SKIPPED = "skipped", "skipped"
    COPIED = "copied", "copied, not confirmed"


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A numbered disc. `x` and `y` are parts of the picture as it is shown."""

    number: int
    x: Decimal
    y: Decimal
    state: PointState = PointState.PLANNED
    # What is read out: `Point 3, below the outer ankle bone, 0.1 mL, planned`.
    name: str = ""


@dataclass(frozen=True)
class Placed:
    """Where a disc stands in the units of its drawing, as SVG writes it."""

    mark: Mark
    at: str


@dataclass(frozen=True, kw_only=True)
class Map:
    """A drawing as it is shown for one side, with the points that lie on it."""

    drawing: Drawing
    side: Side
    marks: tuple[Mark, ...] = ()
    # Where the points of the visit before lie.
    ghosts: tuple[Mark, ...] = ()

    @property
    def key(self) -> str:
        """The same picture on one page: `ankle-outer-left`."""
        return f"{self.drawing.key}-{self.side}"

    @property
    def title(self) -> str:
        """`Ankle, outer side: RIGHT`, as it must not be misread."""
        side = "" if self.side == Side.NONE else f": {self.side.label.upper()}"
        return f"{self.drawing.title}{side}"

    @property
    def is_mirrored(self) -> bool:
        return self.drawing.shown_side(self.side) == Side.LEFT

    @property
    def words(self) -> list[Word]:
        return [word.on(self._shown) for word in self.drawing.words]

    @property
    def landmarks(self) -> list[Landmark]:
        return [landmark.on(self._shown) for landmark in self.drawing.landmarks]

    @property
    def placed(self) -> list[Placed]:
        return self._placed(self.marks)

    @property
    def placed_ghosts(self) -> list[Placed]:
        return self._placed(self.ghosts)

    @property
    def _shown(self) -> Side:
        return self.drawing.shown_side(self.side)

    def _placed(self, marks: tuple[Mark, ...]) -> list[Placed]:
        return [
            Placed(each, f"{each.x * WIDTH:.1f} {each.y * self.drawing.height:.1f}")
            for each in marks
        ]
