"""The pages of what the clinic does."""

from protocols.views.lists import (
    bring_back_indication,
    draft_version,
    edit_version,
    group,
    indication,
    indications,
    protocols,
    publish_version,
    reorder_group,
    reorder_indication,
    retire_indication,
    retire_version,
    version,
)

__all__ = [
    "bring_back_indication",
    "draft_version",
    "edit_version",
    "group",
    "indication",
    "indications",
    "protocols",
    "publish_version",
    "reorder_group",
    "reorder_indication",
    "retire_indication",
    "retire_version",
    "version",
]
