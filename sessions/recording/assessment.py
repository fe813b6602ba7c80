"""The one adapter from rows to facts: what the rules say about a plan and a record."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from mesoclinic.vocabulary import Consent, Side
from protocols.rules import Facts, Finding, Plan, Stage, assess
from sessions.courses.models import TreatmentSession
from sessions.recording.models import SessionRecord


@dataclass(frozen=True, kw_only=True)
class PointDraft:
    """One point as typed. `given_ml` is None until it is recorded."""

    planned_ml: Decimal
    given_ml: Decimal | None = None
    skipped: bool = False


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A plan and a record as typed, before anything is stored."""

    volume_per_point_ml: Decimal
    larger_zone: bool
    angle_deg: int | None
    needle_length_mm: Decimal
    mixture: str
    points: tuple[PointDraft, ...]
    consent: Consent = Consent.NOT_RECORDED
    pain_before: int | None = None
    pain_after: int | None = None
    ended_at: dt.datetime | None = None
    note: str = ""
    # Why a deviation was made, by the code of its finding.
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def planned_volumes(self) -> tuple[Decimal, ...]:
        return tuple(point.planned_ml for point in self.points)

    @property
    def given_volumes(self) -> tuple[Decimal, ...]:
        """What was given; where nothing is recorded yet, what is planned."""
        return tuple(
            point.given_ml or point.planned_ml
            for point in self.points
            if not point.skipped
        )


def draft_of(record: SessionRecord) -> Draft:
    """Return what is stored in the form in which the rules look at it."""
    return Draft(
        volume_per_point_ml=record.volume_per_point_ml,
        larger_zone=record.larger_zone,
        angle_deg=record.angle_deg,
        needle_length_mm=record.needle_length_mm,
        mixture=record.mixture,
        points=tuple(
            PointDraft(
                planned_ml=point.planned_ml,
                given_ml=point.given_ml,
                skipped=point.skipped,
            )
            for point in record.points_in_order
        ),
        consent=Consent(record.consent),
        pain_before=record.pain_before,
        pain_after=record.pain_after,
        ended_at=record.ended_at,
        note=record.note,
        reasons={f.code: f.given_reason for f in record.findings.all()},
    )


def facts_of(treatment_session: TreatmentSession, consent: Consent) -> Facts:
    course, patient = treatment_session.course, treatment_session.patient
    return Facts(
        limits=course.protocol_version.limits,
        has_side=course.indication.has_side,
        side=Side(course.side),
        allergy_state=patient.allergy_state,
        allergies=tuple(allergy.substance for allergy in patient.current_allergies),
        is_first_session=treatment_session.is_first,
        consent=consent,
    )


def findings_on(
    treatment_session: TreatmentSession, draft: Draft, *, stage: Stage = Stage.PLAN
) -> tuple[Finding, ...]:
    """What the rules say about the plan and about what was given, each code once."""
    facts = facts_of(treatment_session, draft.consent)
    by_code: dict[str, Finding] = {}
    for volumes in (draft.planned_volumes, draft.given_volumes):
        plan = Plan(
            volumes_ml=volumes,
            larger_zone=draft.larger_zone,
            angle_deg=draft.angle_deg,
            mixture=draft.mixture,
        )
        by_code |= {f.code: f for f in assess(facts, plan, stage=stage)}
    return tuple(by_code.values())
