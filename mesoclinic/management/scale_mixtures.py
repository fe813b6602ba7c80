"""What was in the syringes: a record and two products of a lot each, per given session.

A lot is in use for four weeks, at all sites, as in a chain that buys together: its
sessions lie far apart in the tables, as they do where everybody writes at once.
"""

import datetime as dt
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils import timezone

from mesoclinic.management import scale_visits
from mesoclinic.management.scale_visits import Clinic
from mesoclinic.models import User
from protocols.models import Product, StockLot, Substance
from protocols.models.formulary import Container

RECORDS = (
    "id treatment_session volume_per_point_ml larger_zone angle_deg needle_length_mm "
    "mixture drawn_up_ml forearm consent looks_clear pain_before pain_after ended_at "
    "reaction reaction_note note saved_at saved_by version"
)
COMPONENTS = (
    "record position product volume_ml lot product_name strength_mg_per_ml lot_number "
    "expires_on"
)

# At a million patients 2,000 lots, each given some 3,000 times.
PATIENTS_OF_A_LOT = 500
FEWEST_LOTS = 48
_IN_USE_DAYS = 28
# As long as what is seeded has lasted; then the first lots come back.
_PERIODS = 24
_NAMES = ("anaesthetic", "diluent")
_STATUS, _GIVEN_DATE, _CLINICIAN, _ENDS_AT = (
    scale_visits.SESSIONS.split().index(name)
    for name in ("status", "given_date", "clinician", "ends_at")
)


class Lot(NamedTuple):
    """What a component keeps of its lot."""

    key: int
    number: str
    product: int
    product_name: str
    expires_on: dt.date


Shelf = list[Lot]


def stock_the_shelf(patients: int, *, today: dt.date, by: User) -> Shelf:
    """Enter a few invented products and as many lots as the patients need.

    Lots with an even place are of anaesthetics, the others of what thins them.
    """
    products = [
        Product.objects.create(
            substance=Substance.objects.create(name=f"invented {name} {letter}"),
            name=f"Invented {name} {letter}",
            strength_mg_per_ml=Decimal(10),
            container=Container.AMPOULE,
            container_ml=Decimal(5),
        )
        for letter in "ABCDE"
        for name in _NAMES
    ]
    count = max(FEWEST_LOTS, patients // PATIENTS_OF_A_LOT)
    count -= count % (2 * _PERIODS)
    lots = StockLot.objects.bulk_create(
        StockLot(
            product=products[place % len(products)],
            number=f"S{place:05}",
            expires_on=today + dt.timedelta(days=300 + place % 400),
            entered_by=by,
            **_gone(place, count, today=today, by=by),
        )
        for place in range(count)
    )
    return [
        Lot(lot.pk, lot.number, lot.product_id, lot.product.name, lot.expires_on)
        for lot in lots
    ]


def _gone(place: int, count: int, *, today: dt.date, by: User) -> dict[str, Any]:
    """Used up, but for the lots of the period that today is in."""
    in_use = _period(today)
    if place * _PERIODS // count == in_use:
        return {}
    return {"used_up_at": timezone.now(), "used_up_by": by}


def _period(day: dt.date) -> int:
    return day.toordinal() // _IN_USE_DAYS % _PERIODS


def records(clinic: Clinic) -> Iterator[tuple[Any, ...]]:
    """Rows of RECORDS: one per given session, with its key."""
    for row in _given(clinic):
        key, ended = row[0], row[_ENDS_AT]
        yield (
            *(key, key, "0.1", False, 60, "4", "", "2", "", "given", "yes", 7, 4),
            *(ended, "no", "", "", ended, row[_CLINICIAN], 1),
        )


def components(clinic: Clinic, shelf: Shelf) -> Iterator[tuple[Any, ...]]:
    """Rows of COMPONENTS: two per given session, of lots that were in use then."""
    chance = random.Random(20261126)  # noqa: S311
    at_once = len(shelf) // _PERIODS // 2
    for row in _given(clinic):
        for position in (1, 2):
            pair = _period(row[_GIVEN_DATE]) * at_once + chance.randrange(at_once)
            lot = shelf[2 * pair + position - 1]
            yield (
                *(row[0], position, lot.product, "1", lot.key, lot.product_name, "10"),
                *(lot.number, lot.expires_on),
            )


def _given(clinic: Clinic) -> Iterator[tuple[Any, ...]]:
    return (row for row in scale_visits.sessions(clinic) if row[_STATUS] == "given")
