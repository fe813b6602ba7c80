"""A clinician's own point templates."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from mesoclinic import audit
from mesoclinic.models import User
from mesoclinic.vocabulary import Side
from protocols.models import PointTemplate, TemplatePoint
from protocols.models.points import Spread
from sessions.recording.models import SessionRecord
from sessions.recording.places import Spot


@transaction.atomic
def save_favourite(record: SessionRecord, *, by: User, name: str) -> PointTemplate:
    """Keep the points of a record as a favourite of one clinician.

    It is kept as it would lie on the right, so that it serves either side; where both
    were treated, the right one is kept. Raises ValidationError where no point is on
    the drawing.
    """
    course = record.treatment_session.course
    spots = _spots_of(record, Side(course.side))
    if not spots:
        raise ValidationError("Place the points on the drawing first.")
    favourite = PointTemplate(
        indication=course.indication,
        name=name,
        source=f"{by.short_name}'s own",
        spread=Spread.BOTH_SIDES if course.side == Side.BOTH else Spread.ONE_SIDE,
        owner=by,
    )
    favourite.full_clean(exclude=["retired_at", "retired_by"])
    favourite.save()
    TemplatePoint.objects.bulk_create(
        TemplatePoint(
            template=favourite,
            number=number,
            view=spot.view,
            x=_x_on_the_right(spot, Side(course.side)),
            y=spot.y,
        )
        for number, spot in enumerate(spots, start=1)
    )
    audit.record("favourite.saved", favourite, by=by, name=name)
    return favourite


def _spots_of(record: SessionRecord, side: Side) -> list[Spot]:
    spots = [point.spot for point in record.points_in_order if point.spot]
    return [s for s in spots if side == Side.LEFT or s.side != Side.LEFT]


def _x_on_the_right(spot: Spot, side: Side) -> Decimal:
    return spot.mirrored.x if side == Side.LEFT else spot.x


@transaction.atomic
def drop_favourite(favourite: PointTemplate, *, by: User) -> None:
    """Offer a favourite no more."""
    favourite = PointTemplate.objects.select_for_update().get(pk=favourite.pk)
    if favourite.owner_id != by.pk:
        raise ValidationError("This is somebody else's favourite.")
    favourite.retired_at, favourite.retired_by = timezone.now(), by
    favourite.save(update_fields=["retired_at", "retired_by"])
    audit.record("favourite.dropped", favourite, by=by)
