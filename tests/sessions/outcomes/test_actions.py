"""The evaluation: due once day 7 has passed, whether or not the follow-ups came."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from mesoclinic.models import AuditEvent
from mesoclinic.vocabulary import Change, Judgement
from sessions.courses import actions as courses
from sessions.models import Course, Evaluation, TreatmentSession
from sessions.outcomes import actions
from tests.factories import DAY_0, CourseFactory, TreatmentSessionFactory

pytestmark = pytest.mark.django_db

Status = TreatmentSession.Status
DAY_8 = dt.datetime(2026, 3, 10, 8, 0, tzinfo=dt.UTC)
JUDGED: dict[str, Any] = {
    "pain_then": 8,
    "pain_now": 3,
    "range_of_motion": Change.BETTER,
    "stiffness": Change.SAME,
    "pain_relief": Change.BETTER,
    "judgement": Judgement.PARTLY,
    "note": "",
}


@pytest.fixture
def course(dr_cooper):
    """Day 0 given; day 3 and day 7 booked."""
    course = CourseFactory(clinician=dr_cooper)
    for day in (0, 3, 7):
        given = {"status": Status.GIVEN, "given_date": DAY_0} if day == 0 else {}
        start = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC) + dt.timedelta(days=day)
        TreatmentSessionFactory(
            course=course,
            protocol_day=day,
            starts_at=start,
            ends_at=start + dt.timedelta(minutes=20),
            booked_date=start.date(),
            target_date=start.date(),
            clinician=dr_cooper,
            **given,
        )
    return course


def set_aside_all(course, by) -> None:
    for session in course.sessions.filter(status=Status.BOOKED):
        courses.set_aside(session, by=by, status=Status.NOT_NEEDED)


def test_evaluate_closes_the_course(course, dr_cooper):
    set_aside_all(course, dr_cooper)

    actions.evaluate(course, by=dr_cooper, now=DAY_8, **JUDGED)

    course.refresh_from_db()
    assert (course.closed_as, course.closed_by) == ("evaluated", dr_cooper)
    assert AuditEvent.objects.filter(event="course.evaluated").exists()


@pytest.mark.parametrize(("day", "due"), [(8, False), (9, False), (10, True)])
def test_evaluation_is_due_once_day_7_has_passed(course, day, due):
    assert course.evaluation_due_on(dt.date(2026, 3, day)) is due


def test_evaluate_too_early_is_refused(course, dr_cooper):
    with pytest.raises(ValidationError, match="once day 7 has passed"):
        actions.evaluate(
            course, by=dr_cooper, now=DAY_8 - dt.timedelta(days=1), **JUDGED
        )


def test_evaluate_asks_what_became_of_open_sessions(course, dr_cooper):
    with pytest.raises(ValidationError, match="neither given nor set aside"):
        actions.evaluate(course, by=dr_cooper, now=DAY_8, **JUDGED)


def test_evaluate_twice_is_refused(course, dr_cooper):
    set_aside_all(course, dr_cooper)
    actions.evaluate(course, by=dr_cooper, now=DAY_8, **JUDGED)

    with pytest.raises(ValidationError, match="closed already"):
        actions.evaluate(course, by=dr_cooper, now=DAY_8, **JUDGED)


@pytest.mark.parametrize("name", ["pain_then", "pain_now"])
def test_a_score_of_eleven_is_refused(course, dr_cooper, name):
    set_aside_all(course, dr_cooper)

    with pytest.raises(ValidationError):
        actions.evaluate(course, by=dr_cooper, now=DAY_8, **{**JUDGED, name: 11})


def test_an_evaluation_stays_as_it_was_written(course, dr_cooper):
    set_aside_all(course, dr_cooper)
    actions.evaluate(course, by=dr_cooper, now=DAY_8, **JUDGED)

    with pytest.raises(IntegrityError), transaction.atomic():
        Evaluation.objects.update(pain_now=0)


def test_awaiting_evaluation_lists_what_is_due(course, dr_cooper, dr_levy):
    def due(clinician, day):
        today = dt.date(2026, 3, day)
        return list(Course.objects.awaiting_evaluation(clinician, today))

    assert due(dr_cooper, 9) == []
    assert due(dr_cooper, 10) == [course]
    assert due(dr_levy, 10) == []
    set_aside_all(course, dr_cooper)
    actions.evaluate(course, by=dr_cooper, now=DAY_8, **JUDGED)
    assert due(dr_cooper, 10) == []
