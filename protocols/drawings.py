"""The body drawings: what is on them, what lies inside, what a place is called. Pure.

One SVG for each view in `static/drawings/`, drawn as the patient's right side. A place
is a part of the picture's width and height as it is shown, 0 to 1 from the top left:
the left side is shown mirrored, so mirroring a place is `1 - x` on every view.
"""

from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import pairwise
from math import hypot
from pathlib import Path
from xml.etree import ElementTree

from svgelements import Move
from svgelements import Path as Curve

from mesoclinic.vocabulary import Side

FOLDER = Path(__file__).resolve().parent.parent / "static" / "drawings"
_SVG = "{http://www.w3.org/2000/svg}"
# How many corners stand for one curve of a path: finer than a pixel on any screen.
_CORNERS = 12
_MIRRORED_ANCHOR = {"start": "end", "end": "start", "middle": "middle"}

Place = tuple[float, float]


@dataclass(frozen=True)
class Polygon:
    """A closed line of corners, in the drawing's own units."""

    corners: tuple[Place, ...]

    @cached_property
    def edges(self) -> tuple[tuple[Place, Place], ...]:
        return tuple(pairwise((*self.corners, self.corners[0])))

    def contains(self, x: float, y: float) -> bool:
        """Whether a ray to the right crosses the line an odd number of times."""
        crossings = (
            (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1)
            for (x1, y1), (x2, y2) in self.edges
        )
        return sum(crossings) % 2 == 1

    def distance(self, x: float, y: float) -> float:
        """How far a place outside is from the line."""
        return min(_from_edge(x, y, *start, *end) for start, end in self.edges)

    @cached_property
    def area(self) -> float:
        return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in self.edges)) / 2


def _from_edge(x: float, y: float, x1: float, y1: float, x2: float, y2: float) -> float:
    dx, dy = x2 - x1, y2 - y1
    length = dx * dx + dy * dy
    along = ((x - x1) * dx + (y - y1) * dy) / length if length else 0
    along = min(1, max(0, along))
    return hypot(x - x1 - along * dx, y - y1 - along * dy)


@dataclass(frozen=True)
class Line:
    """A path as it is drawn: outline, line, landmark or region, in SVG's own words."""

    part: str
    label: str
    d: str
    fill: str
    stroke: str
    stroke_width: str
    dashes: str


@dataclass(frozen=True)
class Word:
    """A word of orientation beside the outline. It is moved, never mirrored."""

    text: str
    x: float
    y: float
    anchor: str
    size: str

    def on(self, side: Side) -> "Word":
        if side != Side.LEFT:
            return self
        anchor = _MIRRORED_ANCHOR[self.anchor]
        return Word(self.text, round(WIDTH - self.x, 1), self.y, anchor, self.size)


@dataclass(frozen=True)
class Landmark:
    """A place that can be felt, by name; `x` and `y` in parts of the right picture."""

    label: str
    x: float
    y: float

    def on(self, side: Side) -> "Landmark":
        if side != Side.LEFT:
            return self
        return Landmark(self.label, round(1 - self.x, 4), self.y)


@dataclass(frozen=True)
class Region:
    """A part of the body with a name; `d` is its line in SVG's own words."""

    label: str
    polygon: Polygon
    d: str


WIDTH = 300


