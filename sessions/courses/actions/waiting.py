"""The waiting list: booked patients who would take an earlier day 0."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from mesoclinic import audit
from mesoclinic.models import User
from sessions.courses.models import Course, EarlierWish


@transaction.atomic
def wish_earlier(
    course: Course,
    *,
    by: User,
    part_of_day: str = EarlierWish.PartOfDay.ANY,
    note: str = "",
    now: dt.datetime | None = None,
) -> EarlierWish:
    """Note that this patient would come sooner. Noted again, it is noted anew."""
    now = now or timezone.now()
    course = Course.objects.locked().get(pk=course.pk)
    if not course.is_open or not course.first_session.is_booked:
        raise ValidationError("Day 0 of this course is not ahead any more.")
    close_wish_of(course, by=by, now=now)
    wish = EarlierWish.objects.create(
        course=course, part_of_day=part_of_day, note=note, noted_at=now, noted_by=by
    )
    audit.record("course.earlier_wished", course, by=by, patient_id=course.patient_id)
    return wish


@transaction.atomic
def withdraw_wish(course: Course, *, by: User, now: dt.datetime | None = None) -> None:
    """Take a course off the waiting list."""
    course = Course.objects.locked().get(pk=course.pk)
    close_wish_of(course, by=by, now=now or timezone.now())
    audit.record("course.wish_withdrawn", course, by=by, patient_id=course.patient_id)


def close_wish_of(course: Course, *, by: User, now: dt.datetime) -> None:
    """End the wish of a course, if there is one; part of the actions that do."""
    course.earlier_wishes.filter(closed_at=None).update(closed_at=now, closed_by=by)
