"""What was handed to the patient, word for word (R20), and which sheets are out."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from django.db import models

from mesoclinic.models import User
from mesoclinic.sheet_codes import SheetCode
from mesoclinic.vocabulary import LeafletFormat, Side, choices
from protocols.maps import PointState
from sessions.courses.models import Course, TreatmentSession
from sessions.recording.places import Spot


class LeafletIssueQuerySet(models.QuerySet["LeafletIssue"]):
    def newest_for(
        self, sessions: Collection[TreatmentSession]
    ) -> "dict[tuple[int, str, str], LeafletIssue]":
        """What was handed over last, by session, language and format."""
        issued = self.filter(treatment_session__in=sessions).order_by("pk")
        return {
            (issue.treatment_session_id, issue.language, issue.leaflet_format): issue
            for issue in issued
        }

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


class SheetIssueQuerySet(models.QuerySet["SheetIssue"]):
    def with_numbering(self, session: int, numbering: str) -> "SheetIssue | None":
        """The sheet of a visit that was printed last with these numbers."""
        found = self.filter(treatment_session_id=session, numbering=numbering)
        return found.select_related("printed_by").order_by("-pk").first()

    def newest_of(
        self, sessions: Collection[TreatmentSession]
    ) -> "dict[int, SheetIssue]":
        """What was printed last for each of these sessions, by its key."""
        issued = self.filter(treatment_session__in=sessions).order_by("pk")
        return {issue.treatment_session_id: issue for issue in issued.defer("points")}


class SheetIssue(models.Model):
    """A session sheet that lies on paper somewhere. Append-only.

    `points` is where each number was: what is written beside 3 on that paper belongs
    to this point 3, whatever the plan has become since. `says_hash` is a hash of all
    that it says: by it one tells whether there is anything new to print.
    """

    treatment_session = models.ForeignKey(
        TreatmentSession, on_delete=models.PROTECT, related_name="sheets"
    )
    numbering = models.CharField(max_length=3)
    points = models.JSONField(blank=True)
    says_hash = models.CharField(max_length=64)
    printed_at = models.DateTimeField(auto_now_add=True)
    printed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = SheetIssueQuerySet.as_manager()

    def __str__(self) -> str:
        return str(SheetCode(self.treatment_session_id, self.numbering))

    @property
    def in_order(self) -> list["PrintedPoint"]:
        """Its points, each under the number it has on paper."""
        return [
            PrintedPoint(number, **{**kept, "planned_ml": Decimal(kept["planned_ml"])})
            for number, kept in enumerate(self.points, start=1)
        ]


@dataclass(frozen=True)
class PrintedPoint:
    """A point as it was planned when a sheet was printed."""

    number: int
    view: str
    side: str
    x: str | None
    y: str | None
    region: str
    planned_ml: Decimal
    state = PointState.COPIED

    @property
    def spot(self) -> Spot | None:
        if self.x is None or self.y is None:
            return None
        place = {"x": Decimal(self.x), "y": Decimal(self.y)}
        return Spot(view=self.view, side=Side(self.side), **place)
