"""Keep what a patient answered to the consent text."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from mesoclinic import audit
from mesoclinic.models import User
from mesoclinic.vocabulary import Consent
from sessions.courses.models import Course
from sessions.recording.models import ConsentEvent, Means


@transaction.atomic
def record_consent(
    course: Course,
    *,
    by: User,
    answer: Consent,
    person: str,
    means: Means,
    strokes: str = "",
    now: dt.datetime | None = None,
) -> ConsentEvent:
    """Add the patient's answer to the text that the course is done by (R11).

    `person` is who answered, `strokes` the path that was drawn on the screen. The last
    answer holds. Raises ValidationError by field.
    """
    course = Course.objects.select_for_update().get(pk=course.pk)
    last = ConsentEvent.objects.latest_of(course)
    if answer == Consent.WITHDRAWN and (last is None or last.answer != Consent.GIVEN):
        raise ValidationError({"answer": "No consent is in force to be withdrawn."})
    if answer == Consent.GIVEN and means == Means.SCREEN and not strokes:
        raise ValidationError({"strokes": "Sign in the box first."})
    event = ConsentEvent(
        course=course,
        version=course.protocol_version,
        answer=answer,
        person=person,
        means=means,
        strokes=strokes if means == Means.SCREEN else "",
        recorded_at=now or timezone.now(),
        recorded_by=by,
    )
    event.full_clean()
    event.save(force_insert=True)
    audit.record(
        f"consent.{answer}", event, by=by, patient_id=course.patient_id, means=means
    )
    return event
