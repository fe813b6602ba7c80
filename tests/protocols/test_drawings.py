"""The body drawings: recognisable by rule, the same on both sides, and closed."""

import re
from dataclasses import replace
from decimal import Decimal
from itertools import combinations
from math import ceil, dist, nan
from xml.etree import ElementTree

import pytest
from svgelements import Move
from svgelements import Path as Curve

from mesoclinic.vocabulary import Side
from protocols import drawings
from protocols.drawings import ORDER, WIDTH, Drawing, Polygon, Word
from protocols.maps import Map, Mark
from protocols.shipped_points import SPINE, TEMPLATES, VIEWS

MIDLINE = {"neck-back", "back", "body-front", "body-back"}
GREYS = {"#222", "#555", "#888", "#bbb", "#eee", "#fff", "none", ""}
DRAWN = {"path", "text", "title", "desc", "svg", "g"}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(params=ORDER)
def drawing(request) -> Drawing:
    return drawings.get(request.param)


@pytest.fixture
def root(drawing) -> ElementTree.Element:
    file = drawings.FOLDER / f"{drawing.key}.svg"
    return ElementTree.parse(file).getroot()  # noqa: S314  our own file


# --- The files ------------------------------------------------------------------


def test_no_colour(root):
    paints = {each.get(name, "") for each in root.iter() for name in ("fill", "stroke")}

    assert paints <= GREYS


def test_only_lines_and_words(root):
    tags = {each.tag.removeprefix(SVG) for each in root.iter()}
    names = {name for each in root.iter() for name in each.attrib}

    assert tags <= DRAWN
    assert not names & {"style", "class", "id", "transform", "href"}


def test_title_says_what_it_is(drawing, root):
    assert drawing.description
    assert drawing.title == root.findtext(f"{SVG}title")
    assert drawing.version >= 1


def test_is_300_wide_and_at_most_420_high(root):
    left, top, width, height = map(float, root.get("viewBox").split())

    assert (left, top, width) == (0, 0, WIDTH)
    assert 300 <= height <= 420


def test_only_views_of_the_middle_have_no_side(drawing):
    assert drawing.is_sided is (drawing.key not in MIDLINE)


def test_landmarks_are_named_dashed_and_inside(drawing, root):
    lines = [line for line in drawing.lines if line.part == "landmark"]

    assert len(drawing.landmarks) >= 2
    assert all(line.dashes and line.label for line in lines)
    assert len({mark.label for mark in drawing.landmarks}) == len(drawing.landmarks)
    assert all(drawing.contains(mark.x, mark.y) for mark in drawing.landmarks)


def test_titles_are_told_apart():
    assert len({each.title for each in drawings.all_drawings()}) == len(ORDER)


# --- The outline ----------------------------------------------------------------


def test_outline_is_one_closed_line_in_the_picture(drawing):
    outlines = [line for line in drawing.lines if line.part == "outline"]

    assert len(outlines) == 1
    d = outlines[0].d.strip()
    assert d[-1] in "zZ"
    assert len(re.findall(r"[mM]", d)) == 1
    assert all(
        0 < x < WIDTH and 0 < y < drawing.height for x, y in drawing.outline.corners
    )


def test_outline_does_not_cross_itself(drawing):
    edges = [(a, b) for a, b in drawing.outline.edges if a != b]
    far = (
        (edges[i], edges[j])
        for i, j in combinations(range(len(edges)), 2)
        if 1 < j - i < len(edges) - 1
    )

    assert not [pair for pair in far if crosses(*pair)]


def crosses(one, other) -> bool:
    def turn(a, b, c) -> float:
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    (a, b), (c, d) = one, other
    return turn(a, b, c) * turn(a, b, d) < 0 and turn(c, d, a) * turn(c, d, b) < 0


def test_crosses_finds_a_bow_tie():
    assert crosses(((0, 0), (2, 2)), ((0, 2), (2, 0)))
    assert not crosses(((0, 0), (1, 0)), ((0, 1), (1, 1)))


def places(drawing: Drawing, every: int = 5):
    """Places inside the outline, every so many units of the picture."""
    # Off the whole units, so that none lies exactly on a line.
    for x in range(0, WIDTH, every):
        for y in range(0, drawing.height, every):
            place = (x + 0.37) / WIDTH, (y + 0.37) / drawing.height
            if drawing.contains(*place):
                yield place


def test_regions_cover_the_outline(drawing):
    inside = list(places(drawing))
    named = [
        place
        for place in inside
        if any(
            region.polygon.contains(place[0] * WIDTH, place[1] * drawing.height)
            for region in drawing.regions
        )
    ]

    assert len(named) >= 0.97 * len(inside)


