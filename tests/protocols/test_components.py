"""From the formulary's rows to what the rules look at."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mesoclinic.vocabulary import AllergyState, Consent, Side
from protocols import components
from protocols.models import Product
from protocols.models.formulary import Doping
from protocols.rules import Facts, Limits, Plan, Stage, assess
from tests.factories import (
    AllergyClassFactory,
    MixingPairFactory,
    ProductFactory,
    StockLotFactory,
    SubstanceFactory,
    SubstanceLimitFactory,
)

pytestmark = pytest.mark.django_db

ML = Decimal("1")


@pytest.fixture
def procaine() -> Product:
    """An ester, in a product that also contains a preservative."""
    esters = AllergyClassFactory(
        name="ester local anaesthetics", also_called="PABA, esters"
    )
    parabens = AllergyClassFactory(name="parabens", also_called="methylparaben")
    for name in ("procaine", "tetracaine"):
        SubstanceFactory(name=name).allergy_classes.add(esters)
    substance = esters.substances.get(name="procaine")
    substance.also_called = "novocaine, procaine hydrochloride"
    substance.save()
    product = ProductFactory(
        name="Procaine 2 %", substance=substance, strength_mg_per_ml=Decimal("20")
    )
    product.also_contains.add(parabens)
    return product


def of(product: Product, lot=None, already=None):
    (component,) = components.facts([(product, lot, ML)], already_mg=already or {})
    return component


def test_it_goes_by_every_name_an_allergy_would(procaine):
    assert set(of(procaine).known_as) == {
        "Procaine 2 %",
        "procaine",
        "novocaine",
        "procaine hydrochloride",
        "ester local anaesthetics",
        "PABA",
        "esters",
        "tetracaine",
        "parabens",
        "methylparaben",
    }


def test_members_of_a_class_that_does_not_cross_react_are_strangers(procaine):
    esters = procaine.substance.allergy_classes.get()
    esters.cross_reacts = False
    esters.save()

    names = of(procaine).known_as
    assert "tetracaine" not in names
    assert "ester local anaesthetics" in names


@pytest.mark.parametrize(
    ("allergy", "stops"),
    [
        ("Procaine", True),
        ("NOVOCAINE", True),
        ("paba", True),
        ("tetracaine", True),
        ("methylparaben", True),
        ("lidocaine", False),
        ("proca", False),
    ],
)
def test_allergy_to_any_of_them_stops_it(procaine, allergy, stops):
    facts = Facts(
        limits=Limits(),
        has_side=False,
        side=Side.NONE,
        allergy_state=AllergyState.KNOWN,
        allergies=(allergy,),
        is_first_session=False,
        consent=Consent.GIVEN,
    )
    plan = Plan(
        volumes_ml=(Decimal("0.1"),) * 8,
        larger_zone=False,
        angle_deg=60,
        mixture="",
        components=(of(procaine),),
    )

    codes = {finding.code for finding in assess(facts, plan, stage=Stage.SIGN)}
    assert ("allergy.match" in codes) == stops


def test_lot_tells_number_and_last_day(procaine):
    lot = StockLotFactory(
        product=procaine, number="P1180", expires_on=dt.date(2027, 11, 30)
    )

    component = of(procaine, lot)
    assert (component.lot, component.use_by) == ("P1180", dt.date(2027, 11, 30))
    assert (of(procaine).lot, of(procaine).use_by) == ("", None)


def test_an_opened_container_keeps_less_long():
    product = ProductFactory(multi_dose=True, opened_days=28)
    lot = StockLotFactory(
        product=product,
        expires_on=dt.date(2027, 11, 30),
        opened_on=dt.date(2026, 11, 1),
    )

    assert of(product, lot).use_by == dt.date(2026, 11, 29)


def test_only_limits_in_force_count_and_a_days_takes_in_what_was_given(procaine):
    substance = procaine.substance
    closed = {"closed_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}
    gone = SubstanceLimitFactory(substance=substance, most_mg=1)
    type(gone).objects.filter(pk=gone.pk).update(**closed, closed_by=gone.entered_by)
    SubstanceLimitFactory(substance=substance, most_mg=200)
    SubstanceLimitFactory(substance=substance, most_mg=300, per="day")

    limits = of(procaine, already={substance.pk: Decimal(40)}).limits
    assert {(int(x.most_mg), int(x.already_mg)) for x in limits} == {
        (200, 0),
        (300, 40),
    }


def test_sport_and_withdrawal():
    substance = SubstanceFactory(doping=Doping.IN_COMPETITION)
    product = ProductFactory(substance=substance)
    assert of(product).is_watched_in_sport
    assert not of(product).is_withdrawn
    assert not of(ProductFactory()).is_watched_in_sport


def test_pairs_have_the_clinics_word_whichever_way_round():
    first, second, third = SubstanceFactory.create_batch(3)
    MixingPairFactory(first=first, second=third, verdict="avoid")
    products = [ProductFactory(substance=each) for each in (third, second, first)]

    assert components.verdicts(products) == {
        frozenset((first.name, third.name)): "avoid"
    }
    assert components.verdicts(products[:1]) == {}


def test_queries_do_not_grow_with_the_mixture(procaine):
    def count(products) -> int:
        with CaptureQueriesContext(connection) as asked:
            components.facts([(p, None, ML) for p in products], already_mg={})
            components.verdicts(products)
        return len(asked)

    many = ProductFactory.create_batch(6)
    for product in many:
        product.substance.allergy_classes.add(AllergyClassFactory())
    assert count(many[:2]) == count([*many, procaine]) <= 8
