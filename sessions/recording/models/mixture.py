"""What was in the syringe."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q

from protocols.models import Product, StockLot
from sessions.recording.models.locking import LockedBySignature
from sessions.recording.models.record import SessionRecord
from sessions.recording.models.signature import RecordVoid, Signature


class MixtureComponentQuerySet(models.QuerySet["MixtureComponent"]):
    def with_products(self) -> "MixtureComponentQuerySet":
        """With what the rules look at."""
        return self.select_related("product__substance", "lot__product")

    def of_lot(self, lot: StockLot) -> "MixtureComponentQuerySet":
        """Every mixture that a lot went into, signed, voided or still a draft."""
        return self.filter(lot=lot)

    def recalled(self) -> "MixtureComponentQuerySet":
        """With the session, the patient and the state, the last session on top."""
        of_the_record = {"record": OuterRef("record")}
        return (
            self.select_related(
                "record__treatment_session__patient",
                "record__treatment_session__clinician",
                "record__treatment_session__course__indication",
                "record__treatment_session__course__site",
            )
            .annotate(
                is_signed=Exists(Signature.objects.filter(**of_the_record)),
                is_void=Exists(RecordVoid.objects.filter(**of_the_record)),
            )
            .order_by("-record__treatment_session__starts_at", "-pk")
        )

    def keys_by_session(self) -> list[tuple[int, int]]:
        """Its key and its patient's of each, the last session on top.

        A lot is in thousands of sessions: only these two are read of all of them.
        """
        session = "record__treatment_session"
        in_order = self.order_by(f"-{session}__starts_at", "-pk")
        return list(in_order.values_list("pk", f"{session}__patient"))

    def given_mg(
        self, *, patient_id: int, day: dt.date, but: int
    ) -> dict[int, Decimal]:
        """How many mg of each substance a patient was given on a day, by its key.

        `but` is the session that is being recorded. What has no strength in mg/mL
        cannot be added up and is left out.
        """
        given: dict[int, Decimal] = defaultdict(Decimal)
        rows = self.filter(
            record__treatment_session__patient=patient_id,
            record__treatment_session__given_date=day,
            strength_mg_per_ml__isnull=False,
        ).exclude(record__treatment_session=but)
        for substance, volume, strength in rows.values_list(
            "product__substance", "volume_ml", "strength_mg_per_ml"
        ):
            given[substance] += volume * strength
        return given


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

    objects = MixtureComponentQuerySet.as_manager()

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

    @property
    def state_words(self) -> str:
        """What became of it; only after `recalled`."""
        if self.is_void:  # type: ignore[attr-defined]
            return "voided"
        if self.is_signed:  # type: ignore[attr-defined]
            return "signed"
        return "draft, not signed"
