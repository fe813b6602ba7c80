"""The rules on a plan, a record and an outcome, numbered as in `docs/rules.md`. Pure.

A rule never answers yes or no: it returns findings, each with its severity and a
sentence that gives the numbers. What is missing is a finding too, never a pass.
"""

from itertools import chain

from protocols.rules.findings import (
    Component,
    Facts,
    Finding,
    Limits,
    Plan,
    Question,
    Rule,
    Stage,
    SubstanceLimit,
    stands,
)
from protocols.rules.mixture import (
    clinic_limits,
    expired_lots,
    lots,
    mixed_pairs,
    mixing_policy,
    mixture_adds_up,
    mixture_suffices,
    names,
    recorded_allergies,
    sport,
    unrecorded_allergies,
    visual_check,
    withdrawn_products,
)
from protocols.rules.outcome import Level, Response, response
from protocols.rules.plan import (
    chosen_side,
    confirmed_points,
    forearm_position,
    mean_volume,
    needle_angle,
    number_of_points,
    placed_points,
    volume_slip,
)
from protocols.rules.screening import (
    answered_questions,
    consent_in_force,
    positive_answers,
    safety_checks,
)

RULES: tuple[Rule, ...] = (
    number_of_points,
    mean_volume,
    volume_slip,
    needle_angle,
    chosen_side,
    placed_points,
    confirmed_points,
    forearm_position,
    mixture_adds_up,
    mixture_suffices,
    recorded_allergies,
    unrecorded_allergies,
    lots,
    expired_lots,
    withdrawn_products,
    mixing_policy,
    mixed_pairs,
    visual_check,
    clinic_limits,
    sport,
    answered_questions,
    positive_answers,
    consent_in_force,
    safety_checks,
)


def assess(
    facts: Facts, plan: Plan, *, stage: Stage = Stage.PLAN
) -> tuple[Finding, ...]:
    """Return every finding on a plan or a record; each code comes at most once."""
    return tuple(chain.from_iterable(rule(facts, plan, stage) for rule in RULES))


__all__ = [
    "RULES",
    "Component",
    "Facts",
    "Finding",
    "Level",
    "Limits",
    "Plan",
    "Question",
    "Response",
    "Rule",
    "Stage",
    "SubstanceLimit",
    "assess",
    "names",
    "response",
    "stands",
]
