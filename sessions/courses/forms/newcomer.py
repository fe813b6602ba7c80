"""Somebody new who books at once: the least that a record needs."""

from typing import Any

from patients.forms import RegistrationForm

ASKED = (
    "family_name",
    "given_names",
    "birth_date",
    "sex",
    "phone",
    "somebody_else",
    "submission",
)


class NewcomerForm(RegistrationForm):
    """A new patient beside a booking; the rest is filled in at the desk later."""

    prefix = "new"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.left_for_later = {
            name: field.initial or ""
            for name, field in self.fields.items()
            if name not in ASKED
        }
        for name in self.left_for_later:
            del self.fields[name]

    def details(self) -> dict[str, Any]:
        return self.left_for_later | super().details()
