"""What is asked and ticked before the needle."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms

from mesoclinic.vocabulary import Answer, SafetyCheck
from protocols.models import ScreeningQuestion

_YES_OR_NO = [(Answer.YES.value, Answer.YES.label), (Answer.NO.value, Answer.NO.label)]


@dataclass(frozen=True)
class QuestionLine:
    """A question, its answer now, and what was answered at the visit before."""

    question: ScreeningQuestion
    field: forms.BoundField
    last_time: str


def yes_or_no(label: str) -> forms.ChoiceField:
    """A question that has no answer until somebody gives one."""
    return forms.ChoiceField(
        label=label, choices=_YES_OR_NO, required=False, widget=forms.RadioSelect
    )


def add_fields(
    form: forms.Form, questions: Iterable[ScreeningQuestion], *, has_side: bool
) -> None:
    for question in questions:
        form.fields[name_of(question)] = yes_or_no(question.text)
    for check in checks(has_side=has_side):
        form.fields[f"tick_{check}"] = forms.BooleanField(
            label=check.label,
            required=False,
            widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
        )


def name_of(question: ScreeningQuestion) -> str:
    return f"answer_{question.pk}"


def checks(*, has_side: bool) -> list[SafetyCheck]:
    """What is ticked here: a side is marked only where there is one."""
    return [c for c in SafetyCheck if has_side or c != SafetyCheck.SIDE]


def answers(
    questions: Iterable[ScreeningQuestion], cleaned: dict[str, Any]
) -> dict[int, Answer]:
    return {
        question.pk: Answer(cleaned.get(name_of(question)) or "")
        for question in questions
    }


def ticks(cleaned: dict[str, Any]) -> frozenset[SafetyCheck]:
    return frozenset(check for check in SafetyCheck if cleaned.get(f"tick_{check}"))
