"""Pages that ask for news: they notice everything, cost little, and keep nobody in."""

import datetime as dt

import pytest
import time_machine
from django.contrib.sessions.models import Session

from patients.models import Patient
from sessions.diary.actions import step_back, step_forward
from sessions.models import TreatmentSession
from tests.factories import (
    DAY_0_START,
    AbsenceFactory,
    ClosureFactory,
    OpeningHoursFactory,
    RoomFactory,
    TreatmentSessionFactory,
)

pytestmark = pytest.mark.django_db

MONDAY, BOARD, WEEK = "/diary/2026-03-02/", "/board/", "/diary/2026-W10/"
PAGES = (MONDAY, f"{MONDAY}?view=list", BOARD, WEEK)


@pytest.fixture(autouse=True)
def that_monday():
    with time_machine.travel(DAY_0_START, tick=False):
        yield


@pytest.fixture
def visit(site, dr_cooper) -> TreatmentSession:
    return TreatmentSessionFactory(
        course__site=site,
        course__clinician=dr_cooper,
        starts_at=DAY_0_START + dt.timedelta(minutes=20),
    )


def ask(client, page: str, seen: str):
    return client.get(page, headers={"x-seen": seen, "hx-request": "true"})


def pages_with_news(client, happen) -> list[str]:
    """Open every page, let something happen, and say which pages have news."""
    seen = {page: client.get(page).headers["X-Seen"] for page in PAGES}
    happen()
    return [
        page
        for page, digest in seen.items()
        if ask(client, page, digest).status_code == 200
    ]


def change(visit: TreatmentSession, **columns) -> None:
    """Write as the actions do: every change grows the sequence."""
    columns["sequence"] = visit.sequence + 1
    TreatmentSession.objects.filter(pk=visit.pk).update(**columns)


def happenings(visit, rita) -> dict:
    twenty = dt.timedelta(minutes=20)
    return {
        "booked": lambda: TreatmentSessionFactory(
            course__site=visit.site, starts_at=visit.starts_at + twenty
        ),
        "moved in the day": lambda: change(
            visit, starts_at=visit.starts_at + twenty, ends_at=visit.ends_at + twenty
        ),
        "moved away": lambda: change(
            visit,
            starts_at=visit.starts_at + dt.timedelta(days=14),
            ends_at=visit.ends_at + dt.timedelta(days=14),
            booked_date=dt.date(2026, 3, 16),
            target_date=dt.date(2026, 3, 16),
        ),
        "cancelled": lambda: change(visit, status="cancelled"),
        "arrived": lambda: step_forward(visit, by=rita, now=DAY_0_START, seen="booked"),
        "hours changed": lambda: OpeningHoursFactory(
            site=visit.site, weekday=0, starts=dt.time(0, 1)
        ),
        "room added": lambda: RoomFactory(site=visit.site),
        "closed": lambda: ClosureFactory(site=visit.site),
        "away": lambda: AbsenceFactory(clinician=visit.clinician),
    }


@pytest.mark.parametrize(
    "happening",
    [
        "booked",
        "moved in the day",
        "moved away",
        "cancelled",
        "arrived",
        "hours changed",
        "room added",
        "closed",
        "away",
    ],
)
def test_every_change_is_news_on_every_page(client_of, rita, visit, happening):
    happen = happenings(visit, rita)[happening]

    assert pages_with_news(client_of(rita), happen) == list(PAGES)


def test_step_and_its_undoing_are_both_news(client_of, rita, visit):
    desk = client_of(rita)
    before = desk.get(BOARD).headers["X-Seen"]
    step_forward(visit, by=rita, now=DAY_0_START, seen="booked")
    after = desk.get(BOARD).headers["X-Seen"]
    step_back(visit, by=rita, now=DAY_0_START, seen="arrived")

    undone = desk.get(BOARD).headers["X-Seen"]

    assert len({before, after, undone}) == 3


def test_nothing_else_is_news(client_of, rita, visit):
    other_week = TreatmentSessionFactory(
        course__site=visit.site, starts_at=DAY_0_START + dt.timedelta(days=21)
    )
    elsewhere = TreatmentSessionFactory(starts_at=DAY_0_START)

    def happen() -> None:
        step_forward(elsewhere, by=rita, now=DAY_0_START, seen="booked")
        change(other_week, status="cancelled")
        Patient.objects.update(phone="+442079460999")

    assert pages_with_news(client_of(rita), happen) == []


def test_visit_that_becomes_late_is_news(client_of, rita, visit):
    desk = client_of(rita)
    nineteen = DAY_0_START + dt.timedelta(minutes=20, seconds=50)
    with time_machine.travel(nineteen, tick=False):
        seen = desk.get(BOARD).headers["X-Seen"]
        assert ask(desk, BOARD, seen).status_code == 204

    with time_machine.travel(nineteen + dt.timedelta(seconds=15), tick=False):
        assert ask(desk, BOARD, seen).status_code == 200


def test_next_day_is_news_to_a_board_left_open(client_of, rita, visit):
    midnight = DAY_0_START + dt.timedelta(hours=15)
    with time_machine.travel(midnight - dt.timedelta(seconds=4), tick=False):
        desk = client_of(rita)
        seen = desk.get(BOARD).headers["X-Seen"]

    with time_machine.travel(midnight + dt.timedelta(seconds=4), tick=False):
        assert ask(desk, BOARD, seen).status_code == 200


# --- Keeps nobody signed in ------------------------------------------------------


@pytest.mark.parametrize("happens", [False, True])
def test_asking_for_news_does_not_keep_a_sign_in_alive(client_of, rita, visit, happens):
    desk = client_of(rita)
    seen = desk.get(MONDAY).headers["X-Seen"]
    before = Session.objects.values_list("pk", "expire_date", "session_data").get()

    with time_machine.travel(DAY_0_START + dt.timedelta(seconds=8), tick=False):
        if happens:
            change(visit, status="cancelled")
        answer = ask(desk, MONDAY, seen)

    assert answer.status_code == (200 if happens else 204)
    assert "Set-Cookie" not in answer.headers
    assert not answer.cookies
    after = Session.objects.values_list("pk", "expire_date", "session_data").get()
    assert after == before


def test_whoever_asks_for_news_all_day_is_signed_out_in_the_evening(
    client_of, rita, visit, settings
):
    desk = client_of(rita)
    seen = desk.get(MONDAY).headers["X-Seen"]
    for hours in range(1, 13):
        with time_machine.travel(DAY_0_START + dt.timedelta(hours=hours), tick=False):
            answer = ask(desk, MONDAY, seen)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")
    assert "X-Seen" not in answer.headers


def test_news_do_not_use_up_what_is_to_be_said(client_of, rita, visit):
    desk = client_of(rita)
    seen = desk.get(BOARD).headers["X-Seen"]
    desk.post(f"/sessions/{visit.pk}/arrival/", {"step": "x"})
    change(visit, status="cancelled")

    assert b"There is no such button" not in ask(desk, BOARD, seen).content
    assert b"There is no such button" in desk.get(BOARD).content
