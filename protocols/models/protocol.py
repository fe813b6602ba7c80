"""How sessions are done: a protocol and its frozen versions."""

from decimal import Decimal
from functools import partial

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from mesoclinic.models import User
from mesoclinic.vocabulary import MixingPolicy, choices
from protocols.rules import Limits


def catalogue_key() -> models.Field:
    """Which shipped entry a row is, whatever a clinic has renamed it to since."""
    return models.SlugField(max_length=60, unique=True, null=True, editable=False)


class ProtocolQuerySet(models.QuerySet["Protocol"]):
    def with_versions(self) -> "ProtocolQuerySet":
        """Each with all its versions, the newest first."""
        return self.prefetch_related(
            models.Prefetch("versions", queryset=ProtocolVersion.objects.listed())
        )


class Protocol(models.Model):
    """A way of doing sessions, whose numbers are in its versions."""

    name = models.CharField(max_length=120, unique=True)
    catalogue_key = catalogue_key()

    objects = ProtocolQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def current(self) -> "ProtocolVersion | None":
        """The version that new courses start with: the newest published one.

        No query after `with_versions`.
        """
        published = [each for each in self.versions.all() if each.is_published]
        return max(published, key=lambda each: each.number, default=None)

    @property
    def draft(self) -> "ProtocolVersion | None":
        """The one that is being worked on; no query after `with_versions`."""
        return next((each for each in self.versions.all() if each.is_draft), None)


class ProtocolVersionQuerySet(models.QuerySet["ProtocolVersion"]):
    def published(self) -> "ProtocolVersionQuerySet":
        return self.filter(status=ProtocolVersion.Status.PUBLISHED)

    def listed(self) -> "ProtocolVersionQuerySet":
        return self.select_related("protocol", "published_by", "retired_by").order_by(
            "protocol__name", "-number"
        )


def _whole(default: int, low: int, high: int, label: str) -> models.Field:
    return models.PositiveSmallIntegerField(
        label,
        default=default,
        validators=[MinValueValidator(low), MaxValueValidator(high)],
    )


class ProtocolVersion(models.Model):
    """The numbers of `rules.md`, as this clinic has set them.

    A draft can be edited; once published a version is frozen, by trigger, and only
    retires. A course keeps the version it started with.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        RETIRED = "retired", "Retired"

    protocol = models.ForeignKey(
        Protocol, on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveSmallIntegerField()
    status = models.CharField(
        max_length=9, choices=Status.choices, default=Status.DRAFT
    )

    points_min = _whole(6, 1, 60, "fewest points")
    points_max = _whole(10, 1, 60, "most points")
    volume_per_point_ml = models.DecimalField(
        "volume per point",
        max_digits=4,
        decimal_places=2,
        default=Decimal("0.1"),
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(5)],
    )
    slip_factor = _whole(5, 2, 100, "slip of the decimal point from")
    angle_deg = _whole(60, 1, 90, "needle angle")
    needle_length_mm = models.DecimalField(
        "needle's free length",
        max_digits=4,
        decimal_places=1,
        default=Decimal("4"),
        validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(40)],
    )
    first_follow_up_day = _whole(3, 1, 60, "first follow-up")
    second_follow_up_day = _whole(7, 2, 90, "second follow-up")
    tolerance_days = _whole(1, 0, 14, "tolerance")
    session_duration_min = _whole(20, 5, 240, "length of a session")
    dressing_hours = _whole(3, 3, 72, "dressing stays on")
    responder_points = _whole(2, 1, 10, "responder, points down")
    responder_percent = _whole(30, 1, 100, "responder, percent down")
    strong_percent = _whole(50, 1, 100, "strong responder, percent down")
    consent_required = models.BooleanField(
        "first session needs a consent", default=True
    )
    consent_text = models.TextField("consent text", max_length=4000, blank=True)
    mixing_policy = models.CharField(
        max_length=8,
        choices=partial(choices, MixingPolicy),
        default=MixingPolicy.AT_MOST,
    )
    mixing_most = _whole(3, 1, 10, "most products in one mixture")

    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )
    retired_at = models.DateTimeField(null=True)
    retired_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = ProtocolVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["protocol", "number"], name="protocol_version_number_unique"
            ),
            models.UniqueConstraint(
                fields=["protocol"],
                condition=Q(status="draft"),
                name="protocol_one_draft",
                violation_error_message="This protocol has a draft already.",
            ),
            models.CheckConstraint(
                condition=Q(points_min__lte=F("points_max")),
                name="protocol_points_in_order",
                violation_error_message="The fewest points are more than the most.",
            ),
            models.CheckConstraint(
                condition=Q(first_follow_up_day__lt=F("second_follow_up_day")),
                name="protocol_follow_ups_in_order",
                violation_error_message=(
                    "The second follow-up comes after the first one."
                ),
            ),
            models.CheckConstraint(
                condition=Q(dressing_hours__gte=3),
                name="protocol_dressing_three_hours",
                violation_error_message="A dressing stays on for at least 3 hours.",
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(published_at__isnull=False),
                name="protocol_published_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.protocol.name}, version {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("protocols:version", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    @property
    def is_published(self) -> bool:
        return self.status == self.Status.PUBLISHED

    @property
    def follow_up_days(self) -> tuple[int, int]:
        return (self.first_follow_up_day, self.second_follow_up_day)

    @property
    def limits(self) -> Limits:
        """What the rules compare a plan with."""
        return Limits(
            points_min=self.points_min,
            points_max=self.points_max,
            volume_per_point_ml=self.volume_per_point_ml,
            slip_factor=self.slip_factor,
            angle_deg=self.angle_deg,
            needle_length_mm=self.needle_length_mm,
            consent_required=self.consent_required,
            mixing_policy=MixingPolicy(self.mixing_policy),
            mixing_most=self.mixing_most,
        )


class ScreeningQuestion(models.Model):
    """A question of the checklist, and what a yes means at this clinic (R10)."""

    class YesMeans(models.TextChoices):
        BLOCK = "block", "Do not treat"
        POSTPONE = "postpone", "Postpone"
        CAUTION = "caution", "Caution"
        INFO = "info", "For information"

    version = models.ForeignKey(
        ProtocolVersion, on_delete=models.PROTECT, related_name="questions"
    )
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=200)
    yes_means = models.CharField(max_length=8, choices=YesMeans.choices)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "position"], name="screening_position_unique"
            )
        ]

    def __str__(self) -> str:
        return self.text
