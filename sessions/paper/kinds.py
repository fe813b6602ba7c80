"""The papers of a visit: who may print each, and how it comes about.

Every kind has the same three addresses, made from this list in urls.py: its PDF, a
page on which it is looked at before, and its pages as pictures.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from mesoclinic.models import User
from mesoclinic.pdf import Document
from mesoclinic.roles import Permission
from sessions.courses.models import TreatmentSession
from sessions.paper import actions
from sessions.paper.asked import Asked
from sessions.paper.documents import session_sheet
from sessions.paper.forms import LeafletForm, PaperForm
from sessions.paper.printing import leaflet_document, sheet_document


class Keep(Protocol):
    """Writes down that a paper was printed; not called where it could not be."""

    def __call__(self, *, by: User) -> object: ...


@dataclass(frozen=True)
class ToPrint:
    """A document that may be looked at, and what to do once it is printed."""

    document: Document
    keep: Keep


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of paper. `build` reads what it says now and writes nothing."""

    slug: str
    title: str
    permission: Permission
    build: Callable[[TreatmentSession, Asked], ToPrint]
    form: type[PaperForm] = PaperForm
    # Whether there is one only while the visit takes place.
    of_visits_only: bool = False


def _sheet(row: TreatmentSession, asked: Asked) -> ToPrint:
    content = session_sheet(row, root=asked.root)
    return ToPrint(
        sheet_document(content, paper=asked.paper, zone=row.zone),
        partial(actions.keep_sheet, row, content),
    )


def _leaflet(row: TreatmentSession, asked: Asked) -> ToPrint:
    leaflet = actions.leaflet_now(
        row, language=asked.language, leaflet_format=asked.leaflet_format
    )
    return ToPrint(
        leaflet_document(leaflet.content, paper=asked.paper),
        partial(actions.keep_leaflet, row, leaflet),
    )


SHEET = Kind(
    slug="sheet",
    title="Session sheet",
    permission=Permission.SHEET_PRINT,
    build=_sheet,
)
LEAFLET = Kind(
    slug="leaflet",
    title="Leaflet",
    permission=Permission.LEAFLET_PRINT,
    build=_leaflet,
    form=LeafletForm,
    of_visits_only=True,
)
KINDS = (SHEET, LEAFLET)
