"""What is asked and ticked before the needle, and what the patient agreed to."""

from functools import partial

from django.db import models
from django.db.models import Q

from mesoclinic.models import User
from mesoclinic.vocabulary import Answer, Consent, Labelled, SafetyCheck, choices
from protocols.models import ProtocolVersion, ScreeningQuestion
from sessions.courses.models import Course
from sessions.recording.models.locking import LockedBySignature
from sessions.recording.models.record import SessionRecord


class ScreeningAnswer(LockedBySignature):
    """The answer to one question of the protocol's checklist, at one visit (R10)."""

    record = models.ForeignKey(
        SessionRecord, on_delete=models.PROTECT, related_name="answers"
    )
    question = models.ForeignKey(
        ScreeningQuestion, on_delete=models.PROTECT, related_name="+"
    )
    answer = models.CharField(max_length=3, choices=partial(choices, Answer))

    class Meta:
        ordering = ["question__position"]
        constraints = [
            models.UniqueConstraint(
                fields=["record", "question"], name="question_answered_once"
            ),
            models.CheckConstraint(
                condition=Q(answer__in=[Answer.YES, Answer.NO]),
                name="answer_is_yes_or_no",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.get_answer_display()}"


class SafetyTick(LockedBySignature):
    """One check before the needle, with its time and who ticked it."""

    record = models.ForeignKey(
        SessionRecord, on_delete=models.PROTECT, related_name="ticks"
    )
    check_name = models.CharField(max_length=8, choices=partial(choices, SafetyCheck))
    ticked_at = models.DateTimeField()
    ticked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["ticked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["record", "check_name"], name="safety_check_ticked_once"
            )
        ]

    def __str__(self) -> str:
        return SafetyCheck(self.check_name).label


class Means(Labelled):
    """How a consent was given."""

    SCREEN = "screen", "Signed on the screen"
    PAPER = "paper", "Signed on paper"
    SPOKEN = "spoken", "Spoken"


class ConsentEventQuerySet(models.QuerySet["ConsentEvent"]):
    def of_course(self, course: Course) -> "ConsentEventQuerySet":
        """Every answer, the last one first, with its text and who recorded it."""
        answers = self.filter(course=course).select_related("recorded_by", "version")
        return answers.order_by("-recorded_at", "-pk")

    def latest_of(self, course: Course) -> "ConsentEvent | None":
        """What holds for a course now: the last word on the text it is done by."""
        return self.of_course(course).filter(version=course.protocol_version_id).first()


class ConsentEvent(models.Model):
    """The patient's answer to a consent text (R11): append-only, the last one holds.

    The text is that of the protocol version, which is frozen. `strokes` is what was
    drawn on the screen, as the data of an SVG path, 400 units wide and 160 high.
    """

    course = models.ForeignKey(
        Course, on_delete=models.PROTECT, related_name="consents"
    )
    version = models.ForeignKey(
        ProtocolVersion, on_delete=models.PROTECT, related_name="+"
    )
    answer = models.CharField(max_length=9, choices=partial(choices, Consent))
    # The patient, or who answers for them.
    person = models.CharField(max_length=300)
    means = models.CharField(max_length=6, choices=partial(choices, Means))
    strokes = models.TextField(max_length=40_000, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = ConsentEventQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(answer="") & ~Q(person=""),
                name="consent_has_answer_and_name",
            ),
            models.CheckConstraint(
                condition=~Q(means=Means.SCREEN) | ~Q(answer="given") | ~Q(strokes=""),
                name="consent_on_screen_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_answer_display()} by {self.person}"
