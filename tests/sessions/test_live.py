"""Forms that hear the server while one types: nothing typed is lost, nor the focus."""

import datetime as dt

import pytest
import time_machine

from tests.factories import DAY_0_START, CourseFactory, PatientFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WAIT = 10_000  # ms


@pytest.fixture(autouse=True)
def half_past_nine():
    with time_machine.travel(DAY_0_START + dt.timedelta(minutes=30)):
        yield


@pytest.fixture
def expect_text():
    from playwright.sync_api import expect

    return lambda locator, text: expect(locator).to_contain_text(text, timeout=WAIT)


@pytest.fixture
def expect_count():
    from playwright.sync_api import expect

    return lambda locator, count: expect(locator).to_have_count(count, timeout=WAIT)


def focused(page) -> str:
    return page.evaluate("document.activeElement.name || ''")


def test_rows_come_with_their_number_and_keep_what_was_written(
    signed_in_page, dr_cooper, site, indication, expect_count
):
    course = CourseFactory.booked(clinician=dr_cooper, site=site, indication=indication)
    page = signed_in_page(dr_cooper)
    page.goto(course.first_session.get_absolute_url())
    rows, number = page.locator("#points tbody tr"), page.locator("#id_points_count")

    number.press_sequentially("8")
    expect_count(rows, 8)
    page.fill("#id_given_8", "0.05")
    number.press("End")
    number.press("Backspace")
    number.press_sequentially("1")
    expect_count(rows, 1)
    number.press_sequentially("0")
    expect_count(rows, 10)

    assert page.input_value("#id_given_8") == "0.05"
    assert focused(page) == "points_count"


def test_a_number_typed_while_the_answer_is_on_its_way_counts(
    signed_in_page, dr_cooper, site, indication, expect_count
):
    course = CourseFactory.booked(clinician=dr_cooper, site=site, indication=indication)
    page = signed_in_page(dr_cooper)
    page.goto(course.first_session.get_absolute_url())
    rows, number = page.locator("#points tbody tr"), page.locator("#id_points_count")
    number.fill("8")
    expect_count(rows, 8)
    held = []
    page.route("**/check/", lambda route: held.append(route))

    number.fill("1")
    page.wait_for_timeout(400)
    number.fill("10")
    held[0].continue_()
    page.unroute("**/check/")
    expect_count(rows, 10)

    assert number.input_value() == "10"


def test_what_is_typed_while_the_answer_is_on_its_way_stays(
    signed_in_page, dr_cooper, site, indication, expect_text
):
    course = CourseFactory.booked(clinician=dr_cooper, site=site, indication=indication)
    page = signed_in_page(dr_cooper)
    page.goto(course.first_session.get_absolute_url())
    page.fill("#id_points_count", "8")
    expect_text(page.locator("#totals"), "0.8 mL")
    held = []
    page.route("**/check/", lambda route: held.append(route))

    page.fill("#id_volume_per_point_ml", "0.2")
    page.wait_for_timeout(400)
    page.focus("#id_given_1")
    page.keyboard.type("0.2")
    held[0].continue_()
    page.unroute("**/check/")
    expect_text(page.locator("#totals"), "1.6 mL")

    assert page.input_value("#id_planned_8") == "0.2"
    assert page.input_value("#id_given_1") == "0.2"
    assert focused(page) == "given_1"


def test_dates_follow_day_0_and_leave_the_focus_where_it_is(
    signed_in_page, dr_cooper, site, indication, expect_text
):
    patient = PatientFactory()
    page = signed_in_page(dr_cooper)
    page.goto(f"/courses/new/?patient={patient.number}")

    page.locator("summary", has_text="Choose the dates by hand").click()
    page.fill("#id_day_0", "9 mar 2026")
    page.press("#id_day_0", "Tab")
    expect_text(page.locator("#visits"), "Mon 09-Mar-2026")
    page.fill("#id_time_0", "9")
    page.press("#id_time_0", "Shift+Tab")
    expect_text(page.locator("#visits"), "Thu 12-Mar-2026 · 09:00")
    expect_text(page.locator("#visits"), "Mon 16-Mar-2026 · 09:00")
    expect_text(page.locator("#book-button"), "Book these dates")
    page.wait_for_timeout(100)

    assert page.evaluate("document.activeElement.ariaLabel") == (
        "Choose from a calendar"
    )


def test_the_button_keeps_the_focus_when_it_comes_to_book(
    signed_in_page, dr_cooper, site, indication, protocol_version, expect_text
):
    page = signed_in_page(dr_cooper)
    page.goto(f"/courses/new/?patient={PatientFactory().number}")

    page.locator("summary", has_text="Choose the dates by hand").click()
    page.fill("#id_day_0", "2 mar 2026")
    page.locator("#id_time_0").press_sequentially("10:00")
    page.locator("#book-button button").focus()
    expect_text(page.locator("#book-button"), "Book these dates")
    page.wait_for_load_state("networkidle")

    assert page.evaluate("document.activeElement.matches('#book-button button')")
