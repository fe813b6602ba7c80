"""Judge a course, and close it."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from mesoclinic import audit
from mesoclinic.models import User
from sessions.courses.actions import close
from sessions.courses.models import Course
from sessions.outcomes.models import Evaluation


@transaction.atomic
def evaluate(
    course: Course, *, by: User, now: dt.datetime | None = None, **judged: Any
) -> Evaluation:
    """Record whether a course helped, and close it (R16).

    Due once day 7 has passed, whether or not the follow-ups were given.
    """
    now = now or timezone.now()
    course = Course.objects.select_for_update(of=["self"]).listed().get(pk=course.pk)
    if not course.is_open:
        raise ValidationError("This course is closed already.")
    if not course.evaluation_due_on(now.astimezone(course.site.zone).date()):
        raise ValidationError("The evaluation is due once day 7 has passed.")
    if any(session.is_booked for session in course.in_order):
        raise ValidationError(
            "There are sessions that are neither given nor set aside. Say first what "
            "became of them."
        )
    evaluation = Evaluation(course=course, evaluated_by=by, **judged)
    evaluation.full_clean(exclude=["evaluated_at"])
    evaluation.save(force_insert=True)
    close(course, by=by, closed_as=Course.Closed.EVALUATED, now=now)
    audit.record("course.evaluated", evaluation, by=by, patient_id=course.patient_id)
    return evaluation
