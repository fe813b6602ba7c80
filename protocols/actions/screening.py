"""What an admin may do to the checklist of a draft (R10)."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from mesoclinic import audit
from mesoclinic.models import User
from protocols.models import ProtocolVersion, ScreeningQuestion

MOST_QUESTIONS = 60
_FAR = 10_000


@transaction.atomic
def add_question(
    version: ProtocolVersion, *, by: User, text: str, yes_means: str
) -> ScreeningQuestion:
    """Ask one more thing, at the end of the list."""
    version = _draft(version.pk)
    asked = version.questions.aggregate(last=Max("position"))["last"] or 0
    if version.questions.count() >= MOST_QUESTIONS:
        raise ValidationError(f"At most {MOST_QUESTIONS} questions.")
    question = ScreeningQuestion(version=version, position=asked + 1)
    _word(question, text=text, yes_means=yes_means)
    question.save()
    audit.record("question.added", question, by=by, yes_means=yes_means)
    return question


@transaction.atomic
def amend_question(
    question: ScreeningQuestion, *, by: User, text: str, yes_means: str
) -> ScreeningQuestion:
    _draft(question.version_id)
    question = ScreeningQuestion.objects.get(pk=question.pk)
    _word(question, text=text, yes_means=yes_means)
    question.save(update_fields=["text", "yes_means"])
    audit.record("question.amended", question, by=by, yes_means=yes_means)
    return question


def _word(question: ScreeningQuestion, *, text: str, yes_means: str) -> None:
    others = question.version.questions.exclude(pk=question.pk)
    if others.filter(text__iexact=text).exists():
        raise ValidationError({"text": "This is asked already."})
    question.text, question.yes_means = text, yes_means
    question.full_clean()


@transaction.atomic
def remove_question(question: ScreeningQuestion, *, by: User) -> None:
    """Ask it no more, from this version on."""
    version = _draft(question.version_id)
    version.questions.filter(pk=question.pk).delete()
    audit.record("question.removed", question, by=by)


@transaction.atomic
def move_question(question: ScreeningQuestion, *, by: User, up: bool) -> None:
    """Move a question one place up or down."""
    version = _draft(question.version_id)
    rows = list(version.questions.order_by("position"))
    place = rows.index(question)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(rows):
        return
    rows[place], rows[other] = rows[other], rows[place]
    # By way of places that nobody has: no two may share one, not even in passing.
    for start in (_FAR, 1):
        for position, row in enumerate(rows, start=start):
            row.position = position
            row.save(update_fields=["position"])
    audit.record("question.moved", question, by=by, up=up)


def _draft(pk: int) -> ProtocolVersion:
    version = ProtocolVersion.objects.select_for_update().get(pk=pk)
    if not version.is_draft:
        raise ValidationError("A published version does not change. Make a new draft.")
    return version
