"""The rules on a plan, a record and an outcome, numbered as in `docs/rules.md`. Pure.

A rule never answers yes or no: it returns findings, each with its severity and a
sentence that gives the numbers. What is missing is a finding too, never a pass.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import chain

from mesoclinic.vocabulary import AllergyState, Consent, Labelled, Severity, Side
from protocols.dosing import format_ml, total_ml


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a rule says about a plan or a record.

    `field` is the form field that it belongs beside. `overridable` marks a block that
    a clinician may go past with a reason.
    """

    code: str
    severity: Severity
    reason: str
    source: str
    field: str
    overridable: bool = False


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The numbers of a protocol version. The defaults are those of `docs/rules.md`."""

    points_min: int = 6
    points_max: int = 10
    points_limit: int = 60
    volume_per_point_ml: Decimal = Decimal("0.1")
    slip_factor: int = 5
    angle_deg: int = 60
    needle_length_mm: Decimal = Decimal("4")
    consent_required: bool = True


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known before anything is planned: protocol, indication, patient."""

    limits: Limits
    has_side: bool
    side: Side
    allergy_state: AllergyState
    allergies: tuple[str, ...]
    is_first_session: bool
    consent: Consent


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is meant to be injected, or what was: one volume for each point."""

    volumes_ml: tuple[Decimal, ...]
    larger_zone: bool
    angle_deg: int | None
    mixture: str


class Stage(StrEnum):
    """When the question is asked: signing asks for more than planning."""

    PLAN = "plan"
    SIGN = "sign"


Rule = Callable[[Facts, Plan, Stage], tuple[Finding, ...]]


def assess(
    facts: Facts, plan: Plan, *, stage: Stage = Stage.PLAN
) -> tuple[Finding, ...]:
    """Return every finding on a plan or a record; each code comes at most once."""
    return tuple(chain.from_iterable(rule(facts, plan, stage) for rule in RULES))


def stands(finding: Finding, given_reasons: Mapping[str, str]) -> bool:
    """Return whether the finding still stops signing.

    `given_reasons` holds what clinicians have written, by code. A blank is no reason.
    """
    if finding.severity == Severity.REASON or finding.overridable:
        return not given_reasons.get(finding.code, "").strip()
    return finding.severity == Severity.BLOCK


def number_of_points(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """R1: a session has 6 to 10 points; more where the zone is larger."""
    limits, count = facts.limits, len(plan.volumes_ml)
    if not 1 <= count <= limits.points_limit:
        code, severity = "points.limit", Severity.BLOCK
        reason = f"{_points(count)}: a session has 1 to {limits.points_limit}."
    elif limits.points_min <= count <= limits.points_max:
        return ()
    else:
        below = count < limits.points_min
        code = "points.below" if below else "points.above"
        severity = _unless_larger_zone(plan, above=not below)
        reason = (
            f"{_points(count)}: the protocol says "
            f"{limits.points_min} to {limits.points_max}."
        )
    return _one(code, severity, reason, source="R1; S", field="points_count")


def mean_volume(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """R2: the mean over the points is 0.1 mL; more where the zone is larger."""
    count, total = len(plan.volumes_ml), total_ml(plan.volumes_ml)
    # Totals are compared: a mean over 7 points has no exact decimal.
    expected = facts.limits.volume_per_point_ml * count
    if total == expected:
        return ()
    return _one(
        "volume.mean",
        _unless_larger_zone(plan, above=total > expected),
        f"{format_ml(total)} over {_points(count)}, {format_ml(total / count)} each "
        f"on average: the protocol says {format_ml(expected)}, "
        f"{format_ml(facts.limits.volume_per_point_ml)} each.",
        source="R2; S",
        field="volume_per_point_ml",
    )


def volume_slip(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """R2b: five times the protocol's volume in a point is a misplaced decimal sign."""
    expected = facts.limits.volume_per_point_ml
    slips = [
        f"{format_ml(volume)} in point {number}"
        for number, volume in enumerate(plan.volumes_ml, start=1)
        if volume >= expected * facts.limits.slip_factor
    ]
    if not slips:
        return ()
    return _one(
        "volume.slip",
        Severity.BLOCK,
        f"{', '.join(slips)}: the protocol says {format_ml(expected)}. "
        "Check the decimal sign.",
        source="R2b",
        field="volume_per_point_ml",
    )


