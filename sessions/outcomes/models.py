"""Whether it helped: the judgement on a course after day 7."""

from functools import partial

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from mesoclinic.models import User
from mesoclinic.vocabulary import Change, Judgement, choices
from protocols.rules import response
from sessions.courses.models import Course


def _pain(label: str) -> models.Field:
    return models.PositiveSmallIntegerField(label, validators=[MaxValueValidator(10)])


def _change(label: str) -> models.Field:
    return models.CharField(label, max_length=6, choices=partial(choices, Change))


class Evaluation(models.Model):
    """The judgement that closes a course (R16, R21). Append-only."""

    course = models.OneToOneField(
        Course, on_delete=models.PROTECT, related_name="evaluation"
    )
    pain_then = _pain("pain on movement at the start")
    pain_now = _pain("pain on movement now")
    range_of_motion = _change("range of motion")
    stiffness = _change("stiffness")
    pain_relief = _change("need of pain relief")
    judgement = models.CharField(max_length=6, choices=partial(choices, Judgement))
    note = models.TextField(max_length=2000, blank=True)
    evaluated_at = models.DateTimeField(auto_now_add=True)
    evaluated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(pain_then__lte=10, pain_now__lte=10),
                name="evaluation_pain_to_ten",
            )
        ]

    def __str__(self) -> str:
        return f"Evaluation of {self.course}"

    @property
    def response_text(self) -> str:
        """`8 → 3, down 5 points (62 %): strong response` (R22)."""
        version = self.course.protocol_version
        found = response(
            self.pain_then,
            self.pain_now,
            points=version.responder_points,
            percent=version.responder_percent,
            strong_percent=version.strong_percent,
        )
        share = "" if found.percent is None else f" ({abs(found.percent)} %)"
        change = f", {_change_words(found.change)}{share if found.change else ''}"
        return (
            f"{self.pain_then} → {self.pain_now}{change}: {found.level.label.lower()}"
        )


def _change_words(change: int) -> str:
    if not change:
        return "unchanged"
    count = abs(change)
    points = "1 point" if count == 1 else f"{count} points"
    return f"{'down' if change < 0 else 'up'} {points}"
