"""What the find-a-patient box shows while somebody types."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from mesoclinic.models import User
from patients.models import Patient
from patients.models.patient import READ_THROUGH


@dataclass(frozen=True)
class Row:
    """One line; `is_alike` where another line has nearly the same name."""

    patient: Patient
    is_alike: bool


@dataclass(frozen=True)
class Found:
    """The lines, what they are, and whether there may be more than these."""

    title: str
    rows: list[Row]
    is_answer: bool = False
    more: bool = False

    @property
    def said(self) -> str:
        """What is read out: `3 patients found`."""
        count = len(self.rows)
        if not self.is_answer:
            return "Nobody found" if not count else f"{self.title}: {count} patients"
        many = "patient" if count == 1 else "patients"
        return f"{'More than ' if self.more else ''}{count} {many} found"


def look_up(text: str, *, by: User) -> Found:
    """Who is meant by what was typed so far; before that, whom this person opened."""
    if not text.strip():
        return _before_typing(by)
    found = list(Patient.objects.search(text, at_most=READ_THROUGH + 1))
    if not found:
        return Found("Did you mean", _rows(Patient.objects.resembling(text)))
    more = len(found) > READ_THROUGH
    return Found("Found", _rows(found[:READ_THROUGH]), is_answer=True, more=more)


def _before_typing(user: User) -> Found:
    opened = Patient.objects.opened_by(user)
    if opened:
        return Found("Opened last", _rows(opened))
    return Found("Registered last", _rows(Patient.objects.recent()))


def _rows(patients: Iterable[Patient]) -> list[Row]:
    patients = list(patients)
    alike = {
        pk
        for one, other in combinations(patients, 2)
        if one.is_named_like(other.search_name)
        for pk in (one.pk, other.pk)
    }
    return [Row(patient, patient.pk in alike) for patient in patients]
