"""The list on top of a day's papers."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PackLine:
    """One paper of one visit."""

    time: str  # "10:20"
    patient: str
    number: str
    clinician: str
    treated: str
    paper: str  # "Leaflet, Arabic, large print"
    state: str  # "in this pack"
    failed: bool = False


@dataclass(frozen=True, kw_only=True)
class PackContent:
    """What a pack holds, what was left out because it is unchanged, what failed."""

    clinic: str
    day: str  # "Tuesday 24-Nov-2026"
    everything: bool
    papers: int
    lines: tuple[PackLine, ...]

    @property
    def failed(self) -> int:
        return sum(line.failed for line in self.lines)
