"""Where, how much, and whether it was given."""

from decimal import Decimal
from functools import partial

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from mesoclinic.vocabulary import Side, choices
from protocols.maps import PointState
from protocols.models.points import place_field, view_field
from sessions.recording.models.locking import LockedBySignature
from sessions.recording.models.record import SessionRecord
from sessions.recording.places import Spot


class InjectionPoint(LockedBySignature):
    """One injection: planned, then given or skipped.

    Where on the body: the drawing and its version, the side shown, and `x`, `y` as
    parts of the picture's width and height as it was shown, 0 to 1 from the top left.
    A point that was copied counts only once somebody has `confirmed` it.
    """

    record = models.ForeignKey(
        SessionRecord, on_delete=models.PROTECT, related_name="points"
    )
    number = models.PositiveSmallIntegerField()
    view = view_field(blank=True)
    view_version = models.PositiveSmallIntegerField(null=True)
    side = models.CharField(
        max_length=5, choices=partial(choices, Side), default=Side.NONE
    )
    x = place_field(null=True)
    y = place_field(null=True)
    # In words, as the drawing called it then.
    region = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=120, blank=True)
    planned_ml = models.DecimalField(
        max_digits=4,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    given_ml = models.DecimalField(
        max_digits=4,
        decimal_places=2,
        null=True,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    skipped = models.BooleanField(default=False)
    confirmed = models.BooleanField(default=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["record", "number"], name="point_number_unique"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=60), name="point_at_most_60"
            ),
            models.CheckConstraint(
                condition=Q(planned_ml__gt=0), name="point_planned_positive"
            ),
            models.CheckConstraint(
                condition=Q(given_ml__isnull=True) | Q(given_ml__gt=0),
                name="point_given_positive",
            ),
            models.CheckConstraint(
                condition=Q(skipped=False) | Q(given_ml__isnull=True),
                name="point_skipped_gives_nothing",
            ),
            models.CheckConstraint(
                condition=(
                    Q(x__isnull=True, y__isnull=True)
                    | Q(x__isnull=False, x__gte=0, x__lte=1)
                    & Q(y__isnull=False, y__gte=0, y__lte=1)
                ),
                name="point_inside_the_drawing",
            ),
            models.CheckConstraint(
                condition=Q(x__isnull=True, view="")
                | (Q(x__isnull=False) & ~Q(view="")),
                name="point_is_on_a_drawing_or_nowhere",
            ),
            models.CheckConstraint(
                condition=Q(confirmed=True) | Q(given_ml__isnull=True, skipped=False),
                name="point_given_is_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"Point {self.number}"

    @property
    def spot(self) -> Spot | None:
        """Where it is; None where it was never placed."""
        if self.x is None or self.y is None:
            return None
        return Spot(view=self.view, side=Side(self.side), x=self.x, y=self.y)

    @property
    def state(self) -> PointState:
        """What its disc shows."""
        if self.skipped:
            return PointState.SKIPPED
        if self.given_ml is not None:
            return PointState.GIVEN
        return PointState.PLANNED if self.confirmed else PointState.COPIED
