"""What the formulary's pages show together, in a fixed number of queries."""

import re
from itertools import combinations
from typing import Any

from protocols.models import (
    MixingPair,
    Product,
    Recipe,
    StockLot,
    Substance,
)
from protocols.scanning import Scan

USED_UP_SHOWN = 20


def overview() -> dict[str, Any]:
    """Products by substance, withdrawn ones apart, and what else is kept."""
    return {
        "products": list(Product.objects.selectable().with_stock()),
        "withdrawn": list(Product.objects.withdrawn()),
        "recipes": list(Recipe.objects.in_use().listed()),
        "without_products": Substance.objects.listed().without_products(),
    }


def stock() -> dict[str, Any]:
    """What is on the shelf, the first to expire on top, and what was last on it."""
    return {
        "lots": list(StockLot.objects.in_stock()),
        "used_up": list(StockLot.objects.used_up()[:USED_UP_SHOWN]),
    }


def pairs() -> dict[str, Any]:
    """What the clinic has said of pairs, and those it has said nothing of."""
    said = list(MixingPair.objects.listed())
    known = {(pair.first_id, pair.second_id) for pair in said}
    in_use = list(Substance.objects.in_use())
    unknown = [
        pair
        for pair in combinations(in_use, 2)
        if tuple(sorted(each.pk for each in pair)) not in known
    ]
    return {"pairs": said, "unknown": unknown}


def pair_asked(first: str, second: str) -> dict[str, Any]:
    """What the form of a pair begins with: the two, and what is said of them."""
    one, other = substance_asked(first), substance_asked(second)
    if one is None or other is None:
        return {}
    pair = MixingPair.objects.of(one, other).first()
    said = {"verdict": pair.verdict, "source": pair.source} if pair else {}
    return {"first": one, "second": other, **said}


def substance_asked(key: str) -> Substance | None:
    """The substance that an address asks for; None where it asks for none."""
    if not re.fullmatch(r"[0-9]{1,18}", key):
        return None
    return Substance.objects.filter(pk=key).first()


def product_of(scan: Scan) -> Product | None:
    """The product that a scanned box is of, if any has its code."""
    return Product.objects.filter(gtin=scan.gtin).first()


def lot_of(scan: Scan) -> StockLot | None:
    """The lot of a scanned box, if it is entered already."""
    return StockLot.objects.scanned(scan).first()


def lot_form_of(scan: Scan) -> dict[str, Any]:
    """What the form of a lot begins with after a scan."""
    return {
        "product": product_of(scan),
        "number": scan.lot,
        "expires_on": scan.expires_on,
        "gtin": scan.gtin,
    }
