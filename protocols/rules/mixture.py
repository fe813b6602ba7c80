"""R7 to R9: what is in the syringe, whom it may harm, where it came from. Pure.

Adds up and compares with what the clinic itself has entered. Nothing here knows of a
dose that would be right for anybody.
"""

import re
import unicodedata
from collections import defaultdict
from decimal import Decimal
from itertools import combinations

from mesoclinic.vocabulary import AllergyState, Answer, MixingPolicy, Severity
from protocols.dosing import format_mg, format_ml, total_ml
from protocols.rules.findings import (
    Component,
    Facts,
    Finding,
    Plan,
    Stage,
    asked_for_at_signing,
    one,
)

COMPONENTS = "components_count"


def mixture_adds_up(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """R7: the components' volumes are what was drawn up."""
    if not plan.components:
        return one(
            "mixture.missing",
            asked_for_at_signing(stage),
            "What is injected is not recorded.",
            source="R7",
            field=COMPONENTS,
        )
    total = _volume(plan)
    if plan.drawn_up_ml is None or total == plan.drawn_up_ml:
        return ()
    return one(
        "mixture.sum",
        Severity.BLOCK,
        f"The components add up to {format_ml(total)}, drawn up: "
        f"{format_ml(plan.drawn_up_ml)}.",
        source="R7",
        field="drawn_up_ml",
    )


def mixture_suffices(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """R7: the points need no more than was drawn up."""
    if not plan.components:
        return ()
    there = _volume(plan) if plan.drawn_up_ml is None else plan.drawn_up_ml
    needed = total_ml(plan.volumes_ml)
    if needed <= there:
        return ()
    return one(
        "mixture.short",
        Severity.BLOCK,
        f"The points take {format_ml(needed)}, drawn up: {format_ml(there)}.",
        source="R7",
        field="drawn_up_ml",
    )


def recorded_allergies(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """R8: nothing in the mixture is what the patient is recorded as allergic to.

    By name, word for word: substance, product, allergy class, and the other members
    of a class that cross-reacts. Recorded substances count whatever the state says.
    """
    matches = [
        f"{allergy} ({', '.join(hit)})"
        for allergy in facts.allergies
        if (hit := _hit_by(allergy, plan))
    ]
    if not matches:
        return ()
    return one(
        "allergy.match",
        Severity.BLOCK,
        f"Recorded allergy to {'; '.join(matches)}.",
        source="R8",
        field="mixture",
        overridable=True,
    )


def _hit_by(allergy: str, plan: Plan) -> list[str]:
    """What an allergy stops: products, or the words about the mixture."""
    hit = [
        each.product
        for each in plan.components
        if any(names(allergy, name) or names(name, allergy) for name in each.known_as)
    ]
    return [*hit, "named in the mixture"] if names(plan.mixture, allergy) else hit


def unrecorded_allergies(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """R8: allergies that nobody has recorded are not known to be absent."""
    if facts.allergy_state == AllergyState.UNAVAILABLE:
        code, reason = "allergy.unavailable", "Allergies unavailable."
    elif facts.allergy_state == AllergyState.NOT_RECORDED:
        code, reason = "allergy.not_recorded", "Allergies not recorded."
    elif facts.allergy_state == AllergyState.KNOWN and not facts.allergies:
        code, reason = "allergy.not_recorded", "Known allergies: which, not recorded."
    else:
        return ()
    reason += " The mixture could not be checked."
    return one(code, Severity.UNKNOWN, reason, source="R8", field="mixture")


def lots(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """R9: every component names its lot."""
    missing = [each.product for each in plan.components if not each.lot]
    if not missing:
        return ()
    return one(
        "lot.missing",
        asked_for_at_signing(stage),
        f"No lot for {', '.join(missing)}.",
        source="R9",
        field=COMPONENTS,
    )


def expired_lots(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """R9: an expired lot cannot be given, nor one that has been open for too long."""
    expired = [
        f"{each.product}, lot {each.lot} ({each.use_by:%d-%b-%Y})"
        for each in plan.components
        if each.use_by and plan.given_on and each.use_by < plan.given_on
    ]
    if not expired:
        return ()
    return one(
        "lot.expired",
        Severity.BLOCK,
        f"Past its last day: {'; '.join(expired)}.",
        source="R9",
        field=COMPONENTS,
    )


def withdrawn_products(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """Ours: what the clinic has withdrawn is not injected, planned before or not."""
    withdrawn = [each.product for each in plan.components if each.is_withdrawn]
    if not withdrawn:
        return ()
    return one(
        "mixture.withdrawn",
        Severity.BLOCK,
        f"Withdrawn by the clinic: {', '.join(withdrawn)}.",
        source="ours",
        field=COMPONENTS,
    )


def mixing_policy(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """The clinic's own: no mixtures, at most so many products, or a pharmacy's."""
    count, limits = len(plan.components), facts.limits
    if count < 2:
        return ()
    if limits.mixing_policy == MixingPolicy.PHARMACY:
        severity = Severity.REASON
        reason = "The clinic lets pharmacies mix only. Which one mixed this?"
    elif limits.mixing_policy == MixingPolicy.NONE:
        severity = Severity.BLOCK
        reason = f"{count} products: the clinic does not mix."
    elif count > limits.mixing_most:
        severity = Severity.BLOCK
        reason = f"{count} products: the clinic mixes at most {limits.mixing_most}."
    else:
        return ()
    return one(
        "mixture.policy", severity, reason, source="clinic's own", field=COMPONENTS
    )


def mixed_pairs(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """The clinic's table of pairs: what is to be avoided, and what nobody knows."""
    substances = dict.fromkeys(each.substance for each in plan.components)
    avoided, unknown = [], []
    for pair in combinations(substances, 2):
        verdict = plan.verdicts.get(frozenset(pair))
        if verdict == "avoid":
            avoided.append(" with ".join(pair))
        elif verdict is None:
            unknown.append(" with ".join(pair))
    return (
        *_pairs("pair.avoid", Severity.REASON, "To be avoided", avoided),
        *_pairs("pair.unknown", Severity.UNKNOWN, "Not in the table of pairs", unknown),
    )


def _pairs(
    code: str, severity: Severity, what: str, pairs: list[str]
) -> tuple[Finding, ...]:
    if not pairs:
        return ()
    reason = f"{what}: {'; '.join(pairs)}."
    return one(code, severity, reason, source="clinic's own", field=COMPONENTS)


def visual_check(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """A mixture is looked at: one that is not clear is thrown away [28]."""
    if not plan.components or plan.looks_clear == Answer.YES:
        return ()
    if plan.looks_clear == Answer.NO:
        return one(
            "clear.no",
            Severity.BLOCK,
            "Not clear to the eye: discard it.",
            source="[28]",
            field="looks_clear",
            only_at_signing=True,
        )
    return one(
        "clear.missing",
        asked_for_at_signing(stage),
        "Whether it looks clear is not recorded.",
        source="[28]",
        field="looks_clear",
    )


def clinic_limits(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """The clinic's own limits, by substance: passed, not comparable, or none set."""
    if not plan.components:
        return ()
    above, unknown, unset = [], [], []
    for substance, parts in _by_substance(plan).items():
        mass = amount_mg(parts)
        limits = parts[0].limits
        if not limits:
            unset.append(substance)
        elif mass is None:
            unknown.append(substance)
        else:
            above += _passed(substance, mass, parts[0])
    return (
        *_limit("limit.above", Severity.REASON, above),
        *_limit(
            "limit.unknown",
            Severity.UNKNOWN,
            [f"{each}: strength not in mg/mL, not compared" for each in unknown],
        ),
        *_limit(
            "limit.none",
            Severity.INFO,
            [f"{each}: no limit configured" for each in unset],
        ),
    )


def _passed(substance: str, mass: Decimal, part: Component) -> list[str]:
    return [
        f"{substance} {format_mg(mass + limit.already_mg)}, limit "
        f"{format_mg(limit.most_mg)} {limit.per} ({limit.source})"
        for limit in part.limits
        if mass + limit.already_mg > limit.most_mg
    ]


def _limit(code: str, severity: Severity, found: list[str]) -> tuple[Finding, ...]:
    if not found:
        return ()
    reason = f"{'; '.join(found)}."
    return one(code, severity, reason, source="clinic's own", field=COMPONENTS)


def sport(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """What the clinic has marked as prohibited or monitored in sport [7, 16]."""
    watched = [each.substance for each in plan.components if each.is_watched_in_sport]
    if not watched:
        return ()
    return one(
        "doping.listed",
        Severity.INFO,
        f"Prohibited or monitored in sport: {', '.join(dict.fromkeys(watched))}.",
        source="[7] [16]",
        field=COMPONENTS,
    )


def amount_mg(parts: list[Component]) -> Decimal | None:
    """How many mg of one substance are in a syringe; None where a strength is not
    known in mg/mL."""
    total = Decimal(0)
    for each in parts:
        if each.mg_per_ml is None:
            return None
        total += each.volume_ml * each.mg_per_ml
    return total


def _by_substance(plan: Plan) -> dict[str, list[Component]]:
    parts: dict[str, list[Component]] = defaultdict(list)
    for each in plan.components:
        parts[each.substance].append(each)
    return parts


def _volume(plan: Plan) -> Decimal:
    return total_ml([each.volume_ml for each in plan.components])


def names(mixture: str, substance: str) -> bool:
    """Return whether a text names a substance: whole words, any case, any accents."""
    sought = _words(substance)
    # A blank substance would be found everywhere.
    return bool(sought) and f" {sought} " in f" {_words(mixture)} "


def _words(text: str) -> str:
    """Return the words of a text without case, accents and invisible characters."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    seen = (c for c in letters if unicodedata.category(c) not in {"Mn", "Cf"})
    return " ".join(re.findall(r"\w+", "".join(seen)))
