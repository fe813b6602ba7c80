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
LABENNE = "Suggested; distances from the midline from Labenne 2016, levels are not"
PLEURA = f"{BACKGROUND}; deeper than 4 mm, mind the pleura"

BACK = drawings.get("back")
MIDLINE = drawings.WIDTH / 2
LUMBAR = tuple(f"L{number}" for number in range(1, 6))
VERTEBRAE = ("C7", *(f"T{number}" for number in range(1, 13)), *LUMBAR, "S1")

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


FEET = (
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
                ),
            ),
            ("foot-top", ((179, 212),)),
        ),
    ),
    # Beside the tendon, never in it: 12 units and more from its drawn edges.
    ShippedTemplate(
        key="achilles-two-rows",
        indication="achilles",
        name="Two rows of four, 2 to 6 cm above the heel bone",
        source="Suggested; 2 to 6 cm from PMC12113072, rows from background knowledge",
        at=(
            (
                "heel-back",
                (
                    (125, 223),
                    (125, 245),
                    (125, 267),
                    (125, 289),
                    (177, 223),
                    (177, 245),
                    (177, 267),
                    (177, 289),
                ),
            ),
        ),
    ),
    ShippedTemplate(
        key="achilles-insertion",
        indication="achilles",
        name="Insertion: four at the heel bone, four above",
        source=BACKGROUND,
        at=(
            (
                "heel-back",
                (
                    (118, 316),
                    (118, 340),
                    (182, 316),
                    (183, 340),
                    (125, 267),
                    (125, 289),
                    (177, 267),
                    (177, 289),
                ),
            ),
        ),
    ),
    ShippedTemplate(
        key="plantar-tubercle",
        indication="plantar-fasciitis",
        name="Six round the tubercle, two along the band",
        source="Suggested; tubercle found as in epomedicine.com 2024, points are not",
        at=(
            (
                "sole",
                (
                    (168, 312),
                    (188.8, 324),
                    (188.8, 348),
                    (168, 360),
                    (147.2, 348),
                    (147.2, 324),
                    (175, 285),
                    (181, 257),
                ),
            ),
        ),
    ),
    ShippedTemplate(
        key="quadricipital-arc",
        indication="quadricipital",
        name="Arc over the kneecap and the tendon above",
        source=BACKGROUND,
        at=(
            (
                "knee-front",
                (
                    (99, 156),
                    (112, 130),
                    (136, 115),
                    (164, 115),
                    (188, 130),
                    (201, 156),
                    (150, 92),
                    (150, 66),
                ),
            ),
        ),
    ),
)
# The tendon moves over the styloid as the forearm turns: hence two.
WRIST = (
    ShippedTemplate(
        key="ecu-palm-up",
        indication="extensor-carpi-ulnaris",
        name="Palm up: dorsal to the styloid",
        source="Suggested; tendon by forearm from fpnotebook.com, points are not",
        at=(
            (
                "wrist-ulnar",
                (
                    (118, 287),
                    (141, 277),
                    (121, 264),
                    (142, 254),
                    (122, 241),
                    (143, 231),
                ),
            ),
        ),
    ),
    ShippedTemplate(
        key="ecu-palm-down",
        indication="extensor-carpi-ulnaris",
        name="Palm down: volar to the styloid",
        source="Suggested; tendon by forearm from fpnotebook.com, points are not",
        at=(
            (
                "wrist-ulnar",
                (
                    (152, 290),
                    (131, 279),
                    (151, 267),
                    (131, 256),
                    (151, 244),
                    (131, 233),
                ),
            ),
        ),
    ),
)
NECK = (
    ShippedTemplate(
        key="torticollis-borders",
        indication="torticollis",
        name="Borders and attachments, clear of the carotid triangle",
        source="Suggested; muscles from aneskey.com, places from background knowledge",
        at=(
            (
                "neck-side",
                (
                    (118, 167),
                    (77, 151),
                    (93, 183),
                    (111, 197),
                    (119, 227),
                    (96, 223),
                    (76, 234),
                    (82, 258),
                ),
            ),
        ),
    ),
    ShippedTemplate(
        key="torticollis-behind",
        indication="torticollis",
        name="From behind: skull, splenius, levator, trapezius",
        source="Suggested; muscles from aneskey.com, places from background knowledge",
        at=(
            (
                "neck-back",
                (
                    (171, 124),
                    (179, 148),
                    (179, 172),
                    (182, 196),
                    (203, 220),
                    (206, 264),
                ),
            ),
        ),
    ),
)


