"""Names in every script that we print, compared as pictures.

Text read back from a PDF does not tell: a wrong glyph may have the right letter behind
it. So each name is also drawn by another program (Pillow, with the same font files),
piece by piece as it should stand from left to right, and the two pictures compared.
"""

import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

import page as pdf_validator
import pypdfium2
import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from PIL import (
    Image,
    ImageChops,
    ImageDraw,
    ImageFilter,
    ImageFont,
    ImageStat,
    features,
)
from pypdf import PdfReader

from mesoclinic import letters
from mesoclinic.letters import unprintable
from mesoclinic.pdf import Paper, make_pdf, press
from mesoclinic.templatetags.clinic import own_direction
from protocols.wording import shipped
from sessions.paper.content import Identity
from sessions.paper.printing import leaflet_document, sheet_document
from sessions.paper.samples import SMITH, draft_sheet, leaflet

pytestmark = pytest.mark.no_database

FONTS = {
    "latin": "vendor/noto-sans-400/NotoSans_400Regular.ttf",
    "bold": "vendor/noto-sans-600/NotoSans_600SemiBold.ttf",
    "arabic": "vendor/ibm-plex-sans-arabic-400/IBMPlexSansArabic_400Regular.ttf",
    "bold arabic": "vendor/ibm-plex-sans-arabic-600/IBMPlexSansArabic_600SemiBold.ttf",
    "hebrew": "vendor/noto-sans-hebrew-400/NotoSansHebrew_400Regular.ttf",
    "bold hebrew": "vendor/noto-sans-hebrew-600/NotoSansHebrew_600SemiBold.ttf",
    "emoji": "vendor/noto-emoji-400/NotoEmoji_400Regular.ttf",
}
RIGHT_TO_LEFT = {"arabic", "bold arabic", "hebrew", "bold hebrew"}
OURS = re.compile(
    r"/[A-Z]{6}\+(Noto-(Sans(-Hebrew|-Math|-Symbols-2,)?(-Semi-Bold)?|Emoji)"
    r"|IBM-Plex-Sans-Arabic(-Semi-Bold)?)"
)
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"

# Pictures are compared at this height in pixels, in cells of this size.
HEIGHT, CELL = 96, 8
# The worst cell of a right name is below 30 of 255; a wrong dot is above 80.
TOLERATED = 45

Piece = tuple[str, str]


# --- Two pictures of a name -------------------------------------------------


def page_with(body: str) -> bytes:
    line = f"<p style='font-size: 48pt; white-space: nowrap'>{body}</p>"
    return make_pdf(page_of(line), paper=Paper.A4)


def page_of(body: str) -> str:
    return (
        "<html lang='en'><head><title>t</title></head>"
        f"<body class='leaflet'>{body}</body></html>"
    )


def pictures(content: bytes, *, scale: float) -> Iterator[Image.Image]:
    """Yield each page: ink is white, paper black."""
    with closing(pypdfium2.PdfDocument(content)) as document:
        for number in range(len(document)):
            with (
                closing(document[number]) as page,
                closing(page.render(scale=scale, grayscale=True)) as bitmap,
            ):
                yield ImageChops.invert(bitmap.to_pil().convert("L"))


