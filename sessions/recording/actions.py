"""Save a draft, sign it, amend what is signed."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from mesoclinic import audit
from mesoclinic.errors import Stale
from mesoclinic.models import User
from protocols.rules import Finding, Stage, stands
from sessions.courses.models import Course, TreatmentSession
from sessions.courses.visits import targets
from sessions.recording.assessment import Draft, draft_of, findings_on
from sessions.recording.models import (
    Amendment,
    InjectionPoint,
    RecordFinding,
    RecordLocked,
    SessionRecord,
    Signature,
)
from sessions.recording.sealing import amendment_hash, seal

ALLERGY_MATCH = "allergy.match"

_DRAFTED = (
    "volume_per_point_ml",
    "larger_zone",
    "angle_deg",
    "needle_length_mm",
    "mixture",
    "consent",
    "pain_before",
    "pain_after",
    "ended_at",
    "note",
)


@transaction.atomic
def save_draft(
    treatment_session: TreatmentSession,
    *,
    by: User,
    version: int,
    draft: Draft,
    now: dt.datetime | None = None,
) -> SessionRecord:
    """Store a plan and what is recorded so far.

    `version` is that of the record the form was made from, 0 where there was none.
    Raises ValidationError by field where a rule blocks or a deviation lacks a reason.
    """
    now = now or timezone.now()
    treatment_session = _lock(treatment_session)
    record = _record_for(treatment_session, by=by, version=version)
    draft = _without_outlived_override(record, draft)
    findings = findings_on(treatment_session, draft)
    _refuse_standing(findings, draft)
    _refuse_impossible_end(treatment_session, draft.ended_at, now)
    for name in _DRAFTED:
        setattr(record, name, getattr(draft, name))
    record.saved_by, record.version = by, record.version + 1
    record.save()
    _write_points(record, draft)
    _write_findings(record, findings, draft, by=by, now=now)
    audit.record(
        "record.saved",
        record,
        by=by,
        patient_id=treatment_session.patient_id,
        version=record.version,
    )
    return record


def _lock(treatment_session: TreatmentSession) -> TreatmentSession:
    return (
        TreatmentSession.objects.complete()
        .select_for_update(of=["self"])
        .get(pk=treatment_session.pk)
    )


def _record_for(
    treatment_session: TreatmentSession, *, by: User, version: int
) -> SessionRecord:
    record = getattr(treatment_session, "record", None)
    if record is None:
        record = SessionRecord(
            treatment_session=treatment_session, saved_by=by, version=0
        )
    if record.is_signed:
        raise RecordLocked
    if not treatment_session.is_booked:
        raise ValidationError("This session is not booked any more.")
    if record.version != version:
        raise Stale(_stored(record), version=record.version)
    return record


def _stored(record: SessionRecord) -> dict[str, Any]:
    """What is stored now, by the form's fields: points and all."""
    stored = {name: getattr(record, name) for name in _DRAFTED}
    if record.ended_at:
        stored["ended_at"] = record.ended_at.astimezone(record.treatment_session.zone)
    points = record.points_in_order
    stored["points_count"] = len(points)
    for point in points:
        stored[f"planned_{point.number}"] = point.planned_ml
        stored[f"given_{point.number}"] = point.given_ml
        stored[f"skipped_{point.number}"] = point.skipped
    return stored


def _without_outlived_override(record: SessionRecord, draft: Draft) -> Draft:
    """Drop the reason for going past an allergy once another mixture is written.

    It was given for what was mixed then; for something else it is given again.
    """
    if record.pk is None or record.mixture == draft.mixture:
        return draft
    stored = record.findings.filter(code=ALLERGY_MATCH).first()
    if stored is None or stored.given_reason != draft.reasons.get(ALLERGY_MATCH):
        return draft
    reasons = {c: text for c, text in draft.reasons.items() if c != ALLERGY_MATCH}
    return replace(draft, reasons=reasons)


def _refuse_standing(findings: Iterable[Finding], draft: Draft) -> None:
    errors: dict[str, list[str]] = {}
    for finding in findings:
        if stands(finding, draft.reasons):
            errors.setdefault(finding.field, []).append(finding.reason)
    if errors:
        raise ValidationError(errors)


