"""What must be seen before a needle is picked up: allergies."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from mesoclinic.models import User


class AllergyQuerySet(models.QuerySet["Allergy"]):
    def in_force(self) -> "AllergyQuerySet":
        """With who recorded each, as their list shows it."""
        in_force = self.filter(closed_at__isnull=True)
        return in_force.select_related("recorded_by").order_by("substance")

    def closed(self) -> "AllergyQuerySet":
        """With who closed each, the last one first."""
        closed = self.filter(closed_at__isnull=False)
        return closed.select_related("closed_by").order_by("-closed_at")


class Allergy(models.Model):
    """A substance a person is allergic to. Closed with a reason, never deleted."""

    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, related_name="allergies"
    )
    substance = models.CharField(max_length=120)
    reaction = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )
    closed_reason = models.CharField(max_length=200, blank=True)

    objects = AllergyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "patient",
                Lower("substance"),
                condition=Q(closed_at__isnull=True),
                name="allergy_once_in_force",
                violation_error_message="This allergy is recorded already.",
            ),
            models.CheckConstraint(
                condition=(
                    Q(closed_at__isnull=True, closed_by__isnull=True, closed_reason="")
                    | (
                        Q(closed_at__isnull=False, closed_by__isnull=False)
                        & ~Q(closed_reason="")
                    )
                ),
                name="allergy_closed_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return (
            f"{self.substance} – {self.reaction}" if self.reaction else self.substance
        )
