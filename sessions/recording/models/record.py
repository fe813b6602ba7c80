"""The plan and the record of one visit."""

import datetime as dt
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property

from mesoclinic.models import User
from mesoclinic.vocabulary import Answer, Consent, Forearm, choices
from protocols.dates import clock_text, keep_until
from protocols.dosing import needle_depth_mm, total_ml
from sessions.courses.models import Course, TreatmentSession
from sessions.recording.models.locking import LockedBySignature

if TYPE_CHECKING:
    from sessions.recording.models.points import InjectionPoint
    from sessions.recording.models.screening import SafetyTick, ScreeningAnswer


def _pain(label: str) -> models.Field:
    return models.PositiveSmallIntegerField(
        label, null=True, validators=[MaxValueValidator(10)]
    )


class SessionRecordQuerySet(models.QuerySet["SessionRecord"]):
    def drafts_of(self, course: Course) -> "SessionRecordQuerySet":
        """What is planned for a course and not signed yet."""
        return self.filter(treatment_session__course=course, signature__isnull=True)

    def signed(self) -> "SessionRecordQuerySet":
        """The signed ones, in order; also those that are void by now."""
        signed = self.filter(signature__isnull=False).order_by("pk")
        return signed.select_related("signature")

    def whole(self) -> "SessionRecordQuerySet":
        """With the visit and the course that are signed along with it."""
        return self.select_related(
            "treatment_session__course__indication",
            "treatment_session__course__protocol_version__protocol",
        )

    def before(self, treatment_session: TreatmentSession) -> "SessionRecord | None":
        """The signed record of the visit before, of the same course."""
        return (
            self.filter(
                treatment_session__course=treatment_session.course_id,
                treatment_session__protocol_day__lt=treatment_session.protocol_day,
                signature__isnull=False,
                void__isnull=True,
            )
            .select_related("treatment_session")
            .prefetch_related("points", "answers")
            .order_by("-treatment_session__protocol_day")
            .first()
        )

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
    # What is to be said of the mixture besides its components.
    mixture = models.TextField(max_length=1000, blank=True)
    drawn_up_ml = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    # The record.
    forearm = models.CharField(
        max_length=10, choices=partial(choices, Forearm), blank=True
    )
    # As it stood when the record was saved; the answers are rows of `ConsentEvent`.
    consent = models.CharField(
        max_length=9, choices=partial(choices, Consent), blank=True
    )
    prepared_at = models.DateTimeField(null=True)
    looks_clear = models.CharField(
        max_length=3, choices=partial(choices, Answer), blank=True
    )
    pain_rest_before = _pain("pain at rest before")
    pain_rest_after = _pain("pain at rest after")
    pain_before = _pain("pain on movement before")
    pain_after = _pain("pain on movement after")
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reaction = models.CharField(
        "immediate reaction", max_length=3, choices=partial(choices, Answer), blank=True
    )
    reaction_note = models.CharField(max_length=300, blank=True)
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
            models.CheckConstraint(
                condition=Q(pain_rest_before__isnull=True)
                | Q(pain_rest_before__lte=10),
                name="record_pain_rest_before_to_ten",
            ),
            models.CheckConstraint(
                condition=Q(pain_rest_after__isnull=True) | Q(pain_rest_after__lte=10),
                name="record_pain_rest_after_to_ten",
            ),
            models.CheckConstraint(
                condition=Q(drawn_up_ml__isnull=True) | Q(drawn_up_ml__gt=0),
                name="record_drawn_up_positive",
            ),
            models.CheckConstraint(
                condition=Q(started_at__isnull=True)
                | Q(ended_at__isnull=True)
                | Q(started_at__lte=F("ended_at")),
                name="record_starts_before_it_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"Record of {self.treatment_session.code}"

    def owning_record(self) -> "SessionRecord":
        return self

    @property
    def is_signed(self) -> bool:
        return hasattr(self, "signature")

    def is_signed_now(self) -> bool:
        """Whether a signature is stored, asked of the database."""
        signed = SessionRecord.objects.filter(pk=self.pk, signature__isnull=False)
        return signed.exists()

    @property
    def is_void(self) -> bool:
        return hasattr(self, "void")

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
    def dressing_ends_at(self) -> dt.datetime | None:
        """Until when the dressing stays on (R18); None before the end is recorded."""
        if self.ended_at is None:
            return None
        version = self.treatment_session.course.protocol_version
        return keep_until(self.ended_at, hours=version.dressing_hours)

    @property
    def dressing_until(self) -> str:
        """The same as staff read it; empty before the end is recorded."""
        until = self.dressing_ends_at
        if self.ended_at is None or until is None:
            return ""
        session = self.treatment_session
        ended = self.ended_at.astimezone(session.zone)
        return clock_text(until, seen_from=ended.date(), zone=session.zone)

    @cached_property
    def answers_shown(self) -> list["ScreeningAnswer"]:
        return list(self.answers.select_related("question"))

    @cached_property
    def ticks_shown(self) -> list["SafetyTick"]:
        return list(self.ticks.all())

    @property
    def points_in_order(self) -> list["InjectionPoint"]:
        return list(self.points.all())
