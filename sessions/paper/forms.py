"""What is chosen before something is printed."""

from typing import Any

from django import forms
from django.utils.translation import get_language_info

from mesoclinic.forms import ClinicForm, version_field
from mesoclinic.pdf import Paper
from mesoclinic.vocabulary import LeafletFormat, choices
from protocols.models import LeafletText
from protocols.wording import ORIGINAL
from sessions.courses.models import TreatmentSession
from sessions.paper.asked import Asked, paper_at


class PaperForm(ClinicForm):
    """On which paper; what is not sent is what the site's printers hold."""

    marks_optional = False

    paper = forms.ChoiceField(
        choices=[(Paper.A4, "A4"), (Paper.LETTER, "Letter")], required=False
    )

    def __init__(
        self, data: Any = None, *, treatment_session: TreatmentSession, root: str = ""
    ) -> None:
        self.root = root
        self.usual = self._usual(treatment_session)
        # Always bound: where nothing is asked for, it is what is usual.
        super().__init__({**self.usual, **(data.dict() if data else {})})

    def _usual(self, session: TreatmentSession) -> dict[str, str]:
        return {"paper": paper_at(session.course.site)}

    @property
    def asked(self) -> Asked:
        """Call it on a valid form."""
        paper = self.cleaned_data.get("paper") or self.usual["paper"]
        return Asked(paper=Paper(paper), root=self.root)


class LeafletForm(PaperForm):
    """Language and format, too; what is not sent is what the patient needs."""

    lang = forms.ChoiceField(label="Language", required=False)
    format = forms.ChoiceField(choices=choices(LeafletFormat), required=False)

    field_order = ("lang", "format", "paper")
    # Named where the clinic has no leaflet in the patient's language.
    missing = ""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.texts = LeafletText.objects.in_force()
        super().__init__(*args, **options)
        self.fields["lang"].choices = sorted(  # type: ignore[attr-defined]
            ((text.language, text.english_name) for text in self.texts.values()),
            key=lambda each: (each[0] != ORIGINAL, each[1]),
        )

    def _usual(self, session: TreatmentSession) -> dict[str, str]:
        patient = session.patient
        wanted = patient.preferred_language
        if wanted not in self.texts:
            self.missing = get_language_info(wanted)["name"]
            wanted = ""
        return super()._usual(session) | {
            "lang": wanted,
            "format": patient.leaflet_format,
        }

    def clean_lang(self) -> str:
        """Refuse to guess: somebody has to say which language is read out."""
        language = self.cleaned_data["lang"] or self.usual["lang"]
        if not language:
            raise forms.ValidationError(f"There is no leaflet in {self.missing}.")
        return language

    @property
    def asked(self) -> Asked:
        layout = self.cleaned_data["format"] or self.usual["format"]
        return Asked(
            paper=super().asked.paper,
            language=self.cleaned_data["lang"],
            leaflet_format=layout,
            root=self.root,
        )


class TakePointsForm(ClinicForm):
    """Plan the points that stand on a printed sheet instead of those planned now."""

    version = version_field()

    def __init__(
        self, data: Any = None, *, treatment_session: TreatmentSession
    ) -> None:
        record = getattr(treatment_session, "record", None)
        super().__init__(data, initial={"version": record.version if record else 0})
