"""The code on a box, as a scanner types it: GTIN, lot and expiry. Pure.

GS1 element strings, from a DataMatrix or a QR code, with the separator as scanners
send it (the control character GS, `^`, or a printed `␝`), or written out with brackets.
"""

import datetime as dt
import re
from dataclasses import dataclass

from biip import ParseError
from biip.gs1_messages import GS1Message
from biip.gtin import Gtin

GS = "\x1d"
_SYMBOLOGY = re.compile(r"\](?:d2|Q3|C1|e0|J1)")
_GTIN, _LOT, _EXPIRY = "01", "10", "17"
_NEEDED = {_GTIN: "product", _LOT: "lot", _EXPIRY: "expiry"}


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
    text = _separated(text.strip())
    if not text:
        raise NotAScan("Nothing was scanned.")
    parts = _message(text).element_strings
    found = {each.ai.ai: each for each in parts}
    missing = [name for ai, name in _NEEDED.items() if ai not in found]
    for ai, name in _NEEDED.items():
        if len({each.value for each in parts if each.ai.ai == ai}) > 1:
            raise NotAScan(f"The code says the {name} twice.")
    if missing:
        raise NotAScan(f"The code does not say the {', the '.join(missing)}.")
    gtin, expiry = found[_GTIN].gtin, found[_EXPIRY].date
    if gtin is None or expiry is None:
        raise NotAScan("The code does not say a product or a date that exists.")
    return Scan(gtin=gtin.as_gtin_14(), lot=found[_LOT].value, expires_on=expiry)


def parse_gtin(text: str) -> str:
    """Return a GTIN of 8, 12, 13 or 14 digits with its 14. Raises NotAScan."""
    digits = re.sub(r"[ -]", "", text.strip())
    if not re.fullmatch(r"[0-9]{8}|[0-9]{12,14}", digits):
        raise NotAScan("A GTIN has 8, 12, 13 or 14 digits.")
    try:
        return Gtin.parse(digits).as_gtin_14()
    except (ParseError, ValueError) as error:
        raise NotAScan("The last digit does not fit: read it again.") from error


def _separated(text: str) -> str:
    """The text without what a scanner puts in front, and with the real separator."""
    text = _SYMBOLOGY.sub("", text, count=1) if text.startswith("]") else text
    return re.sub(r"[\^␝]", GS, text).strip(GS + " ")


def _message(text: str) -> GS1Message:
    if len(text) > 200:
        raise NotAScan("This is longer than the code of a box.")
    try:
        if text.startswith("("):
            return GS1Message.parse_hri(text)
        return GS1Message.parse(text)
    except (ParseError, ValueError) as error:
        raise NotAScan(
            "This is not the code of a box: product, expiry and lot."
        ) from error
