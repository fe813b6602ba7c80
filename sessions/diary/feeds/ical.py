"""Visits written as iCalendar text (RFC 5545): pure, no rows and no clock.

What is written names no patient and nothing about one: a calendar is shown on lock
screens, in cars and on a family's shared tablet.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar.parser import Contentline
from icalendar.prop import vText

# How often a calendar program should look again, and its older name.
LOOK_AGAIN = "PT15M"

_HEAD = (
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//mesoclinic//visits//EN",
    "CALSCALE:GREGORIAN",
    "NAME:Treatment sessions",
    "X-WR-CALNAME:Treatment sessions",
    f"REFRESH-INTERVAL;VALUE=DURATION:{LOOK_AGAIN}",
    f"X-PUBLISHED-TTL:{LOOK_AGAIN}",
)

_AN_HOUR = dt.timedelta(hours=1)


class Entry(NamedTuple):
    """One visit: when and where. `starts_at` and the others are moments with a zone."""

    pk: int
    starts_at: dt.datetime
    ends_at: dt.datetime
    zone: str
    site: str
    room: str | None
    takes_place: bool
    sequence: int
    changed_at: dt.datetime


def calendar(entries: Iterable[Entry], *, clinic: str) -> bytes:
    """Return the text of a calendar; `clinic` makes its UIDs unlike other clinics'.

    The same entries give the same bytes: nothing says when it was written.
    """
    entries = list(entries)
    lines = [*_HEAD, *_zones(entries)]
    for entry in entries:
        lines += _event(entry, clinic)
    lines += ["END:VCALENDAR", ""]
    return "\r\n".join(lines).encode()


def _event(entry: Entry, clinic: str) -> tuple[str, ...]:
    changed = _utc(entry.changed_at)
    off = not entry.takes_place
    return (
        "BEGIN:VEVENT",
        f"UID:session-{entry.pk}@{clinic}.mesoclinic.invalid",
        f"SEQUENCE:{entry.sequence}",
        f"DTSTAMP:{changed}",
        f"LAST-MODIFIED:{changed}",
        *_when(entry),
        # Some programs show a cancelled entry like any other: so the title says it.
        f"SUMMARY:{'Cancelled: treatment session' if off else 'Treatment session'}",
        _place(entry.site, entry.room),
        f"DESCRIPTION:S-{entry.pk:06d}",
        f"STATUS:{'CANCELLED' if off else 'CONFIRMED'}",
        f"TRANSP:{'TRANSPARENT' if off else 'OPAQUE'}",
        "CLASS:PRIVATE",
        "END:VEVENT",
    )


def _when(entry: Entry) -> tuple[str, str]:
    """Start and end at the site's clock, with its zone.

    A local time that comes twice means the first one to every reader; for the second
    there is only UTC, and both ends are written alike.
    """
    zone = _zone(entry.zone)
    ends = (entry.starts_at.astimezone(zone), entry.ends_at.astimezone(zone))
    if any(end.fold for end in ends):
        return f"DTSTART:{_utc(ends[0])}", f"DTEND:{_utc(ends[1])}"
    start, end = map(_local, ends)
    return f"DTSTART;TZID={entry.zone}:{start}", f"DTEND;TZID={entry.zone}:{end}"


@lru_cache(maxsize=256)
def _place(site: str, room: str | None) -> str:
    """Where, escaped, and folded at 75 bytes."""
    where = vText(f"{room}, {site}" if room else site).to_ical().decode()
    return Contentline(f"LOCATION:{where}").to_ical().decode()


# --- Zones --------------------------------------------------------------------


def _zones(entries: list[Entry]) -> Iterator[str]:
    """A VTIMEZONE for each zone, good for all years that an entry is in."""
    if not entries:
        return
    first = min(entry.starts_at for entry in entries).year - 1
    last = max(entry.ends_at for entry in entries).year + 1
    for name in sorted({entry.zone for entry in entries}):
        yield from _vtimezone(name, first, last)


@lru_cache(maxsize=256)
def _vtimezone(name: str, first: int, last: int) -> tuple[str, ...]:
    """Spell out a zone's clock changes from the year `first` to `last`.

    Written here because icalendar's own (7.3) puts the spring change after the gap,
    where RFC 5545 3.6.5 wants the local time before it: an hour late, to a program
    that goes by the text and not by the zone's name.
    """
    zone = _zone(name)
    start = dt.datetime(first, 1, 1, tzinfo=dt.UTC)
    end = dt.datetime(last + 1, 1, 1, tzinfo=dt.UTC)
    changes = [start, *_changes(zone, start, end)]
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}"]
    for moment in changes:
        lines += _observance(zone, moment, is_first=moment == start)
    return (*lines, "END:VTIMEZONE")


def _observance(zone: ZoneInfo, moment: dt.datetime, *, is_first: bool) -> list[str]:
    """From one moment on: which offset came before, and which one holds now."""
    now = moment.astimezone(zone)
    before = now if is_first else (moment - _AN_HOUR).astimezone(zone)
    earlier = _offset(before)
    kind = "DAYLIGHT" if now.dst() else "STANDARD"
    return [
        f"BEGIN:{kind}",
        f"DTSTART:{_local(moment + earlier)}",
        f"TZOFFSETFROM:{_signed(earlier)}",
        f"TZOFFSETTO:{_signed(_offset(now))}",
        f"TZNAME:{now.tzname()}",
        f"END:{kind}",
    ]


def _changes(
    zone: ZoneInfo, start: dt.datetime, end: dt.datetime
) -> Iterator[dt.datetime]:
    """Moments (UTC, to the minute) at which the clocks are changed."""
    day = dt.timedelta(days=1)
    while start < end:
        if _kind(zone, start) != _kind(zone, start + day):
            yield _first_minute_after(zone, start, start + day)
        start += day


def _first_minute_after(
    zone: ZoneInfo, start: dt.datetime, end: dt.datetime
) -> dt.datetime:
    """Halve the span until one minute is left: the clocks change as it begins."""
    before, after = 0, round((end - start).total_seconds()) // 60
    while after - before > 1:
        middle = (before + after) // 2
        if _kind(zone, start + dt.timedelta(minutes=middle)) == _kind(zone, start):
            before = middle
        else:
            after = middle
    return start + dt.timedelta(minutes=after)


def _kind(zone: ZoneInfo, moment: dt.datetime) -> tuple[dt.timedelta, bool]:
    local = moment.astimezone(zone)
    return _offset(local), bool(local.dst())


# --- Times as text ------------------------------------------------------------


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _offset(local: dt.datetime) -> dt.timedelta:
    return local.utcoffset() or dt.timedelta()


def _local(moment: dt.datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%S}"


def _utc(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def _signed(offset: dt.timedelta) -> str:
    """`+0100`, `-0330`."""
    sign = "-" if offset < dt.timedelta() else "+"
    minutes = round(abs(offset).total_seconds()) // 60
    return f"{sign}{minutes // 60:02d}{minutes % 60:02d}"
