"""The checklist of a draft."""

from typing import Any

from django import forms

from mesoclinic.fields import PlainTextField
from mesoclinic.forms import ClinicForm
from protocols.models import ScreeningQuestion


class QuestionForm(ClinicForm):
    """A question that is answered with yes or no at every session."""

    text = PlainTextField(
        label="Question", max_length=200, help_text="So that a no lets one go on."
    )
    yes_means = forms.ChoiceField(
        label="A yes means",
        choices=ScreeningQuestion.YesMeans.choices,
        widget=forms.RadioSelect,
    )

    @classmethod
    def of(cls, question: ScreeningQuestion, data: Any) -> "QuestionForm":
        shown = {"text": question.text, "yes_means": question.yes_means}
        return cls(data, initial=shown)
