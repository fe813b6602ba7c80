"""Registering and changing patients and their allergies: shape and wording of input."""

from typing import Any

from django import forms
from django.conf import settings
from phonenumber_field.formfields import PhoneNumberField

from mesoclinic.fields import BirthDateField, PlainLinesField, PlainTextField
from mesoclinic.forms import ClinicForm, submission_field, version_field
from mesoclinic.vocabulary import AllergyState, LeafletFormat, Sex, choices
from patients.models import Patient


class PatientForm(ClinicForm):
    """Who a patient is and how to reach them."""

    family_name = PlainTextField(max_length=120)
    given_names = PlainTextField(
        max_length=120, required=False, help_text="Leave empty for a single name."
    )
    title = PlainTextField(max_length=30, required=False, help_text="Mrs, Mr, Dr, …")
    birth_date = BirthDateField(label="Date of birth")
    sex = forms.ChoiceField(choices=choices(Sex), widget=forms.RadioSelect)
    phone = PhoneNumberField(
        required=False,
        region=settings.PHONENUMBER_DEFAULT_REGION,
        help_text="With + and the country's code when it is foreign.",
        error_messages={
            "invalid": "This is not a phone number, like 020 7946 0958 or +33 1 …"
        },
    )
    email = forms.EmailField(label="E-mail", required=False)
    preferred_language = forms.ChoiceField(
        choices=settings.PATIENT_LANGUAGES, initial="en"
    )
    leaflet_format = forms.TypedChoiceField(
        label="Leaflets",
        choices=choices(LeafletFormat),
        coerce=LeafletFormat,
        initial=LeafletFormat.STANDARD,
        empty_value=LeafletFormat.STANDARD,
        required=False,
        widget=forms.RadioSelect,
    )
    reception_notes = PlainLinesField(
        label="Notes for reception",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Seen by reception. Nothing clinical here.",
    )

    def clean_phone(self) -> Any:
        """A number is kept in one form that has no room for an extension."""
        phone = self.cleaned_data["phone"]
        if phone and phone.extension:
            raise forms.ValidationError(
                "Leave out the extension; note it for reception."
            )
        return phone

    def details(self) -> dict[str, Any]:
        """What the actions store."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in {"submission", "version", "somebody_else"}
        }


class RegistrationForm(PatientForm):
    """A new patient. Shows who may be the same person before making a second record."""

    submission = submission_field()
    somebody_else = forms.BooleanField(label="This is somebody else", required=False)

    duplicates: list[Patient]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.duplicates = []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors or cleaned["somebody_else"]:
            return cleaned
        self.duplicates = Patient.objects.likely_duplicates(
            family_name=cleaned["family_name"],
            given_names=cleaned["given_names"],
            birth_date=cleaned["birth_date"],
            phone=str(cleaned["phone"] or ""),
            submission=cleaned["submission"],
        )
        if self.duplicates:
            self.add_error(
                "somebody_else",
                "A person like this is registered already. Open their record, or tick "
                "this box and register once more.",
            )
        return cleaned


class PatientEditForm(PatientForm):
    version = version_field()


class AllergyForm(ClinicForm):
    substance = PlainTextField(max_length=120)
    reaction = PlainTextField(max_length=200, required=False)


class AllergyCloseForm(ClinicForm):
    reason = PlainTextField(label="Why is it closed?", max_length=200)


class AllergyStateForm(ClinicForm):
    """What is known where no allergy is recorded."""

    state = forms.ChoiceField(
        label="Asked about allergies",
        widget=forms.RadioSelect,
        choices=[
            (state.value, state.label)
            for state in AllergyState
            if state is not AllergyState.KNOWN
        ],
    )
