"""The papers of a visit: who may print each, and how it comes about.

Every kind has the same three addresses, made from this list in urls.py: its PDF, a
page on which it is looked at before, and its pages as pictures.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mesoclinic.pdf import Document
from mesoclinic.roles import Permission
from protocols.wording import ORIGINAL
from sessions.courses.models import TreatmentSession, TreatmentSessionQuerySet
from sessions.paper.asked import Asked
from sessions.paper.current import Known, Leaflet, Other, Sheet, leaflet_now, sheet_now
from sessions.paper.documents import (
    appointment_card,
    consent_form,
    tray_label,
    treatment_summary,
)
from sessions.paper.forms import LeafletForm, PaperForm
from sessions.paper.printing import label_document, leaflet_document, sheet_document


@dataclass(frozen=True)
class ToPrint:
    """A document that may be looked at, and what is kept once it is printed."""

    document: Document
    paper: Leaflet | Sheet | Other


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of paper. `build` reads what it says now and writes nothing."""

    slug: str
    title: str
    permission: Permission
    build: Callable[[TreatmentSession, Asked, Known | None], ToPrint]
    form: type[PaperForm] = PaperForm
    # What a click reads of the visit: all of the record only where it is printed.
    rows: Callable[[], TreatmentSessionQuerySet] = TreatmentSession.objects.with_visits
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


def _card(row: TreatmentSession, asked: Asked, known: Known | None = None) -> ToPrint:
    """In the patient's language where the clinic has words in it, else in English."""
    texts = (known or Known([row])).texts
    text = texts.get(row.patient.preferred_language) or texts[ORIGINAL]
    context = {"card": appointment_card(row, text=text)}
    return _other("card", context, row, asked)


def _consent(row: TreatmentSession, asked: Asked, _: Known | None = None) -> ToPrint:
    return _other("consent-form", {"consent": consent_form(row)}, row, asked)


def _summary(row: TreatmentSession, asked: Asked, _: Known | None = None) -> ToPrint:
    whole = list(TreatmentSession.objects.for_paper().of_course(row.course))
    return _other("summary", {"summary": treatment_summary(row, whole)}, row, asked)


def _label(row: TreatmentSession, asked: Asked, _: Known | None = None) -> ToPrint:
    document = label_document(tray_label(row), paper=asked.paper, zone=row.zone)
    return ToPrint(document, Other(row, "label"))


def _other(
    slug: str, context: dict[str, Any], row: TreatmentSession, asked: Asked
) -> ToPrint:
    document = Document(f"print/{slug}.html", context, asked.paper, row.zone)
    return ToPrint(document, Other(row, slug))


SHEET = Kind(
    slug="sheet",
    title="Session sheet",
    permission=Permission.SHEET_PRINT,
    build=sheet_to_print,
    rows=TreatmentSession.objects.for_paper,
)
LEAFLET = Kind(
    slug="leaflet",
    title="Leaflet",
    permission=Permission.LEAFLET_PRINT,
    build=leaflet_to_print,
    form=LeafletForm,
    of_visits_only=True,
)
CARD = Kind(
    slug="card",
    title="Appointment card",
    permission=Permission.LEAFLET_PRINT,
    build=_card,
)
CONSENT = Kind(
    slug="consent-form",
    title="Consent form",
    permission=Permission.LEAFLET_PRINT,
    build=_consent,
)
SUMMARY = Kind(
    slug="summary",
    title="Treatment summary",
    permission=Permission.SHEET_PRINT,
    build=_summary,
)
LABEL = Kind(
    slug="label",
    title="Label for the tray",
    permission=Permission.SHEET_PRINT,
    build=_label,
    rows=TreatmentSession.objects.for_paper,
)
KINDS = (SHEET, LEAFLET, CARD, CONSENT, SUMMARY, LABEL)
