"""Many documents at once: made on all printers, and joined into one."""

import hashlib
from collections.abc import Iterable, Sequence
from functools import partial

from mesoclinic.pdf import joining, printers
from mesoclinic.pdf.documents import BEGUN_S, Document, begun, keep_or_say, papers
from mesoclinic.pdf.paper import PdfError, Printed


def make_all(documents: Iterable[Document]) -> dict[str, PdfError]:
    """Make what is not ready yet; return what failed and why, by the document's key.

    One that fails leaves the others.
    """
    started = [(each, each.start()) for each in documents if not each.is_ready]
    failed = {}
    for document, future in started:
        try:
            document.keep(future)
        except PdfError as error:
            failed[document.key] = error
    return failed


def joined(documents: Sequence[Document], *, title: str) -> Printed:
    """Return documents that are ready as one; raises PdfError."""
    key = joined_key([each.key for each in documents], title=title)
    printed = papers().get(key)
    if printed is None:
        parts = [each.printed() for each in documents]
        printed = printers.run(joining.join, parts, title=title)
        papers().set(key, printed)
    return printed


def prepare_joined(keys: Sequence[str], *, title: str) -> None:
    """Begin to join documents that are ready, by their keys."""
    key = joined_key(keys, title=title)
    if key in papers() or not papers().add(begun(key), True, BEGUN_S):
        return
    parts = [papers().get(each) for each in keys]
    future = printers.start(joining.join, parts, title=title)
    future.add_done_callback(partial(keep_or_say, key))


def joined_key(keys: Sequence[str], *, title: str) -> str:
    return hashlib.sha256("\0".join(("joined", title, *keys)).encode()).hexdigest()
