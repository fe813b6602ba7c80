"""From whatever a camera or a scanner made to plain pictures of pages. Pure.

A file is taken for what its bytes are, whatever it is called. Only what can be seen
survives: each page is drawn and encoded anew, so that places, names, scripts and
whatever else was hidden in the file stay behind.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from PIL import ExifTags, Image, ImageOps

if TYPE_CHECKING:
    import pypdfium2

MOST_MB = 15
MOST_BYTES = MOST_MB * 1024 * 1024
MOST_PAGES = 10
MOST_PIXELS = 50_000_000
LONGEST_EDGE_PX = 2400
_QUALITY = 80
_DPI = 200
_POINTS_PER_INCH = 72

_JPEG, _PNG, _PDF = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-"
# Programs that read PDF look for its beginning in so many bytes.
_PDF_MAY_BEGIN_IN = 1024
_TRANSPARENT = {"LA", "La", "PA", "RGBA", "RGBa"}
# What decoders raise at bytes that make no sense to them.
_BROKEN = (
    ArithmeticError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
_DAMAGED = (
    "This file is damaged or incomplete. Photograph or scan the sheet again, and "
    "attach the new file."
)


class NotAPicture(ValueError):  # noqa: N818  it says what the file is
    """The file cannot be taken; says why, to whoever attached it."""


def reencoded(data: bytes) -> list[bytes]:
    """Return the pages of a JPEG, a PNG or a PDF, each as a new JPEG.

    Raises NotAPicture for everything else, and for what is too large or damaged.
    """
    refuse_too_large(len(data))
    if data.startswith(_PDF):
        return _pages_of_pdf(data)
    if not data.startswith((_JPEG, _PNG)):
        raise NotAPicture("This file is not a JPEG, a PNG or a PDF.")
    _refuse_second_nature(data)
    return [_page_of_picture(data)]


def refuse_too_large(size: int) -> None:
    """Raise NotAPicture for a file of more bytes than are taken."""
    if size > MOST_BYTES:
        raise NotAPicture(f"This file is too large: up to {MOST_MB} MB are taken.")


def size_px(jpeg: bytes) -> tuple[int, int]:
    """Width and height of a page as `reencoded` returns it."""
    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as image:
        return image.size


def _refuse_second_nature(data: bytes) -> None:
    """A picture that other programs would open as a document or as an archive."""
    if _PDF in data[:_PDF_MAY_BEGIN_IN] or zipfile.is_zipfile(io.BytesIO(data)):
        raise NotAPicture(
            "This file is a picture and something else in one. Photograph or scan the "
            "sheet again, and attach the new file."
        )


def _page_of_picture(data: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
            _refuse_too_many_pixels(*image.size)
            # A JPEG is then decoded at a fraction, if that is more than is kept.
            image.draft(None, (LONGEST_EDGE_PX, LONGEST_EDGE_PX))
            image.load()
            return _encoded(_upright(_small(_on_white(image)), _orientation(image)))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except NotAPicture:
        raise
    except _BROKEN as error:
        raise NotAPicture(_DAMAGED) from error


def _refuse_too_many_pixels(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise _too_many_pixels()


def _too_many_pixels() -> NotAPicture:
    most = MOST_PIXELS // 1_000_000
    return NotAPicture(
        f"This picture has more than {most} megapixels. Photograph or scan the sheet "
        "at a lower resolution."
    )


def _on_white(image: Image.Image) -> Image.Image:
    """In plain colours, on white where it was transparent."""
    if image.mode.startswith("I"):
        # 16 bits of grey; converted as they are, all but black would be white.
        image = image.point(lambda grey: grey * (1 / 256)).convert("L")
    if image.mode not in _TRANSPARENT and "transparency" not in image.info:
        return image.convert("RGB")
    seen = image.convert("RGBA")
    paper = Image.new("RGB", seen.size, "white")
    paper.paste(seen, mask=seen.getchannel("A"))
    return paper


def _small(image: Image.Image) -> Image.Image:
    image.thumbnail((LONGEST_EDGE_PX, LONGEST_EDGE_PX), Image.Resampling.LANCZOS)
    return image


def _orientation(image: Image.Image) -> int:
    """How the camera was held, as EXIF numbers it; what cannot be read is upright."""
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except _BROKEN:
        return 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    image.info.clear()
    image.getexif()[ExifTags.Base.Orientation] = orientation
    return ImageOps.exif_transpose(image)


def _encoded(image: Image.Image) -> bytes:
    """As a JPEG of pixels only: from a picture that carries nothing else along."""
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    jpeg = io.BytesIO()
    bare.save(jpeg, "JPEG", quality=_QUALITY, optimize=True)
    return jpeg.getvalue()


def _pages_of_pdf(data: bytes) -> list[bytes]:
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        with closing(PdfDocument(data)) as document:
            _refuse_locked(document)
            _refuse_too_many_pages(len(document))
            return list(_drawn(document))
    except NotAPicture:
        raise
    except PdfiumError as error:
        raise _locked_or_damaged(error) from error
    except _BROKEN as error:
        raise NotAPicture(_DAMAGED) from error


def _locked_or_damaged(error: Exception) -> NotAPicture:
    return _locked() if "password" in str(error).lower() else NotAPicture(_DAMAGED)


def _locked() -> NotAPicture:
    return NotAPicture(
        "This PDF is locked with a password. Save it without one, or scan the sheet "
        "again."
    )


def _refuse_locked(document: "pypdfium2.PdfDocument") -> None:
    """One can be locked against changes only, and open without a password."""
    from pypdfium2.raw import FPDF_GetSecurityHandlerRevision

    if FPDF_GetSecurityHandlerRevision(document) != -1:
        raise _locked()


def _refuse_too_many_pages(count: int) -> None:
    if not count:
        raise NotAPicture("This PDF has no pages.")
    if count > MOST_PAGES:
        raise NotAPicture(
            f"This PDF has {count} pages: up to {MOST_PAGES} are taken at a time."
        )


def _drawn(document: "pypdfium2.PdfDocument") -> Iterator[bytes]:
    for number in range(len(document)):
        with closing(document[number]) as page:
            _refuse_huge_pictures_on(page)
            longest = max(*page.get_size(), 1)
            scale = min(_DPI / _POINTS_PER_INCH, (LONGEST_EDGE_PX - 1) / longest)
            with closing(page.render(scale=scale)) as bitmap:
                yield _encoded(bitmap.to_pil())


def _refuse_huge_pictures_on(page: "pypdfium2.PdfPage") -> None:
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    for picture in page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE]):
        _refuse_too_many_pixels(*picture.get_px_size())
