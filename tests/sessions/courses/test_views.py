"""Booking, moving, setting aside and closing a course, through the pages."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from patients.models import Patient
from sessions.courses.visits import day_words
from sessions.models import Course, TreatmentSession
from tests.factories import (
    DAY_0_START,
    CourseFactory,
    EvaluationFactory,
    IndicationFactory,
    PatientFactory,
    TreatmentSessionFactory,
)
from tests.pages import boxes, fill_in, queries, text_of
from tests.state import nothing_written

pytestmark = pytest.mark.django_db

DATES = "/courses/dates/"


@pytest.fixture(autouse=True)
def a_week_before():
    with time_machine.travel(DAY_0_START - dt.timedelta(days=7), tick=False):
        yield


@pytest.fixture
def desk(client_of, rita):
    return client_of(rita)


@pytest.fixture
def surgery(client_of, dr_cooper):
    return client_of(dr_cooper)


@pytest.fixture
def patient(db) -> Patient:
    return PatientFactory(family_name="Smith", given_names="Anne-Jorun")


@pytest.fixture
def new(patient, site) -> str:
    return f"{reverse('sessions:course_new')}?patient={patient.number}"


@pytest.fixture
def wanted(indication, dr_cooper, site) -> dict[str, str]:
    """What is typed to book: the first visit; its follow-ups are proposed."""
    return {
        "indication": str(indication.pk),
        "side": "right",
        "clinician": str(dr_cooper.pk),
        "day_0": "2 mar 2026",
        "time_0": "9",
    }


@pytest.fixture
def course(patient, indication, dr_cooper, rita, site) -> Course:
    return CourseFactory.booked(
        patient=patient,
        indication=indication,
        clinician=dr_cooper,
        booked_by=rita,
        site=site,
    )


def show(client, url: str, typed: dict[str, str]) -> dict[str, str]:
    """Send the first visit; what then stands in the boxes, follow-ups and all."""
    page = fill_in(client, url, **typed)
    assert page.status_code == 200
    return boxes(page)


def page_of(client, course: Course) -> str:
    return text_of(client.get(course.get_absolute_url()))


# --- Book -----------------------------------------------------------------------


def test_book_shows_follow_ups_before_anything_is_booked(desk, new, wanted):
    with nothing_written():
        page = fill_in(desk, new, **wanted)

    shown = boxes(page)
    assert (shown["day_3"], shown["time_3"]) == ("5 Mar 2026", "09:00")
    assert (shown["day_7"], shown["time_7"]) == ("9 Mar 2026", "09:00")
    assert "Thu 05-Mar-2026 · 09:00" in text_of(page)
    assert "Nothing is booked yet." in text_of(page)
    assert "Book these dates" in text_of(page)


def test_book_stores_the_three_dates_that_were_shown(desk, new, wanted, patient):
    form = show(desk, new, wanted)

    answer = desk.post(new, form)

    course = Course.objects.get()
    assert answer.headers["Location"] == course.get_absolute_url()
    assert (course.patient, course.side) == (patient, "right")
    days = [session.booked_date.day for session in course.in_order]
    assert days == [2, 5, 9]


def test_book_of_the_same_form_twice_books_one_course(desk, new, wanted):
    form = show(desk, new, wanted)

    answers = [desk.post(new, form), desk.post(new, form)]

    assert {answer.status_code for answer in answers} == {302}
    assert Course.objects.count() == 1
    assert TreatmentSession.objects.count() == 3


def test_book_names_a_day_off_its_target_and_asks_why(desk, new, wanted):
    form = show(desk, new, wanted) | {"day_3": "6 mar 2026"}

    with nothing_written():
        refused = desk.post(new, form)

    assert refused.status_code == 400
    assert "day 4, protocol: day 3" in text_of(refused)
    assert boxes(refused)["day_3"] == "6 mar 2026"
    assert desk.post(new, form | {"day_3_reason": "Closed"}).status_code == 302
    moved = TreatmentSession.objects.get(protocol_day=3)
    assert (moved.booked_date.day, moved.off_target_reason) == (6, "Closed")


def test_book_without_a_side_is_refused_and_keeps_what_was_typed(desk, new, wanted):
    form = show(desk, new, wanted)
    del form["side"]

    with nothing_written():
        refused = desk.post(new, form)

    assert refused.status_code == 400
    assert list(refused.context["form"].errors) == ["side"]
    kept = boxes(refused)
    del form["csrfmiddlewaretoken"]
    assert {name: kept[name] for name in form} == form


def test_book_of_an_indication_without_a_side_asks_for_none(desk, new, wanted):
    lumbago = IndicationFactory(name="Lumbago", has_side=False)
    form = show(desk, new, wanted | {"indication": str(lumbago.pk)})

    desk.post(new, form)

    assert Course.objects.get().side == "none"


def test_book_asks_why_again_only_where_the_last_course_is_open(
    desk, new, wanted, course
):
    assert "early_reason" not in boxes(desk.get(new))
    form = show(desk, new, wanted | {"day_0": "20 mar 2026"})

    refused = desk.post(new, form)

    assert "early_reason" in boxes(refused)
    again = desk.post(new, form | {"early_reason": "The other tendon"})
    assert again.status_code == 302
    assert Course.objects.latest("pk").early_reason == "The other tendon"


def test_book_offers_a_clinician_to_themselves_and_nobody_to_reception(
    surgery, desk, new, wanted, dr_cooper
):
    assert boxes(surgery.get(new))["clinician"] == str(dr_cooper.pk)
    assert boxes(desk.get(new))["clinician"] == ""


def test_book_without_a_patient_leads_to_finding_one(desk, site):
    answer = desk.get(reverse("sessions:course_new"))

    assert answer.headers["Location"] == reverse("patients:find")


def test_allergies_are_shown_to_clinicians_only(surgery, desk, new, indication):
    assert "Allergies not recorded" in surgery.get(new).content.decode()
    assert "Allergies" not in desk.get(new).content.decode()


# --- Dates while one types --------------------------------------------------------


def type_dates(client, changed: str, **typed: str):
    return client.post(
        DATES, typed, headers={"HX-Request": "true", "HX-Trigger-Name": changed}
    )


def test_dates_proposes_follow_ups_again_when_day_0_changes(desk, wanted):
    typed = wanted | {"day_3": "4 mar 2026", "day_7": "9 mar 2026", "time_7": "9"}

    moved = boxes_of(type_dates(desk, "day_0", **typed | {"day_0": "3 mar 2026"}))

    assert (moved["day_3"], moved["day_7"]) == ("6 Mar 2026", "10 Mar 2026")


@pytest.mark.parametrize("changed", ["day_3", "indication"])
def test_dates_leaves_follow_ups_that_were_typed(desk, wanted, changed):
    typed = wanted | {"day_3": "6 mar 2026", "time_3": "11"}

    left = boxes_of(type_dates(desk, changed, **typed))

    assert (left["day_3"], left["time_3"]) == ("6 mar 2026", "11")
    assert (left["day_7"], left["time_7"]) == ("9 Mar 2026", "09:00")


def test_dates_says_nothing_of_boxes_that_are_still_empty(desk, wanted):
    answer = type_dates(desk, "indication", indication=wanted["indication"])

    assert "Error" not in text_of(answer)
    assert "Show the three dates" in text_of(answer)


def test_dates_names_what_cannot_be_read(desk, wanted):
    answer = type_dates(desk, "day_0", **wanted | {"day_0": "soon"})

    assert "Error: " in text_of(answer)
    assert "Show the three dates" in text_of(answer)


def boxes_of(part) -> dict[str, str]:
    """The boxes of a part of a page, which has no <main> of its own."""
    part.content = b"<main>" + part.content + b"</main>"
    return boxes(part)


# --- One course -------------------------------------------------------------------


def test_course_shows_side_dates_and_what_each_may_do(surgery, desk, course):
    seen, at_desk = page_of(surgery, course), page_of(desk, course)

    for page in (seen, at_desk):
        assert "RIGHT Achilles tendinopathy" in page
        assert "Mon 02-Mar-2026 · 09:00" in page
        assert page.count("Booked") == 3
        assert page.count("Leaflet") == 3
        assert "Move course" in page
    assert seen.count("Open") == seen.count("Sheet") == 3
    assert "Open" not in at_desk
    assert "Sheet" not in at_desk


def test_course_shows_how_far_off_its_target_a_visit_is(desk, course):
    TreatmentSession.objects.filter(course=course, protocol_day=3).update(
        booked_date=dt.date(2026, 3, 6),
        starts_at=DAY_0_START + dt.timedelta(days=4),
        ends_at=DAY_0_START + dt.timedelta(days=4, minutes=20),
        off_target_reason="Closed on Thursday",
    )

    page = page_of(desk, course)

    assert "day 4, protocol: day 3" in page
    assert "Closed on Thursday" in page


def test_course_asks_for_its_evaluation_once_day_7_has_passed(
    client_of, rita, patient, indication, dr_cooper, site
):
    course = CourseFactory(
        patient=patient, indication=indication, clinician=dr_cooper, site=site
    )
    for day in (0, 3, 7):
        TreatmentSessionFactory(course=course, protocol_day=day, given=True)

    for days, asked in ((7, False), (8, True)):
        with time_machine.travel(DAY_0_START + dt.timedelta(days=days)):
            assert ("Evaluation due" in page_of(client_of(dr_cooper), course)) is asked
            assert "Evaluation due" not in page_of(client_of(rita), course)


def test_course_shows_its_evaluation_to_clinicians_only(surgery, desk, course):
    Course.objects.filter(pk=course.pk).update(
        closed_as="evaluated", closed_at=DAY_0_START, closed_by=course.clinician
    )
    EvaluationFactory(course=course, pain_then=8, pain_now=3, note="Runs again")

    seen, at_desk = page_of(surgery, course), page_of(desk, course)

    assert "8 → 3, down 5 points (62 %): strong response" in seen
    assert "Runs again" in seen
    for word in ("8 → 3", "Runs again", "Helped"):
        assert word not in at_desk
    assert "closed 02-Mar-2026" in at_desk


def test_course_makes_as_many_queries_when_more_happened(surgery, course, dr_cooper):
    before = queries(surgery, course.get_absolute_url())
    course.sessions.update(clinician=dr_cooper, status_reason="Ill", status="missed")

    assert queries(surgery, course.get_absolute_url()) == before


@pytest.mark.parametrize(
    ("true_day", "words"),
    [(None, "day 3"), (3, "day 3"), (4, "day 4, protocol: day 3")],
)
def test_words_for_the_day_it_really_is(true_day, words):
    assert day_words(3, true_day) == words


# --- Booked on purpose where somebody is already ----------------------------------


def _at_a_taken_time(wanted, dr_cooper, site) -> dict[str, str]:
    CourseFactory.booked(clinician=dr_cooper, site=site)
    return wanted | {
        "day_3": "5 mar 2026",
        "time_3": "9",
        "day_7": "9 mar 2026",
        "time_7": "9",
    }


def test_a_clinician_books_on_purpose_where_a_time_is_taken(
    surgery, new, wanted, dr_cooper, site
):
    typed = _at_a_taken_time(wanted, dr_cooper, site)

    refused = fill_in(surgery, new, **typed)
    without_reason = fill_in(surgery, new, **typed, anyway="1")
    booked = fill_in(
        surgery, new, **typed, anyway="1", overbooked_reason="She came from afar"
    )

    assert "Book it anyway" in text_of(refused)
    assert "Say why it is put there anyway." in text_of(without_reason)
    assert booked.status_code == 302
    course = Course.objects.latest("pk")
    assert {s.overbooked_reason for s in course.in_order} == {"She came from afar"}
    assert {s.overbooked_by for s in course.in_order} == {dr_cooper}
    assert "Overbooked" in text_of(surgery.get(course.get_absolute_url()))


def test_reception_is_told_whom_to_ask_and_cannot_overbook(
    desk, new, wanted, dr_cooper, site
):
    typed = _at_a_taken_time(wanted, dr_cooper, site)

    refused = fill_in(desk, new, **typed)
    forged = fill_in(desk, new, **typed, anyway="1", overbooked_reason="asked to")

    assert "Ask a clinician" in text_of(refused)
    assert forged.status_code == 400
    assert Course.objects.count() == 1
