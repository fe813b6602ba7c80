"""A day's wall clock as a set of minutes, one bit each. Pure.

Minute 0 is local midnight, bit 0. Open, busy and free times are then one `&` or `|`
apart, to the minute, and a whole day is one number of 180 bytes.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from functools import lru_cache
from zoneinfo import ZoneInfo

Minutes = int  # a set of minutes of one day

DAY = 24 * 60
NONE: Minutes = 0
ALL: Minutes = (1 << DAY) - 1


def span(starts: int, ends: int) -> Minutes:
    """Return the minutes from `starts` up to, not including, `ends`."""
    starts, ends = max(starts, 0), min(ends, DAY)
    return ((1 << (ends - starts)) - 1) << starts if ends > starts else NONE


def minute_of(at: dt.time) -> int:
    return at.hour * 60 + at.minute


def time_of(minute: int) -> dt.time:
    return dt.time(*divmod(minute, 60))


def between(starts: dt.time, ends: dt.time) -> Minutes:
    return span(minute_of(starts), minute_of(ends))


def every(step: int) -> Minutes:
    """Return every `step`th minute of the day, from midnight on."""
    return sum(1 << minute for minute in range(0, DAY, step))


def starts_for(free: Minutes, length: int) -> Minutes:
    """Return the minutes at which `length` free minutes begin."""
    starts, have = free, 1
    while have < length:
        shift = min(have, length - have)
        starts &= starts >> shift
        have += shift
    return starts


def each(minutes: Minutes) -> Iterator[int]:
    """Give the minutes of a set, the first one first."""
    while minutes:
        lowest = minutes & -minutes
        yield lowest.bit_length() - 1
        minutes ^= lowest


def first(minutes: Minutes) -> int:
    """Return the first minute of a set that is not empty."""
    return (minutes & -minutes).bit_length() - 1


def nearest(minutes: Minutes, to: int) -> int:
    """Return the minute of a set that is nearest to one; the earlier of two."""
    before, after = minutes & ((1 << to) - 1), minutes >> to << to
    if not before:
        return first(after)
    last = before.bit_length() - 1
    return last if not after or to - last <= first(after) - to else first(after)


def spans(minutes: Minutes) -> list[tuple[int, int]]:
    """Return the runs of a set as (first minute, minute after the last)."""
    found = []
    while minutes:
        starts = first(minutes)
        length = first(~(minutes >> starts))
        found.append((starts, starts + length))
        minutes &= ~span(starts, starts + length)
    return found


def of_moments(
    moments: Iterable[tuple[dt.datetime, dt.datetime]], *, on: dt.date, zone: ZoneInfo
) -> Minutes:
    """Return the minutes of a local day that spans of moments take up, however little.

    Where the clocks go back, both passes of an hour that comes twice count.
    """
    taken = NONE
    for starts, ends in moments:
        taken |= _minutes_of(starts.astimezone(zone), ends.astimezone(zone), on, zone)
    return taken


def _minutes_of(
    starts: dt.datetime, ends: dt.datetime, on: dt.date, zone: ZoneInfo
) -> Minutes:
    if not starts.date() <= on <= ends.date():
        return NONE
    begins = minute_of(starts.time()) if starts.date() == on else 0
    if ends.date() > on:
        return span(begins, DAY)
    over = 1 if ends.second or ends.microsecond else 0
    taken = span(begins, minute_of(ends.time()) + over)
    return taken | unclear(on, zone) if _went_back(starts, ends) else taken


def _went_back(starts: dt.datetime, ends: dt.datetime) -> bool:
    """Whether the clocks went back in between: a part of the day came twice."""
    return ends.replace(tzinfo=None) - starts.replace(tzinfo=None) < (
        ends.astimezone(dt.UTC) - starts.astimezone(dt.UTC)
    )


@lru_cache(maxsize=4096)
def unclear(on: dt.date, zone: ZoneInfo) -> Minutes:
    """Return the minutes that the clocks skip or show twice on a day: none to book."""
    midnight = dt.datetime.combine(on, dt.time(0))
    if _same_offset(midnight, midnight + dt.timedelta(days=1), zone):
        return NONE
    minutes = (midnight + dt.timedelta(minutes=n) for n in range(DAY))
    return sum(1 << n for n, at in enumerate(minutes) if _is_unclear(at, zone))


def _same_offset(one: dt.datetime, other: dt.datetime, zone: ZoneInfo) -> bool:
    return (
        one.replace(tzinfo=zone).utcoffset() == other.replace(tzinfo=zone).utcoffset()
    )


def _is_unclear(at: dt.datetime, zone: ZoneInfo) -> bool:
    first_pass, second_pass = (
        at.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)
    )
    return first_pass != second_pass
