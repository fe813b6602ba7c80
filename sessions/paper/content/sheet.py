"""The session sheet: a form to write on, a draft, or the signed record."""

from dataclasses import dataclass
from enum import StrEnum

from sessions.paper.content.parts import Allergies, Identity, QrCode, qr_code


class SheetState(StrEnum):
    """What a session sheet is at the moment it is printed, in its own words."""

    BLANK = "Blank form to write on"
    DRAFT = "DRAFT – not signed"
    SIGNED = "Signed record"


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
