"""Documents that are made once: what says the same is not made again.

A finished document is kept by a hash of all that goes into it, so what is served is
never stale. They lie in a folder that all processes of the server share.
"""

import hashlib
import logging
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from importlib.metadata import version
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.http import content_disposition_header
from pebble import ProcessFuture

from mesoclinic.pdf import press, printers
from mesoclinic.pdf.paper import Paper, Printed

# Where a document says since when it has said the same. No text that people type can
# look like it, as theirs is escaped.
STAMP = "<time></time>"
# Its first class; what people type is never a tag.
BODY = '<body class="'
TEMPLATES = settings.BASE_DIR / "templates" / "print"
# For how long another process is taken to be at work, and a failure is remembered.
BEGUN_S = 60
FAILED_S = 60

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Document:
    """A template and what it says.

    `zone` is where the clinic is, for a template that says since when it says this.
    `fits` are classes of the body, tried in turn until it comes on one page; where it
    never does, it is printed as by the first.
    """

    template: str
    context: dict[str, Any]
    paper: Paper
    zone: ZoneInfo | None = None
    fits: tuple[str, ...] = ("",)

    @cached_property
    def html(self) -> str:
        """The page as by none of the fits, and still without the time."""
        return render_to_string(self.template, self.context)

    @cached_property
    def key(self) -> str:
        """A hash of all that goes into the document, but for the time."""
        says = "\0".join((_program(), self.paper, *self.fits, self.html))
        return hashlib.sha256(says.encode()).hexdigest()

    @property
    def is_ready(self) -> bool:
        return self.key in papers()

    def printed(self) -> Printed:
        """Return the PDF; raises PdfError where it cannot be made."""
        return papers().get(self.key) or self.keep(self.start())

    def prepare(self) -> None:
        """Make it in the background, unless it is made or being made already."""
        if not self.is_ready and papers().add(begun(self.key), True, BEGUN_S):
            self.start().add_done_callback(partial(keep_or_say, self.key))

    def keep(self, future: ProcessFuture) -> Printed:
        """Wait for what `start` began, and keep it; raises PdfError."""
        return _keep(self.key, future)

    def start(self) -> ProcessFuture:
        """Begin to make it in the next child process that is free."""
        now = f"{timezone.now().astimezone(self.zone):%a %d-%b-%Y %H:%M}"
        html = self.html.replace(STAMP, f"<time>{now}</time>")
        pages = [html.replace(BODY, f"{BODY}{fit} ", 1) for fit in self.fits]
        return printers.start(press.make_to_fit, pages, paper=self.paper)


def failure(key: str) -> str:
    """Why the document of that key could not be made; empty where nothing failed."""
    return papers().get(_failed(key), "")


def papers() -> BaseCache:
    """Where finished documents lie: a folder that all processes of the server share."""
    return caches["papers"]


def _keep(key: str, future: ProcessFuture) -> Printed:
    printed = printers.outcome(future)
    papers().set(key, printed)
    papers().delete(_failed(key))
    return printed


def keep_or_say(key: str, future: ProcessFuture) -> None:
    """Keep what was made in the background, or why it was not."""
    try:
        _keep(key, future)
    except Exception as error:  # noqa: BLE001  told to whoever waits for it
        _log.exception("a document could not be made ahead")
        papers().set(_failed(key), str(error) or type(error).__name__, FAILED_S)
        papers().delete(begun(key))


def begun(key: str) -> str:
    """Under which key it stands that somebody is at work on a document."""
    return f"{key}.begun"


def _failed(key: str) -> str:
    return f"{key}.failed"


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


@lru_cache(maxsize=1)
def _program() -> str:
    """What goes into every document besides what it says.

    Styles, fonts, templates, and the layout engine: a new version of any of them makes
    every document anew.
    """
    made_of = hashlib.sha256(version("weasyprint").encode())
    for path in (*press.static_files(), *sorted(TEMPLATES.rglob("*.html"))):
        made_of.update(path.read_bytes())
    return made_of.hexdigest()
