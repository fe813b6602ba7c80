"""Form fields of the timetable."""

from typing import Any

from mesoclinic.fields import TypedField
from sessions.schedule.spans import CLOSED, Spans, format_spans, parse_spans


class SpansField(TypedField):
    """The hours of one day, `8:30–12:30, 14–18`; empty is closed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, **options})

    def parse(self, text: str) -> Spans:
        return parse_spans(text)

    def show(self, value: Spans) -> str:
        return format_spans(value)

    def clean(self, value: Any) -> Spans:
        return super().clean(value) or CLOSED