def test_regions_are_told_apart(drawing):
    labels = [region.label for region in drawing.regions]

    assert len(labels) >= 2
    assert len(set(labels)) == len(labels)
    assert all(0 < len(label) <= 120 for label in labels)


# --- Left and right ---------------------------------------------------------------


@pytest.mark.parametrize("drawing", sorted(set(ORDER) - MIDLINE), indirect=True)
def test_left_is_the_right_one_mirrored(drawing):
    for x, y in places(drawing, every=15):
        assert drawing.contains(1 - x, y, Side.LEFT)
        assert drawing.region_at(1 - x, y, Side.LEFT) == drawing.region_at(x, y)


@pytest.mark.parametrize("drawing", sorted(MIDLINE), indirect=True)
def test_a_view_of_the_middle_is_never_mirrored(drawing):
    for x, y in places(drawing, every=30):
        assert drawing.contains(x, y, Side.LEFT)
        assert drawing.region_at(x, y, Side.LEFT) == drawing.region_at(x, y)
    assert not Map(drawing=drawing, side=Side.LEFT).is_mirrored


def test_words_are_moved_and_not_mirrored(drawing):
    right, left = (Map(drawing=drawing, side=side) for side in (Side.RIGHT, Side.LEFT))

    assert [w.text for w in left.words] == [w.text for w in right.words]
    if drawing.is_sided:
        assert [w.x for w in left.words] == [round(300 - w.x, 1) for w in right.words]
        swapped = {"start": "end", "end": "start", "middle": "middle"}
        anchors = [swapped[w.anchor] for w in right.words]
        assert [w.anchor for w in left.words] == anchors


def test_words_stand_outside_the_outline(drawing):
    assert drawing.words
    assert not [w for w in drawing.words if drawing.outline.contains(w.x, w.y)]


NARROW = set("fijlrtI1 ")


def width_of(word: Word) -> float:
    """About as wide as a plain font writes it."""
    return float(word.size) * sum(0.34 if c in NARROW else 0.62 for c in word.text)


