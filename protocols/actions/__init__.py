"""What an admin may do to what the clinic does."""

from protocols.actions.lists import (
    INDICATION_DETAILS,
    NUMBERS,
    amend_draft,
    bring_back_indication,
    draft_version,
    publish_version,
    reorder,
    retire_indication,
    retire_version,
    save_group,
    save_indication,
)

__all__ = [
    "INDICATION_DETAILS",
    "NUMBERS",
    "amend_draft",
    "bring_back_indication",
    "draft_version",
    "publish_version",
    "reorder",
    "retire_indication",
    "retire_version",
    "save_group",
    "save_indication",
]
