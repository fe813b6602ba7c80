"""Points placed, moved and given by touch, by mouse and by keyboard alone.

The table is the record: whatever was done on the drawing is read back from its boxes
and from the database.
"""

from dataclasses import replace
from decimal import Decimal

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe

from mesoclinic.vocabulary import SafetyCheck, Side
from protocols import catalogue, drawings
from protocols.models import Indication
from sessions.models import InjectionPoint, TreatmentSession
from sessions.recording.actions import save_draft
from sessions.recording.drafts import PointDraft
from sessions.recording.places import Spot
from tests.drafts import A_TENTH, written
from tests.factories import (
    DAY_0_START,
    PASSWORD,
    ConsentEventFactory,
    CourseFactory,
    IndicationViewFactory,
    PointTemplateFactory,
    TemplatePointFactory,
)
from tests.test_accessibility import LEVELS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TABLET = {"width": 1024, "height": 768, "has_touch": True}
# On the right ankle as shown, in parts of the picture: eight free places.
EIGHT = [(0.37, 0.553), (0.36, 0.71), (0.28, 0.723), (0.2, 0.7)]
EIGHT += [(0.19, 0.62), (0.22, 0.547), (0.44, 0.747), (0.33, 0.2)]
FRAME = 16  # ms: what one move may cost

ON_SCREEN = """([x, y]) => {
  const svg = document.querySelector("figure:not([hidden]) svg.drawing");
  svg.scrollIntoView({ block: "center" });
  const at = new DOMPoint(x * 300, y * Number(svg.dataset.height));
  const { x: left, y: top } = at.matrixTransform(svg.getScreenCTM());
  return [left, top];
}"""
ROWS = """() => [...document.querySelectorAll("#points tr[data-point]")].map((row) => {
  const value = (part) => row.querySelector(`[name^="${part}_"]`).value;
  return [row.querySelector(".point").textContent, value("view"), value("side"),
          Number(value("x")), Number(value("y")), value("planned")];
})"""


@pytest.fixture(autouse=True)
def nine_o_clock():
    with time_machine.travel(DAY_0_START, tick=True):
        yield


@pytest.fixture
def visit(site, indication, dr_cooper) -> TreatmentSession:
    for position, view in enumerate(("ankle-outer", "ankle-inner")):
        IndicationViewFactory(indication=indication, view=view, position=position)
    course = CourseFactory.booked(
        site=site, indication=indication, clinician=dr_cooper, side="right"
    )
    return course.first_session


@pytest.fixture
def open_visit(signed_in_page, dr_cooper, visit):
    def open_page(**options):
        page = signed_in_page(dr_cooper, **options)
        page.goto(visit.get_absolute_url())
        page.wait_for_selector(".mark, [data-undo][disabled]")
        return page

    return open_page


def tap(page, place) -> None:
    page.touchscreen.tap(*page.evaluate(ON_SCREEN, list(place)))


def says(page) -> str:
    return page.inner_text("[data-says]")


def names(page) -> list[str]:
    marks = page.locator("figure:not([hidden]) .mark").all()
    return [mark.get_attribute("aria-label") for mark in marks]


def expect_text(locator, text: str) -> None:
    from playwright.sync_api import expect

    expect(locator).to_contain_text(text, timeout=10_000)


def saved(page) -> None:
    expect_text(page.locator("[data-saved]"), "Saved")


def near(places, wanted) -> bool:
    """Whether each place is where it was wanted, to a pixel or so."""
    pairs = zip(places, wanted, strict=True)
    return all(tuple(at) == pytest.approx(want, abs=0.004) for at, want in pairs)


def focused(page) -> str:
    return page.evaluate("document.activeElement.getAttribute('aria-label')")


# --- Touch --------------------------------------------------------------------------


def test_eight_points_by_touch_are_on_record(open_visit, visit):
    page = open_visit(**TABLET)

    for place in EIGHT:
        tap(page, place)
        assert says(page).startswith("Placed: Point ")
    saved(page)

    rows = page.evaluate(ROWS)
    assert [row[0] for row in rows] == [str(number) for number in range(1, 9)]
    assert {(row[1], row[2], row[5]) for row in rows} == {
        ("ankle-outer", "right", "0.1")
    }
    assert near([row[3:5] for row in rows], EIGHT)
    stored = InjectionPoint.objects.filter(record__treatment_session=visit)
    assert [p.number for p in stored] == list(range(1, 9))
    assert [p.region for p in stored] == [where(name) for name in names(page)]
    assert "Planned 0.8 mL" in page.inner_text("#totals").replace("\n", " ")


def where(name: str) -> str:
    """`Point 3, below the bone, 0.1 mL, planned` says where."""
    return name.partition(", ")[2].removesuffix(", 0.1 mL, planned")


