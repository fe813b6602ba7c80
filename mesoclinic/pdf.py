"""From a template to a PDF: tagged for screen readers, and closed to the network.

What people typed is printed, never obeyed: a document reads the fonts, drawings and
styles that ship with the program and nothing else.
"""

import atexit
import gc
import logging
import mimetypes
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.http import content_disposition_header

if TYPE_CHECKING:
    from weasyprint import CSS, Document
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

# A real scheme: with one of our own, relative addresses in the CSS would be lost.
STATIC_URL = "https://static.invalid/"
STYLESHEET = "css/print.css"
KEPT_DOCUMENTS = 64
_PDF_UA = {"pdf_variant": "pdf/ua-1"}


class PdfError(Exception):
    """A document could not be made. Always a fault of ours, never of its content."""


class Paper(StrEnum):
    """The sheets that clinics print on."""

    A4 = "a4"
    LETTER = "letter"


def render_pdf(template: str, context: dict[str, Any], *, paper: Paper) -> bytes:
    """Return `template` as PDF/UA-1; an unchanged document is not made twice."""
    return _make_once(render_to_string(template, context), paper=paper).content


def render_to_fit(
    template: str, contexts: Iterable[dict[str, Any]], *, paper: Paper
) -> bytes:
    """Return the first of these that comes on one page; where none does, the first."""
    made = []
    for context in contexts:
        document = _make_once(render_to_string(template, context), paper=paper)
        if document.pages == 1:
            return document.content
        made.append(document)
    return made[0].content


def pdf_response(content: bytes, *, filename: str) -> HttpResponse:
    """Return a PDF to show, not to store. `filename` tells nothing of the patient."""
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Cache-Control": "no-store, private",
            "Content-Disposition": content_disposition_header(False, filename),
            "X-Content-Type-Options": "nosniff",
        },
    )


@dataclass(frozen=True)
class Printed:
    """A document as it is sent to a printer."""

    content: bytes
    pages: int


def make_pdf(html: str, *, paper: Paper) -> bytes:
    """Return `html` as PDF/UA-1, made anew."""
    return _make(html, paper=paper).content


def _make(html: str, *, paper: Paper) -> Printed:
    import weasyprint
    from weasyprint.urls import FatalURLFetchingError

    # One at a time: Pango's font map must not be shared by two running threads, the
    # garbage collector is the whole process's, and Python would take turns anyway.
    with _rendering, _collector_held(), _faults_raised():
        try:
            press = _press(paper)
            laid_out = weasyprint.HTML(
                string=html, base_url=STATIC_URL, url_fetcher=press.fetcher
            ).render(press.fonts, stylesheets=[press.stylesheet], **_PDF_UA)
            content = laid_out.write_pdf(finisher=_name_bare_glyphs, **_PDF_UA)
            return Printed(content, pages=len(laid_out.pages))
        except FatalURLFetchingError as error:  # a BaseException
            raise PdfError(f"{error}: {error.__cause__}") from error


def _name_bare_glyphs(_: "Document", pdf: Any) -> None:
    """Give each glyph a character, as PDF/UA asks.

    The dots of an Arabic letter are glyphs of their own, left without one. They get
    U+034F: it shows nothing, and joins nothing, in text that is copied or read out.
    """
    for item in pdf.objects:
        stream = getattr(item, "stream", [])
        if b"begincmap" in stream:
            item.stream = [line.replace(b"> <>", b"> <034f>") for line in stream]


# What was printed last, by what it says. Goes with the process, as the styles do.
_make_once = lru_cache(maxsize=KEPT_DOCUMENTS)(_make)
_rendering = threading.Lock()


@contextmanager
def _collector_held() -> Iterator[None]:
    """Keep the garbage collector still: it would walk a growing tree for nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass(frozen=True)
class _Press:
    """What printing needs besides a document: read once for each paper."""

    fetcher: "URLFetcher"
    fonts: "FontConfiguration"
    stylesheet: "CSS"


_presses: dict[Paper, _Press] = {}
# Fonts lie in a temporary folder until their press goes; later it could not clean up.
atexit.register(_presses.clear)


def _press(paper: Paper) -> _Press:
    if paper not in _presses:
        _presses[paper] = _build_press(paper)
    return _presses[paper]


def _build_press(paper: Paper) -> _Press:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    fetcher, fonts = _static_files_only(), FontConfiguration()
    url = STATIC_URL + STYLESHEET
    styles = _static_file(url).read_text(encoding="utf-8")
    stylesheet = CSS(
        string=f"{styles}\n@page {{ size: {paper} }}",
        base_url=url,
        url_fetcher=fetcher,
        font_config=fonts,
    )
    return _Press(fetcher, fonts, stylesheet)


def _static_files_only() -> "URLFetcher":
    """Return the only thing that opens files for a document.

    Made in a function, because importing its base class takes a second.
    """
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class StaticFilesOnly(URLFetcher):
        """Reads our static files. Anything else stops the document, unasked."""

        def fetch(
            self, url: str, headers: dict[str, str] | None = None
        ) -> URLFetcherResponse:
            content_type, _ = mimetypes.guess_type(url)
            return URLFetcherResponse(
                url,
                _static_file(url).read_bytes(),
                {"Content-Type": content_type or "application/octet-stream"},
            )

    return StaticFilesOnly(fail_on_errors=True)


def _static_file(url: str) -> Path:
    """Return the static file at `url`; raise PdfError for every other address."""
    found = None
    if url.startswith(STATIC_URL):
        path = unquote(urlsplit(url).path)
        found = finders.find(path.lstrip("/"))
    if found is None:
        raise PdfError(f"not one of our static files: {url[:200]}")
    return Path(found)


class _RaiseFaults(logging.Handler):
    """Turns into an error what WeasyPrint only logs.

    Its errors are parts of a page that it left out. A font that cannot be loaded is
    a warning to it; with no font at all, its next step ends the whole process.
    """

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if record.levelno >= logging.ERROR or message.startswith("Font-face"):
            raise PdfError(message)


@contextmanager
def _faults_raised() -> Iterator[None]:
    logger, handler = logging.getLogger("weasyprint"), _RaiseFaults()
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
