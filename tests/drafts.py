"""What is written down at a visit, complete enough to be signed."""

import datetime as dt
from decimal import Decimal
from typing import Any

from mesoclinic.vocabulary import Answer, SafetyCheck
from protocols.models import StockLot
from sessions.recording.drafts import ComponentDraft, Draft, PointDraft
from tests.factories import ProductFactory, StockLotFactory, SubstanceFactory

A_TENTH = Decimal("0.1")
EIGHT_GIVEN = (PointDraft(planned_ml=A_TENTH, given_ml=A_TENTH),) * 8


def lidocaine() -> StockLot:
    """The lot on the shelf that every visit's mixture is made of: 10 mg/mL."""
    there = StockLot.objects.filter(number="LIDO1").first()
    return there or StockLotFactory(
        number="LIDO1",
        product=ProductFactory(
            name="Lidocaine 1 %", substance=SubstanceFactory(name="lidocaine")
        ),
    )


def written(ended: dt.datetime, **changes: Any) -> Draft:
    """Eight points of 0.1 mL from a syringe with 2 mL, everything asked and ticked."""
    lot = lidocaine()
    return Draft(
        **{
            "volume_per_point_ml": A_TENTH,
            "larger_zone": False,
            "angle_deg": 60,
            "needle_length_mm": Decimal(4),
            "points": EIGHT_GIVEN,
            "components": (
                ComponentDraft(product=lot.product, volume_ml=Decimal(2), lot=lot),
            ),
            "drawn_up_ml": Decimal(2),
            "looks_clear": Answer.YES,
            "ticks": frozenset(SafetyCheck),
            "pain_before": 7,
            "pain_after": 4,
            "ended_at": ended,
        }
        | changes
    )


def typed() -> dict[str, str]:
    """The same mixture and the same ticks as a page sends them."""
    lot = lidocaine()
    return {
        "components_count": "1",
        "product_1": str(lot.product_id),
        "volume_1": "2",
        "lot_1": str(lot.pk),
        "looks_clear": "yes",
        **{f"tick_{check}": "on" for check in SafetyCheck},
    }
