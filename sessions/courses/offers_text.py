"""An offer as the value of its button, and back: what was seen is what is booked."""

import datetime as dt
import json
from typing import Any

from mesoclinic.typed import NotUnderstood, parse_text
from sessions.courses.finder import Offer
from sessions.courses.visits import Visit

_LONGEST = 4000
_LONGEST_REASON = 300
# Keys of rows are below this on both databases.
_KEYS_END = 2**63


def write(offer: Offer) -> str:
    """Return an offer as text; everything that booking it needs."""
    return json.dumps({"v": [_columns(visit) for visit in offer.visits]})


def _columns(visit: Visit) -> list[Any]:
    return [
        visit.protocol_day,
        visit.on.isoformat(),
        f"{visit.at:%H:%M}",
        visit.room_id,
        visit.clinician_id,
        visit.reason,
    ]


def read(text: str) -> list[Visit] | None:
    """Return the visits of an offer; None for what no page of ours has written.

    Only the shape is checked: whether it can be booked is the action's to say.
    """
    if len(text) > _LONGEST:
        return None
    try:
        columns = json.loads(text)["v"]
        return [_visit(*each) for each in columns] or None
    except (KeyError, TypeError, ValueError, RecursionError, NotUnderstood):
        return None


def _visit(
    protocol_day: Any, on: Any, at: Any, room_id: Any, clinician_id: Any, reason: Any
) -> Visit:
    time = dt.time.fromisoformat(at)
    if type(reason) is not str:
        raise ValueError("A reason is text.")
    if time.tzinfo or time.second or time.microsecond:
        raise ValueError("A visit begins on a minute.")
    return Visit(
        protocol_day=_whole(protocol_day),
        on=dt.date.fromisoformat(on),
        at=time,
        room_id=None if room_id is None else _whole(room_id),
        clinician_id=None if clinician_id is None else _whole(clinician_id),
        reason=parse_text(reason)[:_LONGEST_REASON],
    )


def _whole(number: Any) -> int:
    if type(number) is not int or not 0 <= number < _KEYS_END:
        raise ValueError("This is not a key.")
    return number
