"""The smaller papers: appointment card, consent form, summary, label."""

from dataclasses import dataclass

from sessions.paper.content.leaflet import Visit
from sessions.paper.content.parts import Allergies, Identity
from sessions.paper.content.qr import LOW, qr_code
from sessions.paper.content.sheet import MixtureRow


@dataclass(frozen=True, kw_only=True)
class CardContent:
    """All visits of a course, to lie in a wallet: it names no diagnosis."""

    language: str
    direction: str
    words: dict[str, str]
    clinic_name: str
    clinic_address: str
    clinic_phone: str
    out_of_hours: str
    patient_name: str
    patient_number: str
    visits: tuple[Visit, ...]
    calendar: str = ""

    @property
    def qr(self) -> str:
        return qr_code(self.calendar, error=LOW) if self.calendar else ""


@dataclass(frozen=True, kw_only=True)
class StaffPaper:
    """What papers for staff and other doctors have in common."""

    title: str  # "Consent form"
    clinic: str
    code: str
    identity: Identity
    indication: str
    side: str
    protocol: str


@dataclass(frozen=True, kw_only=True)
class ConsentContent(StaffPaper):
    """What the patient agrees to, and room to say so."""

    text: tuple[str, ...]
    # "6 to 10 points of 0.1 mL in each visit", as the protocol plans it.
    facts: tuple[str, ...]
    # "Given by Anne Smith, on paper; recorded Mon 02-Mar-2026 09:40, Dr Cooper".
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SummaryRow:
    """One visit as it was recorded; without numbers where nothing is signed."""

    day: str
    date: str
    state: str = ""
    points: str = ""
    total: str = ""
    mixture: str = ""
    pain: str = ""  # "6 → 3"


@dataclass(frozen=True, kw_only=True)
class SummaryContent(StaffPaper):
    """A course for the referring doctor: what was done, what came of it."""

    clinic_address: str
    clinic_phone: str
    clinician: str
    registration: str
    rows: tuple[SummaryRow, ...]
    notes: tuple[str, ...] = ()
    evaluation: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LabelContent:
    """What stands on the tray: whose syringe, which side, what is in it."""

    identity: Identity
    code: str
    visit: str  # "Tue 24-Nov-2026 10:20"
    indication: str
    side: str
    allergies: Allergies
    mixture: tuple[MixtureRow, ...]
    drawn_up: str = ""
