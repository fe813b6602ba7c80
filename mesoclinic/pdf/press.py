"""From HTML to a PDF: tagged for screen readers, and closed to the network.

What people typed is printed, never obeyed: a document reads the fonts, drawings and
styles that ship with the program and nothing else. Runs in a child process
(printers.py), one document at a time.
"""

import atexit
import gc
import logging
import mimetypes
import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from django.contrib.staticfiles import finders

from mesoclinic.letters import STYLESHEET, unprintable
from mesoclinic.pdf.paper import Paper, PdfError, Printed

if TYPE_CHECKING:
    from weasyprint import CSS, Document
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

# A real scheme: with one of our own, relative addresses in the CSS would be lost.
STATIC_URL = "https://static.invalid/"
# A QR code; nothing that people type is ever an address.
_PICTURE = "data:image/png;base64,"
_PDF_UA = {"pdf_variant": "pdf/ua-1"}


def make(html: str, *, paper: Paper, tagged: bool = True) -> Printed:
    """Return `html` as PDF/UA-1; untagged only to measure what the tags cost."""
    if missing := unprintable(html):
        raise PdfError(f"these letters cannot be printed: {' '.join(missing)}")
    from weasyprint.urls import FatalURLFetchingError

    from mesoclinic.pdf.page import NotWellFormedError, Page

    options = _PDF_UA if tagged else {}
    with _collector_held(), _faults_raised():
        try:
            press = _press(paper)
            page = Page(html, base_url=STATIC_URL, url_fetcher=press.fetcher)
            laid_out = page.render(
                press.fonts, stylesheets=[press.stylesheet], **options
            )
            content = laid_out.write_pdf(finisher=_name_bare_glyphs, **options)
            return Printed(content, pages=len(laid_out.pages))
        except NotWellFormedError as error:
            raise PdfError(f"the page is not well-formed: {error}") from error
        except FatalURLFetchingError as error:  # a BaseException
            raise PdfError(f"{error}: {error.__cause__}") from error


def make_pdf(html: str, *, paper: Paper) -> bytes:
    """Return `html` as a PDF, made here and now; for what is not made in a server."""
    return make(html, paper=paper).content


def make_to_fit(pages: Sequence[str], *, paper: Paper) -> Printed:
    """Return the first of these that comes on one page; where none does, the first.

    In a child process no collector runs by itself: what was made leaves its rubbish
    among the young objects, and those are looked through once, at the end.
    """
    try:
        return _first_to_fit(pages, paper)
    finally:
        gc.collect(0)


def _first_to_fit(pages: Sequence[str], paper: Paper) -> Printed:
    made = []
    for html in pages:
        made.append(make(html, paper=paper))
        if made[-1].pages == 1:
            return made[-1]
    return made[0]


def _name_bare_glyphs(_: "Document", pdf: Any) -> None:
    """Give each glyph a character, as PDF/UA asks.

    Some vowel signs of Arabic are drawn in parts, and all but the first are left
    without one. They get U+034F: it shows nothing, and joins nothing, in text that is
    copied or read out.
    """
    for item in pdf.objects:
        stream = getattr(item, "stream", [])
        if b"begincmap" in stream:
            item.stream = [line.replace(b"> <>", b"> <034f>") for line in stream]


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
        """Reads our static files, and a picture that is in the page itself.

        Anything else stops the document, unasked.
        """

        def fetch(
            self, url: str, headers: dict[str, str] | None = None
        ) -> URLFetcherResponse:
            if url.startswith(_PICTURE):
                png = b64decode(url.removeprefix(_PICTURE), validate=True)
                return URLFetcherResponse(url, png, {"Content-Type": "image/png"})
            content_type, _ = mimetypes.guess_type(url)
            return URLFetcherResponse(
                url,
                _static_file(url).read_bytes(),
                {"Content-Type": content_type or "application/octet-stream"},
            )

    return StaticFilesOnly(fail_on_errors=True)


def static_files() -> list[Path]:
    """Return the stylesheet and every file that it names."""
    styles = _static_file(STATIC_URL + STYLESHEET)
    named = sorted(set(re.findall(r'url\("\.\./(.+?)"\)', styles.read_text("utf-8"))))
    return [styles, *(_static_file(STATIC_URL + each) for each in named)]


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
