"""From what a paper says to the document of it."""

from zoneinfo import ZoneInfo

from mesoclinic.pdf import Document, Paper
from mesoclinic.vocabulary import LeafletFormat
from sessions.paper.content import LeafletContent, SheetContent

# In points, the best first; where none comes on one page, the best on two.
SIZES: dict[str, tuple[int, ...]] = {
    LeafletFormat.STANDARD: (13, 12),
    LeafletFormat.LARGE: (18, 17, 16),
    LeafletFormat.EASY: (14,),
}


def sheet_document(content: SheetContent, *, paper: Paper, zone: ZoneInfo) -> Document:
    """Return a session sheet; where a page is just too short, with less air."""
    fits = ("", "tight") if content.is_beside else ("",)
    return Document("print/sheet.html", {"sheet": content}, paper, zone, fits)


def leaflet_document(content: LeafletContent, *, paper: Paper) -> Document:
    """Return a leaflet as large as its format asks for, on one page if it can."""
    fits = tuple(f"pt-{size}" for size in SIZES[content.format])
    return Document("print/leaflet.html", {"leaflet": content}, paper, fits=fits)
