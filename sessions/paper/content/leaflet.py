"""The aftercare leaflet: the patient's page."""

from dataclasses import asdict, dataclass, field
from typing import Any, Self

from mesoclinic.vocabulary import LeafletFormat
from protocols.wording import ORIGINAL, fill, shipped
from sessions.paper.content.qr import LOW, qr_code


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One of the next visits, in the words the patient reads."""

    label: str  # "Day 3"
    day: str  # "Thursday 26 November 2026"
    time: str = ""
    place: str = ""
    clinician: str = ""


@dataclass(frozen=True, kw_only=True)
class LeafletContent:
    """The patient's page. `as_json` keeps it, `from_json` prints it again.

    `words` are the headings in the leaflet's language, by their key in
    protocols/leaflets/en.toml; `emergency_line` and the like have their facts in.
    """

    language: str = "en"
    direction: str = "ltr"
    format: str = LeafletFormat.STANDARD
    words: dict[str, str] = field(default_factory=dict)

    clinic_name: str
    clinic_address: str
    clinic_phone: str
    out_of_hours: str
    emergency_number: str
    patient_name: str
    patient_number: str
    site: str  # "Achilles tendon, RIGHT side"
    treated_on: str  # "Tuesday 24 November 2026"
    # "13:45" or "tomorrow, Tuesday 24 November, 01:10"; empty: written in by hand.
    keep_until: str = ""
    dressing_hours: int = 3
    visits: tuple[Visit, ...] = ()
    evaluation: str = ""
    # The visits for a phone, as iCalendar text.
    calendar: str = ""
    advice: tuple[str, ...] = ()
    to_expect: tuple[str, ...]
    call_us: tuple[str, ...]
    emergency: tuple[str, ...]
    version: str  # "EN 1"
    # Empty once the clinic has approved the words.
    not_approved: str = ""
    reprint_of: str = ""
    # What it says of days and people, whatever its language; see outdated.py.
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def qr(self) -> str:
        return qr_code(self.calendar, error=LOW) if self.calendar else ""

    def as_json(self) -> dict[str, Any]:
        """Return what JSON can hold, equal to itself after a trip through it."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        """Return the leaflet that `as_json` described.

        One that was handed over before leaflets had languages is in English.
        """
        kept: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in content.items()
        }
        kept.pop("printed", None)  # it said who printed it, too
        kept["visits"] = tuple(Visit(**visit) for visit in kept["visits"])
        kept.setdefault(
            "words",
            english_headings(kept["dressing_hours"], kept["emergency_number"]),
        )
        return cls(**kept)


def english_headings(dressing_hours: int, emergency_number: str) -> dict[str, str]:
    """The headings as shipped, which leaflets had before there were languages."""
    words = shipped()[ORIGINAL].words
    call = "emergency" if emergency_number else "emergency_without_number"
    return dict(words) | {
        "keep_on": words["keep_on_blank"],
        "at_least": fill(words["at_least"], hours=dressing_hours),
        "emergency": fill(words[call], number=emergency_number),
    }
