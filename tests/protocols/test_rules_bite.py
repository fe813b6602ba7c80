"""Break each rule on purpose: the check that guards it must fail.

A check that still passes on a broken rule guards nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from types import ModuleType
from typing import Any

import pytest

from mesoclinic.vocabulary import (
    AllergyState,
    Answer,
    Consent,
    MixingPolicy,
    Severity,
    Side,
)
from protocols import dates, dosing, rules
from tests.protocols.test_rules import FACTS, LIDOCAINE, PLAN
from tests.protocols.test_rules_chair import TWO, question

EVENING = datetime(2026, 11, 24, 22, 10, 1, tzinfo=UTC)
DAY_0 = date(2026, 3, 2)


def says(code: str, facts: rules.Facts = FACTS, plan: rules.Plan = PLAN) -> None:
    found = rules.assess(facts, plan, stage=rules.Stage.SIGN)
    assert code in {finding.code for finding in found}


def points() -> None:
    says("points.above", plan=replace(PLAN, volumes_ml=(Decimal("0.1"),) * 11))


def mean_volume() -> None:
    says("volume.mean", plan=replace(PLAN, volumes_ml=(Decimal("0.11"),) * 8))


def slip() -> None:
    slipped = (*PLAN.volumes_ml[1:], Decimal("1.0"))
    says("volume.slip", plan=replace(PLAN, volumes_ml=slipped))


def angle() -> None:
    says("angle.other", plan=replace(PLAN, angle_deg=45))


def depth() -> None:
    assert dosing.needle_depth_mm(Decimal(4), 60) == Decimal("3.5")


def larger_zone_is_no_licence_for_less() -> None:
    fewer = replace(PLAN, volumes_ml=PLAN.volumes_ml[:5], larger_zone=True)
    (found,) = rules.assess(FACTS, fewer)
    assert rules.stands(found, {})


def side() -> None:
    says("side.missing", replace(FACTS, side=Side.NONE))


def allergy() -> None:
    says("allergy.match", replace(FACTS, allergies=("lidocaine",)))


def allergy_not_recorded() -> None:
    unknown = replace(FACTS, allergy_state=AllergyState.NOT_RECORDED)
    says("allergy.not_recorded", unknown)


def consent() -> None:
    says("consent.missing", replace(FACTS, consent=Consent.NOT_RECORDED))


def follow_ups() -> None:
    assert dates.follow_up_dates(DAY_0) == (date(2026, 3, 5), date(2026, 3, 9))


def day_off() -> None:
    booked = [date(2026, 3, 6), date(2026, 3, 9)]
    assert [found.code for found in dates.assess_dates(DAY_0, booked)] == ["day.off"]


def day_order() -> None:
    booked = [date(2026, 3, 6), date(2026, 3, 6)]
    codes = {found.code for found in dates.assess_dates(DAY_0, booked)}
    assert "day.order" in codes


def evaluation() -> None:
    assert not dates.evaluation_due(date(2026, 3, 9), date(2026, 3, 9))


def dressing_rounds_up() -> None:
    worn = dates.keep_until(EVENING, hours=3) - EVENING
    assert worn == timedelta(hours=3, minutes=4, seconds=59)


def dressing_three_hours() -> None:
    try:
        dates.keep_until(EVENING, hours=2)
    except ValueError:
        return
    raise AssertionError("a dressing came off after two hours")


def response() -> None:
    assert rules.response(8, 6).level == rules.Level.RESPONDER


def with_lidocaine(**changes: Any) -> rules.Plan:
    return replace(PLAN, components=(replace(LIDOCAINE, **changes),))


# What each rule of the chair has to say, and to what.
CHAIR: tuple[tuple[rules.Rule, str, rules.Facts, rules.Plan], ...] = (
    (
        rules.placed_points,
        "place.missing",
        replace(FACTS, has_drawings=True),
        replace(PLAN, unplaced=(1,)),
    ),
    (
        rules.confirmed_points,
        "points.unconfirmed",
        FACTS,
        replace(PLAN, unconfirmed=(1,)),
    ),
    (
        rules.forearm_position,
        "forearm.missing",
        replace(FACTS, asks_forearm=True),
        PLAN,
    ),
    (
        rules.mixture_adds_up,
        "mixture.sum",
        FACTS,
        replace(PLAN, drawn_up_ml=Decimal(1)),
    ),
    (
        rules.mixture_suffices,
        "mixture.short",
        FACTS,
        replace(PLAN, drawn_up_ml=Decimal("0.1")),
    ),
    (rules.lots, "lot.missing", FACTS, with_lidocaine(lot="")),
    (
        rules.expired_lots,
        "lot.expired",
        FACTS,
        with_lidocaine(use_by=date(2026, 3, 1)),
    ),
    (
        rules.withdrawn_products,
        "mixture.withdrawn",
        FACTS,
        with_lidocaine(is_withdrawn=True),
    ),
    (
        rules.mixing_policy,
        "mixture.policy",
        replace(FACTS, limits=rules.Limits(mixing_policy=MixingPolicy.NONE)),
        TWO,
    ),
    (rules.mixed_pairs, "pair.unknown", FACTS, replace(TWO, verdicts={})),
    (
        rules.visual_check,
        "clear.no",
        FACTS,
        replace(PLAN, looks_clear=Answer.NO),
    ),
    (rules.clinic_limits, "limit.none", FACTS, with_lidocaine(limits=())),
    (
        rules.sport,
        "doping.listed",
        FACTS,
        with_lidocaine(is_watched_in_sport=True),
    ),
    (
        rules.answered_questions,
        "screening.unanswered",
        replace(FACTS, questions=(question(answer=Answer.NOT_RECORDED),)),
        PLAN,
    ),
    (
        rules.positive_answers,
        "screening.1",
        replace(FACTS, questions=(question(),)),
        PLAN,
    ),
    (rules.safety_checks, "checks.missing", FACTS, replace(PLAN, ticks=frozenset())),
)


@dataclass(frozen=True)
class Break:
    """How to break one rule, and the check that has to notice."""

    rule: str
    check: Callable[[], None]
    module: ModuleType
    name: str
    broken: Any


def without(rule: rules.Rule) -> tuple[rules.Rule, ...]:
    return tuple(kept for kept in rules.RULES if kept is not rule)


def never(*args: Any, **options: Any) -> tuple[()]:
    return ()


def hours_short(**units: int) -> timedelta:
    """Steps that end an hour early: dates come out a day short."""
    return timedelta(**units) - timedelta(hours=1)


BREAKS = [
    Break("R1", points, rules, "RULES", without(rules.number_of_points)),
    Break("R2", mean_volume, rules, "RULES", without(rules.mean_volume)),
    Break("R2b", slip, rules, "RULES", without(rules.volume_slip)),
    Break("R3", angle, rules, "RULES", without(rules.needle_angle)),
    Break("R4", depth, dosing, "sin", lambda angle: 1.0),
    Break(
        "R5",
        larger_zone_is_no_licence_for_less,
        rules.plan,
        "_unless_larger_zone",
        lambda plan, above: Severity.INFO,
    ),
    Break("R6", side, rules, "RULES", without(rules.chosen_side)),
    Break("R8", allergy, rules, "RULES", without(rules.recorded_allergies)),
    Break(
        "R8 unknown",
        allergy_not_recorded,
        rules,
        "RULES",
        without(rules.unrecorded_allergies),
    ),
    Break("R11", consent, rules, "RULES", without(rules.consent_in_force)),
    Break("R12", follow_ups, dates, "timedelta", hours_short),
    Break("R13 day", day_off, dates, "_off_target", never),
    Break("R13 order", day_order, dates, "_out_of_order", never),
    Break("R16", evaluation, dates, "evaluation_due", lambda day_7, on: True),
    Break("R18 up", dressing_rounds_up, dates, "DRESSING_STEP", timedelta(minutes=1)),
    Break("R18 hours", dressing_three_hours, dates, "LEAST_DRESSING_HOURS", 1),
    *(
        Break(
            rule.__name__,
            partial(says, code, facts, plan),
            rules,
            "RULES",
            without(rule),
        )
        for rule, code, facts, plan in CHAIR
    ),
    Break("R22", response, rules, "response", partial(rules.response, points=3)),
]


def test_every_rule_on_a_plan_is_broken_once():
    dropped = [set(rules.RULES) - set(b.broken) for b in BREAKS if b.name == "RULES"]

    assert set().union(*dropped) == set(rules.RULES)


@pytest.mark.parametrize("b", BREAKS, ids=lambda b: b.rule)
def test_check_notices_a_broken_rule(b, monkeypatch):
    b.check()

    monkeypatch.setattr(b.module, b.name, b.broken)

    with pytest.raises(AssertionError):
        b.check()
