"""A place on a drawing, as the page's script writes it into the table of points."""

import re
from decimal import Decimal

from mesoclinic.fields import TypedField
from mesoclinic.typed import NotUnderstood

_PLACE = re.compile(r"0(\.[0-9]{1,4})?|1(\.0{1,4})?")


class PlaceField(TypedField):
    """A part of a picture's width or height, 0 to 1, with at most four decimals."""

    def parse(self, text: str) -> Decimal:
        if not _PLACE.fullmatch(text.strip()):
            raise NotUnderstood("This is not a place on the picture.")
        return Decimal(text.strip())

    def show(self, value: Decimal) -> str:
        return f"{value:.4f}"
