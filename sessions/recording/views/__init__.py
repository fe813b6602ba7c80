from sessions.recording.views.after import amend, void
from sessions.recording.views.around import (
    consent,
    favourite,
    favourite_drop,
    side,
)
from sessions.recording.views.draft import check, session
from sessions.recording.views.signing import sign

__all__ = [
    "amend",
    "check",
    "consent",
    "favourite",
    "favourite_drop",
    "session",
    "side",
    "sign",
    "void",
]
