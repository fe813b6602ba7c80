"""What was in the syringe."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from protocols.models import Product, StockLot
from sessions.recording.models.locking import LockedBySignature
from sessions.recording.models.record import SessionRecord


class MixtureComponent(LockedBySignature):
    """One product of the mixture, with its lot.

    What it was called, how strong it was and when it expired are kept as they stood,
    so that a later change to the formulary rewrites no record.
    """

    record = models.ForeignKey(
        SessionRecord, on_delete=models.PROTECT, related_name="components"
    )
    position = models.PositiveSmallIntegerField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    volume_ml = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    lot = models.ForeignKey(
        StockLot, on_delete=models.PROTECT, null=True, related_name="given_in"
    )
    product_name = models.CharField(max_length=160)
    strength_mg_per_ml = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    lot_number = models.CharField(max_length=40, blank=True)
    expires_on = models.DateField(null=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["record", "position"], name="component_position_once"
            ),
            models.UniqueConstraint(
                fields=["record", "product", "lot"], name="component_lot_once"
            ),
            models.UniqueConstraint(
                fields=["record", "product"],
                condition=Q(lot__isnull=True),
                name="component_without_lot_once",
            ),
            models.CheckConstraint(
                condition=Q(volume_ml__gt=0), name="component_volume_positive"
            ),
            models.CheckConstraint(
                condition=Q(lot__isnull=True, lot_number="", expires_on__isnull=True)
                | (Q(lot__isnull=False, expires_on__isnull=False) & ~Q(lot_number="")),
                name="component_lot_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.product_name

    @property
    def amount_mg(self) -> Decimal | None:
        """How much of the substance, in mg: arithmetic, no judgement."""
        if self.strength_mg_per_ml is None:
            return None
        return self.volume_ml * self.strength_mg_per_ml
