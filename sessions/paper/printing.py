"""From what a paper says to the PDF of it."""

from mesoclinic.pdf import Paper, render_to_fit
from mesoclinic.vocabulary import LeafletFormat
from sessions.paper.content import LeafletContent

# In points, the best first; where none comes on one page, the best on two.
SIZES: dict[str, tuple[int, ...]] = {
    LeafletFormat.STANDARD: (13, 12),
    LeafletFormat.LARGE: (18, 17, 16),
    LeafletFormat.EASY: (14,),
}


def leaflet_pdf(content: LeafletContent, *, paper: Paper) -> bytes:
    """Return a leaflet as large as its format asks for, and on one page if it can."""
    contexts = ({"leaflet": content, "size": size} for size in SIZES[content.format])
    return render_to_fit("print/leaflet.html", contexts, paper=paper)
