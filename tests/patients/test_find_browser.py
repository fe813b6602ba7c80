"""Find a patient from anywhere, in a real browser, with the keyboard alone."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.factories import PatientFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(db: None) -> None:
    PatientFactory(family_name="Łódzka", given_names="Żaneta")
    PatientFactory(family_name="Okafor", given_names="Ada")
    PatientFactory(family_name="Okafor", given_names="Adam")


@pytest.fixture
def page(people: None, signed_in_page: Any, rita: Any) -> Any:
    page = signed_in_page(rita)
    page.goto("/")
    return page


def chosen(page: Any) -> Any:
    return page.locator("dialog [role=option][aria-selected=true]")


def test_ctrl_k_finds_and_opens_with_the_keyboard_alone(page):
    page.keyboard.press("Control+k")
    page.keyboard.type("okaf")
    chosen(page).get_by_text("Okafor, Ada (Ms)").wait_for()
    page.keyboard.press("ArrowDown")
    chosen(page).get_by_text("Okafor, Adam").wait_for()
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile(r"/patients/MC\d+/$"))
    assert "Adam" in page.locator(".banner").inner_text()


def test_what_is_found_is_read_out_and_near_names_are_tagged(page):
    page.keyboard.press("Control+k")
    page.keyboard.type("okafor")

    page.locator("dialog [role=status]", has_text="2 patients found").wait_for(
        state="attached"
    )
    assert page.locator("dialog .state", has_text="Similar name").count() == 2
    selected = page.locator("dialog [role=combobox]").get_attribute(
        "aria-activedescendant"
    )
    assert selected == chosen(page).get_attribute("id")


def test_escape_closes_and_gives_the_focus_back(page):
    page.get_by_role("link", name="Patients").first.focus()
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")

    assert page.evaluate("document.activeElement.textContent").strip() == "Patients"


def test_whom_one_opened_comes_first_before_anything_is_typed(page):
    page.keyboard.press("Control+k")
    page.keyboard.type("zaneta")
    chosen(page).wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/patients/MC\d+/$"))
    page.keyboard.press("Control+k")

    page.locator("dialog", has_text="Opened last").wait_for()
    rows = page.locator("dialog [role=option]")
    assert "Łódzka, Żaneta" in rows.first.inner_text()
    assert rows.count() == 1
    # Nobody is meant yet: Enter opens nobody unasked.
    assert chosen(page).count() == 0


def test_a_click_on_the_box_and_an_event_open_it_too(page):
    page.locator("[data-find]").click()
    page.locator("dialog[open]").wait_for()
    page.keyboard.press("Escape")
    page.evaluate("document.dispatchEvent(new Event('find:open'))")

    page.locator("dialog[open]").wait_for()


def test_enter_before_the_answer_leads_to_the_list(page):
    page.route("**/patients/quick/**", lambda route: None)  # never answered
    page.keyboard.press("Control+k")
    page.keyboard.type("okafor")
    page.keyboard.press("Enter")

    page.wait_for_url("**/patients/?q=okafor")


def test_without_javascript_the_box_leads_to_the_list(people, signed_in_page, rita):
    page = signed_in_page(rita, java_script_enabled=False)
    page.goto("/")
    page.locator("[data-find]").fill("okafor")
    page.locator("[data-find]").press("Enter")

    page.wait_for_url("**/patients/?q=okafor")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("typed", ["", "okafor", "nobody at all"])
def test_axe_finds_nothing_in_the_open_dialog(
    people, signed_in_page, rita, width, typed
):
    page = signed_in_page(rita, width=width)
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type(typed)
    page.locator("dialog [role=status]:not(:empty)").wait_for(state="attached")
    page.wait_for_timeout(300)  # ms: the answer to the last key

    found = Axe().run(page, context="dialog").response["violations"]
    assert [v["id"] for v in found] == []
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width


def test_the_dialog_leaves_the_folded_rail_folded(people, signed_in_page, rita):
    """The bar and the rail are neighbours; what stood between them unfolded it."""
    page = signed_in_page(rita, width=390)
    page.goto("/")

    assert not page.locator(".rail").is_visible()
