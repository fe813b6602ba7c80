"""A page as somebody meets it: its boxes filled in and sent, its queries counted."""

import html
import re
from html.parser import HTMLParser
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

_TICKED = {"radio", "checkbox"}


class _Boxes(HTMLParser):
    """Collects what a browser would send from the forms of <main>, as they stand."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.inside = False
        self.textarea = self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        self.inside = self.inside or tag == "main"
        if not self.inside:
            return
        if tag == "input" and name and _is_sent(given):
            unnamed = "on" if given.get("type") in _TICKED else ""
            self.values[name] = given.get("value", unnamed) or ""
        elif tag == "textarea":
            self.textarea, self.values[name] = name, ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select:
            chosen = given.get("value") or ""
            if "selected" in given or self.select not in self.values:
                self.values[self.select] = chosen

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "main"
        if tag == "textarea":
            # The line break that Django writes first is not part of the text.
            self.values[self.textarea] = self.values[self.textarea].removeprefix("\n")
            self.textarea = ""
        elif tag == "select":
            self.select = ""

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.values[self.textarea] += data


def _is_sent(given: dict[str, str | None]) -> bool:
    return given.get("type") not in _TICKED or "checked" in given


def boxes(page: HttpResponse) -> dict[str, str]:
    """What stands in the boxes of a page, hidden ones too."""
    reader = _Boxes()
    reader.feed(page.content.decode())
    return reader.values


def fill_in(client: Client, url: str, **typed: Any) -> HttpResponse:
    """Open the page, type into its boxes, send it. None unticks a box."""
    filled = boxes(client.get(url)) | typed
    return client.post(url, {k: v for k, v in filled.items() if v is not None})


def text_of(page: HttpResponse) -> str:
    """What the page says: no tags, entities read, one space between words."""
    main = re.split(r"<main[^>]*>", page.content.decode())[-1]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", main)).split())


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)
