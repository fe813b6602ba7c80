"""What is attached to a visit, and why something is taken away again."""

from django import forms
from django.core.exceptions import ValidationError

from mesoclinic.fields import PlainTextField
from mesoclinic.forms import ClinicForm
from sessions.paper.photos.apart import reencoded_apart
from sessions.paper.photos.reencoding import (
    MOST_MB,
    MOST_PAGES,
    NotAPicture,
    refuse_too_large,
)


class PhotoForm(ClinicForm):
    """One file; what comes of it are the pages to be kept."""

    picture = forms.FileField(
        label="Photograph or scan of the sheet",
        help_text=(
            f"JPEG, PNG or PDF, up to {MOST_MB} MB and, as PDF, {MOST_PAGES} pages. "
            "Only what can be seen is kept, not where or with what it was taken."
        ),
        widget=forms.FileInput(
            attrs={"accept": "image/jpeg,image/png,application/pdf"}
        ),
        error_messages={"required": "Choose a file.", "empty": "This file is empty."},
    )

    def clean_picture(self) -> list[bytes]:
        uploaded = self.cleaned_data["picture"]
        try:
            refuse_too_large(uploaded.size)  # before it is read into memory
            return reencoded_apart(uploaded.read())
        except NotAPicture as refusal:
            raise ValidationError(str(refusal), code="not_a_picture") from refusal


class WithdrawForm(ClinicForm):
    reason = PlainTextField(
        label="Why does it not belong here?",
        max_length=300,
        help_text="It stays listed, with your name and this reason, but is not shown.",
    )
