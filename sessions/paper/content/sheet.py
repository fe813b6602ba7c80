"""The session sheet: a form to write on, a draft, or the signed record."""

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Self

from protocols.maps import Map
from sessions.paper.content.parts import Allergies, Identity
from sessions.paper.content.qr import qr_code

# In characters. More of them take more lines than the head of a page has.
LONG_NAME = 100
# A page has room for so many points, drawings beside them.
MOST_BESIDE = 12


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
class MixtureRow:
    """One product of the mixture, from its box into the syringe."""

    medicine: str
    strength: str = ""  # "20 mg/mL"
    volume: str = ""  # "1 mL"
    lot: str = ""
    expiry: str = ""  # "30-Jun-2027"


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
    # None where they are not for whoever prints it.
    allergies: Allergies | None
    before: tuple[str, ...] = ()
    screening: tuple[ScreeningRow, ...] = ()
    points: tuple[PointRow, ...] = ()
    total_planned: str = ""
    total_given: str = ""
    needle: str
    larger_zone: bool = False
    # The drawings of the indication, or those that points lie on.
    maps: tuple[Map, ...] = ()
    mixture: tuple[MixtureRow, ...] = ()
    mixture_note: str = ""
    # What else was recorded; nothing before it is signed.
    recorded: tuple[str, ...] = ()
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
    # Brings whoever types it back to this visit and these numbers: "S482-KQX41".
    sheet_code: str = ""
    record_url: str = ""

    @property
    def has_long_names(self) -> bool:
        """Whether its head needs more room than it has by default."""
        who = self.identity
        return len(who.name_family + who.name_given + who.title) > LONG_NAME

    def as_json(self) -> dict[str, Any]:
        """Return all it says; of the drawings, where its points are."""
        placed = [
            [each.key, *(f"{m.number} {m.x} {m.y} {m.state}" for m in each.marks)]
            for each in self.maps
        ]
        return asdict(replace(self, maps=())) | {"maps": placed}

    def for_reception(self) -> Self:
        """A form with the plan and nothing of the record: no allergies, drugs, notes.

        It says that they are missing: whoever holds it reads them on the screen.
        """
        return replace(
            self,
            allergies=None,
            mixture=(),
            mixture_note="",
            note="",
            consent="",
            pain_before="",
            pain_after="",
            ended_at="",
            keep_until="",
            findings=(),
            deviations=(),
            points=tuple(replace(p, given="", note="") for p in self.points),
            total_given="",
        )

    @property
    def is_signed(self) -> bool:
        return self.state is SheetState.SIGNED

    @property
    def is_beside(self) -> bool:
        """Whether the drawings stand beside the points, or there are too many."""
        return len(self.points) <= MOST_BESIDE

    @property
    def columns(self) -> str:
        """How wide the drawings are, by how many there are: `maps-2`."""
        return f"maps-{min(len(self.maps), 4)}"

    @property
    def disc_scale(self) -> float:
        """How much larger discs are drawn, so that their numbers stay legible."""
        if not self.is_beside:
            return 0.75
        return {1: 1.05, 2: 1.3}.get(len(self.maps), 1.6)

    @property
    def mixture_to_write(self) -> range:
        """Lines of the mixture that are left to write on, so that there are three."""
        return range(0 if self.is_signed else max(0, 3 - len(self.mixture)))

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
    def qr(self) -> str:
        """The way back to the record on screen; it opens after signing in."""
        return qr_code(self.record_url) if self.record_url else ""
