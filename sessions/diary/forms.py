"""What the buttons of the board and the day send."""

from django import forms

from mesoclinic.forms import ClinicForm
from sessions.diary.models import Arrival

FORWARD, BACK = "forward", "back"

# The pages that have the buttons, by the name that a page sends along.
PAGES = ("board", "day")


def button(way: str, seen: str) -> str:
    """What a button sends: which way it goes, and from which step."""
    return f"{way}:{seen}"


class StepForm(ClinicForm):
    """One step of one visit, from the step that the page showed."""

    step = forms.ChoiceField(
        choices=[
            *[(button(FORWARD, seen), "") for seen in ("booked", *Arrival.STEPS[:-1])],
            *[(button(BACK, seen), "") for seen in Arrival.STEPS],
        ],
        error_messages={
            "required": "No button was pressed. Nothing was changed.",
            "invalid_choice": "There is no such button. Nothing was changed.",
        },
    )

    @property
    def way(self) -> str:
        return self.cleaned_data["step"].partition(":")[0]

    @property
    def seen(self) -> str:
        return self.cleaned_data["step"].partition(":")[2]
