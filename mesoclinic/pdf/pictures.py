"""A printed page as a picture, to be looked at before it is printed."""

import io

from mesoclinic.pdf import printers
from mesoclinic.pdf.documents import Document, papers

# Twice what a screen shows of a page 80 rem wide: letters stay sharp.
DPI = 132


def picture(document: Document, page: int) -> bytes:
    """Return one page, counted from 1, as PNG; raises PdfError, IndexError."""
    printed = document.printed()
    if not 1 <= page <= printed.pages:
        raise IndexError(page)
    key = f"{document.key}.{page}"
    png = papers().get(key)
    if png is None:
        png = printers.run(draw, printed.content, page)
        papers().set(key, png)
    return png


def draw(pdf: bytes, page: int) -> bytes:
    """Return a page of a PDF as PNG."""
    import pypdfium2

    with pypdfium2.PdfDocument(pdf) as document:
        bitmap = document[page - 1].render(scale=DPI / 72)
        target = io.BytesIO()
        bitmap.to_pil().save(target, "PNG")
        return target.getvalue()