def spot_at(x: float, y: float) -> Spot:
    place = {"x": Decimal(str(x)), "y": Decimal(str(y))}
    return Spot(view="ankle-outer", side=Side.RIGHT, **place)


def test_as_planned_takes_three_taps_and_the_ticks(open_visit, visit, dr_cooper):
    planned = tuple(PointDraft(planned_ml=A_TENTH, spot=spot_at(*at)) for at in EIGHT)
    draft = written(DAY_0_START, points=planned, ticks=frozenset())
    draft = replace(draft, ended_at=None, pain_before=None, pain_after=None)
    save_draft(visit, by=dr_cooper, version=0, draft=draft)
    ConsentEventFactory(course=visit.course)
    page = open_visit(**TABLET)

    for check in SafetyCheck:
        page.get_by_label(check.label).tap()
    saved(page)
    page.get_by_role("button", name="All as planned").tap()
    page.get_by_text("Draft saved.").wait_for()
    page.get_by_role("button", name="Review and sign").tap()
    page.fill("#id_password", PASSWORD)  # this sign-in is older than 15 minutes
    page.get_by_role("button", name="Sign as Dr Cooper").tap()
    page.get_by_text("Signed. The record is locked.").wait_for()

    given = InjectionPoint.objects.filter(record__treatment_session=visit)
    assert [point.given_ml for point in given] == [A_TENTH] * 8
    visit.refresh_from_db()
    assert visit.is_given


def test_a_point_is_taken_up_by_one_tap_and_put_down_by_the_next(open_visit):
    page = open_visit(**TABLET)
    tap(page, EIGHT[0])

    tap(page, EIGHT[0])
    assert says(page).endswith("Tap where it belongs.")
    tap(page, EIGHT[2])

    assert says(page).startswith("Moved: Point 1, below the outer ankle bone")
    (row,) = page.evaluate(ROWS)
    assert tuple(row[3:5]) == pytest.approx(EIGHT[2], abs=0.004)


def test_outside_the_outline_is_refused_and_said(open_visit):
    page = open_visit(**TABLET)

    tap(page, (0.03, 0.03))

    assert says(page) == "Not placed: outside the outline: place points on the skin."
    assert page.evaluate(ROWS) == []


def test_a_tap_between_two_close_points_enlarges(open_visit):
    page = open_visit(**TABLET)
    tap(page, (0.3, 0.7))
    tap(page, (0.44, 0.747))
    page.locator(".mark").nth(1).focus()
    while page.evaluate(ROWS)[1][3] > 0.345:
        page.keyboard.press("ArrowLeft")
    for _ in range(4):
        page.keyboard.press("ArrowUp")

    tap(page, (0.322, 0.704))

    assert "close together: enlarged" in says(page)
    assert page.locator("[data-zoom]").get_attribute("aria-pressed") == "true"
    assert len(page.evaluate(ROWS)) == 2


def test_one_points_volume_in_two_clicks(open_visit, visit):
    page = open_visit()
    page.mouse.click(*page.evaluate(ON_SCREEN, list(EIGHT[0])))
    page.mouse.click(*page.evaluate(ON_SCREEN, list(EIGHT[1])))
    saved(page)

    page.locator(".mark").first.click()
    page.locator("[data-more]").click()

    assert page.evaluate(ROWS)[0][5] == "0.15"
    expect_text(page.locator("#totals"), "0.25 mL")


def test_a_point_is_dragged(open_visit):
    page = open_visit()
    page.mouse.click(*page.evaluate(ON_SCREEN, list(EIGHT[0])))
    start = page.evaluate(ON_SCREEN, list(EIGHT[0]))
    end = page.evaluate(ON_SCREEN, list(EIGHT[2]))

    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=5)
    page.mouse.up()

    (row,) = page.evaluate(ROWS)
    assert tuple(row[3:5]) == pytest.approx(EIGHT[2], abs=0.006)


# --- Keyboard -------------------------------------------------------------------------


def test_eight_points_by_keyboard_alone_with_their_names_read_back(open_visit, visit):
    page = open_visit()
    landmark = page.locator("#landmark")
    landmark.focus()
    for _ in range(8):
        page.keyboard.press("Tab")  # to Add
        page.keyboard.press("Enter")
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("ArrowDown")
    saved(page)

    stored = InjectionPoint.objects.filter(record__treatment_session=visit)
    read = [
        mark.get_attribute("aria-label")
        for mark in sorted(
            page.locator(".mark").all(),
            key=lambda mark: int(mark.get_attribute("data-number")),
        )
    ]
    assert read == [f"Point {p.number}, {p.region}, 0.1 mL, planned" for p in stored]
    assert len(read) == 8
    assert all(
        mark.get_attribute("role") == "button" for mark in page.locator(".mark").all()
    )


