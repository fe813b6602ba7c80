"""Each rule on a plan: one table, its limits just below, on and above."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from mesoclinic.vocabulary import (
    AllergyState,
    Answer,
    Consent,
    SafetyCheck,
    Severity,
    Side,
)
from protocols.rules import (
    Component,
    Facts,
    Finding,
    Level,
    Limits,
    Plan,
    Stage,
    SubstanceLimit,
    assess,
    names,
    response,
    stands,
)

FACTS = Facts(
    limits=Limits(),
    has_side=True,
    side=Side.LEFT,
    allergy_state=AllergyState.NONE_KNOWN,
    allergies=(),
    is_first_session=True,
    consent=Consent.GIVEN,
)
# Enough for any number of points, so that a test of points is about points.
LIDOCAINE = Component(
    product="Lidocaine 1 %",
    substance="lidocaine",
    known_as=("Lidocaine 1 %", "lidocaine", "amide local anaesthetics"),
    volume_ml=Decimal(500),
    mg_per_ml=Decimal(10),
    lot="A1",
    use_by=dt.date(2026, 12, 31),
    limits=(SubstanceLimit(most_mg=Decimal(9000), per="per session", source="clinic"),),
)
PLAN = Plan(
    volumes_ml=(Decimal("0.1"),) * 8,
    larger_zone=False,
    angle_deg=60,
    mixture="Lidocaine 1 %, 2 mL; saline 3 mL",
    given_on=dt.date(2026, 3, 2),
    components=(LIDOCAINE,),
    drawn_up_ml=Decimal(500),
    looks_clear=Answer.YES,
    ticks=frozenset(SafetyCheck),
)


def volumes(*each_ml: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, each_ml))


def said(facts=FACTS, plan=PLAN, stage=Stage.PLAN) -> dict[str, Severity]:
    return {found.code: found.severity for found in assess(facts, plan, stage=stage)}


def only(facts=FACTS, plan=PLAN, stage=Stage.PLAN) -> Finding:
    (found,) = assess(facts, plan, stage=stage)
    return found


@pytest.mark.parametrize("stage", Stage)
def test_plan_by_the_protocol_has_no_findings(stage):
    assert assess(FACTS, PLAN, stage=stage) == ()


@pytest.mark.parametrize(
    ("count", "larger_zone", "expected"),
    [
        (0, False, {"points.limit": Severity.BLOCK}),
        (0, True, {"points.limit": Severity.BLOCK}),
        (1, False, {"points.below": Severity.REASON}),
        (5, False, {"points.below": Severity.REASON}),
        (5, True, {"points.below": Severity.REASON}),
        (6, False, {}),
        (10, False, {}),
        (11, False, {"points.above": Severity.REASON}),
        (11, True, {"points.above": Severity.INFO}),
        (60, False, {"points.above": Severity.REASON}),
        (60, True, {"points.above": Severity.INFO}),
        (61, False, {"points.limit": Severity.BLOCK}),
        (61, True, {"points.limit": Severity.BLOCK}),
    ],
)
def test_points_are_six_to_ten(count, larger_zone, expected):
    plan = replace(PLAN, volumes_ml=volumes("0.1") * count, larger_zone=larger_zone)

    assert said(plan=plan) == expected


@pytest.mark.parametrize(
    ("count", "reason"),
    [
        (0, "0 points: a session has 1 to 60."),
        (1, "1 point: the protocol says 6 to 10."),
        (12, "12 points: the protocol says 6 to 10."),
    ],
)
def test_points_reason_gives_the_numbers(count, reason):
    found = only(plan=replace(PLAN, volumes_ml=volumes("0.1") * count))

    assert (found.reason, found.source) == (reason, "R1; S")
    assert found.field == "points_count"


@pytest.mark.parametrize(
    ("each_ml", "larger_zone", "expected"),
    [
        (volumes("0.1") * 7 + volumes("0.09"), False, Severity.REASON),
        (volumes("0.1") * 7 + volumes("0.09"), True, Severity.REASON),
        (volumes("0.1") * 8, False, None),
        (volumes("0.05", "0.15") * 4, False, None),
        (volumes("0.1") * 7 + volumes("0.11"), False, Severity.REASON),
        (volumes("0.1") * 7 + volumes("0.11"), True, Severity.INFO),
        # A mean over seven points has no exact decimal.
        (volumes("0.1") * 7, False, None),
    ],
)
def test_mean_volume_is_a_tenth(each_ml, larger_zone, expected):
    plan = replace(PLAN, volumes_ml=each_ml, larger_zone=larger_zone)

    assert said(plan=plan).get("volume.mean") == expected


def test_mean_volume_reason_tells_a_hundredth_over_sixty_points():
    each_ml = volumes("0.1") * 59 + volumes("0.11")

    found = assess(FACTS, replace(PLAN, volumes_ml=each_ml))[1]

    assert found.reason == (
        "6.01 mL over 60 points, 0.1002 mL each on average: "
        "the protocol says 6 mL, 0.1 mL each."
    )
    assert (found.source, found.field) == ("R2; S", "volume_per_point_ml")


@pytest.mark.parametrize(
    ("volume_ml", "expected"),
    [("0.49", None), ("0.50", Severity.BLOCK), ("0.51", Severity.BLOCK)],
)
@pytest.mark.parametrize("larger_zone", [False, True])
def test_five_times_the_volume_is_a_slip(volume_ml, larger_zone, expected):
    plan = replace(
        PLAN,
        volumes_ml=volumes("0.1") * 7 + volumes(volume_ml),
        larger_zone=larger_zone,
    )

    assert said(plan=plan).get("volume.slip") == expected


def test_slip_names_every_point_and_both_numbers():
    plan = replace(PLAN, volumes_ml=volumes("0.1", "1", "0.1", "0.5", "0.1", "0.1"))

    (found,) = (f for f in assess(FACTS, plan) if f.code == "volume.slip")

    assert found.reason == (
        "1 mL in point 2, 0.5 mL in point 4: the protocol says 0.1 mL. "
        "Check the decimal sign."
    )


@pytest.mark.parametrize(
    ("angle_deg", "stage", "expected"),
    [
        (-60, Stage.PLAN, {"angle.limit": Severity.BLOCK}),
        (0, Stage.PLAN, {"angle.limit": Severity.BLOCK}),
        (1, Stage.PLAN, {"angle.other": Severity.REASON}),
        (59, Stage.PLAN, {"angle.other": Severity.REASON}),
        (60, Stage.PLAN, {}),
        (61, Stage.PLAN, {"angle.other": Severity.REASON}),
        (90, Stage.PLAN, {"angle.other": Severity.REASON}),
        (91, Stage.PLAN, {"angle.limit": Severity.BLOCK}),
        (None, Stage.PLAN, {"angle.missing": Severity.UNKNOWN}),
        (None, Stage.SIGN, {"angle.missing": Severity.BLOCK}),
    ],
)
def test_angle_is_sixty_degrees(angle_deg, stage, expected):
    assert said(plan=replace(PLAN, angle_deg=angle_deg), stage=stage) == expected


def test_angle_reason_gives_both_numbers():
    found = only(plan=replace(PLAN, angle_deg=45))

    assert found.reason == "45°: the protocol says 60°."


def test_limits_are_those_of_the_protocol_version():
    limits = Limits(
        points_min=2,
        points_max=4,
        volume_per_point_ml=Decimal("0.05"),
        slip_factor=10,
        angle_deg=45,
    )
    plan = replace(PLAN, volumes_ml=volumes("0.05") * 3, angle_deg=45)

    assert said(replace(FACTS, limits=limits), plan) == {}


@pytest.mark.parametrize(
    ("has_side", "side", "expected"),
    [
        (True, Side.NONE, {"side.missing": Severity.BLOCK}),
        (True, Side.LEFT, {}),
        (True, Side.RIGHT, {}),
        (True, Side.BOTH, {}),
        (False, Side.NONE, {}),
    ],
)
def test_side_is_chosen_where_there_is_one(has_side, side, expected):
    assert said(replace(FACTS, has_side=has_side, side=side)) == expected


@pytest.mark.parametrize(
    ("substance", "mixture", "named"),
    [
        ("lidocaine", "Lidocaine 1 %", True),
        ("LIDOCAINE", "lidocaine, saline", True),
        ("procaïne", "Procaine 2 %", True),
        ("procaine", "PROCAI\u0308NE 2 %", True),
        ("hyaluronic acid", "Hyaluronic-acid 1 mL", True),
        ("lidocaine", "lido\u00adcaine 1 %", True),
        ("procaine", "chloroprocaine 1 %", False),
        ("caine", "procaine 2 %", False),
        ("hyaluronic acid", "acid, hyaluronic", False),
        ("penicillin", "Lidocaine 1 %", False),
        (" ", "Lidocaine 1 %", False),
        (" ", "", False),
        ("lidocaine", "", False),
    ],
)
def test_mixture_names_a_substance_by_whole_words(substance, mixture, named):
    assert names(mixture, substance) is named


@pytest.mark.parametrize("state", AllergyState)
def test_recorded_allergy_blocks_whatever_the_state_says(state):
    facts = replace(FACTS, allergy_state=state, allergies=("Lidocaine", "latex"))

    (found,) = (f for f in assess(facts, PLAN) if f.code == "allergy.match")

    assert (found.severity, found.overridable) == (Severity.BLOCK, True)
    assert found.reason == (
        "Recorded allergy to Lidocaine (Lidocaine 1 %, named in the mixture)."
    )


@pytest.mark.parametrize(
    ("state", "allergies", "expected"),
    [
        (AllergyState.NONE_KNOWN, (), {}),
        (AllergyState.KNOWN, ("latex",), {}),
        (AllergyState.KNOWN, (), {"allergy.not_recorded": Severity.UNKNOWN}),
        (AllergyState.NOT_RECORDED, (), {"allergy.not_recorded": Severity.UNKNOWN}),
        (AllergyState.UNAVAILABLE, (), {"allergy.unavailable": Severity.UNKNOWN}),
    ],
)
def test_allergies_that_nobody_recorded_are_unknown(state, allergies, expected):
    facts = replace(FACTS, allergy_state=state, allergies=allergies)

    assert said(facts) == expected


def test_allergies_not_recorded_are_never_called_fine():
    found = only(replace(FACTS, allergy_state=AllergyState.NOT_RECORDED))

    assert found.reason == "Allergies not recorded. The mixture could not be checked."


@pytest.mark.parametrize(
    ("consent", "is_first_session", "stage", "expected"),
    [
        (Consent.GIVEN, True, Stage.SIGN, {}),
        (
            Consent.NOT_RECORDED,
            True,
            Stage.PLAN,
            {"consent.missing": Severity.UNKNOWN},
        ),
        (Consent.NOT_RECORDED, True, Stage.SIGN, {"consent.missing": Severity.BLOCK}),
        (Consent.NOT_RECORDED, False, Stage.PLAN, {}),
        (Consent.NOT_RECORDED, False, Stage.SIGN, {}),
        (Consent.REFUSED, True, Stage.PLAN, {"consent.refused": Severity.BLOCK}),
        (Consent.REFUSED, True, Stage.SIGN, {"consent.refused": Severity.BLOCK}),
        (Consent.REFUSED, False, Stage.SIGN, {"consent.refused": Severity.BLOCK}),
    ],
)
def test_first_session_needs_consent(consent, is_first_session, stage, expected):
    facts = replace(FACTS, consent=consent, is_first_session=is_first_session)

    assert said(facts, stage=stage) == expected


@pytest.mark.parametrize(
    ("consent", "expected"),
    [
        (Consent.NOT_RECORDED, {}),
        (Consent.REFUSED, {"consent.refused": Severity.BLOCK}),
    ],
)
def test_clinic_may_do_without_consent_but_not_against_a_refusal(consent, expected):
    limits = Limits(consent_required=False)

    facts = replace(FACTS, limits=limits, consent=consent)

    assert said(facts, stage=Stage.SIGN) == expected


def test_every_code_comes_at_most_once():
    facts = replace(
        FACTS,
        side=Side.NONE,
        allergies=("lidocaine", "saline"),
        consent=Consent.REFUSED,
    )
    plan = replace(PLAN, volumes_ml=volumes("1", "1"), angle_deg=0)

    codes = [found.code for found in assess(facts, plan)]

    assert codes == [
        "points.below",
        "volume.mean",
        "volume.slip",
        "angle.limit",
        "side.missing",
        "allergy.match",
        "consent.refused",
    ]


@pytest.mark.parametrize(
    ("severity", "overridable", "given", "expected"),
    [
        (Severity.BLOCK, False, "", True),
        (Severity.BLOCK, False, "I insist", True),
        (Severity.BLOCK, True, "", True),
        (Severity.BLOCK, True, " \n", True),
        (Severity.BLOCK, True, "Tolerated since 2019", False),
        (Severity.REASON, False, "", True),
        (Severity.REASON, False, "  ", True),
        (Severity.REASON, False, "Small zone", False),
        (Severity.INFO, False, "", False),
        (Severity.UNKNOWN, False, "", False),
    ],
)
def test_finding_stands_until_it_is_answered(severity, overridable, given, expected):
    found = Finding(
        code="points.below",
        severity=severity,
        reason="5 points: the protocol says 6 to 10.",
        source="R1; S",
        field="points_count",
        overridable=overridable,
    )

    assert stands(found, {"points.below": given}) is expected
    assert stands(found, {"angle.other": "Small zone"}) is stands(found, {})


@pytest.mark.parametrize(
    ("baseline", "now", "change", "percent", "level"),
    [
        (8, 8, 0, 0, Level.NONE),
        (8, 9, 1, 12, Level.NONE),
        (8, 7, -1, -12, Level.NONE),
        (8, 6, -2, -25, Level.RESPONDER),  # by 2 points
        (3, 2, -1, -33, Level.RESPONDER),  # by 30 %
        (4, 3, -1, -25, Level.NONE),
        (10, 6, -4, -40, Level.RESPONDER),
        (9, 5, -4, -44, Level.RESPONDER),
        (10, 5, -5, -50, Level.STRONG),
        (1, 0, -1, -100, Level.STRONG),
        (0, 0, 0, None, Level.NONE),
        (0, 3, 3, None, Level.NONE),
    ],
)
def test_response_is_two_points_or_thirty_percent(
    baseline, now, change, percent, level
):
    found = response(baseline, now)

    assert (found.change, found.percent, found.level) == (change, percent, level)


def test_response_takes_the_clinic_s_own_limits():
    found = response(10, 6, points=5, percent=50, strong_percent=80)

    assert found.level == Level.NONE
