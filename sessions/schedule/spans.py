"""The hours of a day as people type them, read strictly: `8:30–12:30, 14–18`. Pure.

Every refusal is a NotUnderstood, with a message fit for the person who typed.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from mesoclinic.typed import NotUnderstood, parse_time
from sessions.schedule.minutes import minute_of

Span = tuple[dt.time, dt.time]
Spans = tuple[Span, ...]

CLOSED: Spans = ()
CLOSED_WORD = "closed"
MOST = 6
# What is shorter is a slip: nobody can be treated in it.
SHORTEST_MIN = 5
LONGEST_TEXT = 200

_DASHES = re.compile(r"\s*(?:[-‐‑‒–—−]|\bto\b|\buntil\b)\s*")
_BETWEEN = re.compile(r"\s*(?:[,;&+\n]|\band\b)\s*")
_MIDNIGHT = re.compile(r"24(?:[:.h]?00|h)?")


def parse_spans(text: str) -> Spans:
    """Return the spans of a day in their order; none for `closed` or nothing."""
    text = text.strip().lower()
    if len(text) > LONGEST_TEXT:
        raise NotUnderstood("This is too long for the hours of one day.")
    if text in {"", CLOSED_WORD, "-", "–"}:
        return CLOSED
    spans = tuple(sorted(_span(part) for part in _BETWEEN.split(text)))
    if len(spans) > MOST:
        raise NotUnderstood(f"Write at most {MOST} spans for one day.")
    refuse_overlaps(spans)
    return spans


def refuse_overlaps(spans: Sequence[Span]) -> None:
    """Raise where a span begins before the one before it has ended."""
    for earlier, later in pairwise(spans):
        if later[0] < earlier[1]:
            raise NotUnderstood(
                f"{span_words(earlier)} and {span_words(later)} overlap."
            )


def format_spans(spans: Iterable[Span]) -> str:
    """Return spans as one would type them: `08:30–12:30, 14:00–18:00`."""
    return ", ".join(map(span_words, spans)) or CLOSED_WORD


def span_words(span: Span) -> str:
    starts, ends = span
    return f"{starts:%H:%M}–{ends:%H:%M}"


def refuse_slips(starts: dt.time, ends: dt.time) -> None:
    """Raise for a span that nobody means: backwards, empty, or of a few minutes."""
    length = minute_of(ends) - minute_of(starts)
    if length <= 0:
        raise NotUnderstood(_backwards(starts, ends))
    if length < SHORTEST_MIN:
        raise NotUnderstood(f"{span_words((starts, ends))} is too short for anybody.")


def _span(part: str) -> Span:
    times = _DASHES.split(part)
    if len(times) != 2 or not all(times):
        raise NotUnderstood("Write hours like 8:30–12:30, 14–18.")
    starts, ends = map(_time, times)
    refuse_slips(starts, ends)
    return starts, ends


def _time(text: str) -> dt.time:
    if _MIDNIGHT.fullmatch(text):
        raise NotUnderstood("A day ends at 23:59 here.")
    return parse_time(text)


def _backwards(starts: dt.time, ends: dt.time) -> str:
    said = f"{span_words((starts, ends))} ends before it starts."
    if ends.hour < 12 and minute_of(ends) + 12 * 60 > minute_of(starts):
        return f"{said} Did you mean {span_words((starts, _evening(ends)))}?"
    return said


def _evening(at: dt.time) -> dt.time:
    return at.replace(hour=at.hour + 12)
