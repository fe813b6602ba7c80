"""How an action says no, beyond Django's ValidationError."""

from typing import Any

from django.core.exceptions import ValidationError


class Stale(ValidationError):
    """The row was changed by somebody else since the form was shown.

    `theirs` maps form fields to what is stored now, so that the page can show both.
    """

    def __init__(self, theirs: dict[str, Any]) -> None:
        super().__init__(
            "Somebody else changed this while you were typing. Yours is below, not "
            "saved yet; theirs is beside it. Check, then save again.",
            code="stale",
        )
        self.theirs = theirs
