"""The allergy classes that are shipped: names to compare with, and no drug.

Which substance belongs to which is the clinic's to enter. Sources: docs/rules.md, R8.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ShippedClass:
    """A class; where it cross-reacts, an allergy to one member counts for all."""

    key: str
    name: str
    also_called: str
    cross_reacts: bool


CLASSES = (
    ShippedClass(
        key="ester-anaesthetics",
        name="ester local anaesthetics",
        also_called="ester anaesthetics, PABA, para-aminobenzoic acid",
        cross_reacts=True,
    ),
    ShippedClass(
        key="amide-anaesthetics",
        name="amide local anaesthetics",
        also_called="amide anaesthetics",
        cross_reacts=False,
    ),
    ShippedClass(
        key="parabens",
        name="parabens",
        also_called="paraben, methylparaben, methyl parahydroxybenzoate",
        cross_reacts=True,
    ),
    ShippedClass(
        key="sulfites",
        name="sulfites",
        also_called="sulfite, metabisulfite, sulphite",
        cross_reacts=True,
    ),
    ShippedClass(
        key="nsaids",
        name="NSAIDs",
        also_called="NSAID, aspirin, non-steroidal anti-inflammatory drugs",
        cross_reacts=True,
    ),
    ShippedClass(
        key="antiseptics",
        name="antiseptics",
        also_called="antiseptic, chlorhexidine, iodine",
        cross_reacts=False,
    ),
    ShippedClass(
        key="adhesives",
        name="adhesive dressings",
        also_called="adhesive dressing, adhesive, plaster",
        cross_reacts=False,
    ),
    ShippedClass(
        key="fish",
        name="fish",
        also_called="salmon",
        cross_reacts=True,
    ),
)
