"""Many documents at once: made on all printers, and joined into one."""

import hashlib
from collections.abc import Iterable, Sequence

from mesoclinic.pdf import joining, printers
from mesoclinic.pdf.documents import Document, papers
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


def joined_key(keys: Sequence[str], *, title: str) -> str:
    return hashlib.sha256("\0".join(("joined", title, *keys)).encode()).hexdigest()
