"""An invented shelf: products, lots, a recipe, what goes together, one limit."""

import datetime as dt
from decimal import Decimal

from mesoclinic.models import User
from protocols import actions
from protocols.models import AllergyClass, MixingPair, Product, Recipe, Substance
from protocols.models.formulary import Container

SALINE = "Sodium chloride 0.9 %"
# Substance and its shipped allergy class; product, mg/mL, content in mL, for how many
# days once opened.
PRODUCTS = (
    ("sodium chloride", "", SALINE, "9", "10", None),
    ("lidocaine", "amide-anaesthetics", "Lidocaine 1 %", "10", "5", None),
    ("procaine", "ester-anaesthetics", "Procaine 2 %", "20", "2", None),
    ("diclofenac", "nsaids", "Diclofenac 25 mg/mL", "25", "3", None),
    (
        "mepivacaine",
        "amide-anaesthetics",
        "Mepivacaine 1 % multi-dose",
        "10",
        "30",
        28,
    ),
)


def stock_the_shelf(*, by: User, today: dt.date) -> None:
    """Enter what an invented clinic has, through the actions that its pages use."""
    products = [_product(row, by=by) for row in PRODUCTS]
    for number, product in enumerate(products, start=1):
        for name, days in ((f"D{number}407", 400), (f"D{number}391", 90)):
            expires = today + dt.timedelta(days=days)
            actions.enter_lot(by=by, product=product, number=name, expires_on=expires)
    saline, lidocaine, procaine, diclofenac, vial = products
    opened = vial.lots.order_by("expires_on")[0]
    opened_on = today - dt.timedelta(days=6)
    actions.open_lot(opened, by=by, opened_on=opened_on)
    soon = today + dt.timedelta(days=12)
    actions.enter_lot(by=by, product=diclofenac, number="D4377", expires_on=soon)
    past = today - dt.timedelta(days=20)
    actions.enter_lot(by=by, product=procaine, number="D3288", expires_on=past)
    actions.save_recipe(
        Recipe(),
        by=by,
        name="Lidocaine with saline",
        note="",
        components=[(lidocaine, Decimal(1)), (saline, Decimal(1))],
    )
    _judge(lidocaine, saline, MixingPair.Verdict.OK, by=by)
    _judge(diclofenac, procaine, MixingPair.Verdict.AVOID, by=by)
    actions.set_limit(
        lidocaine.substance,
        by=by,
        per="session",
        most_mg=Decimal(50),
        source="Invented for the demo",
        reviewed_on=today,
    )


def _product(row: tuple[str, str, str, str, str, int | None], *, by: User) -> Product:
    substance_name, allergy_class, name, strength, content, opened_days = row
    substance = actions.save_substance(
        Substance(),
        by=by,
        allergy_classes=AllergyClass.objects.filter(catalogue_key=allergy_class),
        name=substance_name,
        also_called="",
        doping="not_assessed",
        note="",
    )
    return actions.save_product(
        Product(),
        by=by,
        also_contains=[],
        substance=substance,
        name=name,
        strength_mg_per_ml=Decimal(strength),
        container=Container.VIAL if opened_days else Container.AMPOULE,
        container_ml=Decimal(content),
        multi_dose=bool(opened_days),
        opened_days=opened_days,
        storage="Below 25 °C",
        gtin="",
        note="",
    )


def _judge(one: Product, other: Product, verdict: str, *, by: User) -> None:
    actions.judge_pair(
        one.substance,
        other.substance,
        by=by,
        verdict=verdict,
        source="Invented for the demo",
    )