def _spine(vertebra: str) -> float:
    """How far down the back the tip of a vertebra's spine is drawn."""
    return next(
        mark.y * BACK.height
        for mark in BACK.landmarks
        if mark.label == f"spine of {vertebra}"
    )


def _level(vertebra: str, below: float) -> float:
    """How far down a place is, in parts of the way to the next spine below."""
    tip = _spine(vertebra)
    return tip + below * (_spine(VERTEBRAE[VERTEBRAE.index(vertebra) + 1]) - tip)


def _joints(vertebra: str) -> float:
    """How far down the joints are: the spines of the chest slope down from theirs."""
    return _level(vertebra, -0.3 if vertebra.startswith("T") else 0)


def _between_spines(vertebra: str) -> float:
    """How far down the space below a spine is: still called by that vertebra."""
    return _level(vertebra, 0.48)


def right_of_spine(vertebra: str, *distances: float) -> tuple[Units, ...]:
    """Places at a vertebra, so many cm to the right; 0 is between two spines."""
    scale = BACK.units_per_cm or 0
    return tuple(
        (MIDLINE + scale * cm, _joints(vertebra) if cm else _between_spines(vertebra))
        for cm in distances
    )


def both_sides_of_spine(vertebra: str, *distances: float) -> tuple[Units, ...]:
    """The same from the far left to the far right, the midline once."""
    left = [-cm for cm in sorted(distances, reverse=True) if cm]
    return right_of_spine(vertebra, *left, *sorted(distances))


def _lumbar(indication: str) -> tuple[ShippedTemplate, ...]:
    """Two levels as in most lumbago, then any one level across its whole width."""
    two_levels = ShippedTemplate(
        key=f"{indication}-l4-l5",
        indication=indication,
        name="L4 and L5: 1.5 and 5 cm on both sides",
        source=LABENNE,
        at=(
            (
                "back",
                (
                    *both_sides_of_spine("L4", 1.5, 5),
                    *both_sides_of_spine("L5", 1.5, 5),
                ),
            ),
        ),
        spread=Spread.BOTH_SIDES,
    )
    one_level = (
        ShippedTemplate(
            key=f"{indication}-{vertebra.lower()}",
            indication=indication,
            name=f"{vertebra}: midline, 1.5, 5 and 8 cm on both sides",
            source=LABENNE,
            at=(("back", both_sides_of_spine(vertebra, 0, 1.5, 5, 8)),),
            spread=Spread.BOTH_SIDES,
        )
        for vertebra in LUMBAR
    )
    return two_levels, *one_level


def _facets(first: str, last: str) -> ShippedTemplate:
    """One row beside the spine; of a course on both sides, two."""
    levels = VERTEBRAE[VERTEBRAE.index(first) : VERTEBRAE.index(last) + 1]
    return ShippedTemplate(
        key=f"facet-{first}-{last}".lower(),
        indication="facet-syndrome",
        name=f"{first} to {last}: 1.5 cm beside the spine",
        source=LABENNE,
        at=(
            ("back", tuple(at for each in levels for at in right_of_spine(each, 1.5))),
        ),
    )


def _thoracic(indication: str, upper: str, lower: str) -> ShippedTemplate:
    """Two levels with one between them, so that the discs lie apart."""
    return ShippedTemplate(
        key=f"{indication}-{upper}-{lower}".lower(),
        indication=indication,
        name=f"{upper} and {lower}: midline, 1.5 and 5 cm on both sides",
        source=PLEURA,
        at=(
            (
                "back",
                (
                    *both_sides_of_spine(upper, 0, 1.5, 5),
                    *both_sides_of_spine(lower, 0, 1.5, 5),
                ),
            ),
        ),
        spread=Spread.BOTH_SIDES,
    )


SPINE = (
    *(each for key in ("lumbago", "backache") for each in _lumbar(key)),
    _facets("L3", "L5"),
    _facets("L1", "L5"),
    *(
        _thoracic(indication, upper, lower)
        for indication in ("thoracic-arthritis", "thoracic-stenosis", "thoracic-strain")
        for upper, lower in (("T6", "T8"), ("T3", "T5"), ("T9", "T11"))
    ),
)

TEMPLATES = (*FEET, *WRIST, *NECK, *SPINE)
