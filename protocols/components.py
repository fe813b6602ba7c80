"""The adapter from the formulary's rows to what the rules look at."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from protocols import rules
from protocols.models import AllergyClass, MixingPair, Product, StockLot
from protocols.models.formulary import Doping

# A product of a mixture, its lot where one is chosen, and the volume in mL.
Part = tuple[Product, StockLot | None, Decimal]
_WATCHED = {Doping.MONITORED, Doping.IN_COMPETITION, Doping.ALWAYS}


def facts(
    parts: Sequence[Part], *, already_mg: Mapping[int, Decimal]
) -> tuple[rules.Component, ...]:
    """Return what the rules ask of each part.

    `already_mg` is what the patient has had on the same day, by substance key.
    """
    if not parts:
        return ()
    rows = Product.objects.listed().in_bulk([product.pk for product, _, _ in parts])
    members = AllergyClass.objects.members_that_cross_react()
    return tuple(
        _component(rows[product.pk], lot, volume, members, already_mg)
        for product, lot, volume in parts
    )


def _component(
    product: Product,
    lot: StockLot | None,
    volume_ml: Decimal,
    members: Mapping[int, list[str]],
    already_mg: Mapping[int, Decimal],
) -> rules.Component:
    substance = product.substance
    already = already_mg.get(substance.pk, Decimal(0))
    return rules.Component(
        product=product.name,
        substance=substance.name,
        known_as=_known_as(product, members),
        volume_ml=volume_ml,
        mg_per_ml=product.strength_mg_per_ml,
        lot=lot.number if lot else "",
        use_by=lot.use_by if lot else None,
        is_withdrawn=product.is_withdrawn,
        is_watched_in_sport=substance.doping in _WATCHED,
        limits=tuple(
            rules.SubstanceLimit(
                most_mg=limit.most_mg,
                per=limit.get_per_display(),
                source=limit.source,
                already_mg=already if limit.per == limit.Per.DAY else Decimal(0),
            )
            for limit in substance.limits.all()
        ),
    )


def _known_as(product: Product, members: Mapping[int, list[str]]) -> tuple[str, ...]:
    """Every name by which an allergy to it would go (R8)."""
    substance = product.substance
    names = [product.name, substance.name, *split(substance.also_called)]
    for each in (*substance.allergy_classes.all(), *product.also_contains.all()):
        names += [each.name, *split(each.also_called), *members.get(each.pk, [])]
    return tuple(dict.fromkeys(names))


def split(names: str) -> list[str]:
    """Cut a list of names at its commas: `NSAID, aspirin`."""
    return [name.strip() for name in names.split(",") if name.strip()]


def verdicts(products: Iterable[Product]) -> dict[frozenset[str], str]:
    """What the clinic's table says of each pair of these products' substances."""
    keys = {product.substance_id for product in products}
    if len(keys) < 2:
        return {}
    pairs = MixingPair.objects.among(keys)
    return {frozenset((p.first.name, p.second.name)): p.verdict for p in pairs}
