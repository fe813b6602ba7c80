"""Which letters our fonts can draw. What they lack would print as an empty box, or in
whatever the machine happens to have.

The fonts are those that the stylesheet of paper names, and no others.
"""

import posixpath
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders

STYLESHEET = "css/print.css"
_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*?url\(\s*[\"']?([^\"')]+)")

# Nothing to draw by themselves: soft hyphen, joiners, marks of direction, variation
# selectors, tags. HarfBuzz shows nothing for them, whether a font has them or not.
_IGNORABLE = frozenset(
    chr(number)
    for first, last in (
        (0x00AD, 0x00AD),
        (0x034F, 0x034F),
        (0x061C, 0x061C),
        (0x180B, 0x180E),
        (0x200B, 0x200F),
        (0x202A, 0x202E),
        (0x2060, 0x206F),
        (0xFE00, 0xFE0F),
        (0xFEFF, 0xFEFF),
        (0xE0000, 0xE0FFF),
    )
    for number in range(first, last + 1)
)


def unprintable(text: str) -> str:
    """Return each character of `text` that no font of ours can draw, once, sorted."""
    missing = set(text) - _drawable()
    return "".join(sorted(each for each in missing if not each.isspace()))


def spelled_out(text: str) -> str:
    """Return `text` with what cannot be drawn as its number: `U+738B`.

    For papers that have to name what could not be printed.
    """
    numbers = {ord(each): f"U+{ord(each):04X}" for each in unprintable(text)}
    return text.translate(numbers)


@lru_cache(maxsize=1)
def _drawable() -> frozenset[str]:
    """Return what can be printed: read once, it stays the same while we run."""
    numbers = {number for font in font_files() for number in _cmap(font)}
    # Some fonts list characters that control something, and draw an empty box.
    return _IGNORABLE.union(chr(n) for n in numbers if not _controls(n))


def _controls(number: int) -> bool:
    return unicodedata.category(chr(number)) == "Cc" or 0xFFF9 <= number <= 0xFFFB


def font_files() -> Iterator[Path]:
    """Yield the font files that the stylesheet names."""
    styles = _static_file(STYLESHEET).read_text(encoding="utf-8")
    folder = posixpath.dirname(STYLESHEET)
    for url in _FONT_FACE.findall(styles):
        yield _static_file(posixpath.normpath(posixpath.join(folder, url)))


def _static_file(name: str) -> Path:
    found = finders.find(name)
    if found is None:
        raise FileNotFoundError(name)
    return Path(found)


def _cmap(font: Path) -> dict[int, str]:
    """Return the characters that a font has a glyph for."""
    from fontTools.ttLib import TTFont  # slow to import

    with TTFont(font, lazy=True) as opened:
        return opened.getBestCmap()
