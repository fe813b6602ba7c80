"""What the two papers say: prepared words, nothing to look up and nothing to add up.

Pure: no Django, no clock, no database. Whoever fills these has already decided how
a date reads and what a dose is; the templates only print.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import lru_cache
from itertools import groupby
from typing import Any, Self

import segno

from mesoclinic.vocabulary import AllergyState, LeafletFormat
from protocols.wording import ORIGINAL, fill, shipped

# --- The session sheet ------------------------------------------------------

# In characters. More of them take more lines than the head or the foot of a page has.
LONG_NAME = 100
LONG_FOOT = 65


class SheetState(StrEnum):
    """What a session sheet is at the moment it is printed, in its own words."""

    BLANK = "Blank form to write on"
    DRAFT = "DRAFT – not signed"
    SIGNED = "Signed record"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who: repeated on every page of a clinical paper."""

    name_family: str
    name_given: str
    title: str = ""
    born: str  # "14-Aug-1980"
    age: str  # "46y"
    sex: str
    number: str  # "MC 000 123"


@dataclass(frozen=True, kw_only=True)
class Allergies:
    """One of four states; the substances, when they are known."""

    state: AllergyState
    known: tuple[str, ...] = ()

    @property
    def are_known(self) -> bool:
        return self.state == AllergyState.KNOWN


@dataclass(frozen=True, kw_only=True)
class ScreeningRow:
    """One question of the checklist. Without an answer, boxes to tick."""

    question: str
    answer: str = ""


@dataclass(frozen=True, kw_only=True)
class PointRow:
    """One injection point. What is empty is left to write in."""

    number: str
    region: str = ""
    planned: str = ""  # "0.1 mL"
    given: str = ""  # "0.1 mL" or "skipped"
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class FindingRow:
    """What a rule said, and why a clinician went past it, if one did."""

    severity: str
    statement: str
    reason_given: str = ""
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class SignatureBlock:
    name: str
    title: str = ""
    registration: str = ""
    at: str
    meaning: str
    hash: str


@dataclass(frozen=True, kw_only=True)
class AmendmentRow:
    at: str
    by: str
    text: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class QrCode:
    """A QR code as one path of an SVG `size` modules wide, quiet zone included."""

    size: int
    path: str


@lru_cache(maxsize=256)
def qr_code(text: str, *, error: str = "m") -> QrCode:
    """Return `text` as a QR code; kept, because drawing one takes milliseconds.

    `error` is how much of it may be unreadable: l 7 %, m 15 %.
    """
    rows = list(segno.make(text, error=error, micro=False).matrix_iter(border=4))
    return QrCode(size=len(rows), path="".join(map(_strokes, range(len(rows)), rows)))


def _strokes(y: int, row: Iterable[int]) -> str:
    """Return one line across each run of dark modules of a row."""
    path, x = "", 0
    for dark, run in groupby(row):
        length = len(list(run))
        if dark:
            path += f"M{x} {y}.5h{length}"
        x += length
    return path


@dataclass(frozen=True, kw_only=True)
class SheetContent:
    """The clinician's page for one visit; once signed, the record of it."""

    clinic: str
    code: str  # "S-000482"
    identity: Identity
    state: SheetState
    session_line: str  # "session 2 of 3; planned Tue 24-Nov-2026 10:20; Dr Cooper"
    indication: str
    side: str  # "RIGHT"; empty where the indication has no side
    protocol: str
    allergies: Allergies
    before: tuple[str, ...] = ()
    screening: tuple[ScreeningRow, ...] = ()
    points: tuple[PointRow, ...] = ()
    total_planned: str = ""
    total_given: str = ""
    needle: str
    larger_zone: bool = False
    mixture: str = ""
    consent: str = ""
    pain_before: str = ""
    pain_after: str = ""
    ended_at: str = ""
    keep_until: str = ""
    note: str = ""
    findings: tuple[FindingRow, ...] = ()
    deviations: tuple[str, ...] = ()  # "given on day 4, protocol: day 3: closed"
    signature: SignatureBlock | None = None
    signature_holds: bool = False  # what checking the hash said just now
    amendments: tuple[AmendmentRow, ...] = ()
    void: str = ""  # why the record does not count, who said so and when
    record_url: str
    printed: str  # "Rita Vance, Tue 24-Nov-2026 10:05"

    @property
    def has_long_names(self) -> bool:
        """Whether its head and its foot need more room than they have by default."""
        who = self.identity
        name = who.name_family + who.name_given + who.title
        return len(name) > LONG_NAME or len(self.printed) > LONG_FOOT

    @property
    def is_signed(self) -> bool:
        return self.state is SheetState.SIGNED

    @property
    def is_broken(self) -> bool:
        """Whether somebody wrote to the record behind its signature's back."""
        return self.is_signed and not self.signature_holds

    @property
    def state_words(self) -> str:
        """What stands across the top of every page."""
        if self.is_broken:
            return f"{self.state} – DOES NOT MATCH ITS SIGNATURE"
        if self.void:
            return f"VOID – {self.state}"
        return f"{self.state}, amended" if self.amendments else self.state

    @property
    def qr(self) -> QrCode:
        """The way back to the record on screen; it opens after signing in."""
        return qr_code(self.record_url)


# --- The aftercare leaflet --------------------------------------------------


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
    printed: str
    reprint_of: str = ""
    # What it says of days and people, whatever its language; see outdated.py.
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def has_long_foot(self) -> bool:
        return len(self.version + self.printed) > LONG_FOOT

    @property
    def qr(self) -> QrCode | None:
        return qr_code(self.calendar, error="l") if self.calendar else None

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
