"""What papers say: prepared words, nothing to look up and nothing to add up.

Pure: no Django, no clock, no database. Whoever fills these has already decided how
a date reads and what a dose is; the templates only print.
"""

from sessions.paper.content.leaflet import LeafletContent, Visit, english_headings
from sessions.paper.content.others import (
    CardContent,
    ConsentContent,
    LabelContent,
    SummaryContent,
    SummaryRow,
)
from sessions.paper.content.pack import PackContent, PackLine
from sessions.paper.content.parts import Allergies, Identity
from sessions.paper.content.qr import qr_code
from sessions.paper.content.sheet import (
    AmendmentRow,
    FindingRow,
    MixtureRow,
    PointRow,
    ScreeningRow,
    SheetContent,
    SheetState,
    SignatureBlock,
)

__all__ = [
    "Allergies",
    "AmendmentRow",
    "CardContent",
    "ConsentContent",
    "FindingRow",
    "Identity",
    "LabelContent",
    "LeafletContent",
    "MixtureRow",
    "PackContent",
    "PackLine",
    "PointRow",
    "ScreeningRow",
    "SheetContent",
    "SheetState",
    "SignatureBlock",
    "SummaryContent",
    "SummaryRow",
    "Visit",
    "english_headings",
    "qr_code",
]
