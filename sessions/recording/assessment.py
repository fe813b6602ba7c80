"""The one adapter from rows to facts: what the rules say about a plan and a record."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from mesoclinic.vocabulary import Answer, Consent, Forearm, Side
from protocols import components
from protocols.rules import Facts, Finding, Plan, Question, Stage, assess
from sessions.courses.models import TreatmentSession
from sessions.recording.drafts import Draft
from sessions.recording.models import ConsentEvent, MixtureComponent


def facts_of(treatment_session: TreatmentSession, draft: Draft) -> Facts:
    """What is known besides the plan: protocol, patient, answers, consent."""
    course, patient = treatment_session.course, treatment_session.patient
    return Facts(
        limits=course.protocol_version.limits,
        has_side=course.indication.has_side,
        side=Side(course.side),
        allergy_state=patient.allergy_state,
        allergies=tuple(allergy.substance for allergy in patient.current_allergies),
        is_first_session=treatment_session.is_first,
        consent=consent_of(treatment_session),
        questions=_questions(treatment_session, draft),
        has_drawings=bool(course.indication.views.all()),
        asks_forearm=course.indication.asks_forearm,
    )


def consent_of(treatment_session: TreatmentSession) -> Consent:
    """The last word of the patient on the text that the course is done by (R11)."""
    event = ConsentEvent.objects.latest_of(treatment_session.course)
    return Consent(event.answer) if event else Consent.NOT_RECORDED


def _questions(
    treatment_session: TreatmentSession, draft: Draft
) -> tuple[Question, ...]:
    asked = treatment_session.course.protocol_version.questions.all()
    return tuple(
        Question(
            position=question.position,
            field=f"answer_{question.pk}",
            text=question.text,
            yes_means=question.yes_means,
            answer=draft.answers.get(question.pk, Answer.NOT_RECORDED),
        )
        for question in asked
    )


def findings_on(
    treatment_session: TreatmentSession, draft: Draft, *, stage: Stage = Stage.PLAN
) -> tuple[Finding, ...]:
    """What the rules say about the plan and about what was given, each code once."""
    facts = facts_of(treatment_session, draft)
    plan = _plan(treatment_session, draft)
    by_code: dict[str, Finding] = {}
    for volumes in (draft.planned_volumes, draft.given_volumes):
        found = assess(facts, replace(plan, volumes_ml=volumes), stage=stage)
        by_code |= {finding.code: finding for finding in found}
    return tuple(by_code.values())


def _plan(treatment_session: TreatmentSession, draft: Draft) -> Plan:
    parts = [(each.product, each.lot, each.volume_ml) for each in draft.components]
    day = given_on(treatment_session, draft)
    return Plan(
        volumes_ml=draft.planned_volumes,
        larger_zone=draft.larger_zone,
        angle_deg=draft.angle_deg,
        mixture=draft.mixture,
        given_on=day,
        components=components.facts(
            parts, already_mg=_already_mg(treatment_session, draft, day)
        ),
        drawn_up_ml=draft.drawn_up_ml,
        looks_clear=draft.looks_clear,
        verdicts=components.verdicts(product for product, _, _ in parts),
        unplaced=draft.unplaced,
        unconfirmed=draft.unconfirmed,
        has_forearm=draft.forearm != Forearm.NOT_RECORDED,
        ticks=draft.ticks,
    )


def given_on(treatment_session: TreatmentSession, draft: Draft) -> dt.date:
    """The local day on which it was given, or is to be."""
    if draft.ended_at is None:
        return treatment_session.booked_date
    return draft.ended_at.astimezone(treatment_session.zone).date()


def _already_mg(
    treatment_session: TreatmentSession, draft: Draft, day: dt.date
) -> dict[int, Decimal]:
    """What the patient has had of each substance on that day in other sessions."""
    if not draft.components:
        return {}
    return MixtureComponent.objects.given_mg(
        patient_id=treatment_session.patient_id, day=day, but=treatment_session.pk
    )
