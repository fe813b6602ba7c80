"""When the visits of a course fall: pure dates and times, no rows.

R12 to R15 in `protocols/dates.py` say what the dates should be; a `Visit` is what
somebody wants to book.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from protocols.dates import follow_up_dates, local_start

Span = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One visit as wanted: local date and time, and why if it is off its target.

    Without a room it takes one that is free; without a clinician, the course's.
    """

    protocol_day: int
    on: dt.date
    at: dt.time
    reason: str = ""
    room_id: int | None = None
    clinician_id: int | None = None

    @property
    def field(self) -> str:
        """The form field that a message about this visit belongs to."""
        return f"day_{self.protocol_day}"

    def span(self, zone: ZoneInfo, minutes: int) -> Span:
        """Start and end in UTC. Raises where the clocks skip or repeat that time."""
        start = local_start(self.on, self.at, zone)
        return start, start + dt.timedelta(minutes=minutes)


def targets(day_0: dt.date, offsets: Sequence[int]) -> dict[int, dt.date]:
    """Return the date that the protocol asks for, by protocol day."""
    return dict(
        zip((0, *offsets), (day_0, *follow_up_dates(day_0, offsets)), strict=True)
    )


def day_words(protocol_day: int, true_day: int | None) -> str:
    """The day as it really falls: `day 3`, or `day 4, protocol: day 3`."""
    if true_day is None or true_day == protocol_day:
        return f"day {protocol_day}"
    return f"day {true_day}, protocol: day {protocol_day}"


def propose(
    day_0: dt.date, at: dt.time, *, offsets: Sequence[int]
) -> tuple[Visit, ...]:
    """Return day 0 and its follow-ups, each on its target at the same local time."""
    return tuple(
        Visit(protocol_day=day, on=date, at=at)
        for day, date in targets(day_0, offsets).items()
    )
