"""Invented people by the hundred thousand: names as common and as odd as real ones."""

import datetime as dt
import random
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from typing import Any

from patients.models.search import SEARCHED, searchable

FIELDS = (
    "id family_name given_names title birth_date sex phone email preferred_language "
    "leaflet_format reception_notes allergy_statement search_name search_given "
    "registered_at registered_by version"
)

# The commonest first: how often a name occurs falls with its place.
_COMMON = (
    "Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Robinson Wright "
    "Thompson Evans Walker White Roberts Green Hall Wood Jackson Clarke Khan Hussain "
    "Müller Schmidt García Martínez Nguyễn Kowalski Nowak Rossi Silva Santos Dubois "
    "O’Brien O’Connor MacDonald McCarthy Ångström Łódzka Đặng García-López d’Ávila "
    "Αθηναίου Παπαδόπουλος Київська Шевченко Иванова الحسن حداد Øvergård Þórsdóttir "
    "Sørensen Gonçalves Lefèvre Ölçay Yıldız Çelik Novák Dvořák Horváth Țepeș"
)
_STEMS = (
    "Ash Black Brad Bright Burn Carl Chat Cold Crom Dal East Farn Glad Green Hal Hart "
    "Haw Hol Ken Kirk Lang Lark Lin Mar Mil Nor Oak Pem Ring Rock Sand Shel Stan Sut "
    "Thorn Wal Wes Whit Win Wool Berg Eich Feld Gross Hoff Klein Kohl Lind Rein Rosen "
    "Schön Stein Wald Weiß Alv Bor Hed Karl Nils Ol Peder Sven Kamiń Lewand Wiśniew "
    "Wójcik Zieliń Jankow Sokołow Petr Bondar Koval Tkach Rom Vas Gian Bel Mont Ros"
)
_ENDINGS = (
    "ford ton ham well wood ley by field worth man son sen er mann stein bach ski "
    "ska icki enko chuk ov ova escu oğlu ini etti elli eau ier ström gren lund dal"
)
_GIVEN_F = (
    "Olivia Emma Anna Maria Sarah Jane Elizabeth Margaret Susan Amelia Isla Ava Mia "
    "Sophie Chloé Zoë Hannah Joanna Anne Annette Katarzyna Żaneta Małgorzata Ángela "
    "Inês Françoise Hélène Jürgen-Marie Ελένη Оксана ليلى Siân Aoife Niamh Þóra Åsa "
    "Øydis Fatima Aisha Priya Mei Thị-Hồng Zofia Agnieszka Lucia Giulia Ingrid Freya"
)
_GIVEN_M = (
    "John David Michael James Peter Andrew Mark Paul Thomas Robert William George "
    "Oliver Noah Arthur Mohammed Ali Omar Björn Jörg Łukasz Paweł Piotr José João "
    "André Étienne François Giórgos Νίκος Олександр محمد Seán Pádraig Søren Åke Çağlar "
    "Dragoș Zoltán Václav Rohan Arjun Wei Minh Jean-Luc Karl-Heinz Marco Luca Anselm"
)
_LANGUAGES = ("en", "en", "en", "en", "en", "pl", "de", "fr", "es", "it", "pt", "ar")
_ALLERGIES = ("none_known", "none_known", "none_known", "not_recorded", "unavailable")
_AREAS = ("2079", "2084", "1612", "1214", "1132", "7400", "7984", "7450", "7538")


class _Skewed:
    """A list whose first entries come up most."""

    def __init__(self, names: str, *rarer: str) -> None:
        self._names = [*names.split(), *rarer]
        places = range(len(self._names))
        self._weights = list(accumulate(1 / (place + 8) for place in places))

    def of(self, chance: random.Random) -> str:
        return chance.choices(self._names, cum_weights=self._weights)[0]


def _made_up() -> list[str]:
    made = [stem + ending for stem in _STEMS.split() for ending in _ENDINGS.split()]
    random.Random(1).shuffle(made)  # noqa: S311
    return made


_FAMILIES = _Skewed(_COMMON, *_made_up())
_GIVEN = {"female": _Skewed(_GIVEN_F), "male": _Skewed(_GIVEN_M)}
_TITLES = {"female": ("Mrs", "Ms", "Ms", "Dr"), "male": ("Mr", "Mr", "Mr", "Dr")}


@lru_cache(maxsize=200_000)
def _searchable(name: str) -> str:
    return searchable(name)[:SEARCHED]


def patients(count: int, *, today: dt.date, by: int) -> Iterator[tuple[Any, ...]]:
    """Rows of FIELDS, numbered from 1; registered one after the other for two years.

    The same count, day and user give the same people.
    """
    chance = random.Random(20261123)  # noqa: S311
    noon = dt.datetime.combine(today, dt.time(12), dt.UTC)
    apart = dt.timedelta(days=730) / count
    for key in range(1, count + 1):
        registered = noon - (count - key + 1) * apart
        yield _patient(key, chance, today, registered, by)


def staff_names(count: int) -> list[tuple[str, str]]:
    """Family name and given name of so many clinicians."""
    chance = random.Random(20261125)  # noqa: S311
    return [
        (_FAMILIES.of(chance), _GIVEN[chance.choice(["female", "male"])].of(chance))
        for _ in range(count)
    ]


def _patient(
    key: int, chance: random.Random, today: dt.date, registered: dt.datetime, by: int
) -> tuple[Any, ...]:
    sex = "female" if chance.random() < 0.56 else "male"
    family, given = _family(chance), _given(chance, sex)
    families, givens = _searchable(family), _searchable(given)
    return (
        key,
        family,
        given,
        chance.choice(_TITLES[sex]),
        today - dt.timedelta(days=int(chance.triangular(16 * 365, 95 * 365))),
        sex,
        _phone(chance),
        "",
        chance.choice(_LANGUAGES),
        "standard",
        "",
        chance.choice(_ALLERGIES),
        f"{families} {givens}".strip(),
        f"{givens} {families}".strip(),
        registered,
        by,
        1,
    )


def _family(chance: random.Random) -> str:
    name = _FAMILIES.of(chance)
    return f"{name}-{_FAMILIES.of(chance)}" if chance.random() < 0.06 else name


def _given(chance: random.Random, sex: str) -> str:
    """One name, or two; now and then none, as some people have only one name."""
    dice = chance.random()
    first = _GIVEN[sex].of(chance)
    if dice < 0.25:
        return f"{first} {_GIVEN[sex].of(chance)}"
    return "" if dice > 0.997 else first


def _phone(chance: random.Random) -> str:
    """Of the right form; drawn at random, so never to be dialled."""
    dice = chance.random()
    if dice < 0.04:
        return ""
    if dice < 0.08:
        return f"+4822{chance.randrange(10**6, 10**7)}"
    return f"+44{chance.choice(_AREAS)}{chance.randrange(10**6):06d}"
