"""What a printed document is, and what can go wrong with one."""

from dataclasses import dataclass
from enum import StrEnum


class Paper(StrEnum):
    """The sheets that clinics print on."""

    A4 = "a4"
    LETTER = "letter"


class PdfError(Exception):
    """A document could not be made; says why. No record depends on it."""


@dataclass(frozen=True)
class Printed:
    """A document as it is sent to a printer."""

    content: bytes
    pages: int
