"""From rows to what paper says: one builder per document, all words prepared here."""

from sessions.paper.documents.leaflet import (
    aftercare_leaflet,
    facts_of,
    sample_leaflet,
)
from sessions.paper.documents.sheet import session_sheet

__all__ = ["aftercare_leaflet", "facts_of", "sample_leaflet", "session_sheet"]
