"""What the leaflet says in each language as shipped, and what nobody may add to it.

Pure: no Django, no database. The words are data, one file for each language in
leaflets/; a clinic approves them, changes what may be changed, and adds languages.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "leaflets"
ORIGINAL = "en"

# The seed's own block (R17, R18): a clinic cannot word it otherwise.
FIXED = (
    *("keep_on", "keep_on_blank", "at_least", "no_cream", "no_ice", "no_massage"),
    *("tomorrow", "summer_time", "winter_time"),
)


class Refused(StrEnum):
    """What a clinic's own line may not tell a patient (R19)."""

    CREAM = "cream"
    ICE = "ice"
    MASSAGE = "massage"
    DRESSING = "dressing"

    @property
    def reason(self) -> str:
        """Why, to the admin who typed it."""
        if self is Refused.DRESSING:
            return (
                "The box on top says how long the dressing stays on. A line of your "
                "own cannot say when it comes off, or that it is not needed."
            )
        return f"The leaflet says: no {self}. A line of your own cannot speak of it."


@dataclass(frozen=True, kw_only=True)
class Shipped:
    """The words of one language as shipped; what they are for, leaflets/en.toml says.

    `refused` holds patterns of words, matched in lower case and without accents.
    """

    language: str
    date: str
    words: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]]
    advice: Mapping[str, str]
    sites: Mapping[str, str]
    refused: Mapping[str, tuple[str, ...]]

    def as_json(self) -> dict[str, Any]:
        """What a clinic starts from; optional lines are off."""
        return {
            "date": self.date,
            "words": dict(self.words),
            "lists": {name: list(lines) for name, lines in self.lists.items()},
            "advice": [],
            "sites": dict(self.sites),
        }


@cache
def shipped() -> Mapping[str, Shipped]:
    """Every language that is shipped, by its ISO 639-1 code, the original first."""
    files = sorted(FOLDER.glob("*.toml"), key=lambda f: (f.stem != ORIGINAL, f.stem))
    return {file.stem: _read(file) for file in files}


def _read(file: Path) -> Shipped:
    said = tomllib.loads(file.read_text(encoding="utf-8"))
    return Shipped(
        language=file.stem,
        date=said["date"],
        words=said["words"],
        lists={name: tuple(lines) for name, lines in said["lists"].items()},
        advice=said["advice"],
        sites=said["sites"],
        refused={kind: tuple(each) for kind, each in said["refused"].items()},
    )


def fixed_words(language: str) -> dict[str, str]:
    """The seed's block in a language that is shipped; of any other, nothing."""
    words = shipped()[language].words if language in shipped() else {}
    return {key: words[key] for key in FIXED if key in words}


def facts_in(text: str) -> frozenset[str]:
    """The names in braces, which are filled in: `{time}`."""
    return frozenset(re.findall(r"{(\w+)}", text))


def fill(text: str, **facts: object) -> str:
    """Put facts in the place of their names; anything else in braces stays as typed."""
    return re.sub(r"{(\w+)}", lambda found: str(facts.get(found[1], found[0])), text)


def contradictions(text: str, language: str) -> Iterator[Refused]:
    """What a line says against R17 or R18, in its language or in the original (R19).

    Rather too much is refused than too little: a cream, ice or a massage may be named
    only right after a word like "no", and a dressing not together with a word that
    takes it off. Of a language that is not shipped only the original's words are known.
    """
    sentences = [each for each in re.split(r"[.!?;:،؛؟\n]", _plain(text)) if each]
    known = [shipped()[code] for code in {ORIGINAL, language} & shipped().keys()]
    for kind in Refused:
        speaks = _takes_it_off if kind is Refused.DRESSING else _speaks_of
        if any(speaks(kind, each, words) for each in sentences for words in known):
            yield kind


def _speaks_of(kind: Refused, sentence: str, words: Shipped) -> bool:
    """Whether a thing is named without a "no" at most two words before it."""
    negated = re.compile(
        rf"\b(?:{'|'.join(words.refused['not'])})\b(?:\W+\w+){{0,2}}\W*$"
    )
    return any(
        not negated.search(clause[: found.start()])
        for clause in sentence.split(",")
        for found in _word(words.refused[kind]).finditer(clause)
    )


def _takes_it_off(kind: Refused, sentence: str, words: Shipped) -> bool:
    is_named = _word(words.refused[kind]).search(sentence)
    return bool(is_named and _word(words.refused["off"]).search(sentence))


def _word(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b")


# What keeps its stroke when accents are taken off, and the apostrophe that is typed.
_STROKES = str.maketrans({"ł": "l", "ß": "ss", "ø": "o", "đ": "d", "’": "'"})


def _plain(text: str) -> str:
    """Lower case, without accents or vowel signs, one space between words."""
    lowered = unicodedata.normalize("NFD", text.lower().translate(_STROKES))
    bare = (letter for letter in lowered if unicodedata.category(letter) != "Mn")
    return re.sub(r"[^\S\n]+", " ", "".join(bare))