def test_arrows_move_keys_change_and_everything_is_undone(open_visit):
    page = open_visit()
    for place in EIGHT[:3]:
        page.mouse.click(*page.evaluate(ON_SCREEN, list(place)))
    before = page.evaluate(ROWS)

    page.locator(".mark").nth(1).focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("+")
    assert focused(page).endswith("0.15 mL, planned")
    _, second, _ = page.evaluate(ROWS)
    assert second[3] == pytest.approx(before[1][3] - 0.01, abs=0.0002)
    assert second[4] == pytest.approx(before[1][4] - 0.05, abs=0.0002)

    page.keyboard.press("-")
    page.keyboard.press("-")
    page.keyboard.press("-")
    assert focused(page).endswith("0.04 mL, planned")

    page.keyboard.press("PageDown")
    assert focused(page).startswith("Point 3, ")
    page.keyboard.press("Home")
    assert focused(page).startswith("Point 1, ")
    page.keyboard.press("Delete")
    assert says(page) == "Point 1 removed, 2 left."
    assert [row[0] for row in page.evaluate(ROWS)] == ["1", "2"]
    assert focused(page).startswith("Point 1, ")

    for _ in range(7):
        page.keyboard.press("Control+z")
    assert page.evaluate(ROWS) == before


def test_one_stop_of_the_tab_key_leads_to_all_points(open_visit):
    page = open_visit()
    for place in EIGHT[:3]:
        page.mouse.click(*page.evaluate(ON_SCREEN, list(place)))

    stops = page.locator("figure:not([hidden]) .mark[tabindex='0']")

    assert stops.count() == 1


def test_the_table_alone_moves_and_deletes(open_visit, visit):
    page = open_visit()
    page.locator("[data-add-at]").click()
    page.locator("[data-add-at]").click()

    page.get_by_role("button", name="Move point 2").click()
    assert focused(page).startswith("Point 2, ")
    page.locator("#landmark").select_option(index=2)
    page.locator("[data-add-at]").click()
    assert says(page).startswith("Moved: Point 2, ")
    page.get_by_role("button", name="Delete point 1").click()

    (row,) = page.evaluate(ROWS)
    assert row[0] == "1"
    assert page.locator("[name=points_count]").input_value() == "1"
    saved(page)
    # It may say so of the save before: the last one is on its way.
    for _ in range(50):
        if InjectionPoint.objects.count() == 1:
            break
        page.wait_for_timeout(200)
    assert InjectionPoint.objects.get().number == 1


# --- Views, sides, states ------------------------------------------------------------


def test_views_are_switched_and_count_their_points(open_visit):
    page = open_visit()
    page.mouse.click(*page.evaluate(ON_SCREEN, list(EIGHT[0])))

    inner = page.get_by_role("button", name="Ankle, inner side: RIGHT")
    inner.click()

    assert inner.get_attribute("aria-pressed") == "true"
    assert page.locator("figure:not([hidden]) figcaption").inner_text() == (
        "Ankle, inner side: RIGHT"
    )
    assert names(page) == []
    outer = page.get_by_role("button", name="Ankle, outer side: RIGHT")
    assert outer.inner_text().endswith("1")


def test_a_template_is_placed_unconfirmed_and_moving_confirms(
    open_visit, visit, indication
):
    PointTemplateFactory(indication=indication, name="Row")
    page = open_visit()
    page.locator("#template").select_option(index=1)
    page.get_by_role("button", name="Place", exact=True).click()
    page.wait_for_selector(".mark[role=button][data-state=copied]")

    assert names(page)[0].endswith("0.1 mL, copied, not confirmed")
    page.locator(".mark").nth(0).focus()
    page.keyboard.press("ArrowDown")

    states = [mark.get_attribute("data-state") for mark in page.locator(".mark").all()]
    assert states == ["planned"] + ["copied"] * 7


def test_the_left_side_is_mirrored_and_its_words_are_not(
    signed_in_page, dr_cooper, site, indication
):
    IndicationViewFactory(indication=indication, view="ankle-outer")
    course = CourseFactory.booked(
        site=site, indication=indication, clinician=dr_cooper, side="left"
    )
    page = signed_in_page(dr_cooper)
    page.goto(course.first_session.get_absolute_url())
    x, y = EIGHT[2]

    page.mouse.click(*page.evaluate(ON_SCREEN, [1 - x, y]))

    assert says(page).startswith("Placed: Point 1, below the outer ankle bone")
    assert page.evaluate(ROWS)[0][2] == "left"
    assert page.locator(".drawing-body").get_attribute("transform")
    assert page.locator(".drawing-words").get_attribute("transform") is None


# --- Everybody can use it ------------------------------------------------------------


