"""The diary in a real browser: what others do appears, and keys lead about."""

import datetime as dt

import pytest
import time_machine

from sessions.diary.actions import step_forward
from sessions.models import Arrival, TreatmentSession
from tests.factories import DAY_0_START, TreatmentSessionFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WITHIN = 10_000  # ms: how soon what somebody else did has to appear


@pytest.fixture(autouse=True)
def nine_o_clock():
    with time_machine.travel(DAY_0_START, tick=True):
        yield


@pytest.fixture
def visit(site, indication, dr_cooper) -> TreatmentSession:
    return TreatmentSessionFactory(
        course__site=site,
        course__indication=indication,
        course__clinician=dr_cooper,
        course__patient__family_name="Smith",
        starts_at=DAY_0_START + dt.timedelta(minutes=20),
    )


@pytest.fixture
def seen():
    from playwright.sync_api import expect

    return lambda locator, text: expect(locator).to_contain_text(text, timeout=WITHIN)


@pytest.mark.parametrize("address", ["/", "/?view=list", "/board/"])
def test_check_in_elsewhere_appears_within_ten_seconds(
    signed_in_page, rita, dr_cooper, visit, seen, address
):
    surgery, desk = signed_in_page(dr_cooper), signed_in_page(rita)
    surgery.goto(address)
    desk.goto("/board/")

    desk.get_by_role("button", name="Arrived: Smith").click()

    seen(desk.locator(".g-arrived"), "Smith")
    place = ".g-arrived" if address == "/board/" else "#live"
    seen(surgery.locator(place), "0 min")


def test_check_in_and_undo_by_keyboard(signed_in_page, rita, visit, seen):
    page = signed_in_page(rita)
    page.goto("/?view=list")

    page.get_by_role("button", name="Arrived: Smith").focus()
    page.keyboard.press("Enter")
    seen(page.locator("#live"), "0 min")
    seen(page.locator("#announce"), "Arrived: Smith")
    assert page.evaluate("document.activeElement.id") == f"f-{visit.pk}"

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    seen(page.locator("#live"), "Booked")
    assert Arrival.objects.get().step == ""


def test_double_click_is_one_step(signed_in_page, rita, visit, seen):
    page = signed_in_page(rita)
    page.goto("/board/")

    page.get_by_role("button", name="Arrived: Smith").dblclick(delay=60)
    page.wait_for_timeout(600)

    seen(page.locator(".g-arrived"), "Smith")
    assert Arrival.objects.get().step == "arrived"


def test_open_details_and_focus_survive_what_others_do(
    signed_in_page, rita, dr_cooper, visit, seen
):
    for number in range(4):
        TreatmentSessionFactory(
            course__site=visit.site, starts_at=DAY_0_START + dt.timedelta(hours=number)
        )
    page = signed_in_page(rita)
    page.goto("/")
    page.locator(f"#n-{visit.pk}").focus()
    step_forward(
        visit, by=dr_cooper, now=DAY_0_START + dt.timedelta(seconds=1), seen="booked"
    )

    seen(page.locator("#live"), "1 arrived")

    assert page.evaluate("document.activeElement.id") == f"n-{visit.pk}"
    page.locator(".dy-more summary").first.click()
    step_forward(
        visit, by=dr_cooper, now=DAY_0_START + dt.timedelta(seconds=9), seen="arrived"
    )
    page.wait_for_timeout(9_000)
    assert page.locator(".dy-more[open]").count() == 1


def test_page_says_that_one_has_been_signed_out(signed_in_page, rita, visit, seen):
    page = signed_in_page(rita)
    page.goto("/board/")
    page.context.clear_cookies()

    seen(page.locator("main"), "You have been signed out")

    seen(page.locator(".g-booked"), "Smith")
    assert page.locator("[name=password]").count() == 0


def test_keys_lead_about_and_can_be_switched_off(
    signed_in_page, rita, dr_cooper, visit, seen
):
    page = signed_in_page(rita)
    page.goto(visit.patient.get_absolute_url())
    for key, address in [
        ("b", "/board/"),
        ("w", "/diary/2026-W10/"),
        ("d", "/diary/2026-03-02/"),
        ("l", "/diary/2026-03-02/"),
        ("t", "/diary/2026-03-02/"),
    ]:
        with page.expect_navigation(url=f"**{address}*"):
            page.keyboard.press(key)
    page.goto("/board/")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("d")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")

    page.locator(".account summary").click()
    page.get_by_role("button", name="Single keys: on").click()
    page.locator("h1").click()
    page.keyboard.press("d")
    page.keyboard.press("?")
    page.wait_for_timeout(300)

    assert page.url.endswith("/board/")
    assert not page.locator("#keys").is_visible()
    page.goto(visit.patient.get_absolute_url())
    page.keyboard.press("b")
    page.wait_for_timeout(300)
    assert "/board/" not in page.url


def test_keys_are_letters_in_boxes_and_leave_the_browser_s_own_alone(
    signed_in_page, rita, visit
):
    page = signed_in_page(rita)
    page.goto("/")
    page.locator("#jump").focus()
    page.keyboard.press("b")
    page.locator("h1").click()
    page.keyboard.press("Alt+b")
    page.keyboard.press("Control+b")
    page.wait_for_timeout(300)

    assert page.url.endswith("/")


def test_free_time_leads_to_a_booking(signed_in_page, dr_cooper, visit):
    page = signed_in_page(dr_cooper)
    page.goto("/")

    page.get_by_role("link", name="Book Dr Cooper, Mon 02 Mar, 09:40").click()

    page.wait_for_url("**/courses/new/?site=*&clinician=*&day=2026-03-02&time=09:40")


def test_buttons_of_the_board_and_the_list_are_48_px(signed_in_page, rita, visit):
    page = signed_in_page(rita, width=768, height=1024)
    for address in ("/board/", "/?view=list"):
        page.goto(address)
        for button in page.locator("#live :is(button, .btn)").all():
            box = button.bounding_box()
            assert box["height"] >= 48, button.inner_text()
            assert box["width"] >= 48, button.inner_text()
