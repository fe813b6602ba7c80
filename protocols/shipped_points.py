"""Drawings and points that are shipped for each indication: suggestions, each with its
source, moved by the clinician onto what is palpated.

Places are in the units of their drawing, 300 wide, on the right side; on the back they
are counted from the midline in centimetres.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from protocols import drawings
from protocols.models.points import Spread

# Which drawings an indication is planned on, the first one first.
VIEWS: dict[str, tuple[str, ...]] = {
    "ankle-sprain-sequelae": ("ankle-outer", "ankle-inner", "foot-top"),
    "achilles": ("heel-back", "ankle-inner", "ankle-outer"),
    "plantar-fasciitis": ("sole", "ankle-inner"),
    "extensor-carpi-ulnaris": ("hand-back", "wrist-ulnar"),
    "quadricipital": ("knee-front",),
    "backache": ("back",),
    "torticollis": ("neck-back", "neck-side"),
    "lumbago": ("back",),
    "facet-syndrome": ("back", "neck-back"),
    "degenerative-arthritis": ("knee-front", "hand-back", "back"),
    "thoracic-arthritis": ("back",),
    "thoracic-stenosis": ("back",),
    "thoracic-strain": ("back",),
}
# Its tendon turns with the forearm.
ASKS_FOREARM = frozenset({"extensor-carpi-ulnaris"})

BACKGROUND = "Suggested; background knowledge, not from a source"
LABENNE = "Suggested; distances from the midline from Labenne 2016"

Units = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class ShippedTemplate:
    """Points to start from. `at`: by view, places in the drawing's units."""

    key: str
    indication: str
    name: str
    source: str
    at: tuple[tuple[str, tuple[Units, ...]], ...]
    spread: Spread = Spread.ONE_SIDE

    @cached_property
    def points(self) -> tuple[tuple[str, Decimal, Decimal], ...]:
        """View, x and y of each point, in parts of its picture."""
        return tuple(
            (view, _part(x, drawings.WIDTH), _part(y, drawings.get(view).height))
            for view, places in self.at
            for x, y in places
        )


def _part(units: float, whole: int) -> Decimal:
    return Decimal(str(round(units / whole, 4)))


TEMPLATES: tuple[ShippedTemplate, ...] = (
    ShippedTemplate(
        key="ankle-arc",
        indication="ankle-sprain-sequelae",
        name="Arc round the outer ankle bone",
        source=BACKGROUND,
        at=(
            (
                "ankle-outer",
                (
                    (110, 166),
                    (112, 189),
                    (107, 213),
                    (84, 217),
                    (62, 210),
                    (57, 186),
                    (66, 164),
                    (131, 224),
                ),
            ),
        ),
    ),
)
