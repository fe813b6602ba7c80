"""Sign a record: look once more, mark as given, seal, lock."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from mesoclinic import audit
from mesoclinic.models import User
from protocols.rules import Stage, stands
from sessions.courses.models import Course, TreatmentSession
from sessions.courses.visits import targets
from sessions.recording.actions import rows
from sessions.recording.actions.drafting import (
    refuse_impossible_end,
    refuse_misplaced,
    refuse_standing,
)
from sessions.recording.assessment import consent_of, findings_on
from sessions.recording.drafts import Draft, draft_of
from sessions.recording.models import SessionRecord, Signature
from sessions.recording.sealing import seal


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
    treatment_session = rows.lock(treatment_session)
    record = rows.record_for(treatment_session, by=by, version=version)
    if record.pk is None:
        raise ValidationError("There is nothing to sign yet. Fill in the record first.")
    if by.pk != treatment_session.clinician_id:
        raise ValidationError(
            f"This session is {treatment_session.clinician.short_name}'s. Only who "
            "treats signs; to take it over, move it to yourself."
        )
    draft = draft_of(record)
    refuse_incomplete(treatment_session, draft, now=now)
    refuse_misplaced(treatment_session, draft)
    findings = findings_on(treatment_session, draft, stage=Stage.SIGN)
    refuse_standing(findings, draft)
    record.consent = consent_of(treatment_session)
    record.save(update_fields=["consent"])
    rows.write_findings(record, findings, draft.reasons, by=by, now=now)
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
    if draft.unrecorded:
        numbers = ", ".join(map(str, draft.unrecorded))
        errors["points_count"] = f"Not recorded as given or skipped: point {numbers}."
    elif all(point.skipped for point in draft.points):
        errors["points_count"] = "No point was given. Set the session aside instead."
    if not errors and draft.ended_at:
        refuse_impossible_end(treatment_session, draft, now)
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
