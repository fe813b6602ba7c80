"""Files as cameras and scanners make them, and as nobody should."""

import io
import struct
import zlib

from PIL import ExifTags, Image, ImageDraw, PngImagePlugin
from pypdf import PdfWriter
from pypdf.actions import JavaScript
from pypdf.annotations import Link

WIDE = (400, 200)
# What must not survive: found in what is made of a file, it fails the test.
SECRET = "zilpzalp-was-here"


def sheet(size: tuple[int, int] = WIDE, mode: str = "RGB") -> Image.Image:
    """White, with a black mark in the upper left corner."""
    page = Image.new(mode, size, "white")
    width, height = size
    ImageDraw.Draw(page).rectangle((0, 0, width // 4, height // 4), fill="black")
    return page


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def photographed_sideways() -> bytes:
    """As a phone stores it: lying, with a note how to turn it, and where it was."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Make] = SECRET
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (51.0, 30.0, 0.0)
    lying = sheet().transpose(Image.Transpose.ROTATE_90)
    jpeg = encoded(lying, exif=exif, comment=SECRET, icc_profile=SECRET.encode())
    return jpeg + SECRET.encode()


def png_with_texts() -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", SECRET)
    texts.add_itxt("XML:com.adobe.xmp", SECRET, zip=True)
    return encoded(sheet(), "PNG", pnginfo=texts)


def pdf_of(*pages: Image.Image) -> bytes:
    file = io.BytesIO()
    first, *others = pages
    first.save(file, "PDF", save_all=True, append_images=others, resolution=144)
    return file.getvalue()


def pdf_with_more(pages: int = 2) -> bytes:
    """Metadata, a script that runs on opening, an attachment and a link."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf_of(*[sheet()] * pages)))
    writer.add_metadata({"/Author": SECRET, "/Title": SECRET})
    writer.add_open_action(JavaScript(f"app.alert('{SECRET}')"))
    writer.add_attachment("secret.txt", SECRET.encode())
    writer.add_annotation(0, Link(rect=(0, 0, 50, 50), url=f"https://{SECRET}.example"))
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def pdf_locked(password: str, owner: str = "owner") -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(pdf_of(sheet())))
    writer.encrypt(password, owner, algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def pdf_with_bomb() -> bytes:
    """A page whose picture says that it is 20,000 pixels wide and as high."""
    small = encoded(Image.new("L", (8, 8)), "PDF")
    return small.replace(b"/Width 8", b"/Width 20000").replace(
        b"/Height 8", b"/Height 20000"
    )


def png_bomb(width: int, height: int) -> bytes:
    """A few bytes that say they are a huge picture."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    chunks = ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + _checksum(kind + data)
        for kind, data in chunks
    )


def _checksum(data: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(data))
