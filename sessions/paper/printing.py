"""From what a paper says to the document of it."""

from zoneinfo import ZoneInfo

from mesoclinic.pdf import Document, Paper
from mesoclinic.vocabulary import LeafletFormat
from sessions.paper.content import LabelContent, LeafletContent, SheetContent

# In points, and with less air; the best first. Where none comes on one page, the best
# on two.
FITS: dict[str, tuple[str, ...]] = {
    LeafletFormat.STANDARD: ("pt-13", "pt-12"),
    LeafletFormat.LARGE: (
        "pt-18",
        "pt-17",
        "pt-16",
        "pt-16 close",
        "pt-16 close closest",
    ),
    LeafletFormat.EASY: ("pt-14", "pt-14 close"),
}


def sheet_document(content: SheetContent, *, paper: Paper, zone: ZoneInfo) -> Document:
    """Return a session sheet; where a page is just too short, with less air."""
    fits = ("", "tight") if content.is_beside else ("",)
    return Document("print/sheet.html", {"sheet": content}, paper, zone, fits)


def leaflet_document(content: LeafletContent, *, paper: Paper) -> Document:
    """Return a leaflet as large as its format asks for, on one page if it can."""
    context, fits = {"leaflet": content}, FITS[content.format]
    return Document("print/leaflet.html", context, paper, fits=fits)


def label_document(content: LabelContent, *, paper: Paper, zone: ZoneInfo) -> Document:
    """Return a label for the tray, in the largest letters that leave it one label."""
    fits = ("", "small", "smallest")
    return Document("print/label.html", {"label": content}, paper, zone, fits)
