"""Plan, record, signature: what was meant to be injected, and what was.

A record is edited until it is signed. The signature then locks it: `save` and
`delete` refuse, and so does the database, whatever route a write takes.
"""

from decimal import Decimal
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from mesoclinic.models import User
from mesoclinic.vocabulary import Consent, Severity, Side, choices
from protocols.dates import clock_text, keep_until
from protocols.dosing import needle_depth_mm, total_ml
from sessions.courses.models import Course, TreatmentSession


class RecordLocked(ValidationError):  # noqa: N818
    """Somebody tried to write to a signed record."""

    def __init__(self) -> None:
        super().__init__(
            "This record is signed. It can only be amended.", code="record_locked"
        )


class LockedBySignature(models.Model):
    """A row that belongs to a record and freezes with it."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._refuse_if_signed()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self._refuse_if_signed()
        return super().delete(*args, **kwargs)

    def owning_record(self) -> "SessionRecord":
        raise NotImplementedError

    def _refuse_if_signed(self) -> None:
        if Signature.objects.filter(record_id=self.owning_record().pk).exists():
            raise RecordLocked


def _pain(label: str) -> models.Field:
    return models.PositiveSmallIntegerField(
        label, null=True, validators=[MaxValueValidator(10)]
    )


class SessionRecordQuerySet(models.QuerySet["SessionRecord"]):
    def first_pain(self, course: Course) -> int | None:
        """Pain on movement before the first treatment, if it was asked for."""
        return (
            self.filter(treatment_session__course=course, pain_before__isnull=False)
            .order_by("treatment_session__protocol_day")
            .values_list("pain_before", flat=True)
            .first()
        )


class SessionRecord(LockedBySignature):
    """The plan and the record of one visit. Its points are rows of their own."""

    treatment_session = models.OneToOneField(
        TreatmentSession, on_delete=models.PROTECT, related_name="record"
    )
    # The plan.
    volume_per_point_ml = models.DecimalField(max_digits=4, decimal_places=2)
    larger_zone = models.BooleanField(default=False)
    angle_deg = models.PositiveSmallIntegerField()
    needle_length_mm = models.DecimalField(max_digits=4, decimal_places=1)
    mixture = models.TextField(max_length=1000, blank=True)
    # The record.
    consent = models.CharField(
        max_length=7, choices=partial(choices, Consent), blank=True
    )
    pain_before = _pain("pain on movement before")
    pain_after = _pain("pain on movement after")
    ended_at = models.DateTimeField(null=True)
    note = models.TextField(max_length=2000, blank=True)

    saved_at = models.DateTimeField(auto_now=True)
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Grows with every save; a form that saw an older one is refused.
    version = models.PositiveIntegerField(default=1)

    objects = SessionRecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(angle_deg__gte=1, angle_deg__lte=90),
                name="record_angle_possible",
            ),
            models.CheckConstraint(
                condition=Q(pain_before__isnull=True) | Q(pain_before__lte=10),
                name="record_pain_before_to_ten",
            ),
            models.CheckConstraint(
                condition=Q(pain_after__isnull=True) | Q(pain_after__lte=10),
                name="record_pain_after_to_ten",
            ),
        ]

    def __str__(self) -> str:
        return f"Record of {self.treatment_session.code}"

    def owning_record(self) -> "SessionRecord":
        return self

    @property
    def is_signed(self) -> bool:
        return hasattr(self, "signature")

    @property
    def depth_mm(self) -> Decimal:
        """How deep the needle reaches (R4)."""
        return needle_depth_mm(self.needle_length_mm, self.angle_deg)

    @property
    def planned_total_ml(self) -> Decimal:
        return total_ml([point.planned_ml for point in self.points_in_order])

    @property
    def given_total_ml(self) -> Decimal:
        return total_ml([p.given_ml for p in self.points_in_order if p.given_ml])

    @property
    def dressing_until(self) -> str:
        """Until when the dressing stays on (R18); empty before the end is recorded."""
        if self.ended_at is None:
            return ""
        session = self.treatment_session
        until = keep_until(
            self.ended_at, hours=session.course.protocol_version.dressing_hours
        )
        ended = self.ended_at.astimezone(session.zone)
        return clock_text(until, seen_from=ended.date(), zone=session.zone)

    @property
    def points_in_order(self) -> list["InjectionPoint"]:
        return list(self.points.order_by("number"))


class InjectionPoint(LockedBySignature):
    """One injection: planned, then given or skipped.

    Where on the body (`view`, `side`, `x`, `y` as parts of the drawing's width and
    height, 0 to 1) is filled by the point map.
    """

    record = models.ForeignKey(
        SessionRecord, on_delete=models.PROTECT, related_name="points"
    )
    number = models.PositiveSmallIntegerField()
    view = models.CharField(max_length=30, blank=True)
    side = models.CharField(
        max_length=5, choices=partial(choices, Side), default=Side.NONE
    )
    x = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    y = models.DecimalField(max_digits=5, decimal_places=4, null=True)
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
                    | Q(x__gte=0, x__lte=1, y__gte=0, y__lte=1)
                ),
                name="point_inside_the_drawing",
            ),
        ]

    def __str__(self) -> str:
        return f"Point {self.number}"

    def owning_record(self) -> SessionRecord:
        return self.record


class RecordFinding(LockedBySignature):
    """What a rule said about this record, and the reason a clinician gave.

    Kept with the record: a later change of the rules does not rewrite it.
    """

    record = models.ForeignKey(
        SessionRecord, on_delete=models.PROTECT, related_name="findings"
    )
    code = models.CharField(max_length=60)
    severity = models.CharField(max_length=7, choices=partial(choices, Severity))
    # As long as it gets: one finding names every allergy that a mixture touches.
    statement = models.TextField()
    source = models.CharField(max_length=60)
    field = models.CharField(max_length=60)
    given_reason = models.CharField(max_length=300, blank=True)
    given_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )
    given_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["record", "code"], name="finding_code_unique"
            )
        ]

    def __str__(self) -> str:
        return self.code

    def owning_record(self) -> SessionRecord:
        return self.record


class Signature(models.Model):
    """Who signed what, and when: append-only.

    `content` is the whole record as it was signed, `hash` a keyed hash over it.
    Name, title and registration number are kept as they were on that day.
    """

    MEANING = "I carried out this session as recorded."

    record = models.OneToOneField(
        SessionRecord, on_delete=models.PROTECT, related_name="signature"
    )
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    signer_name = models.CharField(max_length=300)
    signer_registration = models.CharField(max_length=60, blank=True)
    meaning = models.CharField(max_length=120)
    content = models.JSONField()
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.signer_name}, {self.hash[:12]}"


class Amendment(models.Model):
    """What is added to a signed record, and why. The original stays as it was."""

    record = models.ForeignKey(
        SessionRecord, on_delete=models.PROTECT, related_name="amendments"
    )
    text = models.TextField(max_length=2000)
    reason = models.CharField(max_length=300)
    amended_at = models.DateTimeField()
    amended_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    amender_name = models.CharField(max_length=300)
    # Chained to the signature, or to the amendment before it.
    hash = models.CharField(max_length=64)
    submission = models.UUIDField(unique=True, null=True, editable=False)

    class Meta:
        ordering = ["amended_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(reason=""), name="amendment_says_why"
            )
        ]

    def __str__(self) -> str:
        return f"Amendment of {self.amended_at:%d-%b-%Y}"