def needle_angle(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """R3: the needle penetrates at 60 degrees."""
    expected = facts.limits.angle_deg
    if plan.angle_deg == expected:
        return ()
    if plan.angle_deg is None:
        code, severity = "angle.missing", _asked_for_at_signing(stage)
        reason = f"Needle angle not recorded: the protocol says {expected}°."
    elif not 1 <= plan.angle_deg <= 90:
        code, severity = "angle.limit", Severity.BLOCK
        reason = f"{plan.angle_deg}°: a needle angle is 1 to 90°."
    else:
        code, severity = "angle.other", Severity.REASON
        reason = f"{plan.angle_deg}°: the protocol says {expected}°."
    return _one(code, severity, reason, source="R3; S", field="angle_deg")


def chosen_side(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """R6: where an indication has a side, one is chosen."""
    if not facts.has_side or facts.side != Side.NONE:
        return ()
    return _one(
        "side.missing",
        Severity.BLOCK,
        "No side chosen: choose left, right or both.",
        source="R6",
        field="side",
    )


def recorded_allergies(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """R8: the mixture names nothing that the patient is recorded as allergic to.

    Compared by name, word for word: an allergy to a class is not recognised in a
    member of it. Recorded substances count whatever the state says.
    """
    matches = [name for name in facts.allergies if names(plan.mixture, name)]
    if not matches:
        return ()
    finding = Finding(
        code="allergy.match",
        severity=Severity.BLOCK,
        reason=f"Recorded allergy to {', '.join(matches)}, named in the mixture.",
        source="R8",
        field="mixture",
        overridable=True,
    )
    return (finding,)


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
    return _one(code, Severity.UNKNOWN, reason, source="R8", field="mixture")


def consent_in_force(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """R11: the first session is not signed without a consent; a refusal stops any."""
    if facts.consent == Consent.REFUSED:
        code, severity = "consent.refused", Severity.BLOCK
        reason = "The patient refused consent."
    elif facts.consent == Consent.GIVEN or not _consent_due(facts):
        return ()
    else:
        code, severity = "consent.missing", _asked_for_at_signing(stage)
        reason = "Consent not recorded: the first session needs it."
    return _one(code, severity, reason, source="R11", field="consent")


RULES: tuple[Rule, ...] = (
    number_of_points,
    mean_volume,
    volume_slip,
    needle_angle,
    chosen_side,
    recorded_allergies,
    unrecorded_allergies,
    consent_in_force,
)


def names(mixture: str, substance: str) -> bool:
    """Return whether a text names a substance: whole words, any case, any accents."""
    sought = _words(substance)
    # A blank substance would be found everywhere.
    return bool(sought) and f" {sought} " in f" {_words(mixture)} "


class Level(Labelled):
    """How far pain on movement has come down (R22)."""

    STRONG = "strong", "Strong response"
    RESPONDER = "responder", "Response"
    NONE = "none", "No response"


@dataclass(frozen=True, kw_only=True)
class Response:
    """The change of a 0 to 10 score since the first session: below zero is less pain.

    `percent` is of the baseline, cut to a whole number, and None from a baseline of 0.
    """

    change: int
    percent: int | None
    level: Level


def response(
    baseline: int,
    now: int,
    *,
    points: int = 2,
    percent: int = 30,
    strong_percent: int = 50,
) -> Response:
    """Compare two scores of the same side and the same movement (R22).

    A drop by 2 points or by 30 % is a response, by 50 % a strong one.
    """
    drop = baseline - now
    if drop > 0 and drop * 100 >= strong_percent * baseline:
        level = Level.STRONG
    elif drop > 0 and (drop >= points or drop * 100 >= percent * baseline):
        level = Level.RESPONDER
    else:
        level = Level.NONE
    # Cut, not rounded: 29.6 % is no 30 %.
    share = int(-drop * 100 / baseline) if baseline else None
    return Response(change=-drop, percent=share, level=level)


def _one(
    code: str, severity: Severity, reason: str, *, source: str, field: str
) -> tuple[Finding, ...]:
    finding = Finding(
        code=code, severity=severity, reason=reason, source=source, field=field
    )
    return (finding,)


def _points(count: int) -> str:
    return "1 point" if count == 1 else f"{count} points"


def _unless_larger_zone(plan: Plan, *, above: bool) -> Severity:
    """R5: the larger the zone, the more liquid. Less of it always needs a reason."""
    return Severity.INFO if above and plan.larger_zone else Severity.REASON


def _asked_for_at_signing(stage: Stage) -> Severity:
    return Severity.BLOCK if stage == Stage.SIGN else Severity.UNKNOWN


def _consent_due(facts: Facts) -> bool:
    return facts.is_first_session and facts.limits.consent_required


def _words(text: str) -> str:
    """Return the words of a text without case, accents and invisible characters."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    seen = (c for c in letters if unicodedata.category(c) not in {"Mn", "Cf"})
    return " ".join(re.findall(r"\w+", "".join(seen)))
