"""The lists that admins edit: shape and wording of input."""

from protocols.forms.lists import GroupForm, IndicationForm, VersionForm

__all__ = ["GroupForm", "IndicationForm", "VersionForm"]
