"""What is treated: a two-level list that admins keep."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from mesoclinic.models import User
from protocols.models.protocol import Protocol, catalogue_key


class IndicationGroupQuerySet(models.QuerySet["IndicationGroup"]):
    def with_indications(self) -> "IndicationGroupQuerySet":
        """The whole list, retired ones included, in its order."""
        return self.prefetch_related(
            models.Prefetch("indications", queryset=Indication.objects.listed())
        )


class IndicationGroup(models.Model):
    """The upper level of the list: *inflammation of a tendon*."""

    name = models.CharField(
        max_length=160,
        unique=True,
        error_messages={"unique": "Another group has this name."},
    )
    position = models.PositiveSmallIntegerField(default=0)
    catalogue_key = catalogue_key()

    objects = IndicationGroupQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("protocols:group", args=[self.pk])


class IndicationQuerySet(models.QuerySet["Indication"]):
    def active(self) -> "IndicationQuerySet":
        """Those that can start a new course."""
        return self.filter(retired_at__isnull=True)

    def bookable(self) -> "IndicationQuerySet":
        """Those that can start a course, each knowing its protocol's versions."""
        return self.active().listed().prefetch_related("protocol__versions")

    def listed(self) -> "IndicationQuerySet":
        return self.select_related("group", "protocol").order_by(
            "group__position", "group__name", "position", "name"
        )


class Indication(models.Model):
    """One thing that is treated: *Achilles tendinopathy*.

    A retired indication stays readable on old courses and starts no new one.
    """

    class Basis(models.TextChoices):
        TECHNIQUE = "technique", "Listed by the technique"
        STUDIES = "studies", "Supported by studies of pain relief"

    group = models.ForeignKey(
        IndicationGroup, on_delete=models.PROTECT, related_name="indications"
    )
    name = models.CharField(
        max_length=160,
        unique=True,
        error_messages={"unique": "Another indication has this name."},
    )
    has_side = models.BooleanField("has a side", default=True)
    basis = models.CharField(
        max_length=9, choices=Basis.choices, default=Basis.TECHNIQUE
    )
    movement = models.CharField("movement measured", max_length=120, blank=True)
    asks_forearm = models.BooleanField("asks how the forearm lies", default=False)
    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT)
    position = models.PositiveSmallIntegerField(default=0)
    catalogue_key = catalogue_key()

    code_system = models.CharField(max_length=60, blank=True)
    code_version = models.CharField(max_length=30, blank=True)
    code = models.CharField(max_length=30, blank=True)
    code_display = models.CharField(max_length=200, blank=True)

    retired_at = models.DateTimeField(null=True)
    retired_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = IndicationQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(code="", code_system="", code_version="", code_display="")
                    | (~Q(code="") & ~Q(code_system=""))
                ),
                name="indication_code_has_system",
                violation_error_message="A code needs its system, a system its code.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("protocols:indication", args=[self.pk])

    @property
    def is_retired(self) -> bool:
        return self.retired_at is not None

    @property
    def code_text(self) -> str:
        """The code as read out: `ICD-10 M76.6 Achilles tendinitis`."""
        parts = [self.code_system, self.code_version, self.code, self.code_display]
        return " ".join(filter(None, parts))
