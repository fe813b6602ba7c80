"""Put the side of a course right, as long as nothing was given on the other."""

from django.core.exceptions import ValidationError
from django.db import transaction

from mesoclinic import audit
from mesoclinic.errors import Stale
from mesoclinic.models import User
from mesoclinic.vocabulary import SafetyCheck, Side
from sessions.courses.models import Course
from sessions.recording.models import InjectionPoint, SafetyTick, SessionRecord

_OPPOSITE = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}


@transaction.atomic
def change_side(course: Course, *, by: User, side: Side, version: int) -> Course:
    """Treat another side than was booked (R6).

    Points that are planned on the other side are mirrored and have to be confirmed
    again; the tick that the side is marked is taken back. Raises ValidationError once
    anything was given, and Stale where the course changed meanwhile.
    """
    course = Course.objects.select_for_update().get(pk=course.pk)
    if course.version != version:
        raise Stale({"side": course.side}, version=course.version)
    _refuse(course, side)
    drafts = SessionRecord.objects.drafts_of(course)
    before, course.side = course.side, side
    course.version += 1
    course.save(update_fields=["side", "version"])
    for record in drafts:
        _turn(record, by=by, mirrored=_OPPOSITE.get(Side(before)) == side)
    audit.record(
        "course.side_changed",
        course,
        by=by,
        patient_id=course.patient_id,
        before=before,
        after=side,
    )
    return course


def _refuse(course: Course, side: Side) -> None:
    """Raise where there is nothing to change, or where it is too late."""
    given = InjectionPoint.objects.filter(
        record__treatment_session__course=course, given_ml__isnull=False
    )
    if not course.indication.has_side or side == Side.NONE:
        problem = "Choose left, right or both sides."
    elif course.side == side:
        problem = f"The side is {side.label} already."
    elif any(session.is_given for session in course.in_order):
        problem = "Something was given on that side. Book a new course instead."
    elif given.exists():
        problem = (
            "Points are recorded as given on that side. Take that back first, if it "
            "is not so."
        )
    else:
        return
    raise ValidationError({"side": problem})


def _turn(record: SessionRecord, *, by: User, mirrored: bool) -> None:
    """Mirror a draft's points, ask for each again, and take back what was ticked."""
    for point in record.points.all():
        spot = point.spot
        if spot is None:
            continue
        if mirrored:
            spot = spot.mirrored
            point.side, point.x, point.region = spot.side, spot.x, spot.region
        point.confirmed = False
        point.skipped = False
        point.save()
    SafetyTick.objects.filter(
        record=record, check_name__in=[SafetyCheck.SIDE, SafetyCheck.STOP]
    ).delete()
    record.saved_by, record.version = by, record.version + 1
    record.save()