def box(word: Word) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a word, with a little air around it."""
    width = width_of(word)
    left = word.x - {"start": 0, "middle": width / 2, "end": width}[word.anchor]
    top = word.y - 0.75 * float(word.size)
    return left - 1, top - 1, left + width + 1, word.y + 1


def drawn(drawing: Drawing):
    """Places on every line that is seen, a unit or less apart."""
    for line in drawing.seen:
        for segment in Curve(line.d):
            if isinstance(segment, Move):
                continue
            # Half as much again as the chord: none of these lines bends further.
            steps = ceil(1.5 * abs(segment.end - segment.start)) + 1
            for each in range(steps + 1):
                place = segment.point(each / steps)
                yield place.x, place.y


def crossed_words(drawing: Drawing) -> list[str]:
    """Words that a line runs through, or that reach the border of the picture."""
    lines = list(drawn(drawing))
    crossed = []
    for word in drawing.words:
        left, top, right, bottom = box(word)
        leaves = left < 2 or top < 2 or right > WIDTH - 2 or bottom > drawing.height - 2
        if leaves or any(left < x < right and top < y < bottom for x, y in lines):
            crossed.append(word.text)
    return crossed


def test_no_word_is_crossed_by_a_line_or_reaches_the_border(drawing):
    assert not crossed_words(drawing)


@pytest.mark.parametrize("place", [(150, 150), (1, 150), (299, 150), (60, 3)])
def test_a_word_in_the_wrong_place_is_found(place):
    ankle = drawings.get("ankle-outer")
    inside = replace(ankle.words[0], text="on the line, or outside", x=place[0])
    wrong = replace(ankle, words=(replace(inside, y=place[1]),))

    assert crossed_words(wrong)


def test_map_says_the_side_in_capitals():
    ankle = drawings.get("ankle-outer")

    assert Map(drawing=ankle, side=Side.LEFT).title.endswith(": LEFT")
    assert Map(drawing=drawings.get("back"), side=Side.NONE).title.isprintable()
    assert ":" not in Map(drawing=drawings.get("back"), side=Side.NONE).title


def test_landmarks_of_the_left_lie_inside_too(drawing):
    for landmark in drawing.landmarks:
        there = landmark.on(Side.LEFT)
        x = there.x if drawing.is_sided else landmark.x
        assert drawing.contains(x, there.y, Side.LEFT)


# --- What is no place ---------------------------------------------------------------

NOWHERE = (nan, 1e9, -1e9, float("inf"), float("-inf"), -0.001, 1.001)


@pytest.mark.parametrize("odd", NOWHERE)
def test_no_number_is_inside_that_is_not_in_the_picture(drawing, odd):
    for side in (Side.RIGHT, Side.LEFT):
        assert not drawing.contains(odd, 0.5, side)
        assert not drawing.contains(0.5, odd, side)


@pytest.mark.parametrize("odd", NOWHERE)
def test_every_number_has_a_nearest_region(drawing, odd):
    labels = {region.label for region in drawing.regions}

    assert drawing.region_at(odd, 0.5) in labels
    assert drawing.region_at(0.5, odd, Side.LEFT) in labels


def test_no_drawing_of_another_name():
    with pytest.raises(KeyError):
        drawings.get("../../etc/passwd")


# --- The smallest region counts -----------------------------------------------------


def square(left: float, width: float) -> Polygon:
    right = left + width
    return Polygon(((left, 0), (right, 0), (right, width), (left, width)))


def test_polygon_knows_inside_distance_and_area():
    shape = square(10, 4)

    assert shape.contains(12, 2)
    assert not shape.contains(9, 2)
    assert shape.distance(7, 2) == 3
    assert shape.area == 16


def test_regions_stand_small_to_large(drawing):
    areas = [region.polygon.area for region in drawing.regions_small_first]

    assert areas == sorted(areas)


# --- What is shipped to start from ---------------------------------------------------


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.key)
def test_every_point_of_a_template_lies_inside_on_both_sides(template):
    assert template.points
    for view, x, y in template.points:
        drawing = drawings.get(view)
        assert drawing.contains(float(x), float(y), Side.RIGHT), (view, x, y)
        mirrored = float(1 - x) if drawing.is_sided else float(x)
        assert drawing.contains(mirrored, float(y), Side.LEFT), (view, x, y)


# What each shipped point must be called, in its order.
ROWS = (
    *["inner side of the Achilles tendon, 2 to 6 cm above the heel bone"] * 4,
    *["outer side of the Achilles tendon, 2 to 6 cm above the heel bone"] * 4,
)
SIDES_OF_INSERTION = [
    f"beside the insertion of the Achilles tendon, {side} side"
    for side in ("inner", "inner", "outer", "outer")
]
SIXTH_COMPARTMENT = (
    "over the sixth dorsal compartment, between the ulnar styloid and the fifth "
    "metacarpal"
)
NAMED = {
    "ankle-arc": (
        "above and in front of the outer ankle bone",
        "in front of the outer ankle bone",
        "in front of the outer ankle bone",
        "below the outer ankle bone",
        "below and behind the outer ankle bone",
        "behind the outer ankle bone",
        "behind the outer ankle bone",
        "below and in front of the outer ankle bone",
    ),
    "achilles-two-rows": ROWS,
    "achilles-insertion": (*SIDES_OF_INSERTION, *ROWS[2:6]),
    "plantar-tubercle": (
        *["around the inner tubercle of the heel bone"] * 6,
        *["along the inner band of the plantar fascia"] * 2,
    ),
    "quadricipital-arc": (
        *["above and outside the kneecap"] * 2,
        *["over the quadriceps tendon"] * 2,
        *["above and inside the kneecap"] * 2,
        *["over the quadriceps tendon"] * 2,
    ),
    "ecu-palm-up": (
        "dorsal to the ulnar styloid",
        "over the ulnar styloid",
        SIXTH_COMPARTMENT,
        "in the hollow between the ulnar styloid and the pisiform",
        *["over the base of the fifth metacarpal"] * 2,
    ),
    "ecu-palm-down": (
        "volar to the ulnar styloid",
        "over the ulnar styloid",
        "in the hollow between the ulnar styloid and the pisiform",
        SIXTH_COMPARTMENT,
        "in the hollow between the ulnar styloid and the pisiform",
        "over the base of the fifth metacarpal",
    ),
    "torticollis-borders": (
        "at the mastoid process, attachment of the sternomastoid",
        "at the back of the skull, attachment of the trapezius",
        "behind the sternomastoid, over the splenius",
        "upper third of the sternomastoid",
        "middle third of the sternomastoid",
        "behind the sternomastoid, over the levator scapulae",
        "upper trapezius, on the neck",
        "upper trapezius, towards the shoulder",
    ),
    "torticollis-behind": (
        "right lower edge of the skull",
        *["right side of the neck, over splenius and levator"] * 3,
        "right root of the neck, upper trapezius",
        "right upper shoulder blade",
    ),
}
OFF_THE_SPINE = [each for each in TEMPLATES if each not in SPINE]


def test_every_template_off_the_spine_says_where_its_points_lie():
    assert {each.key for each in OFF_THE_SPINE} == set(NAMED)


@pytest.mark.parametrize("template", OFF_THE_SPINE, ids=lambda each: each.key)
def test_every_point_lies_in_the_region_that_it_is_meant_for(template):
    found = [
        drawings.get(view).region_at(float(x), float(y))
        for view, x, y in template.points
    ]

    assert found == list(NAMED[template.key])


# --- Beside the spine -----------------------------------------------------------------

UNITS_PER_CM = 6
# By indication: how far from the midline, in cm.
DISTANCES = {
    "lumbago": {0, 1.5, 5, 8},
    "backache": {0, 1.5, 5, 8},
    "facet-syndrome": {1.5},
    "thoracic-arthritis": {0, 1.5, 5},
    "thoracic-stenosis": {0, 1.5, 5},
    "thoracic-strain": {0, 1.5, 5},
}


def beside_spine(template) -> list[tuple[str, float, str]]:
    """Left, right or over; cm from the midline; and the vertebra, of each point."""
    back = drawings.get("back")
    places = []
    for _, x, y in template.points:
        label = back.region_at(float(x), float(y))
        vertebra = re.search(r"\b([CTLS]\d+)\b", label)
        assert vertebra, label
        cm = round(abs(float(x) * 300 - 150) / UNITS_PER_CM, 2)
        places.append((label.split()[0], cm, vertebra[1]))
    return places


@pytest.mark.parametrize("template", SPINE, ids=lambda each: each.key)
def test_points_beside_the_spine_are_so_many_cm_from_it(template):
    for where, cm, _ in beside_spine(template):
        assert cm in DISTANCES[template.indication]
        assert (where == "over") == (cm == 0)


@pytest.mark.parametrize("template", SPINE, ids=lambda each: each.key)
def test_points_beside_the_spine_lie_at_the_levels_that_the_name_says(template):
    named = re.findall(r"\b[TL]\d+\b", template.name)
    found = list(dict.fromkeys(level for *_, level in beside_spine(template)))

    assert found[0] == named[0]
    assert found[-1] == named[-1]


@pytest.mark.parametrize("template", SPINE, ids=lambda each: each.key)
def test_points_of_both_sides_are_the_same_left_and_right(template):
    places = beside_spine(template)
    left = {place[1:] for place in places if place[0] == "left"}
    right = {place[1:] for place in places if place[0] == "right"}

    assert left == (right if template.spread == "both" else set())


def test_every_lumbar_level_has_all_four_distances():
    whole = {
        (cm, level)
        for each in SPINE
        if each.indication == "lumbago"
        for _, cm, level in beside_spine(each)
    }

    levels = ("L1", "L2", "L3", "L4", "L5")
    assert whole == {(cm, level) for cm in (0, 1.5, 5, 8) for level in levels}


def test_facets_are_six_to_ten_points_on_both_sides():
    facets = [each for each in SPINE if each.indication == "facet-syndrome"]

    assert sorted(2 * len(each.points) for each in facets) == [6, 10]


def test_thoracic_points_warn_of_the_pleura():
    thoracic = [each for each in SPINE if each.indication.startswith("thoracic")]

    assert thoracic
    assert all("pleura" in each.source for each in thoracic)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.key)
def test_template_has_as_many_points_as_the_technique_asks_for(template):
    one_sided = template.indication == "facet-syndrome"

    assert 6 <= len(template.points) * (2 if one_sided else 1) <= 10


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.key)
def test_discs_can_be_told_apart(template):
    """The spine's stand nearer, as 1.5 cm is: no number hides another."""
    nearest = 12 if template in SPINE else 20
    places = [
        (view, float(x) * WIDTH, float(y) * drawings.get(view).height)
        for view, x, y in template.points
    ]

    assert not [
        pair
        for pair in combinations(places, 2)
        if pair[0][0] == pair[1][0] and dist(pair[0][1:], pair[1][1:]) < nearest
    ]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.key)
def test_template_is_on_views_of_its_indication_and_says_its_source(template):
    assert {view for view, *_ in template.points} <= set(VIEWS[template.indication])
    assert template.source.startswith("Suggested; ")
    assert len(template.source) <= 200


def test_a_mark_is_written_in_the_units_of_its_drawing():
    drawing = drawings.get("ankle-outer")
    mark = Mark(number=1, x=Decimal("0.5"), y=Decimal("0.25"))

    placed = Map(drawing=drawing, side=Side.RIGHT, marks=(mark,)).placed

    assert placed[0].at == f"150.0 {drawing.height / 4:.1f}"
