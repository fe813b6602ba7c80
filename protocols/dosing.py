"""Adding up volumes, the needle's depth, and how both are written. Pure.

Nothing here recommends an amount: it adds up what the clinic has decided.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from math import radians, sin

TENTH = Decimal("0.1")
# A mean over up to 60 points needs four decimals to differ visibly from its target.
FOUR_DECIMALS = Decimal("0.0001")


def total_ml(volumes: Sequence[Decimal]) -> Decimal:
    """Return the sum of the points' volumes in mL, exactly."""
    return sum(volumes, Decimal(0))


def mean_ml(volumes: Sequence[Decimal]) -> Decimal | None:
    """Return the mean volume per point in mL, or None where there are no points.

    To 28 digits. Rules compare totals instead, which are exact.
    """
    return total_ml(volumes) / len(volumes) if volumes else None


def needle_depth_mm(length_mm: Decimal, angle_deg: int) -> Decimal:
    """Return how deep a needle of this free length reaches, in mm to 0.1 (R4).

    Up to the stop, so length times sin(angle): 4 mm at 60 degrees is 3.5 mm.
    """
    # Rounded first: the float sin(30 degrees) is a hair under a half.
    sine = Decimal(str(round(sin(radians(angle_deg)), 12)))
    return (length_mm * sine).quantize(TENTH, rounding=ROUND_HALF_UP)


def format_ml(volume_ml: Decimal) -> str:
    """Return a volume as screens and paper write it: `0.1 mL`, never `.10 ml`.

    Rounded to four decimals, finer than any syringe shows.
    """
    return f"{_plain(volume_ml)} mL"


def format_strength(mg_per_ml: Decimal | None) -> str:
    """Return a strength in both ways it is written: `10 mg/mL (1 %)`.

    1 % is 1 g in 100 mL, so 10 mg/mL. Mistaking one for the other is a factor of ten.
    """
    if mg_per_ml is None:
        return "strength not in mg/mL"
    return f"{_plain(mg_per_ml)} mg/mL ({_plain(mg_per_ml / 10)} %)"


def format_mg(mass_mg: Decimal) -> str:
    """Return a mass as screens and paper write it: `12.5 mg`."""
    return f"{_plain(mass_mg)} mg"


def format_mm(length_mm: Decimal) -> str:
    """Return a length as screens and paper write it: `3.5 mm`."""
    return f"{_plain(length_mm)} mm"


def _plain(number: Decimal) -> str:
    """Write a number with a leading zero, no trailing one and never an exponent."""
    rounded = number.quantize(FOUR_DECIMALS, rounding=ROUND_HALF_UP)
    return f"{rounded.normalize():f}"
