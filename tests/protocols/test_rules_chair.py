"""R7 to R11 and what the chair adds: mixture, lots, answers, checks."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from mesoclinic.vocabulary import Answer, Consent, MixingPolicy, SafetyCheck, Severity
from protocols.rules import Limits, Question, Stage, SubstanceLimit, assess, stands
from tests.protocols.test_rules import FACTS, LIDOCAINE, PLAN

SALINE = replace(
    LIDOCAINE,
    product="Sodium chloride 0.9 %",
    substance="sodium chloride",
    known_as=("sodium chloride",),
    mg_per_ml=Decimal(9),
    lot="S1",
)
OK = {frozenset(("lidocaine", "sodium chloride")): "ok"}
TWO = replace(
    PLAN, components=(LIDOCAINE, SALINE), drawn_up_ml=Decimal(1000), verdicts=OK
)


def of(*components, **changes):
    """The plan with these components, and as much drawn up as they add up to."""
    total = sum((each.volume_ml for each in components), Decimal(0))
    return replace(PLAN, components=components, drawn_up_ml=total, **changes)


def said(plan=PLAN, facts=FACTS, stage=Stage.SIGN) -> dict[str, Severity]:
    return {found.code: found.severity for found in assess(facts, plan, stage=stage)}


def reason(plan=PLAN, facts=FACTS, stage=Stage.SIGN) -> str:
    (found,) = assess(facts, plan, stage=stage)
    return found.reason


def test_a_mixture_that_is_all_right_has_no_finding():
    assert said(TWO) == {}


# --- R7 -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("drawn_up", "expected"),
    [("499.99", {"mixture.sum"}), ("500", set()), ("500.01", {"mixture.sum"})],
)
def test_components_add_up_to_what_was_drawn_up(drawn_up, expected):
    assert set(said(replace(PLAN, drawn_up_ml=Decimal(drawn_up)))) == expected


@pytest.mark.parametrize(("volume", "fits"), [("0.79", False), ("0.8", True)])
def test_points_take_no_more_than_there_is(volume, fits):
    part = replace(LIDOCAINE, volume_ml=Decimal(volume))

    assert said(of(part)) == ({} if fits else {"mixture.short": Severity.BLOCK})


def test_what_is_short_says_both_numbers():
    part = replace(LIDOCAINE, volume_ml=Decimal("0.5"))

    assert reason(of(part)) == "The points take 0.8 mL, drawn up: 0.5 mL."


def test_nothing_recorded_as_injected_is_unknown_and_cannot_be_signed():
    nothing = replace(PLAN, components=(), drawn_up_ml=None)

    assert said(nothing, stage=Stage.PLAN) == {"mixture.missing": Severity.UNKNOWN}
    assert said(nothing) == {"mixture.missing": Severity.BLOCK}


# --- R8 -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("allergy", "hits"),
    [
        ("Lidocaine", True),
        ("lidocaine spray", True),
        ("Amide local anaesthetics", True),
        ("procaine", False),
        ("caine", False),
    ],
)
def test_an_allergy_stops_substance_and_class(allergy, hits):
    facts = replace(FACTS, allergies=(allergy,))
    plain = replace(PLAN, mixture="")

    assert ("allergy.match" in said(plain, facts)) is hits


# --- R9 -------------------------------------------------------------------------


def test_a_component_without_a_lot_can_be_planned_and_not_signed():
    without = of(replace(LIDOCAINE, lot="", use_by=None))

    assert said(without, stage=Stage.PLAN) == {"lot.missing": Severity.UNKNOWN}
    assert said(without) == {"lot.missing": Severity.BLOCK}


@pytest.mark.parametrize(
    ("use_by", "expected"),
    [
        (dt.date(2026, 3, 1), {"lot.expired": Severity.BLOCK}),
        (dt.date(2026, 3, 2), {}),
    ],
)
def test_a_lot_can_be_given_on_its_last_day_and_not_after(use_by, expected):
    assert said(of(replace(LIDOCAINE, use_by=use_by))) == expected


def test_a_component_withdrawn_since_the_plan_is_stopped():
    found = said(of(replace(LIDOCAINE, is_withdrawn=True)), stage=Stage.PLAN)

    assert found == {"mixture.withdrawn": Severity.BLOCK}


# --- What the clinic has set ------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "most", "expected"),
    [
        (MixingPolicy.NONE, 3, {"mixture.policy": Severity.BLOCK}),
        (MixingPolicy.AT_MOST, 1, {"mixture.policy": Severity.BLOCK}),
        (MixingPolicy.AT_MOST, 2, {}),
        (MixingPolicy.PHARMACY, 3, {"mixture.policy": Severity.REASON}),
    ],
)
def test_the_clinics_policy_on_mixtures(policy, most, expected):
    limits = Limits(mixing_policy=policy, mixing_most=most)

    assert said(TWO, replace(FACTS, limits=limits)) == expected
    assert said(PLAN, replace(FACTS, limits=limits)) == {}


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ("ok", {}),
        ("avoid", {"pair.avoid": Severity.REASON}),
        (None, {"pair.unknown": Severity.UNKNOWN}),
    ],
)
def test_a_pair_that_nobody_knows_is_never_fine(verdict, expected):
    pair = frozenset(("lidocaine", "sodium chloride"))
    verdicts = {pair: verdict} if verdict else {}

    assert said(replace(TWO, verdicts=verdicts)) == expected


def test_a_mixture_that_is_not_clear_is_not_injected():
    cloudy = replace(PLAN, looks_clear=Answer.NO)
    unseen = replace(PLAN, looks_clear=Answer.NOT_RECORDED)

    assert said(cloudy) == {"clear.no": Severity.BLOCK}
    assert said(unseen) == {"clear.missing": Severity.BLOCK}
    assert said(unseen, stage=Stage.PLAN) == {"clear.missing": Severity.UNKNOWN}


@pytest.mark.parametrize(
    ("most_mg", "already_mg", "expected"),
    [
        ("5000", "0", {}),
        ("4999.9", "0", {"limit.above": Severity.REASON}),
        ("5000", "0.1", {"limit.above": Severity.REASON}),
    ],
)
def test_the_clinics_limit_is_compared_in_mg(most_mg, already_mg, expected):
    limit = SubstanceLimit(
        most_mg=Decimal(most_mg),
        per="per patient and day",
        source="clinic",
        already_mg=Decimal(already_mg),
    )

    assert said(of(replace(LIDOCAINE, limits=(limit,)))) == expected


def test_one_percent_is_ten_milligrams_in_a_millilitre():
    limit = SubstanceLimit(most_mg=Decimal(10), per="per session", source="clinic")
    two_ml = replace(LIDOCAINE, volume_ml=Decimal(2), limits=(limit,))

    assert "lidocaine 20 mg, limit 10 mg per session (clinic)" in reason(of(two_ml))


def test_two_products_of_a_substance_count_together():
    limit = SubstanceLimit(most_mg=Decimal(15), per="per session", source="clinic")
    part = replace(LIDOCAINE, volume_ml=Decimal(1), limits=(limit,))

    assert said(of(part)) == {}
    assert said(of(part, replace(part, lot="B2"))) == {"limit.above": Severity.REASON}


def test_no_limit_says_so_and_a_strength_that_is_not_known_is_not_compared():
    unset = of(replace(LIDOCAINE, limits=()))
    unknown = of(replace(LIDOCAINE, mg_per_ml=None))

    assert reason(unset) == "lidocaine: no limit configured."
    assert said(unknown) == {"limit.unknown": Severity.UNKNOWN}


def test_what_is_watched_in_sport_is_said():
    watched = of(replace(LIDOCAINE, is_watched_in_sport=True))

    assert said(watched) == {"doping.listed": Severity.INFO}


# --- R6: places -------------------------------------------------------------------


def test_a_point_that_is_not_on_the_drawing_is_not_recorded():
    facts = replace(FACTS, has_drawings=True)
    plan = replace(PLAN, unplaced=(3, 4))

    assert said(plan, facts) == {"place.missing": Severity.UNKNOWN}
    assert reason(plan, facts) == "Points 3 and 4 are not on the drawing."
    assert said(plan, FACTS) == {}


def test_copied_points_are_confirmed_before_signing():
    plan = replace(PLAN, unconfirmed=(2,))

    assert said(plan) == {"points.unconfirmed": Severity.BLOCK}
    assert said(plan, stage=Stage.PLAN) == {"points.unconfirmed": Severity.UNKNOWN}


def test_the_forearms_position_is_asked_where_the_tendon_moves_with_it():
    asked = replace(FACTS, asks_forearm=True)

    assert said(PLAN, asked) == {"forearm.missing": Severity.BLOCK}
    assert said(replace(PLAN, has_forearm=True), asked) == {}


# --- R10, R11, checks ---------------------------------------------------------------


def question(means="block", answer=Answer.YES, position=1) -> Question:
    return Question(
        position=position,
        field=f"answer_{position}",
        text="Pregnant?",
        yes_means=means,
        answer=answer,
    )


@pytest.mark.parametrize(
    ("means", "severity", "takes_reason"),
    [
        ("block", Severity.BLOCK, True),
        ("postpone", Severity.REASON, True),
        ("caution", Severity.INFO, False),
        ("info", Severity.INFO, False),
    ],
)
def test_a_yes_means_what_the_clinic_has_set(means, severity, takes_reason):
    facts = replace(FACTS, questions=(question(means),))
    (found,) = assess(facts, PLAN, stage=Stage.SIGN)

    assert (found.code, found.severity) == ("screening.1", severity)
    assert stands(found, {}) is takes_reason
    assert not stands(found, {"screening.1": "Negative test today."})
    assert found.only_at_signing


def test_a_question_without_an_answer_stops_the_signature():
    facts = replace(FACTS, questions=(question(answer=Answer.NOT_RECORDED),))

    assert said(facts=facts) == {"screening.unanswered": Severity.BLOCK}
    assert said(facts=facts, stage=Stage.PLAN) == {
        "screening.unanswered": Severity.UNKNOWN
    }


def test_a_no_says_nothing():
    assert said(facts=replace(FACTS, questions=(question(answer=Answer.NO),))) == {}


def test_a_withdrawn_consent_stops_every_session():
    later = replace(FACTS, consent=Consent.WITHDRAWN, is_first_session=False)

    assert said(facts=later) == {"consent.withdrawn": Severity.BLOCK}


@pytest.mark.parametrize("missing", SafetyCheck)
def test_each_check_before_the_needle_is_ticked(missing):
    plan = replace(PLAN, ticks=frozenset(SafetyCheck) - {missing})

    assert said(plan) == {"checks.missing": Severity.BLOCK}


def test_no_side_is_marked_where_there_is_none():
    plan = replace(PLAN, ticks=frozenset(SafetyCheck) - {SafetyCheck.SIDE})

    assert said(plan, replace(FACTS, has_side=False)) == {}
