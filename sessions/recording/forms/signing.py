"""Signing a record, and what can be done with it afterwards."""

from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils import timezone

from mesoclinic.errors import Stale
from mesoclinic.fields import PlainLinesField, PlainTextField
from mesoclinic.forms import ClinicForm, submission_field, version_field
from mesoclinic.vocabulary import Consent, Side, choices
from patients.models import Patient
from sessions.recording.models import Means

_CHANGED = (
    "This record was changed after you opened this page, and is not signed. It stands "
    "below as it is now: read it again, then sign."
)


class SignForm(ClinicForm):
    """The signature: the password, unless it was typed in the last 15 minutes.

    `shown` is the record as the page shows it, as (label, text). It goes along with
    the page, so that who signs too late is told what was changed meanwhile.
    """

    version = version_field()
    seen = forms.CharField(widget=forms.HiddenInput, required=False, label="")
    password = forms.CharField(
        label="Your password",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text="Asked again because the last time is more than 15 minutes ago.",
    )

    def __init__(
        self,
        data: Any = None,
        *,
        version: int,
        shown: list[tuple[str, str]],
        asks_password: bool,
    ) -> None:
        self._shown = dict(shown)
        self._now = {
            "version": str(version),
            "seen": signing.dumps(self._shown, compress=True),
        }
        super().__init__(data, initial=self._now)
        if not asks_password:
            del self.fields["password"]

    def refuse(self, error: ValidationError) -> None:
        if isinstance(error, Stale):
            self._show_what_changed()
            error = ValidationError(_CHANGED)
        super().refuse(error)

    def _show_what_changed(self) -> None:
        before = self._seen_before()
        self.theirs = [
            (label, f"{text} (was: {before.get(label, '(empty)')})")
            for label, text in self._shown.items()
            if text != before.get(label)
        ] or [("Version", self._now["version"])]
        # Signing again now means: I have seen that.
        self.data.update(self._now)

    def _seen_before(self) -> dict[str, str]:
        try:
            return dict(signing.loads(self.cleaned_data["seen"]))
        except (signing.BadSignature, TypeError, ValueError):
            return {}


class AmendForm(ClinicForm):
    submission = submission_field()
    text = PlainLinesField(
        label="What is to be added or put right",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    reason = PlainTextField(label="Why", max_length=300)


class VoidForm(ClinicForm):
    reason = PlainTextField(
        label="Why does this record not count?",
        max_length=300,
        help_text="It stays legible, with your name and this reason.",
    )


class SideForm(ClinicForm):
    """Another side than was booked. None is chosen beforehand."""

    version = version_field()
    side = forms.ChoiceField(
        label="Which side is treated?",
        choices=[pair for pair in choices(Side) if pair[0] != Side.NONE],
        widget=forms.RadioSelect,
    )


class FavouriteForm(ClinicForm):
    name = PlainTextField(label="Name of the favourite", max_length=120)


# Years; from then on nobody else's name has to be typed.
OF_AGE = 18
# What a pen leaves on the screen: moves and lines in whole units, 400 by 160.
_STROKE = r"M[0-9]{1,3} [0-9]{1,3}( L[0-9]{1,3} [0-9]{1,3})+"
STROKES = rf"\A{_STROKE}( {_STROKE})*\Z"


class ConsentForm(ClinicForm):
    """The patient's answer to the consent text, and how it was given."""

    answer = forms.ChoiceField(
        label="The patient's answer",
        choices=[pair for pair in choices(Consent) if pair[0]],
        widget=forms.RadioSelect,
    )
    person = PlainTextField(
        label="Who answered",
        max_length=300,
        help_text="The patient, or who answers for them and as what.",
    )
    means = forms.ChoiceField(
        label="How", choices=choices(Means), widget=forms.RadioSelect
    )
    strokes = forms.RegexField(
        STROKES,
        required=False,
        max_length=40_000,
        widget=forms.HiddenInput,
        label="Signature",
        error_messages={"invalid": "This is not a signature. Sign again."},
    )

    def __init__(self, data: Any = None, *, patient: Patient) -> None:
        super().__init__(data)
        # An adult answers for themselves, as a rule; for a child somebody is named.
        if patient.age_on(timezone.localdate()) >= OF_AGE:
            self.initial["person"] = patient.spoken_name

    def clean_answer(self) -> Consent:
        return Consent(self.cleaned_data["answer"])

    def clean_means(self) -> Means:
        return Means(self.cleaned_data["means"])
