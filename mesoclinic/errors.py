"""How an action says no, beyond Django's ValidationError."""

from typing import Any

from django.core.exceptions import ValidationError


class Stale(ValidationError):  # noqa: N818  it says what the row is
    """The row was changed by somebody else since the form was shown.

    `theirs` maps form fields to what is stored now, so that the page can show both;
    `version` is the version now stored.
    """

    def __init__(self, theirs: dict[str, Any], *, version: int) -> None:
        super().__init__(
            "Somebody else changed this while you were typing. What you typed is "
            "below and not saved yet. Check it against theirs, then save again.",
            code="stale",
        )
        self.theirs = theirs
        self.version = version
