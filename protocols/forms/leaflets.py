"""The words of a leaflet: lines, headings, places, a field for each."""

from typing import Any

from django import forms
from django.conf import settings

from mesoclinic.fields import PlainLinesField, PlainTextField, TypedDateField
from mesoclinic.forms import ClinicForm
from protocols import wording
from protocols.actions.leaflets import LONGEST_LINE, MOST_LINES
from protocols.models import LeafletText

LINES = {
    "expect": "What the patient may see",
    "call": "When to call the clinic",
    "emergency": "When to call the emergency number",
}


class LeafletTextForm(ClinicForm):
    """All that a clinic may word otherwise, beside what the original says."""

    def __init__(self, data: Any = None, *, text: LeafletText) -> None:
        super().__init__(data, initial=_initial(text))
        self.text = text
        self.offered = _offered(text.language)
        original = wording.shipped()[wording.ORIGINAL]
        for key, label in LINES.items():
            self.fields[f"lines_{key}"] = _lines(label, required=True)
        for key, line in self.offered.items():
            self.fields[f"advice_{key}"] = forms.BooleanField(
                label=line, required=False
            )
        self.fields["lines_advice"] = _lines("More of the clinic's own", required=False)
        for key, meant in original.words.items():
            if key not in wording.fixed_words(text.language):
                self.fields[f"word_{key}"] = _words(meant)
        for key, meant in original.sites.items():
            self.fields[f"site_{key}"] = _words(meant)

    @property
    def list_fields(self) -> list[forms.BoundField]:
        return [self[f"lines_{key}"] for key in LINES]

    @property
    def advice_fields(self) -> list[forms.BoundField]:
        return [self[f"advice_{key}"] for key in self.offered]

    @property
    def word_fields(self) -> list[forms.BoundField]:
        return self._named("word_")

    @property
    def site_fields(self) -> list[forms.BoundField]:
        return self._named("site_")

    def _named(self, start: str) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(start)]

    @property
    def says(self) -> dict[str, Any]:
        """What the action takes, from fields that are valid."""
        cleaned = self.cleaned_data
        chosen = [
            line for key, line in self.offered.items() if cleaned[f"advice_{key}"]
        ]
        return {
            "words": _under("word_", cleaned),
            "lists": {key: cleaned[f"lines_{key}"].splitlines() for key in LINES},
            "advice": chosen + cleaned["lines_advice"].splitlines(),
            "sites": _under("site_", cleaned),
        }


class ApproveForm(ClinicForm):
    """The approval of a draft, and when it is to be read again."""

    review_on = TypedDateField(
        label="Read it again on", help_text="A year from now, unless you know better."
    )


class LanguageForm(ClinicForm):
    """A language that the clinic adds."""

    language = forms.ChoiceField(label="Another language")

    def __init__(self, data: Any = None, *, there: set[str]) -> None:
        super().__init__(data)
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            pair for pair in settings.PATIENT_LANGUAGES if pair[0] not in there
        ]


def _lines(label: str, *, required: bool) -> PlainLinesField:
    return PlainLinesField(
        label=label,
        required=required,
        max_length=MOST_LINES * LONGEST_LINE,
        widget=forms.Textarea(attrs={"rows": 6 if required else 3}),
        help_text="A line for each.",
    )


def _words(meant: str) -> PlainTextField:
    return PlainTextField(label=meant, max_length=LONGEST_LINE)


def _offered(language: str) -> dict[str, str]:
    """The optional lines as shipped, in the language or in the original."""
    known = wording.shipped()
    return dict(known.get(language, known[wording.ORIGINAL]).advice)


def _initial(text: LeafletText) -> dict[str, Any]:
    says, offered = text.says, _offered(text.language)
    own = [line for line in says["advice"] if line not in offered.values()]
    return {
        **{f"lines_{key}": "\n".join(says["lists"][key]) for key in LINES},
        **{f"advice_{key}": line in says["advice"] for key, line in offered.items()},
        "lines_advice": "\n".join(own),
        **{f"word_{key}": word for key, word in says["words"].items()},
        **{f"site_{key}": word for key, word in says["sites"].items()},
    }


def _under(start: str, cleaned: dict[str, Any]) -> dict[str, Any]:
    return {
        name.removeprefix(start): value
        for name, value in cleaned.items()
        if name.startswith(start)
    }