def printed(name: str) -> Image.Image:
    """Return the ink of a name as our printing sets it."""
    [page] = pictures(page_with(own_direction(name)), scale=8)
    return inked(page.crop((0, 0, page.width, page.height // 2)))


def drawn(*pieces: Piece) -> Image.Image:
    """Return the ink of texts side by side, from left to right, each in one font."""
    fonts = [fitting(name) for _, name in pieces]
    lengths = [
        font.getlength(text, direction=direction)
        for (text, _), (font, direction) in zip(pieces, fonts, strict=True)
    ]
    canvas = Image.new("L", (round(sum(lengths)) + 600, 1200))
    pen = ImageDraw.Draw(canvas)
    starts = accumulate(lengths, initial=300.0)
    for (text, _), (font, direction), left in zip(pieces, fonts, starts, strict=False):
        place = (left, 700)
        pen.text(place, text, fill=255, font=font, direction=direction, anchor="ls")
    return inked(canvas)


def fitting(name: str) -> tuple[ImageFont.FreeTypeFont, str]:
    """Return a font of ours, and which way its letters run."""
    font = ImageFont.truetype(
        str(finders.find(FONTS[name])), 384, layout_engine=ImageFont.Layout.RAQM
    )
    return font, "rtl" if name in RIGHT_TO_LEFT else "ltr"


def inked(image: Image.Image) -> Image.Image:
    """Return the part of an image that has ink; fail where none has."""
    box = image.getbbox()
    assert box, "blank"
    return image.crop(box)


def worst_cell(one: Image.Image, other: Image.Image) -> int:
    """Return how far two pictures are apart where they differ most: 0 to 255."""
    stretch = (one.width / one.height) / (other.width / other.height)
    if not 0.97 < stretch < 1.03:
        return 255
    size = (round(HEIGHT * other.width / other.height), HEIGHT)
    apart = ImageChops.difference(normal(one, size), normal(other, size))
    cells = (apart.width // CELL, apart.height // CELL)
    return int(apart.resize(cells, Image.Resampling.BOX).getextrema()[1])


def normal(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    framed = Image.new("L", (size[0] + 2 * CELL, size[1] + 2 * CELL))
    framed.paste(image.resize(size, Image.Resampling.LANCZOS), (CELL, CELL))
    return framed.filter(ImageFilter.GaussianBlur(1.5))


def embedded(content: bytes) -> set[str]:
    """Return the names of the fonts in a PDF."""
    pages = PdfReader(io.BytesIO(content)).pages
    return {
        font.get_object()["/BaseFont"]
        for page in pages
        for font in page["/Resources"]["/Font"].values()
    }


# --- Names look like themselves ---------------------------------------------

# What is typed, and what must be seen from left to right.
NAMES: dict[str, tuple[Piece, ...]] = {
    "Łódź": (("Łódź", "latin"),),
    "Ångström": (("Ångström", "latin"),),
    "Đặng Thị": (("Đặng Thị", "latin"),),
    "Αθήνα": (("Αθήνα", "latin"),),
    "Київ": (("Київ", "latin"),),
    "Ţăndărică": (("Ţăndărică", "latin"),),
    "İstanbul ığ": (("İstanbul ığ", "latin"),),
    "Þórður Ævarsson": (("Þórður Ævarsson", "latin"),),
    "Zoe\u0308": (("Zoë", "latin"),),
    "अनिल क्षत्रिय": (("अनिल क्षत्रिय", "latin"),),
    "فاطمة الزهراء": (("فاطمة الزهراء", "arabic"),),
    "יעקב בן־דוד": (("יעקב בן־דוד", "hebrew"),),
    "שָׁלוֹם": (("שָׁלוֹם", "hebrew"),),
    "فاطمة 12 الزهراء": ((" الزهراء", "arabic"), ("12", "latin"), ("فاطمة ", "arabic")),
    "יעקב 12 בן־דוד": (("בן־דוד", "hebrew"), (" 12 ", "latin"), ("יעקב", "hebrew")),
    "יעקב 12": (("12 ", "latin"), ("יעקב", "hebrew")),
    "יעקב (Kobi) כהן": (("כהן", "hebrew"), (" (Kobi) ", "latin"), ("יעקב", "hebrew")),
    "Kobi כהן 3": (("Kobi ", "latin"), ("3 ", "latin"), ("כהן", "hebrew")),
    "🙂": (("🙂", "emoji"),),
    FAMILY: ((FAMILY, "emoji"),),
    "Zoë 🙂 Łódź": (("Zoë ", "latin"), ("🙂", "emoji"), (" Łódź", "latin")),
}


def test_pillow_can_shape_and_turn_what_it_draws() -> None:
    assert features.check("raqm")


@pytest.mark.parametrize("name", NAMES)
def test_a_name_looks_like_itself(name: str) -> None:
    assert worst_cell(printed(name), drawn(*NAMES[name])) < TOLERATED


def test_a_bold_name_looks_like_itself() -> None:
    [page] = pictures(page_with("<b>Łódź Київ</b>"), scale=8)
    bold = inked(page.crop((0, 0, page.width, page.height // 2)))

    assert worst_cell(bold, drawn(("Łódź Київ", "bold"))) < TOLERATED
    assert worst_cell(bold, drawn(("Łódź Київ", "latin"))) > TOLERATED


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("Âódù", "Łódź"),  # what several subsets under one name once printed
        ("Łodź", "Łódź"),
        ("Ångstrom", "Ångström"),
        ("Dặng Thị", "Đặng Thị"),
        ("Αθηνα", "Αθήνα"),
        ("Киів", "Київ"),
        ("Tăndărică", "Ţăndărică"),
        ("Ţăndarică", "Ţăndărică"),
        ("Istanbul ığ", "İstanbul ığ"),
        ("İstanbul ig", "İstanbul ığ"),
        ("Þórdur Ævarsson", "Þórður Ævarsson"),
        ("Zoe", "Zoe\u0308"),
        ("فاطمه الزهراء", "فاطمة الزهراء"),
        ("יעקב בן־דור", "יעקב בן־דוד"),
        ("دوج־نب بقعي", "יעקב בן־דוד"),
        ("فاطمة 21 الزهراء", "فاطمة 12 الزهراء"),
        ("בן־דוד 12 יעקב", "יעקב 12 בן־דוד"),
        ("😊", "🙂"),
        (FAMILY.replace("\u200d", ""), FAMILY),
    ],
)
def test_the_comparison_sees_one_wrong_letter(wrong: str, right: str) -> None:
    assert worst_cell(printed(wrong), drawn(*NAMES[right])) > TOLERATED


@pytest.mark.parametrize("name", ["יעקב בן־דוד", "فاطمة الزهراء"])
def test_the_comparison_sees_a_name_that_runs_the_wrong_way(name: str) -> None:
    # Drawn letter by letter from left to right, as a program that knows no better.
    [(_, font)] = NAMES[name]
    letters_in_turn = [(letter, font) for letter in name]

    assert worst_cell(printed(name), drawn(*letters_in_turn)) > TOLERATED
    assert worst_cell(printed(name[::-1]), drawn((name, font))) > TOLERATED


def test_a_name_in_brackets_needs_a_direction_of_its_own() -> None:
    """Without one, the words of a name in two scripts change places."""
    name = "יעקב (Kobi) כהן"
    [page] = pictures(page_with(f"<bdi>{name}</bdi>"), scale=8)
    without = inked(page.crop((0, 0, page.width, page.height // 2)))

    assert worst_cell(without, drawn(*NAMES[name])) > TOLERATED
    sheet = draft_sheet(identity=replace(SMITH, name_family=name, name_given=name))
    html = render_to_string("print/sheet.html", {"sheet": sheet})
    assert html.count(f'<bdi dir="rtl">{name}</bdi>') == 4


# --- What is read out, searched and copied ----------------------------------

ARABIC = "ا ب ت ث ج ح خ د ذ ر ز س ش ص ض ط ظ ع غ ف ق ك ل م ن ه و ي ة ى ء أ إ ؤ ئ پ چ ژ گ"


@pytest.mark.parametrize(
    "text", [ARABIC, "مسودة، تنتظر موافقة العيادة", "שלום", "Łódź"]
)
def test_the_text_behind_the_letters_is_what_was_typed(text: str) -> None:
    assert words_behind(page_with(own_direction(text))) == text.split()


@pytest.mark.parametrize("language", shipped())
def test_each_letter_of_a_leaflet_is_behind_its_picture(language: str) -> None:
    """In any order: programs turn round two letters that are drawn as one."""
    words = " ".join(shipped()[language].lists["call"])

    read = words_behind(make_pdf(page_of(own_direction(words)), paper=Paper.A4))

    assert Counter("".join(read)) == Counter("".join(words.split()))


def test_each_glyph_of_arabic_with_its_vowel_signs_has_a_character() -> None:
    """PDF/UA asks for it; one glyph without makes the whole table of a font invalid."""
    signs = [each for each in map(chr, range(0x610, 0x6EE)) if not unprintable(each)]
    marks = [each for each in signs if unicodedata.category(each) == "Mn"]
    content = page_with(own_direction(" ".join(f"ب{each}\u0651" for each in marks)))

    report = pdf_validator.validate_pdf_bytes(content, profile="ua1")

    assert len(marks) > 40
    assert [failure.message for failure in report.failures] == []


def words_behind(content: bytes) -> list[str]:
    """What a program finds on a page, but for the numbers in its foot."""
    with (
        closing(pypdfium2.PdfDocument(content)) as document,
        closing(document[0]) as page,
        closing(page.get_textpage()) as found,
    ):
        *words, number, count = found.get_text_range().split()
    assert (number, count) == ("1", "1")
    return words


# --- Only our fonts ---------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_printed_in_fonts_that_ship(name: str) -> None:
    content = page_with(own_direction(name))

    assert all(OURS.fullmatch(font) for font in embedded(content)), embedded(content)
    assert not list(PdfReader(io.BytesIO(content)).pages[0].images)


@pytest.mark.parametrize("weight", [400, 600])
def test_every_letter_that_counts_as_printable_is_in_our_fonts(
    weight: int, caplog: pytest.LogCaptureFixture
) -> None:
    every = sorted(
        each for each in letters._drawable() if not each.isspace() and each > " "
    )
    text = " ".join(every).translate({ord("<"): "&lt;", ord("&"): "&amp;"})
    styled = f"<p style='font-weight: {weight}'>{text}</p>"

    content = make_pdf(page_of(styled), paper=Paper.A4)

    assert len(every) > 5000
    assert all(OURS.fullmatch(font) for font in embedded(content)), embedded(content)
    assert caplog.messages == []


def test_a_letter_that_we_lack_is_seen_to_be_lacking(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the test above means something."""
    assert unprintable("Ա王") == "Ա王"

    monkeypatch.setattr(press, "unprintable", lambda _: "")
    content = page_with("Ա王")

    assert not all(OURS.fullmatch(font) for font in embedded(content))
    assert "王" in " ".join(caplog.messages)


# --- As long as a name may be -----------------------------------------------

LONGEST = 120
LONG = {
    "Latin": "Þórðúr Ævarssön-Łódźka Đặng Thị Ţăndărică " * 3,
    "Latin, one word": "Łódźkańgströmþúrðăţ" * 7,
    "Greek": "Παπαδόπουλος Αθηναΐς " * 6,
    "Cyrillic": "Олександрівна-Київська Щербаківна " * 4,
    "Arabic": "فاطمة الزهراء بنت عبد الرحمن " * 5,
    "Arabic, one word": "عبدالرحمنالزهراء" * 8,
    "Hebrew": "יעקב בן־דוד הלוי 12 " * 7,
    "Hebrew, one word": "שלומציוןירושלמי" * 9,
    "emoji": "🙂" * LONGEST,
}
LONG = {name: text[:LONGEST].strip() for name, text in LONG.items()}
MM = 72 / 25.4


def long_sheet(name: str) -> bytes:
    identity: Identity = replace(SMITH, name_family=name, name_given=name)
    sheet = draft_sheet(24, identity=identity)
    return sheet_document(sheet, paper=Paper.A4, zone=ZoneInfo("UTC")).printed().content


def long_leaflet(name: str, **changes: Any) -> bytes:
    content = leaflet(patient_name=name, **changes)
    return leaflet_document(content, paper=Paper.A4).printed().content


def texts(content: bytes) -> Iterator[pypdfium2.PdfTextPage]:
    """Yield the text of each page, open while it is looked at."""
    with closing(pypdfium2.PdfDocument(content)) as document:
        for number in range(len(document)):
            with (
                closing(document[number]) as page,
                closing(page.get_textpage()) as text,
            ):
                yield text


@pytest.mark.parametrize("script", LONG)
@pytest.mark.parametrize("make", [long_sheet, long_leaflet])
def test_nothing_of_a_long_name_is_beyond_the_edge(make: Any, script: str) -> None:
    nothing_beyond_the_edge(make(LONG[script]))


def nothing_beyond_the_edge(content: bytes) -> None:
    """Hold that all that is on the pages lies where printers reach."""
    size = PdfReader(io.BytesIO(content)).pages[0].mediabox
    edge = 4.5 * MM
    for text in texts(content):
        boxes = [text.get_charbox(index) for index in range(text.count_chars())]
        left, bottom, right, top = zip(*boxes, strict=True)
        assert min(left) >= edge
        assert min(bottom) >= edge
        assert max(right) <= size.width - edge
        assert max(top) <= size.height - edge
    for picture in pictures(content, scale=2):
        left, top, right, bottom = picture.getbbox()
        assert min(left, top) >= 2 * edge - 1
        assert right <= picture.width - 2 * edge + 1
        assert bottom <= picture.height - 2 * edge + 1


def test_nothing_of_a_foot_is_beyond_the_edge() -> None:
    sheet = draft_sheet(24, protocol="Wolfe Schlegelstein protocol " * 4)

    nothing_beyond_the_edge(
        sheet_document(sheet, paper=Paper.A4, zone=ZoneInfo("UTC")).printed().content
    )


@pytest.mark.parametrize("language", shipped())
def test_nothing_of_a_leaflets_foot_is_beyond_the_edge(language: str) -> None:
    formats = {"other_formats": shipped()[language].words["other_formats"]}

    nothing_beyond_the_edge(long_leaflet("x", words=dict(leaflet().words) | formats))


@pytest.mark.parametrize("script", LONG)
@pytest.mark.parametrize("make", [long_sheet, long_leaflet])
def test_nothing_of_a_long_name_is_missing(make: Any, script: str) -> None:
    name, times = LONG[script], 2 if make is long_sheet else 1
    expected = Counter("".join((name * times).upper().split()))

    for text in texts(make(name)):
        assert not expected - Counter(text.get_text_range().upper())
        break  # with each page it is named on: test_documents_pdf.py


@pytest.mark.parametrize("script", ["Arabic", "Arabic, one word", "Hebrew"])
def test_no_part_of_a_long_name_is_without_ink(script: str) -> None:
    """The letters behind a picture can all be there, and not be drawn."""
    name = LONG[script]
    font = f"bold {script.split(',')[0].lower()}"
    words = [(word, font if word != "12" else "bold") for word in name.split()]
    expected = sum(weight(drawn(word)) for word in words) * (13 / 384) ** 2

    found = leaflet_weight(name) - leaflet_weight("")

    assert found == pytest.approx(expected, rel=0.02)
    assert found != pytest.approx(expected * 0.95, rel=0.02)


def leaflet_weight(name: str) -> float:
    context = {"leaflet": leaflet(patient_name=name)}
    content = make_pdf(render_to_string("print/leaflet.html", context), paper=Paper.A4)
    return sum(weight(page) for page in pictures(content, scale=6)) / 36


def weight(image: Image.Image) -> float:
    """Return how much ink an image has, in its own squares."""
    return ImageStat.Stat(image).sum[0] / 255
