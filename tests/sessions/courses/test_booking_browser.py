"""Booking a course in a browser: four clicks, keys alone, somebody new, a move."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from sessions.models import Course, TreatmentSession
from tests.factories import (
    IndicationFactory,
    PatientFactory,
    RoomFactory,
    SiteFactory,
    UserFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MONDAY = dt.datetime(2027, 3, 1, 8, 0, tzinfo=dt.UTC)


@pytest.fixture
def clinic() -> Iterator[None]:
    """Monday morning at eight; one clinician, one room, one indication."""
    with time_machine.travel(MONDAY, tick=True):
        RoomFactory(site=SiteFactory(), name="Room 1")
        UserFactory(username="clinician", clinician=True, family_name="Cooper")
        IndicationFactory(name="Achilles tendinopathy")
        yield


@pytest.fixture
def desk(clinic, signed_in_page) -> Any:
    return signed_in_page(UserFactory(username="reception", reception=True))


class Clicks:
    """Counts what the hand does."""

    def __init__(self, page: Any) -> None:
        self.page, self.made = page, 0

    def on(self, locator: Any) -> None:
        locator.click()
        self.made += 1


def booked() -> list[str]:
    sessions = TreatmentSession.objects.order_by("protocol_day")
    return [f"{each.booked_date} {each.starts_local:%H:%M}" for each in sessions]


def test_a_course_from_the_patients_page_in_four_clicks(desk):
    patient = PatientFactory(family_name="Vale")
    desk.goto(f"/patients/{patient.number}/")
    hand = Clicks(desk)

    hand.on(desk.get_by_role("link", name="Book course"))
    desk.get_by_label("Indication").select_option(label="Achilles tendinopathy")
    hand.made += 1
    hand.on(desk.get_by_text("Right", exact=True))
    hand.on(desk.get_by_role("button", name="Book all three from Tue 02-Mar").first)
    desk.wait_for_url("**/courses/*/")

    assert hand.made <= 4
    days = [line.split()[0] for line in booked()]
    assert days == ["2027-03-02", "2027-03-05", "2027-03-09"]


def test_a_course_by_the_keyboard_alone(desk):
    patient = PatientFactory(family_name="Vale")
    desk.goto(f"/courses/new/?patient={patient.number}")

    tab_to(desk, desk.get_by_label("Indication"))
    desk.keyboard.type("Achilles")
    tab_to(desk, desk.get_by_role("radio", name="Left"))
    desk.keyboard.press("ArrowRight")
    tab_to(desk, desk.get_by_role("button", name="Book all three from Mon 01-Mar"))
    desk.wait_for_load_state("networkidle")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/courses/*/")

    assert Course.objects.get().side == "right"
    assert len(booked()) == 3


def test_somebody_new_from_a_free_time_in_the_diary(desk):
    desk.goto("/diary/2027-03-03/")
    at_ten_twenty = desk.locator("a[href*='/courses/new/'][href*='time=10']")
    at_ten_twenty.and_(desk.locator("a[href$='20'], a[href*='20&']")).first.click()

    desk.get_by_label("Family name").fill("Newcomer")
    for label, text in {"Day": "14", "Month": "8", "Year": "1980"}.items():
        desk.get_by_label(label, exact=True).fill(text)
    desk.get_by_text("Female", exact=True).click()
    desk.get_by_label("Indication").select_option(label="Achilles tendinopathy")
    desk.get_by_text("Left", exact=True).click()
    desk.wait_for_load_state("networkidle")
    desk.get_by_role(
        "button", name="Book all three from Wed 03-Mar-2027, 10:20"
    ).first.click()
    desk.wait_for_url("**/courses/*/")

    assert Course.objects.get().patient.family_name == "Newcomer"
    assert booked() == ["2027-03-03 10:20", "2027-03-06 10:20", "2027-03-10 10:20"]


def test_moving_day_0_brings_the_rest_along(desk):
    patient = PatientFactory(family_name="Vale")
    desk.goto(f"/courses/new/?patient={patient.number}")
    desk.get_by_label("Indication").select_option(label="Achilles tendinopathy")
    desk.get_by_text("Right", exact=True).click()
    desk.get_by_role("button", name="Book all three from Tue 02-Mar").first.click()
    desk.wait_for_url("**/courses/*/")

    desk.get_by_role("link", name="Move course").click()
    desk.get_by_role("button", name="all three from Thu 04-Mar").first.click()
    desk.wait_for_load_state("networkidle")
    desk.get_by_role("button", name="Move", exact=True).click()
    desk.wait_for_url("**/courses/*/")

    days = [line.split()[0] for line in booked()]
    assert days == ["2027-03-04", "2027-03-07", "2027-03-11"]


def tab_to(page: Any, locator: Any) -> None:
    locator.first.wait_for(state="attached")
    for _ in range(200):
        if locator.first.evaluate("e => e === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("200 tabs do not reach it")
