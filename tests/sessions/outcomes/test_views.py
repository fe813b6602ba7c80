"""The evaluation, through its page, and how its response reads."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from sessions.models import Course, Evaluation
from tests.factories import (
    DAY_0_START,
    CourseFactory,
    EvaluationFactory,
    SessionRecordFactory,
    TreatmentSessionFactory,
)
from tests.pages import boxes, fill_in, queries, text_of
from tests.state import nothing_written

pytestmark = pytest.mark.django_db

JUDGED = {
    "pain_now": "3",
    "range_of_motion": "better",
    "stiffness": "same",
    "pain_relief": "better",
    "judgement": "yes",
    "note": "Runs again",
}


@pytest.fixture(autouse=True)
def after_day_7():
    with time_machine.travel(DAY_0_START + dt.timedelta(days=8), tick=False):
        yield


@pytest.fixture
def surgery(client_of, dr_cooper):
    return client_of(dr_cooper)


@pytest.fixture
def course(dr_cooper, site, indication) -> Course:
    """Given on day 0, 3 and 7; pain 8 at the start."""
    course = CourseFactory(clinician=dr_cooper, site=site, indication=indication)
    first, *_ = [
        TreatmentSessionFactory(course=course, protocol_day=day, given=True)
        for day in (0, 3, 7)
    ]
    SessionRecordFactory(treatment_session=first, given=True, pain_before=8)
    return course


@pytest.fixture
def url(course) -> str:
    return reverse("sessions:evaluate", args=[course.pk])


def test_evaluate_starts_from_the_first_pain_and_closes_the_course(
    surgery, url, course
):
    assert boxes(surgery.get(url))["pain_then"] == "8"

    answer = fill_in(surgery, url, **JUDGED)

    assert answer.headers["Location"] == course.get_absolute_url()
    evaluation = Evaluation.objects.get()
    assert (evaluation.pain_then, evaluation.pain_now) == (8, 3)
    assert evaluation.course.closed_as == "evaluated"
    page = text_of(surgery.get(course.get_absolute_url()))
    assert "8 → 3, down 5 points (62 %): strong response" in page


def test_evaluate_that_lacks_an_answer_keeps_the_others(surgery, url):
    with nothing_written():
        refused = fill_in(surgery, url, **JUDGED | {"judgement": None})

    assert refused.status_code == 400
    assert list(refused.context["form"].errors) == ["judgement"]
    kept = boxes(refused)
    assert kept["pain_now"] == "3"
    assert kept["stiffness"] == "same"
    assert kept["note"] == "Runs again"


def test_evaluate_before_day_7_has_passed_says_so(surgery, url):
    with time_machine.travel(DAY_0_START + dt.timedelta(days=7)), nothing_written():
        refused = fill_in(surgery, url, **JUDGED)

    assert refused.status_code == 400
    assert "The evaluation is due once day 7 has passed." in text_of(refused)


def test_evaluate_names_the_movement_of_the_indication(surgery, url, indication):
    indication.movement = "ankle dorsiflexion"
    indication.save()

    assert "Range of motion: ankle dorsiflexion" in text_of(surgery.get(url))


def test_evaluate_makes_as_many_queries_with_more_points(surgery, url, course):
    few = queries(surgery, url)
    SessionRecordFactory(
        treatment_session=course.sessions.get(protocol_day=3), given=True, points=30
    )

    assert queries(surgery, url) == few


def test_only_clinicians_evaluate(client_of, rita, ada, url):
    assert client_of(rita).get(url).status_code == 403
    assert client_of(ada).get(url).status_code == 403


@pytest.mark.parametrize(
    ("then", "now", "words"),
    [
        (8, 3, "8 → 3, down 5 points (62 %): strong response"),
        (8, 6, "8 → 6, down 2 points (25 %): response"),
        (3, 2, "3 → 2, down 1 point (33 %): response"),
        (9, 8, "9 → 8, down 1 point (11 %): no response"),
        (5, 5, "5 → 5, unchanged: no response"),
        (4, 6, "4 → 6, up 2 points (50 %): no response"),
        (0, 2, "0 → 2, up 2 points: no response"),
        (0, 0, "0 → 0, unchanged: no response"),
    ],
)
def test_response_gives_words_and_the_raw_numbers(then, now, words):
    evaluation = EvaluationFactory.build(
        pain_then=then, pain_now=now, course=CourseFactory()
    )

    assert evaluation.response_text == words


def test_response_goes_by_the_course_s_own_protocol():
    course = CourseFactory()
    course.protocol_version.responder_points = 3
    course.protocol_version.responder_percent = 40

    evaluation = EvaluationFactory.build(pain_then=8, pain_now=6, course=course)

    assert evaluation.response_text.endswith(": no response")
