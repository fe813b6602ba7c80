"""What is chosen before a leaflet is printed."""

from django import forms
from django.http import QueryDict
from django.utils.translation import get_language_info

from mesoclinic.forms import ClinicForm
from mesoclinic.vocabulary import LeafletFormat, choices
from patients.models import Patient
from protocols.models import LeafletText
from protocols.wording import ORIGINAL


class LeafletChoiceForm(ClinicForm):
    """Language and format; what is not sent is what the patient needs."""

    language = forms.ChoiceField(required=False)
    leaflet_format = forms.ChoiceField(
        label="Format",
        choices=choices(LeafletFormat),
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, data: QueryDict | None = None, *, patient: Patient) -> None:
        texts = LeafletText.objects.in_force()
        wanted = patient.preferred_language
        # Named where the clinic has no leaflet in the patient's language.
        self.missing = "" if wanted in texts else get_language_info(wanted)["name"]
        self._wanted = {
            "language": wanted if wanted in texts else "",
            "leaflet_format": patient.leaflet_format,
        }
        nearest = {"language": wanted if wanted in texts else ORIGINAL}
        # Bound also where nothing is asked for: then it is what the patient needs.
        sent = None if data is None else {**self._wanted, **data.dict()}
        super().__init__(sent, initial=self._wanted | nearest)
        self.fields["language"].choices = sorted(  # type: ignore[attr-defined]
            ((text.language, text.english_name) for text in texts.values()),
            key=lambda each: (each[0] != ORIGINAL, each[1]),
        )

    def clean(self) -> dict[str, str]:
        cleaned = {
            name: self.cleaned_data.get(name) or wanted
            for name, wanted in self._wanted.items()
        }
        if not cleaned["language"]:
            self.add_error(None, f"There is no leaflet in {self.missing}.")
        return cleaned
