"""Of a file only what can be seen survives, and what is no picture is refused."""

import io
import os
import zipfile
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from sessions.paper.photos import apart, reencoding
from sessions.paper.photos.apart import reencoded_apart
from sessions.paper.photos.reencoding import (
    LONGEST_EDGE_PX,
    MOST_BYTES,
    NotAPicture,
    reencoded,
    size_px,
)
from tests.sessions.paper.photos import files
from tests.sessions.paper.photos.files import SECRET, WIDE, encoded, sheet

# Pillow says so when it leaves out a part of EXIF that it cannot read.
pytestmark = [
    pytest.mark.no_database,
    pytest.mark.filterwarnings("ignore::UserWarning:PIL"),
]


@pytest.fixture(autouse=True)
def as_in_the_child(monkeypatch) -> None:
    """WeasyPrint tells Pillow, for its whole process, to make do with half a file."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)


def opened(jpeg: bytes) -> Image.Image:
    with Image.open(io.BytesIO(jpeg)) as image:
        image.load()
        return image


def page_of(data: bytes) -> Image.Image:
    (jpeg,) = reencoded(data)
    return opened(jpeg)


def is_upright(image: Image.Image) -> bool:
    """Whether the mark is where `sheet` makes it, and paper is everywhere else."""
    (width, height), grey = image.size, image.convert("L")
    mark = grey.getpixel((width // 12, height // 12))
    corners = [(-width // 12, height // 12), (width // 12, -height // 12)]
    paper = [grey.getpixel((x % width, y % height)) for x, y in corners]
    return mark < 40 and min(paper) > 215


def segments(jpeg: bytes) -> set[int]:
    """The markers of a JPEG, up to its pixels."""
    found, at = set(), 2
    while jpeg[at + 1] != 0xDA:
        found.add(jpeg[at + 1])
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4])
    return found


# --- What is kept ---------------------------------------------------------------


def test_photograph_comes_out_upright_and_bare():
    (jpeg,) = reencoded(files.photographed_sideways())

    page = opened(jpeg)
    assert (page.format, page.mode, page.size) == ("JPEG", "RGB", WIDE)
    assert is_upright(page)
    assert not page.getexif()
    assert set(page.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    # Of application segments and comments only JFIF's own.
    assert segments(jpeg) & {*range(0xE1, 0xF0), 0xFE} == set()
    assert SECRET.encode() not in jpeg
    assert jpeg.endswith(b"\xff\xd9")


def test_the_photograph_had_what_is_gone():
    """The control of the test above."""
    photograph = files.photographed_sideways()

    assert not is_upright(opened(photograph))
    assert opened(photograph).getexif().get_ifd(0x8825)
    assert segments(photograph) >= {0xE1, 0xE2, 0xFE}
    assert photograph.count(SECRET.encode()) == 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_however_it_was_held(orientation):
    turned_back = {
        1: [],
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }
    image = sheet()
    for turn in turned_back[orientation]:
        image = image.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation

    page = page_of(encoded(image, exif=exif))

    assert page.size == WIDE
    assert is_upright(page)


@pytest.mark.parametrize("exif", [b"rubbish", b"MM\0*\0\0\0\x08\xff\xff"])
def test_orientation_that_cannot_be_read_is_upright(exif):
    assert is_upright(page_of(encoded(sheet(), exif=b"Exif\0\0" + exif)))


def test_png_comes_out_without_its_texts():
    png = files.png_with_texts()
    assert SECRET.encode() in png
    assert SECRET in str(opened(png).info)

    (jpeg,) = reencoded(png)

    assert SECRET not in str(opened(jpeg).info)
    assert SECRET.encode() not in jpeg
    assert is_upright(opened(jpeg))


def test_transparent_is_white():
    clear = sheet(mode="RGBA")
    clear.putalpha(Image.eval(clear.convert("L"), lambda grey: 255 - grey))

    assert is_upright(page_of(encoded(clear, "PNG")))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_png_of_any_colours(mode):
    assert is_upright(page_of(encoded(sheet().convert(mode), "PNG")))


def test_png_of_sixteen_bits_is_not_all_white():
    deep = sheet(mode="L").convert("I").point(lambda grey: grey * 200).convert("I;16")

    grey = page_of(encoded(deep, "PNG")).convert("L")

    assert 190 < grey.getpixel((-1 % grey.width, -1 % grey.height)) < 210


def test_transparent_colour_of_a_palette_is_white():
    image = sheet().convert("P")
    image.info["transparency"] = image.getpixel((0, 0))

    page = page_of(encoded(image, "PNG")).convert("L")

    assert page.getextrema()[0] > 215


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_jpeg_of_any_colours(mode):
    assert is_upright(page_of(encoded(sheet().convert(mode))))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("size", [(6000, 3000), (3000, 5000)])
def test_large_picture_is_made_smaller(size, kind):
    page = page_of(encoded(sheet(size), kind))

    assert max(page.size) == LONGEST_EDGE_PX
    assert page.width / page.height == pytest.approx(size[0] / size[1], abs=0.01)
    assert is_upright(page)


def test_small_picture_stays_as_large_as_it_is():
    assert page_of(encoded(sheet((2400, 30)))).size == (2400, 30)
    assert page_of(encoded(sheet((1, 1)))).size == (1, 1)


def test_what_was_made_once_is_taken_again():
    (once,) = reencoded(encoded(sheet()))

    assert size_px(once) == WIDE
    assert is_upright(page_of(once))


# --- PDF --------------------------------------------------------------------------


def test_pdf_becomes_pictures_of_its_pages():
    pdf = files.pdf_with_more()
    assert b"JavaScript" in pdf

    pages = reencoded(pdf)

    assert len(pages) == 2
    for jpeg in pages:
        assert is_upright(opened(jpeg))
        assert segments(jpeg) & {*range(0xE1, 0xF0), 0xFE} == set()
        assert SECRET.encode() not in jpeg
    # 400 pixels at 144 to the inch, drawn at 200.
    assert opened(pages[0]).width in (555, 556)


def test_pdf_of_a_poster_is_made_smaller():
    (jpeg,) = reencoded(files.pdf_of(sheet((7000, 1000))))

    assert 2398 <= opened(jpeg).width <= LONGEST_EDGE_PX


def test_ten_pages_and_not_eleven():
    assert len(reencoded(files.pdf_of(*[sheet()] * 10))) == 10
    with pytest.raises(NotAPicture, match="11 pages: up to 10"):
        reencoded(files.pdf_of(*[sheet()] * 11))


@pytest.mark.parametrize("password", ["secret", ""])
def test_locked_pdf(password):
    """Also one that is locked against changes only, and opens without a password."""
    with pytest.raises(NotAPicture, match="locked with a password"):
        reencoded(files.pdf_locked(password))


def test_pdf_that_is_broken():
    pdf = files.pdf_of(sheet())
    for data in (b"%PDF-1.7\n", b"%PDF-1.7 rubbish" * 99, pdf[:200]):
        with pytest.raises(NotAPicture, match="damaged"):
            reencoded(data)


def test_pdf_with_a_huge_picture():
    with pytest.raises(NotAPicture, match="more than 50 megapixels"):
        reencoded(files.pdf_with_bomb())


# --- What is refused --------------------------------------------------------------


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    return file.getvalue()


def others() -> dict[str, bytes]:
    return {
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
        "xml and svg": b'<?xml version="1.0"?><svg/>',
        "html": b"<!doctype html><script>alert(1)</script>",
        "gif": encoded(sheet(), "GIF"),
        "tiff": encoded(sheet(), "TIFF"),
        "bmp": encoded(sheet(), "BMP"),
        "webp": encoded(sheet(), "WEBP"),
        "postscript": encoded(sheet(), "EPS"),
        "zip": zipped(),
        "heic": b"\0\0\0\x18ftypheic\0\0\0\0",
        "text": b"Pain before: 7",
        "pdf after something": b"GIF89a" + files.pdf_of(sheet()),
        "jpeg after something": b" " + encoded(sheet()),
        "nothing": b"",
    }


@pytest.mark.parametrize("name", others())
def test_what_is_no_picture_whatever_its_name(name):
    with pytest.raises(NotAPicture, match="not a JPEG, a PNG or a PDF"):
        reencoded(others()[name])


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_truncated_picture(kind):
    whole = encoded(Image.effect_noise(WIDE, 60), kind)
    for share in (0.1, 0.5, 0.9):
        with pytest.raises(NotAPicture, match="damaged or incomplete"):
            reencoded(whole[: int(len(whole) * share)])


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_first_bytes_of_a_picture_and_nothing_like_it_after(kind):
    head = encoded(sheet(), kind)[:8]
    for rest in (b"", b"\0" * 500, b"<script>alert(1)</script>" * 40):
        with pytest.raises(NotAPicture, match="damaged"):
            reencoded(head + rest)


@pytest.mark.parametrize("side", [7072, 10_000, 14_000, 65_000, 2**31 - 1])
def test_picture_that_says_it_is_huge(side):
    """Refused by what it says, before a byte is reserved for it."""
    with pytest.raises(NotAPicture, match="megapixels|damaged"):
        reencoded(files.png_bomb(side, side))


def test_jpeg_of_too_many_pixels():
    with pytest.raises(NotAPicture, match="more than 50 megapixels"):
        reencoded(encoded(Image.new("L", (10_000, 5001))))


def test_png_whose_text_unpacks_to_gigabytes():
    texts = files.PngImagePlugin.PngInfo()
    texts.add_text("Author", "x" * 3_000_000, zip=True)

    with pytest.raises(NotAPicture, match="damaged"):
        reencoded(encoded(sheet(), "PNG", pnginfo=texts))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_two_kinds_of_file_in_one(kind):
    picture = encoded(sheet(), kind)
    document = encoded(sheet(), comment=b"%PDF-1.7")

    for data in (picture + zipped(), document):
        with pytest.raises(NotAPicture, match="something else in one"):
            reencoded(data)


def test_a_film_behind_a_photograph_is_dropped():
    """As phones do; to refuse it would refuse their photographs."""
    (jpeg,) = reencoded(encoded(sheet()) + b"\0\0\0\x18ftypmp42" + os.urandom(5000))

    assert b"ftypmp42" not in jpeg


def test_fifteen_megabytes_and_not_a_byte_more():
    picture = encoded(sheet())
    full = picture + b"\0" * (MOST_BYTES - len(picture))

    assert len(reencoded(full)) == 1
    with pytest.raises(NotAPicture, match="up to 15 MB"):
        reencoded(full + b"\0")


_fuzz = hypothesis_settings(
    max_examples=60,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.mark.parametrize(
    "whole",
    [encoded(sheet()), files.png_with_texts(), files.pdf_with_more(1)],
    ids=["jpeg", "png", "pdf"],
)
@_fuzz
@given(data=st.data())
def test_whatever_happened_to_a_file_it_is_taken_or_refused(whole, data):
    broken = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(broken) - 1))
        broken[at] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(len(broken) // 2, len(broken)))

    with suppress(NotAPicture):
        pages = reencoded(bytes(broken[:end]))
        assert all(max(size_px(page)) <= LONGEST_EDGE_PX for page in pages)


# --- In a process of its own --------------------------------------------------------


def test_child_takes_and_refuses_the_same():
    assert reencoded_apart(files.pdf_of(sheet(), sheet((50, 60)))) == reencoded(
        files.pdf_of(sheet(), sheet((50, 60)))
    )
    with pytest.raises(NotAPicture, match="not a JPEG, a PNG or a PDF"):
        reencoded_apart(b"<svg/>")


def test_child_refuses_half_a_file_whatever_this_process_does(monkeypatch):
    half = encoded(Image.effect_noise(WIDE, 60))[:3000]
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    assert reencoded(half)  # the control: here it is taken

    with pytest.raises(NotAPicture, match="damaged or incomplete"):
        reencoded_apart(half)


def test_child_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(apart, "LONGEST_S", 0.01)

    with pytest.raises(NotAPicture, match="cannot be read"):
        reencoded_apart(encoded(sheet()))


def test_child_that_crashes_is_a_refusal(monkeypatch, tmp_path):
    # There is no such module there: it ends before it has said anything.
    monkeypatch.setattr(apart, "_ROOT", tmp_path)

    with pytest.raises(NotAPicture, match="cannot be read"):
        reencoded_apart(encoded(sheet()))


def test_without_the_limit_on_pixels_a_bomb_is_decoded(monkeypatch):
    """The control of the bombs above."""
    monkeypatch.setattr(reencoding, "MOST_PIXELS", 10**12)

    assert reencoded(encoded(Image.new("L", (10_000, 5001))))
