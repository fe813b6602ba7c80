"""The papers of a visit: who may print each, and how it comes about.

Every kind has the same three addresses, made from this list in urls.py: its PDF, a
page on which it is looked at before, and its pages as pictures.
"""

from collections.abc import Callable
from dataclasses import dataclass

from mesoclinic.pdf import Document
from mesoclinic.roles import Permission
from sessions.courses.models import TreatmentSession
from sessions.paper.asked import Asked
from sessions.paper.current import Known, Leaflet, Sheet, leaflet_now, sheet_now
from sessions.paper.forms import LeafletForm, PaperForm
from sessions.paper.printing import leaflet_document, sheet_document


@dataclass(frozen=True)
class ToPrint:
    """A document that may be looked at, and what is kept once it is printed."""

    document: Document
    paper: Leaflet | Sheet


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of paper. `build` reads what it says now and writes nothing."""

    slug: str
    title: str
    permission: Permission
    build: Callable[[TreatmentSession, Asked, Known | None], ToPrint]
    form: type[PaperForm] = PaperForm
    # Whether there is one only while the visit takes place.
    of_visits_only: bool = False


def sheet_to_print(
    row: TreatmentSession, asked: Asked, known: Known | None = None
) -> ToPrint:
    """Return the session sheet as it stands."""
    sheet = sheet_now(
        row, root=asked.root, for_reception=asked.for_reception, known=known
    )
    document = sheet_document(sheet.content, paper=asked.paper, zone=row.zone)
    return ToPrint(document, sheet)


def leaflet_to_print(
    row: TreatmentSession, asked: Asked, known: Known | None = None
) -> ToPrint:
    """Return the leaflet as it stands; raises NoSuchLeaflet."""
    leaflet = leaflet_now(
        row, language=asked.language, leaflet_format=asked.leaflet_format, known=known
    )
    return ToPrint(leaflet_document(leaflet.content, paper=asked.paper), leaflet)


SHEET = Kind(
    slug="sheet",
    title="Session sheet",
    permission=Permission.SHEET_PRINT,
    build=sheet_to_print,
)
LEAFLET = Kind(
    slug="leaflet",
    title="Leaflet",
    permission=Permission.LEAFLET_PRINT,
    build=leaflet_to_print,
    form=LeafletForm,
    of_visits_only=True,
)
KINDS = (SHEET, LEAFLET)
