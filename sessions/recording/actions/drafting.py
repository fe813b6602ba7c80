"""Save what is planned and recorded so far."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from mesoclinic import audit
from mesoclinic.models import User
from mesoclinic.vocabulary import Severity, Side
from protocols.rules import Finding, stands
from sessions.courses.models import TreatmentSession
from sessions.recording.actions import rows
from sessions.recording.assessment import consent_of, findings_on
from sessions.recording.drafts import Draft
from sessions.recording.models import SessionRecord
from sessions.recording.places import sides_treated

ALLERGY_MATCH = "allergy.match"


@transaction.atomic
def save_draft(
    treatment_session: TreatmentSession,
    *,
    by: User,
    version: int,
    draft: Draft,
    unfinished: bool = False,
    now: dt.datetime | None = None,
) -> SessionRecord:
    """Store a plan and what is recorded so far.

    `version` is that of the record the form was made from, 0 where there was none.
    Raises ValidationError by field where a rule blocks or a deviation lacks a reason;
    `unfinished`, as a page saves by itself, lets reasons wait.
    """
    now = now or timezone.now()
    treatment_session = rows.lock(treatment_session)
    record = rows.record_for(treatment_session, by=by, version=version)
    draft = _without_outlived_override(record, draft)
    refuse_misplaced(treatment_session, draft)
    findings = findings_on(treatment_session, draft)
    refuse_standing(_that_stop_a_draft(findings, unfinished=unfinished), draft)
    refuse_impossible_end(treatment_session, draft, now)
    rows.write_columns(record, draft)
    record.consent = consent_of(treatment_session)
    record.saved_by, record.version = by, record.version + 1
    record.save()
    rows.write_points(record, draft)
    rows.write_components(record, draft)
    rows.write_answers(record, draft.answers)
    rows.write_ticks(record, draft.ticks, by=by, now=now)
    rows.write_findings(record, findings, draft.reasons, by=by, now=now)
    audit.record(
        "record.saved",
        record,
        by=by,
        patient_id=treatment_session.patient_id,
        version=record.version,
    )
    return record


def _that_stop_a_draft(
    findings: Iterable[Finding], *, unfinished: bool
) -> list[Finding]:
    """A fact about the patient is kept in a draft; it stops the signature."""
    return [
        finding
        for finding in findings
        if not finding.only_at_signing
        and not (unfinished and finding.severity == Severity.REASON)
    ]


def _without_outlived_override(record: SessionRecord, draft: Draft) -> Draft:
    """Drop the reason for going past an allergy once another mixture is written.

    It was given for what was mixed then; for something else it is given again.
    """
    if record.pk is None or _same_mixture(record, draft):
        return draft
    stored = record.findings.filter(code=ALLERGY_MATCH).first()
    if stored is None or stored.given_reason != draft.reasons.get(ALLERGY_MATCH):
        return draft
    reasons = {c: text for c, text in draft.reasons.items() if c != ALLERGY_MATCH}
    return replace(draft, reasons=reasons)


def _same_mixture(record: SessionRecord, draft: Draft) -> bool:
    mixed = {each.product_id for each in record.components.all()}
    return record.mixture == draft.mixture and mixed == {
        each.product.pk for each in draft.components
    }


def refuse_standing(findings: Iterable[Finding], draft: Draft) -> None:
    """Raise, by field, for what no reason has been given for, or none can be."""
    errors: dict[str, list[str]] = {}
    for finding in findings:
        if stands(finding, draft.reasons):
            errors.setdefault(finding.field, []).append(finding.reason)
    if errors:
        raise ValidationError(errors)


def refuse_misplaced(treatment_session: TreatmentSession, draft: Draft) -> None:
    """Raise for points off the body, on a drawing that the indication does not have,
    or on a side that is not treated."""
    course = treatment_session.course
    views = {each.view for each in course.indication.views.all()}
    errors: dict[str, str] = {}
    for number, point in enumerate(draft.points, start=1):
        if point.spot is None:
            continue
        if point.spot.view not in views:
            errors[f"view_{number}"] = (
                f"Point {number}: this indication does not have that drawing."
            )
        elif point.spot.side not in sides_treated(Side(course.side), point.spot.view):
            errors[f"side_{number}"] = (
                f"Point {number} is on a side that is not treated: {course.side_words}."
            )
        elif not point.spot.is_on_the_body:
            errors[f"x_{number}"] = f"Point {number} lies outside the outline."
    if errors:
        raise ValidationError(errors)


def refuse_impossible_end(
    treatment_session: TreatmentSession, draft: Draft, now: dt.datetime
) -> None:
    """Raise where a time has not come yet, or comes before what it follows."""
    ended_at, started_at = draft.ended_at, draft.started_at
    for name in ("started_at", "prepared_at", "ended_at"):
        at = getattr(draft, name)
        if at is not None and at > now:
            raise ValidationError({name: "This time has not come yet."})
    if started_at and ended_at and started_at > ended_at:
        raise ValidationError({"ended_at": "This is before the start."})
    born = treatment_session.patient.birth_date
    if ended_at and ended_at.astimezone(treatment_session.zone).date() < born:
        raise ValidationError({"given_on": "This is before the patient's birth."})
