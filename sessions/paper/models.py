"""What was handed to the patient, word for word (R20)."""

from collections.abc import Collection
from functools import partial

from django.db import models

from mesoclinic.models import User
from mesoclinic.vocabulary import LeafletFormat, choices
from sessions.courses.models import Course, TreatmentSession


class LeafletIssueQuerySet(models.QuerySet["LeafletIssue"]):
    def latest_for(
        self, treatment_session: TreatmentSession, *, language: str, leaflet_format: str
    ) -> "LeafletIssue | None":
        """What was handed over last in a language and a format."""
        issued = self.filter(treatment_session=treatment_session)
        alike = issued.filter(language=language, leaflet_format=leaflet_format)
        return alike.select_related("issued_by").order_by("-pk").first()

    def newest_of(self, courses: Collection[Course]) -> "dict[int, LeafletIssue]":
        """What was handed over last for each session of these courses, by its key."""
        issued = self.filter(treatment_session__course__in=courses).order_by("pk")
        return {issue.treatment_session_id: issue for issue in issued}


class LeafletIssue(models.Model):
    """A leaflet that was printed to be handed over. Append-only.

    `content` is everything it says; a reprint is made from it, so it carries the
    same times.
    """

    treatment_session = models.ForeignKey(
        TreatmentSession, on_delete=models.PROTECT, related_name="leaflets"
    )
    language = models.CharField(max_length=8, default="en")
    leaflet_format = models.CharField(
        max_length=8,
        choices=partial(choices, LeafletFormat),
        default=LeafletFormat.STANDARD,
    )
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    issued_at = models.DateTimeField(auto_now_add=True)
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = LeafletIssueQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Leaflet of {self.treatment_session.code}"
