"""Hours of a day as typed: read strictly, written back the same."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesoclinic.typed import NotUnderstood
from sessions.schedule.spans import format_spans, parse_spans


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("8-18", "08:00–18:00"),
        ("8 – 18", "08:00–18:00"),
        ("0800—1800", "08:00–18:00"),
        ("8:30–12:30, 14–18", "08:30–12:30, 14:00–18:00"),
        ("14–18; 8.30-12", "08:30–12:00, 14:00–18:00"),
        ("8h30 to 12h and 14 until 18", "08:30–12:00, 14:00–18:00"),
        ("8-12 & 12-18", "08:00–12:00, 12:00–18:00"),
        ("0–23:59", "00:00–23:59"),
        ("Closed", "closed"),
        ("–", "closed"),
        ("  ", "closed"),
    ],
)
def test_reads_what_people_type(typed, read):
    assert format_spans(parse_spans(typed)) == read


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("8", "Write hours like 8:30–12:30, 14–18."),
        ("8-12-14", "Write hours like"),
        ("8-12,", "Write hours like"),
        ("-8", "Write hours like"),
        ("all day", "Write hours like"),
        ("8-6", "Did you mean 08:00–18:00?"),
        ("8-8", "08:00–08:00 ends before it starts."),
        ("19-18", "19:00–18:00 ends before it starts."),
        ("8–12, 11–14", "08:00–12:00 and 11:00–14:00 overlap."),
        ("8–18, 9–10", "overlap"),
        ("9–9:03", "too short"),
        ("0–24", "A day ends at 23:59 here."),
        ("8-24:00", "A day ends at 23:59 here."),
        ("8–25", "Write a time like 09:30."),
        ("8am–6pm", "Write a time like 09:30."),
        ("٨–١٢", "Write a time like 09:30."),
        ("8,30-12", "Write hours like"),
        (", ".join(f"{n}:00-{n}:30" for n in range(7)), "at most 6"),
        ("8-12" * 100, "too long"),
    ],
)
def test_asks_again_for_what_nobody_means(typed, says):
    with pytest.raises(NotUnderstood, match=says.replace("?", r"\?")):
        parse_spans(typed)


@st.composite
def spans_of_a_day(draw):
    """Up to six spans, apart or touching, none under five minutes."""
    edges = sorted(draw(st.sets(st.integers(0, 287), max_size=12)))
    times = [dt.time(*divmod(5 * edge, 60)) for edge in edges]
    return tuple(zip(times[::2], times[1::2], strict=False))


@given(spans_of_a_day())
def test_what_is_written_is_read_back(spans):
    assert parse_spans(format_spans(spans)) == spans


@given(st.text(max_size=60))
def test_any_text_is_read_or_asked_for_again(typed):
    try:
        spans = parse_spans(typed)
    except NotUnderstood:
        return
    assert all(starts < ends for starts, ends in spans)
    assert all(a[1] <= b[0] for a, b in zip(spans, spans[1:], strict=False))
