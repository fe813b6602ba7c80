"""From rows to what paper says: one builder per document, all words prepared here."""

from sessions.paper.documents.leaflet import (
    aftercare_leaflet,
    facts_of,
    sample_leaflet,
    sample_visits,
)
from sessions.paper.documents.others import (
    appointment_card,
    consent_form,
    tray_label,
    treatment_summary,
)
from sessions.paper.documents.sheet import session_sheet

__all__ = [
    "aftercare_leaflet",
    "appointment_card",
    "consent_form",
    "facts_of",
    "sample_leaflet",
    "sample_visits",
    "session_sheet",
    "tray_label",
    "treatment_summary",
]
