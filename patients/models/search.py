"""How a patient is found: what was typed, read; and the columns it is looked up in.

Both columns hold ASCII in byte order, so that "begins with" is a range of an index on
either engine. What begins with nothing that was typed is looked for inside names and
phones, by the trigram indexes of migration 0002 on PostgreSQL.
"""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import phonenumbers
from anyascii import anyascii
from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import F, Q, Value

from mesoclinic.typed import possible_birth_dates

# Of each name, in ASCII: where one sign is a whole word, 120 signs outgrow the column.
SEARCHED = 249

# A trigram index knows nothing of shorter parts; those are looked up at word starts.
TRIGRAM = 3

# Of the trigrams of what was typed, those in the name: Kowalsky 0.78, Jonson 0.5.
NEAR = 0.5

# Digits of a phone or a date that are worth looking for.
SHORTEST_NUMBER = 4

_NUMBER = re.compile(r"MC\s*((?:[0-9]\s*){6,12})", re.IGNORECASE)


def searchable(text: str) -> str:
    """Return `text` as it is searched: ASCII letters, lower case, single spaces."""
    words = re.sub(r"[^\w]+", " ", anyascii(text).casefold())
    return " ".join(words.split())


def search_names(family_name: str, given_names: str) -> tuple[str, str]:
    """Return both columns of a patient: family name first, and given names first."""
    family, given = (searchable(n)[:SEARCHED] for n in (family_name, given_names))
    return f"{family} {given}".strip(), f"{given} {family}".strip()


def key_of(number: str) -> int | None:
    """The key in a record number as typed: `mc 000 123`; None if it is not one."""
    match = _NUMBER.fullmatch(number.strip())
    return int(re.sub(r"\s", "", match[1])) if match else None


class SearchField(models.CharField):
    """ASCII in byte order, whatever order the database was made with."""

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


def beginning(column: str, text: str) -> Q:
    """Rows whose column begins with `text`, as a range; "~" sorts after all letters."""
    return Q((f"{column}__gte", text), (f"{column}__lt", f"{text}~"))


def at_word_start(word: str) -> Q:
    return Q(search_name__startswith=word) | Q(search_name__contains=f" {word}")


@dataclass(frozen=True)
class Typed:
    """What was typed into the one box. It may read as several things at once."""

    text: str

    @cached_property
    def name(self) -> str:
        return searchable(self.text)[:SEARCHED]

    @property
    def may_be_a_name(self) -> bool:
        """Whether it has letters, or too few digits for anything else."""
        is_short = len(self.name.replace(" ", "")) < SHORTEST_NUMBER
        has_letters = re.search("[a-z]", self.name) is not None
        return has_letters or (bool(self.name) and is_short)

    @cached_property
    def words(self) -> list[str]:
        """The longest first: it finds the fewest."""
        return sorted(dict.fromkeys(self.name.split()), key=len, reverse=True)

    @property
    def has_part(self) -> bool:
        """Whether a word is long enough to be looked for inside names."""
        return bool(self.words) and len(self.words[0]) >= TRIGRAM

    @property
    def has_initial(self) -> bool:
        """Whether a short word stands beside one that a name may begin with."""
        return len(self.words) > 1 and len(self.words[-1]) < TRIGRAM

    @property
    def parts(self) -> Q:
        """Every word: a long one anywhere in the name, a short one at a word start."""
        query = Q()
        for word in self.words:
            is_long = len(word) >= TRIGRAM
            query &= Q(search_name__contains=word) if is_long else at_word_start(word)
        return query

    @property
    def initials(self) -> list[Q]:
        """The longest word begins the name, the others begin some word of it.

        Once for each that is as long, since either may be the family name.
        """
        longest = [word for word in self.words if len(word) == len(self.words[0])]
        return [self._beginning_with(word) for word in longest]

    def _beginning_with(self, first: str) -> Q:
        query = beginning("search_name", first)
        for word in self.words:
            query &= Q() if word == first else at_word_start(word)
        return query

    def begins_each_word(self, name: str) -> bool:
        return all(f" {word}" in f" {name}" for word in self.words)

    @property
    def phone(self) -> str:
        """The digits of a phone number, without the zeros it is dialled with."""
        digits = re.sub(r"[\s().+/-]", "", self.text)
        if not digits.isascii() or not digits.isdigit() or len(digits) < 4:
            return ""
        dialled = digits.lstrip("0")
        return dialled if len(dialled) >= TRIGRAM else ""

    @property
    def phone_beginning(self) -> Q:
        """A stored phone that begins so: dialled from here, or with its country."""
        region = settings.PHONENUMBER_DEFAULT_REGION
        here = phonenumbers.country_code_for_region(region)
        return Q(phone__startswith=f"+{here}{self.phone}") | Q(
            phone__startswith=f"+{self.phone}"
        )

    @cached_property
    def birth_dates(self) -> tuple[dt.date, ...]:
        return possible_birth_dates(self.text)


@contextmanager
def inside_names() -> Iterator[None]:
    """Let PostgreSQL look inside names and phones by their trigram indexes alone.

    It cannot know how often a part of a name occurs. Where it takes it to be frequent
    it would walk the whole table or a whole index, hoping to meet enough of them soon.
    """
    if connection.vendor != "postgresql":
        yield
        return
    goes_on = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_WALKS.format("off"))
        yield
        if goes_on:
            cursor.execute(_WALKS.format("DEFAULT"))


# Until the transaction ends.
_WALKS = "SET LOCAL enable_seqscan = {0}; SET LOCAL enable_indexonlyscan = {0}"


def nearest_names(people: Any, name: str, at_most: int) -> list[int]:
    """Keys of those whose name resembles `name`, the nearest first."""
    if connection.vendor != "postgresql" or len(name) <= TRIGRAM:
        return []
    from django.contrib.postgres.lookups import TrigramWordSimilar
    from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity

    near = people.filter(TrigramWordSimilar(F("search_name"), Value(name))).order_by(
        TrigramWordSimilarity(name, "search_name").desc(),
        TrigramSimilarity("search_name", name).desc(),
        "pk",
    )
    with inside_names(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL pg_trgm.word_similarity_threshold = {NEAR}")
        return list(near.values_list("pk", flat=True)[:at_most])
