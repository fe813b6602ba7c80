"""How far a visit is today, and who may read a diary from outside."""

from django.db import models
from django.db.models import F, Q

from mesoclinic.models import User
from sessions.courses.models import TreatmentSession


class Arrival(models.Model):
    """How far a patient's visit is: arrived, in the room, done. One row per visit.

    Steps are taken and taken back one at a time; `sequence` grows with each, so that
    a page can tell that something happened.
    """

    STEPS = ("arrived", "roomed", "done")

    treatment_session = models.OneToOneField(
        TreatmentSession, on_delete=models.PROTECT, related_name="arrival"
    )
    arrived_at = models.DateTimeField(null=True)
    arrived_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )
    roomed_at = models.DateTimeField(null=True)
    roomed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )
    sequence = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(
                    (Q(roomed_at__isnull=True) | Q(arrived_at__isnull=False))
                    & (Q(done_at__isnull=True) | Q(roomed_at__isnull=False))
                ),
                name="arrival_steps_in_order",
            ),
            models.CheckConstraint(
                condition=(
                    Q(roomed_at__isnull=True) | Q(roomed_at__gte=F("arrived_at"))
                )
                & (Q(done_at__isnull=True) | Q(done_at__gte=F("roomed_at"))),
                name="arrival_times_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.treatment_session_id}: {self.step or 'not here'}"

    @property
    def step(self) -> str:
        """The last step taken: one of STEPS; empty before the patient is here."""
        taken = [name for name in self.STEPS if getattr(self, f"{name}_at")]
        return taken[-1] if taken else ""


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def of_clinician(self, clinician: User) -> "CalendarFeedQuerySet":
        return self.filter(clinician=clinician)

    def in_force(self) -> "CalendarFeedQuerySet":
        return self.filter(revoked_at__isnull=True)

    def latest_of(self, clinician: User) -> "CalendarFeed | None":
        """The address made last, in force or taken back."""
        return self.of_clinician(clinician).order_by("-pk").first()

    def readable(self, token_hash: str) -> "CalendarFeed | None":
        """The one whose address this is, while it and its clinician are in force."""
        return (
            self.in_force()
            .filter(
                token_hash=token_hash,
                clinician__is_active=True,
                clinician__is_clinician=True,
            )
            .select_related("clinician")
            .first()
        )


class CalendarFeed(models.Model):
    """A private address at which a calendar program reads one clinician's visits.

    Whoever has the address can read it, so only its hash is kept, and it can be
    taken back.
    """

    clinician = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="calendar_feeds"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinician"],
                condition=Q(revoked_at__isnull=True),
                name="calendar_feed_one_in_force",
            )
        ]

    def __str__(self) -> str:
        return f"calendar of {self.clinician_id}"

    @property
    def is_in_force(self) -> bool:
        return self.revoked_at is None
