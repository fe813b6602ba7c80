"""Which letters our fonts can draw, and how soon we know."""

import subprocess
import sys
import time
from functools import lru_cache
from itertools import groupby
from pathlib import Path

import pytest

from mesoclinic import letters
from mesoclinic.letters import font_files, unprintable
from protocols.wording import shipped


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Łódź Ångström Đặng Thị Ţăndărică İstanbul ığ Þórður Ævarsson",
        "Αθήνα Київ",
        "Zoe\u0308 Zoë",
        "فاطمة الزهراء ٣",
        "יעקב בן־דוד שָׁלוֹם",
        "🙂 👍🏽 🇫🇷 \U0001f468\u200d\U0001f469\u200d\U0001f467 1\ufe0f\u20e3",
        "अनिल",  # Noto Sans has Devanagari as well
        "5 µL, 60°, ± 0.1 mL – “x”",
    ],
)
def test_what_the_fonts_have_can_be_printed(text: str) -> None:
    assert unprintable(text) == ""


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Wang 王小明", "小明王"),
        ("ไทย", "ทยไ"),
        ("김 Kim 김", "김"),
        ("Աբ", "Աբ"),
        ("ა", "ა"),
        ("x\u0e47", "\u0e47"),
        ("\ue000\U0010ffff", "\ue000\U0010ffff"),
        ("\u3164", "\u3164"),  # a filler: a letter that nobody can see
    ],
)
def test_what_they_lack_is_named_once_and_sorted(text: str, missing: str) -> None:
    assert unprintable(text) == missing


@pytest.mark.parametrize(
    "text",
    [
        " \t\r\n\f\u00a0\u2009\u202f\u2028\u3000",
        "\u00ad\u034f\u061c\u200b\u200c\u200d\u200e\u200f\u2060\ufeff",
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
        "\ufe0e\ufe0f\U000e0067",
    ],
)
def test_what_has_no_shape_needs_no_font(text: str) -> None:
    assert unprintable(text) == ""


@pytest.mark.parametrize("language", shipped())
def test_the_words_that_we_ship_can_be_printed(language: str) -> None:
    assert unprintable(str(shipped()[language])) == ""


def test_a_name_in_capitals_can_be_printed_too() -> None:
    """The sheet has the family name in capitals."""
    capitals = "".join(each.upper() for each in letters._drawable())

    assert unprintable(capitals) == ""


def test_the_fonts_are_those_of_the_stylesheet() -> None:
    names = [font.name for font in font_files()]

    assert names == [
        "NotoSans_400Regular.ttf",
        "NotoSans_600SemiBold.ttf",
        "IBMPlexSansArabic_400Regular.ttf",
        "IBMPlexSansArabic_600SemiBold.ttf",
        "NotoSansHebrew_400Regular.ttf",
        "NotoSansHebrew_600SemiBold.ttf",
        "NotoSansMath_400Regular.ttf",
        "NotoSansSymbols2_400Regular.ttf",
        "NotoEmoji_400Regular.ttf",
    ]


def test_a_family_has_the_same_letters_in_each_weight() -> None:
    for family, fonts in groupby(font_files(), lambda font: font.name.split("_")[0]):
        cmaps = [set(letters._cmap(font)) for font in fonts]
        assert all(cmap == cmaps[0] for cmap in cmaps), family


@pytest.fixture
def other_stylesheet(settings, tmp_path: Path, monkeypatch) -> Path:
    """A stylesheet of the test's own, read anew."""
    settings.STATICFILES_DIRS = [tmp_path, *settings.STATICFILES_DIRS[1:]]
    monkeypatch.setattr(letters, "_drawable", lru_cache(letters._drawable.__wrapped__))
    (tmp_path / "css").mkdir()
    return tmp_path / "css" / "print.css"


def test_another_stylesheet_has_other_letters(other_stylesheet: Path) -> None:
    font = "vendor/noto-sans-hebrew-400/NotoSansHebrew_400Regular.ttf"
    other_stylesheet.write_text(
        f"@font-face {{ font-family: X; src: url(../{font}) }}\n"
        "p { background: url(../drawings/leaflet/no-ice.svg) }"
    )

    assert unprintable("דוד 🙂 Київ") == "Квиї🙂"


def test_a_font_that_is_not_there_is_an_error(other_stylesheet: Path) -> None:
    other_stylesheet.write_text("@font-face { src: url('../vendor/gone.ttf') }")

    with pytest.raises(FileNotFoundError, match=r"vendor/gone\.ttf"):
        unprintable("x")


def test_the_fonts_are_read_once() -> None:
    unprintable("x")
    started = time.perf_counter()
    for _ in range(100):
        unprintable("Łódź 王 " * 1000)

    assert time.perf_counter() - started < 1
    assert letters._drawable.cache_info().misses == 1


def test_starting_up_does_not_wait_for_the_font_library() -> None:
    program = "import sys, mesoclinic.letters; sys.exit('fontTools' in sys.modules)"

    subprocess.run([sys.executable, "-c", program], check=True)
