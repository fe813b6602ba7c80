"""What a rule is asked and what it answers. Pure."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from mesoclinic.vocabulary import (
    AllergyState,
    Answer,
    Consent,
    MixingPolicy,
    SafetyCheck,
    Severity,
    Side,
)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a rule says about a plan or a record.

    `field` is the form field that it belongs beside. `overridable` marks a block that
    a clinician may go past with a reason, `only_at_signing` one that speaks of a fact,
    which a draft has to keep.
    """

    code: str
    severity: Severity
    reason: str
    source: str
    field: str
    overridable: bool = False
    only_at_signing: bool = False


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
    mixing_policy: MixingPolicy = MixingPolicy.AT_MOST
    mixing_most: int = 3


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question of the checklist, its answer, and what a yes means here (R10).

    `yes_means` is `block`, `postpone`, `caution` or `info`, as the clinic set it.
    """

    position: int
    field: str
    text: str
    yes_means: str
    answer: Answer


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
    questions: tuple[Question, ...] = ()
    has_drawings: bool = False
    asks_forearm: bool = False


@dataclass(frozen=True, kw_only=True)
class SubstanceLimit:
    """The clinic's own limit on a substance, in mg, with where it comes from.

    `already_mg` is what the patient has had on that day besides this session.
    """

    most_mg: Decimal
    per: str
    source: str
    already_mg: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Component:
    """One product of a mixture. `known_as` are the names an allergy would go by:
    substance, product, classes, and the members of classes that cross-react."""

    product: str
    substance: str
    known_as: tuple[str, ...]
    volume_ml: Decimal
    mg_per_ml: Decimal | None
    lot: str = ""
    use_by: dt.date | None = None
    is_withdrawn: bool = False
    is_watched_in_sport: bool = False
    limits: tuple[SubstanceLimit, ...] = ()


# Two substances, in any order, and whether they go together: "ok" or "avoid".
Verdicts = Mapping[frozenset[str], str]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is meant to be injected, or what was: one volume for each point.

    `mixture` is what is said of the mixture besides its components; `unplaced` and
    `unconfirmed` are numbers of points.
    """

    volumes_ml: tuple[Decimal, ...]
    larger_zone: bool
    angle_deg: int | None
    mixture: str
    given_on: dt.date | None = None
    components: tuple[Component, ...] = ()
    drawn_up_ml: Decimal | None = None
    looks_clear: Answer = Answer.NOT_RECORDED
    verdicts: Verdicts = field(default_factory=dict)
    unplaced: tuple[int, ...] = ()
    unconfirmed: tuple[int, ...] = ()
    has_forearm: bool = False
    ticks: frozenset[SafetyCheck] = frozenset()


class Stage(StrEnum):
    """When the question is asked: signing asks for more than planning."""

    PLAN = "plan"
    SIGN = "sign"


Rule = Callable[[Facts, Plan, Stage], tuple[Finding, ...]]


def stands(finding: Finding, given_reasons: Mapping[str, str]) -> bool:
    """Return whether the finding still stops signing.

    `given_reasons` holds what clinicians have written, by code. A blank is no reason.
    """
    if finding.severity == Severity.REASON or finding.overridable:
        return not given_reasons.get(finding.code, "").strip()
    return finding.severity == Severity.BLOCK


def one(
    code: str,
    severity: Severity,
    reason: str,
    *,
    source: str,
    field: str,
    overridable: bool = False,
    only_at_signing: bool = False,
) -> tuple[Finding, ...]:
    """Return a single finding, the way most rules answer."""
    finding = Finding(
        code=code,
        severity=severity,
        reason=reason,
        source=source,
        field=field,
        overridable=overridable,
        only_at_signing=only_at_signing,
    )
    return (finding,)


def asked_for_at_signing(stage: Stage) -> Severity:
    return Severity.BLOCK if stage == Stage.SIGN else Severity.UNKNOWN


def numbered(what: str, numbers: tuple[int, ...]) -> str:
    """Return `Point 3` or `Points 3, 4 and 7`."""
    if len(numbers) == 1:
        return f"{what} {numbers[0]}"
    *most, last = map(str, numbers)
    return f"{what}s {', '.join(most)} and {last}"
