"""Going past a refusal: a clinician may put a session where somebody already is."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from mesoclinic.fields import PlainTextField

_ANYWAY = "anyway"


class OverbookingFields(forms.Form):
    """For a form that books or moves; put it before the form it is mixed into.

    The field shows only below a refusal that a clinician can go past, and counts only
    when its own button was pressed. Whether somebody may is the action's to say, too.
    """

    overbooked_reason = PlainTextField(
        label="Why is it put there anyway?", max_length=300, required=False
    )
    # Whether the last refusal was of a kind that can be gone past.
    can_be_overbooked = False

    def refuse(self, error: ValidationError) -> None:
        super().refuse(error)  # type: ignore[misc]
        self.can_be_overbooked = getattr(error, "can_be_overbooked", False)

    @property
    def is_overbooking(self) -> bool:
        """Whether "Book it anyway" was pressed."""
        return self.is_bound and _ANYWAY in self.data

    @property
    def asks_overbooking(self) -> bool:
        """Whether the page offers to go past: after a refusal, and while it is done."""
        return self.can_be_overbooked or "overbooked_reason" in self.errors

    @property
    def overbooking(self) -> str:
        """The reason for the action; empty unless somebody decided so just now."""
        return self.cleaned_data["overbooked_reason"] if self.is_overbooking else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.is_overbooking and not cleaned.get("overbooked_reason"):
            self.add_error("overbooked_reason", "Say why it is put there anyway.")
        return cleaned
