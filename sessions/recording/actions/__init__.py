from sessions.recording.actions.amending import amend, void
from sessions.recording.actions.consenting import record_consent
from sessions.recording.actions.drafting import save_draft
from sessions.recording.actions.favourites import drop_favourite, save_favourite
from sessions.recording.actions.rows import as_stored
from sessions.recording.actions.sides import change_side
from sessions.recording.actions.signing import (
    problems_before_signing,
    refuse_incomplete,
    sign,
)

__all__ = [
    "amend",
    "as_stored",
    "change_side",
    "drop_favourite",
    "problems_before_signing",
    "record_consent",
    "refuse_incomplete",
    "save_draft",
    "save_favourite",
    "sign",
    "void",
]
