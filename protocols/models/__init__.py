from protocols.models.formulary import (
    AllergyClass,
    MixingPair,
    Product,
    Recipe,
    RecipeComponent,
    StockLot,
    Substance,
    SubstanceLimit,
)
from protocols.models.indication import Indication, IndicationGroup
from protocols.models.leaflet import LeafletText
from protocols.models.points import (
    IndicationView,
    PointTemplate,
    TemplatePoint,
)
from protocols.models.protocol import Protocol, ProtocolVersion, ScreeningQuestion

__all__ = [
    "AllergyClass",
    "Indication",
    "IndicationGroup",
    "IndicationView",
    "LeafletText",
    "MixingPair",
    "PointTemplate",
    "Product",
    "Protocol",
    "ProtocolVersion",
    "Recipe",
    "RecipeComponent",
    "ScreeningQuestion",
    "StockLot",
    "Substance",
    "SubstanceLimit",
    "TemplatePoint",
]