def _refuse_impossible_end(
    treatment_session: TreatmentSession, ended_at: dt.datetime | None, now: dt.datetime
) -> None:
    if ended_at is None:
        return
    if ended_at > now:
        raise ValidationError({"ended_at": "This time has not come yet."})
    born = treatment_session.patient.birth_date
    if ended_at.astimezone(treatment_session.zone).date() < born:
        raise ValidationError({"given_on": "This is before the patient's birth."})


def _write_points(record: SessionRecord, draft: Draft) -> None:
    record.points.filter(number__gt=len(draft.points)).delete()
    stored = {point.number: point for point in record.points.all()}
    for number, typed in enumerate(draft.points, start=1):
        point = stored.get(number) or InjectionPoint(record=record, number=number)
        point.planned_ml = typed.planned_ml
        point.given_ml = typed.given_ml
        point.skipped = typed.skipped
        point.save()


def _write_findings(
    record: SessionRecord,
    findings: Iterable[Finding],
    draft: Draft,
    *,
    by: User,
    now: dt.datetime,
) -> None:
    stored = {finding.code: finding for finding in record.findings.all()}
    for finding in findings:
        row = stored.pop(finding.code, None)
        row = row or RecordFinding(record=record, code=finding.code)
        row.severity, row.statement = finding.severity, finding.reason
        row.source, row.field = finding.source, finding.field
        reason = draft.reasons.get(finding.code, "").strip()
        if row.given_reason != reason:
            row.given_reason = reason
            row.given_by, row.given_at = (by, now) if reason else (None, None)
        row.save()
    record.findings.filter(code__in=stored).delete()


@transaction.atomic
def sign(
    treatment_session: TreatmentSession,
    *,
    by: User,
    version: int,
    now: dt.datetime | None = None,
) -> Signature:
    """Sign a record: findings, hash over every field, lock, in one transaction.

    The caller has confirmed the password. `version` is that of the record shown, so
    what is signed is what was seen.
    """
    now = now or timezone.now()
    course = Course.objects.select_for_update().get(pk=treatment_session.course_id)
    treatment_session = _lock(treatment_session)
    record = _record_for(treatment_session, by=by, version=version)
    if record.pk is None:
        raise ValidationError("There is nothing to sign yet. Fill in the record first.")
    if by.pk != treatment_session.clinician_id:
        raise ValidationError(
            f"This session is {treatment_session.clinician.short_name}'s. Only who "
            "treats signs; to take it over, move it to yourself."
        )
    draft = draft_of(record)
    refuse_incomplete(treatment_session, draft, now=now)
    findings = findings_on(treatment_session, draft, stage=Stage.SIGN)
    _refuse_standing(findings, draft)
    _write_findings(record, findings, draft, by=by, now=now)
    _mark_given(course, treatment_session, record, by=by, now=now)
    signature = seal(record, by=by, now=now)
    signature.save(force_insert=True)
    audit.record(
        "record.signed",
        record,
        by=by,
        patient_id=treatment_session.patient_id,
        hash=signature.hash,
    )
    return signature


def refuse_incomplete(
    treatment_session: TreatmentSession, draft: Draft, *, now: dt.datetime
) -> None:
    """Raise, by field, for what a record lacks to be signed."""
    errors: dict[str, str] = {}
    if draft.ended_at is None:
        errors["ended_at"] = "When did the session end?"
    open_points = [
        str(number)
        for number, point in enumerate(draft.points, start=1)
        if point.given_ml is None and not point.skipped
    ]
    if open_points:
        errors["points_count"] = (
            f"Not recorded as given or skipped: point {', '.join(open_points)}."
        )
    elif all(point.skipped for point in draft.points):
        errors["points_count"] = "No point was given. Set the session aside instead."
    if not errors and draft.ended_at:
        _refuse_impossible_end(treatment_session, draft.ended_at, now)
        _refuse_out_of_order(treatment_session, draft.ended_at)
    if errors:
        raise ValidationError(errors)


