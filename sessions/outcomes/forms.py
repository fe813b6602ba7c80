"""The evaluation: shape and wording of input."""

from typing import Any

from django import forms

from mesoclinic.fields import PainField, PlainLinesField
from mesoclinic.forms import ClinicForm
from mesoclinic.vocabulary import Change, Judgement, choices


def _change(label: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices(Change), widget=forms.RadioSelect
    )


class EvaluationForm(ClinicForm):
    """Pain then and now; range, stiffness and pain relief; did it help?"""

    pain_then = PainField(label="Pain on movement at the start", required=True)
    pain_now = PainField(label="Pain on movement now", required=True)
    range_of_motion = _change("Range of motion")
    stiffness = _change("Stiffness")
    pain_relief = _change("Need of pain relief")
    judgement = forms.ChoiceField(
        label="Did it help?", choices=choices(Judgement), widget=forms.RadioSelect
    )
    note = PlainLinesField(
        max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, movement: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if movement:
            self.fields["range_of_motion"].label = f"Range of motion: {movement}"
