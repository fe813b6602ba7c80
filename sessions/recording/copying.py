"""Points to start from: of a template, or of the visit before. None is confirmed."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from mesoclinic.vocabulary import Side
from protocols import drawings
from protocols.models import PointTemplate, TemplatePoint
from protocols.models.points import Spread
from sessions.courses.models import Course
from sessions.recording.drafts import PointDraft, draft_of
from sessions.recording.models import SessionRecord
from sessions.recording.places import Spot


def of_template(
    template: PointTemplate, course: Course, *, volume_ml: Decimal
) -> list[PointDraft]:
    """A template's points for the side that is treated, each with the same volume."""
    return [
        PointDraft(planned_ml=volume_ml, spot=spot, confirmed=False)
        for point in template.points.all()
        for spot in _spots(point, Side(course.side), Spread(template.spread))
    ]


def _spots(point: TemplatePoint, side: Side, spread: Spread) -> Iterator[Spot]:
    """Where a point of the right side lies: there, mirrored, or both."""
    is_sided = drawings.get(point.view).is_sided
    right = Spot(
        view=point.view,
        side=Side.RIGHT if is_sided else Side.NONE,
        x=point.x,
        y=point.y,
    )
    if not is_sided and spread == Spread.BOTH_SIDES:
        yield right
        return
    if side != Side.LEFT:
        yield right
    if side in (Side.LEFT, Side.BOTH) and right.mirrored != right:
        yield right.mirrored


def of_record(record: SessionRecord) -> list[PointDraft]:
    """What was given at another visit, to be planned once more."""
    return [
        replace(
            point,
            planned_ml=point.given_ml or point.planned_ml,
            given_ml=None,
            confirmed=False,
        )
        for point in draft_of(record).points
        if not point.skipped
    ]
