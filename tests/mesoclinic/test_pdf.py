"""Documents read our static files and nothing else, and print the right letters."""

import gc
import io
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageStat
from pypdf import PdfReader

from mesoclinic.pdf import (
    Document,
    Paper,
    PdfError,
    documents,
    make_pdf,
    pdf_response,
    press,
)

pytestmark = pytest.mark.no_database

SVG = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><title>t</title>"
# One white dot.
PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2"
    "FAAAAABJRU5ErkJggg=="
)
PAGE = "<html lang='en'><head><title>t</title></head><body>{}</body></html>"


def page(body: str) -> str:
    return PAGE.format(body)


# --- What a document may read -----------------------------------------------


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server on this machine that notes who knocks."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def knocks(listener: socket.socket) -> int:
    """Return how many have tried to connect; the system keeps them waiting."""
    count = 0
    while True:
        try:
            listener.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


def test_a_knock_is_noticed(listener: socket.socket) -> None:
    socket.create_connection(listener.getsockname()).close()

    assert knocks(listener) == 1


@pytest.mark.parametrize(
    "body",
    [
        "<img alt='x' src='{url}'/>",
        "<link rel='stylesheet' href='{url}'/>",
        "<link rel='attachment' href='{url}'/>",
        "<style>@import url('{url}')</style>",
        "<style>@import '{url}'</style>",
        "<style>@font-face {{ font-family: X; src: url('{url}') }}</style>",
        "<p style=\"background: url('{url}')\">x</p>",
        "<style>p::before {{ content: url('{url}') }}</style><p>x</p>",
        "<ul style=\"list-style-image: url('{url}')\"><li>x</li></ul>",
        "<object data='{url}'></object><embed src='{url}'/>",
        "<base href='{url}/'/><img alt='x' src='here.png'/>",
        SVG + "<image width='9' height='9' href='{url}'/></svg>",
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https", "file", "data", "ftp"])
def test_a_resource_that_is_not_ours_is_refused_unasked(
    body: str, scheme: str, listener: socket.socket
) -> None:
    port = listener.getsockname()[1]
    url = {
        "file": "file:///etc/passwd",
        "data": "data:image/svg+xml;base64,PHN2Zy8+",
    }.get(scheme, f"{scheme}://127.0.0.1:{port}/x")

    with pytest.raises(PdfError, match="our static files|render SVG"):
        make_pdf(page(body.format(url=url)), paper=Paper.A4)

    assert knocks(listener) == 0


@pytest.mark.parametrize("data", ["", "AAAA", "%41", "not base64"])
def test_a_picture_in_the_page_that_is_none_is_refused(data: str) -> None:
    with pytest.raises(PdfError):
        make_pdf(
            page(f"<img alt='x' src='data:image/png;base64,{data}'/>"), paper=Paper.A4
        )


def test_a_picture_in_the_page_is_printed() -> None:
    pdf = make_pdf(
        page(f"<img alt='x' src='data:image/png;base64,{PNG}'/>"), paper=Paper.A4
    )

    assert len(PdfReader(io.BytesIO(pdf)).pages[0].images) == 1


@pytest.mark.parametrize(
    "body",
    [
        "<a href='{url}'>x</a>",
        "<iframe src='{url}'></iframe>",
        "<script src='{url}'></script>",
        "<video src='{url}' poster='{url}'></video>",
        "<input type='image' src='{url}'/>",
        "<meta http-equiv='refresh' content='0; url={url}'/>",
        SVG + "<use href='{url}#a'/></svg>",
    ],
)
def test_what_does_not_print_is_not_fetched(body: str, listener: socket.socket) -> None:
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/x"

    assert make_pdf(page(body.format(url=url)), paper=Paper.A4)
    assert knocks(listener) == 0


@pytest.mark.parametrize(
    "path",
    [
        "../../../../etc/passwd",
        "%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/etc/passwd",
        "css",
        "css/missing.css",
        "//127.0.0.1:1/x",
        "http://static.invalid/css/print.css",
    ],
)
def test_only_files_among_the_static_ones_are_found(path: str) -> None:
    with pytest.raises(PdfError):
        make_pdf(page(f"<img alt='x' src='{path}'/>"), paper=Paper.A4)


def test_a_static_file_is_found() -> None:
    body = "<img alt='No ice' src='drawings/leaflet/no-ice.svg'/>"

    assert make_pdf(page(body), paper=Paper.A4).startswith(b"%PDF-1.7")


# --- Fonts ------------------------------------------------------------------


@pytest.fixture
def other_static_files(settings, tmp_path: Path, monkeypatch) -> Path:
    """A copy of the stylesheet without what it names; presses are built anew."""
    shutil.copytree(
        Path(str(finders.find(press.STYLESHEET))).parent, tmp_path / "static" / "css"
    )
    settings.STATICFILES_DIRS = [tmp_path / "static"]
    monkeypatch.setattr(press, "_presses", {})
    return tmp_path / "static"


@pytest.mark.usefixtures("other_static_files")
def test_a_missing_font_is_an_error() -> None:
    with pytest.raises(PdfError, match="NotoSans_400Regular"):
        make_pdf(page("x"), paper=Paper.A4)


def test_a_broken_font_is_an_error(other_static_files: Path) -> None:
    for folder, name in (
        ("noto-sans-400", "NotoSans_400Regular.ttf"),
        ("noto-sans-600", "NotoSans_600SemiBold.ttf"),
        ("ibm-plex-sans-arabic-400", "IBMPlexSansArabic_400Regular.ttf"),
        ("ibm-plex-sans-arabic-600", "IBMPlexSansArabic_600SemiBold.ttf"),
    ):
        font = other_static_files / "vendor" / folder / name
        font.parent.mkdir(parents=True)
        font.write_bytes(b"not a font")

    with pytest.raises(PdfError, match="Font-face 'Noto Sans' cannot be loaded"):
        make_pdf(page("x"), paper=Paper.A4)


PIXELS = 80
NAMES = "Łódź Ångström Đặng Αθήνα Київ"
# What the letters above became when several subsets shared one family name, and more.
OTHERS = "ÂùdAOoaeiHKNnbyxzIlj"


@pytest.mark.parametrize(
    ("weight", "file"), [(400, "400Regular"), (600, "600SemiBold")]
)
def test_letters_look_like_themselves(weight: int, file: str, tmp_path: Path) -> None:
    """Compare pictures: with a wrong font inside, the text read back is still right."""
    letters = NAMES.replace(" ", "")
    style = f"font: {weight} 40pt Noto Sans; letter-spacing: 40pt; line-height: 2"
    lines = "<br/>".join(NAMES.split())
    content = make_pdf(page(f"<div style='{style}'>{lines}</div>"), paper=Paper.A4)
    font = finders.find(f"vendor/noto-sans-{weight}/NotoSans_{file}.ttf")
    models = {
        letter: drawn(letter, ImageFont.truetype(str(font), PIXELS))
        for letter in dict.fromkeys(letters + OTHERS)
    }

    read = [nearest(ink, models) for ink in printed_letters(content, tmp_path)]

    assert "".join(read) == letters


def printed_letters(content: bytes, folder: Path) -> Iterator[Image.Image]:
    """Yield a picture of each letter on the page: line by line, left to right."""
    (folder / "page.pdf").write_bytes(content)
    # At 144 dots an inch, 40 points are 80 pixels.
    subprocess.run(  # noqa: S603
        ["pdftoppm", "-r", "144", "-gray", folder / "page.pdf", folder / "page"],  # noqa: S607
        check=True,
    )
    sheet = ImageChops.invert(Image.open(next(folder.glob("page*.pgm"))))
    for line in blocks(sheet, across=False):
        for letter in blocks(line, across=True):
            yield letter.crop(letter.getbbox())


def blocks(image: Image.Image, *, across: bool) -> list[Image.Image]:
    """Cut an image at its wide gaps: into letters `across` it, into lines down it."""
    length, other = image.size if across else image.size[::-1]

    def part(start: int, end: int) -> Image.Image:
        return image.crop((start, 0, end, other) if across else (0, start, other, end))

    inked = [n for n in range(length) if part(n, n + 1).getbbox()]
    starts = [n for before, n in pairwise([-PIXELS, *inked]) if n - before > PIXELS / 3]
    return [part(start, end) for start, end in pairwise([*starts, length])]


def drawn(letter: str, font: ImageFont.FreeTypeFont) -> Image.Image:
    image = Image.new("L", (3 * PIXELS, 3 * PIXELS))
    ImageDraw.Draw(image).text((PIXELS, PIXELS), letter, fill=255, font=font)
    return image.crop(image.getbbox())


def nearest(ink: Image.Image, models: dict[str, Image.Image]) -> str:
    return min(models, key=lambda letter: difference(ink, models[letter]))


def difference(one: Image.Image, other: Image.Image) -> float:
    size = (max(one.width, other.width), max(one.height, other.height))
    first, second = Image.new("L", size), Image.new("L", size)
    first.paste(one)
    second.paste(other)
    return ImageStat.Stat(ImageChops.difference(first, second)).sum[0]


@pytest.mark.parametrize(
    "text", ["שלום", "😀", "≤ 3 → ✓", "\u202e\u2028\ufeff", "x" * 5000]
)
def test_what_people_type_prints(text: str) -> None:
    assert make_pdf(page(f"<p>{text}</p>"), paper=Paper.LETTER)


def test_every_white_space_prints() -> None:
    every = map(chr, range(sys.maxunicode))

    assert make_pdf(page("".join(filter(str.isspace, every))), paper=Paper.A4)


def test_what_xml_has_no_place_for_is_a_space() -> None:
    pdf = make_pdf(page("one\x0btwo\x0cthree\x1ffour"), paper=Paper.A4)

    assert PdfReader(io.BytesIO(pdf)).pages[0].extract_text() == "one two three four"


@pytest.mark.parametrize(
    "body", ["<p>x", "<br>", "a & b", "a&nbsp;b", "<b><i>x</b></i>"]
)
def test_a_template_with_a_slip_in_it_is_an_error_and_not_a_guess(body: str) -> None:
    with pytest.raises(PdfError, match="not well-formed"):
        make_pdf(page(body), paper=Paper.A4)


@pytest.mark.parametrize("letter", ["李", "ก"])
def test_a_letter_that_no_font_has_is_named_and_not_left_blank(letter: str) -> None:
    with pytest.raises(PdfError, match=f"cannot be printed: {letter}"):
        make_pdf(page(f"<p>a{letter}b</p>"), paper=Paper.LETTER)


# Of these there is nothing to say: they stand in a line, as whatever is not described.
INLINE = {"b", "i", "small", "span", "strong", "time"}
NOT_DRAWN = {"meta", "title", "link"}
OF_A_DRAWING = {"circle", "desc", "g", "path", "text"}


def test_our_stylesheet_describes_each_element_of_paper() -> None:
    """WeasyPrint is given no other: a list it leaves out would run on in a line."""
    templates = documents.TEMPLATES.rglob("*.html")
    tags = set(re.findall(r"<([a-z]\w*)", " ".join(map(Path.read_text, templates))))
    [styles] = [each for each in press.static_files() if each.suffix == ".css"]
    section = styles.read_text(encoding="utf-8").split("/* --- ")[2]

    selectors = re.sub(r"\{.*?\}|/\*.*?\*/", "", section, flags=re.DOTALL)
    described = set(re.findall(r"[a-z]\w*", selectors))

    assert section.startswith("What elements are")
    assert tags - described <= INLINE | NOT_DRAWN | OF_A_DRAWING


# --- Made once, one at a time -----------------------------------------------


@pytest.fixture
def template(settings, tmp_path: Path) -> str:
    """A template that prints what it is given."""
    (tmp_path / "note.html").write_text(page("{{ text }}"))
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    return "note.html"


def document(template: str, paper: Paper = Paper.A4, **context: str) -> Document:
    return Document(template, context, paper)


def test_an_unchanged_document_is_not_made_twice(template: str) -> None:
    first = document(template, text="as before").printed()

    assert document(template, text="as before").printed() == first
    assert document(template, text="changed").printed() != first
    assert document(template, Paper.LETTER, text="as before").printed() != first


def test_a_folder_that_cannot_be_used_is_no_reason_not_to_print(
    template: str, tmp_path: Path, settings, caplog
) -> None:
    (tmp_path / "no-folder").write_text("a file is in the way")
    settings.CACHES = settings.CACHES | {
        "papers": settings.CACHES["papers"] | {"LOCATION": str(tmp_path / "no-folder")}
    }

    assert document(template, text="as before").printed().pages == 1
    assert "papers are not kept" in caplog.text


def test_what_people_type_is_printed_not_obeyed(template: str) -> None:
    assert document(template, text="<img src=http://127.0.0.1:1/x>").printed()


def test_documents_made_at_once_equal_those_made_in_turn(template: str) -> None:
    texts = [f"Page {number} " * number for number in range(1, 13)]
    in_turn = [make_pdf(page(text), paper=Paper.A4) for text in texts]

    with ThreadPoolExecutor(8) as threads:
        at_once = list(
            threads.map(lambda text: document(template, text=text).printed(), texts)
        )

    assert [printed.content for printed in at_once] == in_turn


@pytest.mark.parametrize("enabled", [True, False])
def test_the_garbage_collector_is_left_as_it_was(enabled: bool) -> None:
    was_enabled = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        make_pdf(page("x"), paper=Paper.A4)
        with pytest.raises(PdfError):
            make_pdf(page("<img alt='x' src='missing.png'/>"), paper=Paper.A4)

        assert gc.isenabled() is enabled
    finally:
        (gc.enable if was_enabled else gc.disable)()


def test_starting_up_does_not_wait_for_the_pdf_library() -> None:
    program = "import sys, mesoclinic.pdf; sys.exit('weasyprint' in sys.modules)"

    started = subprocess.run([sys.executable, "-c", program], check=False)  # noqa: S603

    assert started.returncode == 0


# --- The response -----------------------------------------------------------


def test_a_response_is_shown_and_kept_nowhere() -> None:
    response = pdf_response(b"%PDF", filename="sheet-S-000482.pdf")

    assert response.content == b"%PDF"
    assert dict(response.headers) == {
        "Content-Type": "application/pdf",
        "Cache-Control": "no-store, private",
        "Content-Disposition": 'inline; filename="sheet-S-000482.pdf"',
        "X-Content-Type-Options": "nosniff",
    }