@pytest.mark.parametrize("width", [1280, 768])
def test_axe_finds_nothing(open_visit, width):
    page = open_visit(width=width, height=1024)
    for place in EIGHT:
        page.mouse.click(*page.evaluate(ON_SCREEN, list(place)))
    saved(page)

    found = Axe().run(page, options=LEVELS).response["violations"]

    assert [f"{v['id']} {v['nodes'][0]['html'][:120]}" for v in found] == []


def test_every_point_and_button_is_48_pixels(open_visit):
    page = open_visit(**TABLET)
    tap(page, EIGHT[0])

    buttons = page.locator(".map-tools button:visible, .mark .hit").all()
    small = [
        (box["width"], box["height"])
        for box in (button.bounding_box() for button in buttons)
        if min(box["width"], box["height"]) < 47.5
    ]

    assert small == []


# --- The editor of templates ---------------------------------------------------------


def test_an_admin_places_the_points_of_a_template(
    signed_in_page, ada, indication, visit
):
    page = signed_in_page(ada)
    page.goto(f"{indication.get_absolute_url()}points/new/")
    for place in EIGHT[:3]:
        page.mouse.click(*page.evaluate(ON_SCREEN, list(place)))
    assert names(page)[0] == "Point 1, above and in front of the outer ankle bone"
    page.get_by_label("Name").fill("Three")
    page.get_by_label("Source").fill("clinic's own")

    found = Axe().run(page, options=LEVELS).response["violations"]
    assert [f"{v['id']} {v['nodes'][0]['html'][:120]}" for v in found] == []
    page.get_by_role("button", name="Save template").click()

    page.wait_for_url("**/points/")
    template = indication.templates.get()
    placed = [(float(p.x), float(p.y)) for p in template.points.all()]
    assert near(placed, EIGHT[:3])


# --- What it costs -------------------------------------------------------------------

MOVES = """(times) => {
  const marks = [...document.querySelectorAll("figure:not([hidden]) .mark")];
  return Array.from({ length: times }, (_, n) => {
    const mark = marks[(n >> 1) % marks.length];
    mark.focus();
    const key = n % 2 ? "ArrowLeft" : "ArrowRight";
    const start = performance.now();
    mark.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    return performance.now() - start;
  }).sort((a, b) => a - b);
}"""
PLACINGS = """([x, y]) => {
  const svg = document.querySelector("figure:not([hidden]) svg.drawing");
  const add = document.querySelector("[data-add-at]");
  const undo = document.querySelector("[data-undo]");
  return Array.from({ length: 50 }, () => {
    const start = performance.now();
    add.click();
    const took = performance.now() - start;
    undo.click();
    return took;
  }).sort((a, b) => a - b);
}"""


@pytest.fixture
def fifty_nine(indication):
    """A template with one point less than there can be, all of them inside."""
    ankle = drawings.get("ankle-outer")
    grid = [(x / 50, y / 50) for x in range(50) for y in range(50)]
    inside = [place for place in grid if ankle.contains(*place)]
    template = PointTemplateFactory(indication=indication, points=0, name="Many")
    for x, y in inside[:: len(inside) // 59][:59]:
        TemplatePointFactory(template=template, x=f"{x:.2f}", y=f"{y:.2f}")


def test_placing_and_moving_one_of_sixty_are_measured(open_visit, fifty_nine, capsys):
    """Figures to look at, not bounds: the machine may be busy."""
    page = open_visit()
    page.locator("#template").select_option(index=1)
    page.get_by_role("button", name="Place", exact=True).click()
    page.wait_for_selector(".mark[role=button] >> nth=58")

    placing = page.evaluate(PLACINGS, [0.37, 0.553])
    page.locator("[data-add-at]").click()
    moving = page.evaluate(MOVES, 200)

    assert len(page.evaluate(ROWS)) == 60
    with capsys.disabled():
        for what, costs in (("placing the 60th", placing), ("moving one", moving)):
            middle, late = costs[len(costs) // 2], costs[int(len(costs) * 0.95)]
            print(  # noqa: T201
                f"\n{what} of 60 points: median {middle:.1f} ms, p95 {late:.1f} ms, "
                f"most {costs[-1]:.1f} ms of script; a frame is {FRAME} ms"
            )


def test_shipped_templates_can_be_placed(signed_in_page, dr_cooper, site, db):
    catalogue.load()
    ankle = Indication.objects.get(catalogue_key="ankle-sprain-sequelae")
    course = CourseFactory.booked(
        site=site, indication=ankle, clinician=dr_cooper, side="left"
    )
    page = signed_in_page(dr_cooper)
    page.goto(course.first_session.get_absolute_url())
    page.locator("#template").select_option(index=1)
    page.get_by_role("button", name="Place", exact=True).click()

    page.wait_for_selector(".mark[role=button][data-state=copied]")
    assert {row[2] for row in page.evaluate(ROWS)} == {"left"}
