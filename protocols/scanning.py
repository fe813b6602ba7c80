"""The code on a box, as a scanner types it: GTIN, lot and expiry. Pure.

GS1 element strings, from a DataMatrix or a QR code, with the separator as scanners
send it (the control character GS, `^`, or a printed `␝`), or written out with brackets.
"""

import datetime as dt
import re
from dataclasses import dataclass

from biip import ParseError
from biip.gs1_messages import GS1Message

GS = "\x1d"
_SYMBOLOGY = re.compile(r"\](?:d2|Q3|C1|e0|J1)")
_GTIN, _LOT, _EXPIRY = "01", "10", "17"


class NotAScan(ValueError):  # noqa: N818  it says what the text is
    """The text is not the code of a box, or lacks what is needed of it."""


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What a box says of itself. The GTIN has 14 digits."""

    gtin: str
    lot: str
    expires_on: dt.date


def parse_scan(text: str) -> Scan:
    """Read a scanned code. Raises NotAScan, in words, where something is missing."""
    found = {each.ai.ai: each for each in _message(text.strip()).element_strings}
    missing = [
        name
        for ai, name in ((_GTIN, "product"), (_LOT, "lot"), (_EXPIRY, "expiry"))
        if ai not in found
    ]
    if missing:
        raise NotAScan(f"The code does not say the {' and the '.join(missing)}.")
    gtin, expiry = found[_GTIN].gtin, found[_EXPIRY].date
    if gtin is None or expiry is None:
        raise NotAScan("The code does not say a product or a date that exists.")
    return Scan(gtin=gtin.as_gtin_14(), lot=found[_LOT].value, expires_on=expiry)


def _message(text: str) -> GS1Message:
    text = _SYMBOLOGY.sub("", text, count=1) if text.startswith("]") else text
    if len(text) > 200:
        raise NotAScan("This is longer than the code of a box.")
    try:
        if text.startswith("("):
            return GS1Message.parse_hri(text)
        return GS1Message.parse(re.sub(r"[\^␝]", GS, text).strip(GS))
    except (ParseError, ValueError) as error:
        raise NotAScan(
            "This is not the code of a box: product, expiry and lot."
        ) from error