@dataclass(frozen=True)
class Drawing:
    """One view of the body. Lengths are in the units of its picture, 300 wide."""

    key: str
    title: str
    description: str
    version: int
    is_sided: bool
    height: int
    lines: tuple[Line, ...]
    words: tuple[Word, ...]
    landmarks: tuple[Landmark, ...]
    units_per_cm: float | None

    @cached_property
    def outline(self) -> Polygon:
        return next(_polygon(line.d) for line in self.lines if line.part == "outline")

    @cached_property
    def regions(self) -> tuple[Region, ...]:
        return tuple(
            Region(line.label, _polygon(line.d), line.d)
            for line in self.lines
            if line.part == "region"
        )

    @cached_property
    def regions_small_first(self) -> tuple[Region, ...]:
        """In the order in which a place is named: the smallest around it counts."""
        return tuple(sorted(self.regions, key=lambda region: region.polygon.area))

    @property
    def seen(self) -> list[Line]:
        """What is drawn: everything but the regions."""
        return [line for line in self.lines if line.part != "region"]

    @cached_property
    def strokes(self) -> list[Line]:
        """The same in fewer paths: lines of one look are drawn as one, for paper."""
        looks: dict[tuple[str, ...], list[Line]] = {}
        for line in self.seen:
            own = line.d if line.fill != "none" else ""
            look = (line.fill, line.stroke, line.stroke_width, line.dashes, own)
            looks.setdefault(look, []).append(line)
        return [
            replace(alike[0], d=" ".join(line.d for line in alike))
            for alike in looks.values()
        ]

    def shown_side(self, side: Side) -> Side:
        """Which way round it is shown: a view of the middle is never mirrored."""
        return side if self.is_sided else Side.NONE

    def contains(self, x: float, y: float, side: Side = Side.RIGHT) -> bool:
        """Whether a place lies inside the outline."""
        return self.outline.contains(*self._units(x, y, side))

    def region_at(self, x: float, y: float, side: Side = Side.RIGHT) -> str:
        """What the place is called: the smallest region around it, or the nearest."""
        at = self._units(x, y, side)
        around = (r for r in self.regions_small_first if r.polygon.contains(*at))
        found = next(around, None) or min(
            self.regions_small_first, key=lambda region: region.polygon.distance(*at)
        )
        return found.label

    def _units(self, x: float, y: float, side: Side) -> Place:
        if self.shown_side(side) == Side.LEFT:
            x = 1 - x
        return x * WIDTH, y * self.height


def _polygon(d: str) -> Polygon:
    corners: list[Place] = []
    for segment in Curve(d):
        if isinstance(segment, Move):
            continue
        parts = [each / _CORNERS for each in range(_CORNERS)]
        corners += [(p.x, p.y) for p in map(segment.point, parts)]
    return Polygon(tuple(corners))


def _line(path: ElementTree.Element, layer: ElementTree.Element) -> Line:
    def attribute(name: str) -> str:
        return path.get(name, layer.get(name, ""))

    return Line(
        part=path.get("data-part", ""),
        label=path.get("data-label", ""),
        d=path.get("d", ""),
        fill=attribute("fill"),
        stroke=attribute("stroke"),
        stroke_width=attribute("stroke-width"),
        dashes=attribute("stroke-dasharray"),
    )


def _word(text: ElementTree.Element, layer: ElementTree.Element) -> Word:
    return Word(
        text=text.text or "",
        x=float(text.get("x", 0)),
        y=float(text.get("y", 0)),
        anchor=text.get("text-anchor", layer.get("text-anchor", "middle")),
        size=text.get("font-size", layer.get("font-size", "11")),
    )


def _landmark(path: ElementTree.Element, height: int) -> Landmark:
    x, y = map(float, path.get("data-at", "").split())
    return Landmark(path.get("data-label", ""), x / WIDTH, y / height)


def read(path: Path) -> Drawing:
    """Read one drawing from its file."""
    root = ElementTree.parse(path).getroot()  # noqa: S314  our own file, not typed
    layers = {layer.get("data-layer"): layer for layer in root.iter(f"{_SVG}g")}
    body, words = layers["body"], layers["words"]
    height = int(root.get("viewBox", "").split()[3])
    scale = root.get("data-scale-cm")
    paths = list(body.iter(f"{_SVG}path"))
    return Drawing(
        key=path.stem,
        title=root.findtext(f"{_SVG}title", ""),
        description=" ".join(root.findtext(f"{_SVG}desc", "").split()),
        version=int(root.get("data-version", "1")),
        is_sided=root.get("data-sided") == "yes",
        height=height,
        lines=tuple(_line(each, body) for each in paths),
        words=tuple(_word(each, words) for each in words.iter(f"{_SVG}text")),
        landmarks=tuple(
            _landmark(each, height)
            for each in paths
            if each.get("data-part") == "landmark"
        ),
        units_per_cm=float(scale) if scale else None,
    )


# From the foot upwards, as clinicians look for them.
ORDER = (
    "ankle-outer",
    "ankle-inner",
    "heel-back",
    "sole",
    "foot-top",
    "knee-front",
    "hand-back",
    "wrist-ulnar",
    "neck-side",
    "neck-back",
    "back",
    "body-front",
    "body-back",
)


@cache
def get(key: str) -> Drawing:
    """Return the drawing of a view; KeyError where there is none of that name."""
    if key not in ORDER:
        raise KeyError(key)
    return read(FOLDER / f"{key}.svg")


def all_drawings() -> list[Drawing]:
    """Every drawing there is, in their order."""
    return [get(key) for key in ORDER]