def problems_before_signing(
    treatment_session: TreatmentSession, record: SessionRecord
) -> list[str]:
    """What would stop a signature now, as sentences; empty when nothing does."""
    draft = draft_of(record)
    problems: list[str] = []
    try:
        refuse_incomplete(treatment_session, draft, now=timezone.now())
    except ValidationError as error:
        problems += error.messages
    findings = findings_on(treatment_session, draft, stage=Stage.SIGN)
    problems += [f.reason for f in findings if stands(f, draft.reasons)]
    return problems


def _refuse_out_of_order(
    treatment_session: TreatmentSession, ended_at: dt.datetime
) -> None:
    """Raise where visits would come in another order than the protocol's (R13)."""
    given = ended_at.astimezone(treatment_session.zone).date()
    for other in treatment_session.course.in_order:
        if other.protocol_day < treatment_session.protocol_day:
            _refuse_before(other, given)
        elif other.protocol_day > treatment_session.protocol_day:
            _refuse_after(other, given)


def _is_to_be(session: TreatmentSession) -> bool:
    """Whether it was or will be given: what was set aside has no place in the order."""
    return session.is_given or session.is_booked


def _refuse_before(earlier: TreatmentSession, given: dt.date) -> None:
    if earlier.is_first and not earlier.is_given:
        raise ValidationError("Day 0 is not signed yet. Sign it first.")
    if _is_to_be(earlier) and given <= earlier.date:
        message = f"This is not after {earlier.day_label.lower()}."
        raise ValidationError({"ended_at": message})


def _refuse_after(later: TreatmentSession, given: dt.date) -> None:
    if not _is_to_be(later) or given < later.date:
        return
    when = f"{later.date:%a %d-%b-%Y}"
    raise ValidationError(
        {
            "ended_at": f"{later.day_label} was given on {when}, not after this."
            if later.is_given
            else f"{later.day_label} is booked for {when}. Move it first."
        }
    )


def _mark_given(
    course: Course,
    treatment_session: TreatmentSession,
    record: SessionRecord,
    *,
    by: User,
    now: dt.datetime,
) -> None:
    assert record.ended_at is not None  # noqa: S101  refuse_incomplete has seen to it
    given = record.ended_at.astimezone(treatment_session.zone).date()
    treatment_session.given_date = given
    treatment_session.status = TreatmentSession.Status.GIVEN
    treatment_session.status_at, treatment_session.status_by = now, by
    treatment_session.sequence += 1
    treatment_session.save(
        update_fields=["given_date", "status", "status_at", "status_by", "sequence"]
    )
    if treatment_session.is_first and given != treatment_session.booked_date:
        _retarget(course, given)


def _retarget(course: Course, day_0: dt.date) -> None:
    """Count the follow-ups from the day that day 0 was really given (R14).

    They stay booked where they are, with the reason; moving them is for people.
    """
    target = targets(day_0, course.protocol_version.follow_up_days)
    for session in course.sessions.exclude(protocol_day=0):
        session.target_date = target[session.protocol_day]
        if session.booked_date != session.target_date:
            session.off_target_reason = session.off_target_reason or (
                f"Day 0 was given on {day_0:%d-%b-%Y}, after this was booked."
            )
        session.sequence += 1
        session.save(update_fields=["target_date", "off_target_reason", "sequence"])


@transaction.atomic
def amend(
    record: SessionRecord,
    *,
    by: User,
    text: str,
    reason: str,
    submission: UUID | None = None,
    now: dt.datetime | None = None,
) -> Amendment:
    """Add to a signed record. The original stays as it was; both are shown."""
    record = SessionRecord.objects.select_for_update().get(pk=record.pk)
    if not record.is_signed:
        raise ValidationError("This record is not signed: change it directly.")
    sent = record.amendments.filter(submission=submission).first()
    if submission and sent:
        return sent
    last = record.amendments.order_by("amended_at", "pk").last()
    amendment = Amendment(
        record=record,
        text=text,
        reason=reason,
        amended_at=now or timezone.now(),
        amended_by=by,
        amender_name=by.display_name,
        submission=submission,
    )
    amendment.full_clean(exclude=["hash"])
    amendment.hash = amendment_hash(
        amendment, previous=last.hash if last else record.signature.hash
    )
    amendment.save(force_insert=True)
    audit.record(
        "record.amended",
        amendment,
        by=by,
        patient_id=record.treatment_session.patient_id,
        hash=amendment.hash,
    )
    return amendment
