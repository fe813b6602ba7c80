"""The day's list: whose, in which order, and what each may do from it."""

import datetime as dt

import pytest
import time_machine

from sessions.models import TreatmentSession
from tests.factories import (
    DAY_0,
    DAY_0_START,
    CourseFactory,
    PatientFactory,
    TreatmentSessionFactory,
)
from tests.pages import queries, text_of

pytestmark = pytest.mark.django_db

MONDAY = "/diary/2026-03-02/"


@pytest.fixture(autouse=True)
def that_monday():
    with time_machine.travel(DAY_0_START, tick=False):
        yield


@pytest.fixture
def book(site, indication):
    """Book a first visit of somebody with a clinician, so many minutes after nine."""

    def visit(family_name: str, clinician, *, after: int = 0) -> TreatmentSession:
        start = DAY_0_START + dt.timedelta(minutes=after)
        course = CourseFactory(
            patient=PatientFactory(family_name=family_name),
            indication=indication,
            clinician=clinician,
            site=site,
        )
        return TreatmentSessionFactory(course=course, starts_at=start)

    return visit


@pytest.fixture
def smith(book, dr_cooper) -> TreatmentSession:
    return book("Smith", dr_cooper, after=20)


@pytest.fixture
def jones(book, dr_levy) -> TreatmentSession:
    return book("Jones", dr_levy)


def test_clinician_sees_their_own_visits_and_on_asking_everybody_s(
    client_of, dr_cooper, smith, jones
):
    surgery = client_of(dr_cooper)

    own, everybody_s = text_of(surgery.get("/")), text_of(surgery.get("/?all=1"))

    assert "Smith" in own
    assert "Jones" not in own
    assert everybody_s.index("Jones") < everybody_s.index("Smith")
    assert "Dr Levy" in everybody_s


def test_a_line_says_when_who_what_and_which_side(client_of, dr_cooper, smith):
    page = text_of(client_of(dr_cooper).get(MONDAY))

    assert "Monday 02-Mar-2026" in page
    assert "Today · 1 visit with you" in page
    assert "09:20" in page
    assert smith.patient.number_spaced in page
    assert "RIGHT Achilles tendinopathy Day 0" in page
    assert "Booked Open Leaflet Sheet" in page


def test_reception_sees_everybody_and_prints_leaflets_only(
    client_of, rita, smith, jones
):
    page = text_of(client_of(rita).get("/"))

    assert "Smith" in page
    assert "Jones" in page
    assert page.count("Leaflet") == 2
    assert "Sheet" not in page
    assert "Open Leaflet" not in page
    assert "Mine" not in page


def test_visit_that_is_not_given_has_no_leaflet(client_of, rita, smith):
    TreatmentSession.objects.update(status="missed")

    page = text_of(client_of(rita).get(MONDAY))

    assert "Did not attend" in page
    assert "Leaflet" not in page


def test_days_lead_to_one_another_and_keep_whose_they_are(client_of, dr_cooper, site):
    page = client_of(dr_cooper).get(f"{MONDAY}?all=1").content.decode()

    assert 'href="/diary/2026-03-01/?all=1"' in page
    assert 'href="/diary/2026-03-03/?all=1"' in page


def test_empty_day_says_what_belongs_there(client_of, rita, site):
    page = text_of(client_of(rita).get("/diary/2026-03-04/"))

    assert "No visits on this day" in page
    assert "Find a patient" in page


@pytest.mark.parametrize(
    ("picked", "day"),
    [("2026-03-09", "2026-03-09"), ("", "2026-03-02"), ("soon", "2026-03-02")],
)
def test_go_leads_to_the_day_that_was_picked_or_to_today(client_of, rita, picked, day):
    answer = client_of(rita).get("/diary/", {"day": picked})

    assert answer.headers["Location"] == f"/diary/{day}/"


def test_clinician_is_told_today_which_evaluations_are_due(
    client_of, dr_cooper, site, indication
):
    course = CourseFactory(
        patient=PatientFactory(family_name="Nakamura"),
        indication=indication,
        clinician=dr_cooper,
        site=site,
    )
    for day in (0, 3, 7):
        before = DAY_0_START + dt.timedelta(days=day - 14)
        TreatmentSessionFactory(
            course=course, protocol_day=day, starts_at=before, given=True
        )
    surgery = client_of(dr_cooper)

    today, tomorrow = surgery.get("/"), surgery.get("/diary/2026-03-03/")

    assert "Evaluation due Nakamura" in text_of(today)
    assert "Nakamura" not in text_of(tomorrow)


def test_one_visit_or_many_take_as_many_queries(client_of, dr_cooper, rita, book):
    book("First", dr_cooper)
    clients = [client_of(dr_cooper), client_of(rita)]
    few = [queries(client, MONDAY) for client in clients]
    for number in range(1, 12):
        book(f"Another-{number}", dr_cooper, after=20 * number)

    assert [queries(client, MONDAY) for client in clients] == few
    assert TreatmentSession.objects.on_day(DAY_0).count() == 12
