"""Drafts that save themselves: a second tab, no connection, a reload."""

import pytest
import time_machine
from playwright.sync_api import expect

from sessions.models import SessionRecord, TreatmentSession
from tests.factories import (
    DAY_0_START,
    CourseFactory,
    ProductFactory,
    StockLotFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SOON = 10_000
KEPT = "Object.keys(localStorage).filter((key) => key.startsWith('visit-')).length"


@pytest.fixture(autouse=True)
def nine_o_clock():
    with time_machine.travel(DAY_0_START, tick=True):
        yield


@pytest.fixture
def visit(site, indication, dr_cooper) -> TreatmentSession:
    course = CourseFactory.booked(
        site=site, indication=indication, clinician=dr_cooper, side="right"
    )
    return course.first_session


@pytest.fixture
def page(signed_in_page, dr_cooper, visit):
    page = signed_in_page(dr_cooper)
    page.goto(visit.get_absolute_url())
    return page


def status_says(page, text: str) -> None:
    expect(page.locator("[data-saved]")).to_contain_text(text, timeout=SOON)


def stored_note() -> str:
    return SessionRecord.objects.get().note


def test_what_is_typed_is_saved_and_survives_a_reload(page):
    page.fill("[name=points_count]", "8")
    page.fill("[name=note]", "tender over the bone")
    status_says(page, "Saved")

    page.reload()

    assert page.input_value("[name=note]") == "tender over the bone"
    assert SessionRecord.objects.get().points.count() == 8


def test_without_a_connection_nothing_is_lost(page):
    page.fill("[name=points_count]", "8")
    status_says(page, "Saved")

    page.context.set_offline(True)
    page.fill("[name=note]", "typed in the lift")
    status_says(page, "No connection: kept in this browser")
    assert stored_note() == ""
    page.context.set_offline(False)

    status_says(page, "Saved")
    assert stored_note() == "typed in the lift"
    assert page.evaluate(KEPT) == 0


def test_what_could_not_be_sent_is_sent_after_the_page_was_closed(page, visit):
    page.fill("[name=points_count]", "8")
    status_says(page, "Saved")
    page.route("**/sessions/*/", lambda route: route.abort())
    page.fill("[name=note]", "typed before the lid closed")
    status_says(page, "No connection")
    page.unroute("**/sessions/*/")

    page.goto(visit.get_absolute_url())

    expect(page.locator("[name=note]")).to_have_value(
        "typed before the lid closed", timeout=SOON
    )
    assert stored_note() == "typed before the lid closed"


def test_two_tabs_show_both_and_a_person_decides(page, visit):
    page.fill("[name=points_count]", "8")
    status_says(page, "Saved")
    other = page.context.new_page()
    other.goto(visit.get_absolute_url())
    page.fill("[name=note]", "first tab")
    expect(page.locator("[name=version]")).to_have_value("2", timeout=SOON)

    other.fill("[name=note]", "second tab")
    conflict = other.locator("#conflict")

    expect(conflict).to_contain_text("stored: first tab", timeout=SOON)
    assert stored_note() == "first tab"
    conflict.get_by_role("button", name="Keep what I typed").click()
    expect(other.locator("[name=version]")).to_have_value("3", timeout=SOON)
    assert other.input_value("[name=note]") == "second tab"
    assert stored_note() == "second tab"


def test_the_other_tab_can_take_what_is_stored(page, visit):
    page.fill("[name=points_count]", "8")
    status_says(page, "Saved")
    other = page.context.new_page()
    other.goto(visit.get_absolute_url())
    page.fill("[name=note]", "first tab")
    expect(page.locator("[name=version]")).to_have_value("2", timeout=SOON)

    other.fill("[name=note]", "second tab")
    conflict = other.locator("#conflict")
    expect(conflict).to_contain_text("stored: first tab", timeout=SOON)
    conflict.get_by_role("button", name="Take what is stored").click()

    expect(other.locator("[name=note]")).to_have_value("first tab", timeout=SOON)
    assert stored_note() == "first tab"
    assert other.evaluate(KEPT) == 0


def test_what_a_rule_blocks_stays_in_the_page_and_says_why(page):
    page.fill("[name=points_count]", "8")
    status_says(page, "Saved")

    page.fill("[name=planned_1]", "1")

    status_says(page, "Not saved yet.")
    assert page.input_value("[name=planned_1]") == "1"
    assert {p.planned_ml for p in SessionRecord.objects.get().points.all()} == {
        SessionRecord.objects.get().volume_per_point_ml
    }


def test_enter_saves_and_a_scanner_s_enter_brings_the_lot(page, visit):
    product = ProductFactory(gtin="09506000134352")
    lot = StockLotFactory(product=product, number="ABC123")
    page.reload()

    page.fill("#id_points_count", "8")
    page.press("#id_points_count", "Enter")
    page.get_by_text("Draft saved.").wait_for()
    page.fill("#scan", "]d2010950600013435217281231" + "10ABC123")
    page.press("#scan", "Enter")
    page.get_by_text("How much of it?").first.wait_for()
    page.fill("#id_volume_1", "2")
    page.press("#id_volume_1", "Enter")
    page.get_by_text("Draft saved.").wait_for()

    assert page.input_value("#id_lot_1") == str(lot.pk)
    assert page.input_value("#id_points_count") == "8"
