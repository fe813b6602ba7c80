"""What a recall says: a line per session, on the page and as CSV."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.paginator import Paginator

from protocols.models import StockLot
from sessions.recording.models import MixtureComponent

# A spreadsheet takes what begins with one of these for a formula.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
ROWS = 50
_ROWS_AT_ONCE = 2000
# Without it, spreadsheets read names in a wrong alphabet.
_BOM = "\ufeff"

COLUMNS = (
    "session",
    "state",
    "date",
    "day",
    "patient number",
    "family name",
    "given names",
    "born",
    "phone",
    "clinician",
    "course",
    "product",
    "lot",
    "expires",
    "volume mL",
)


def recall_page(lot: StockLot, number: str) -> dict[str, Any]:
    """One page of who received a lot, and how many sessions and patients in all."""
    lines = MixtureComponent.objects.of_lot(lot)
    keys = lines.keys_by_session()
    # A page of keys, then of the rows they are of.
    page: Any = Paginator([key for key, _ in keys], ROWS).get_page(number)
    rows = lines.recalled().in_bulk(page.object_list)
    page.object_list = [rows[key] for key in page.object_list]
    patients = {patient for _, patient in keys}
    return {
        "lot": lot,
        "page": page,
        "sessions": len(keys),
        "patients": len(patients),
    }


def csv_of(lot: StockLot) -> Iterator[str]:
    """The lines as CSV, one after the other: a recall may be long."""
    writer = csv.writer(_Echo())
    yield _BOM + writer.writerow(COLUMNS)
    lines = MixtureComponent.objects.of_lot(lot).recalled()
    for line in lines.iterator(chunk_size=_ROWS_AT_ONCE):
        yield writer.writerow(map(_safe, _cells(line, lot)))


def _cells(line: MixtureComponent, lot: StockLot) -> Iterable[str]:
    session = line.record.treatment_session
    patient = session.patient
    return (
        session.code,
        line.state_words,
        session.date.isoformat(),
        session.day_label,
        patient.number,
        patient.family_name,
        patient.given_names,
        patient.birth_date.isoformat(),
        patient.phone_text,
        session.clinician.display_name,
        session.course.treated,
        line.product_name,
        line.lot_number,
        lot.expires_on.isoformat(),
        f"{line.volume_ml.normalize():f}",
    )


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULAS) else cell


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text
