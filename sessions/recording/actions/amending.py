"""What can still be done with a signed record: add to it, or void it."""

import datetime as dt
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from mesoclinic import audit
from mesoclinic.models import User
from sessions.recording.models import Amendment, RecordVoid, SessionRecord
from sessions.recording.sealing import amendment_hash, void_hash


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


@transaction.atomic
def void(
    record: SessionRecord, *, by: User, reason: str, now: dt.datetime | None = None
) -> RecordVoid:
    """Say that a signed record does not count. It stays legible, with who and why."""
    record = (
        SessionRecord.objects.select_for_update(of=["self"])
        .select_related("treatment_session")
        .get(pk=record.pk)
    )
    if not record.is_signed:
        raise ValidationError("This record is not signed: change it directly.")
    if record.is_void:
        raise ValidationError("This record is void already.")
    if by.pk != record.treatment_session.clinician_id:
        raise ValidationError("Only who treated voids the record.")
    voided = RecordVoid(
        record=record,
        reason=reason,
        voided_at=now or timezone.now(),
        voided_by=by,
        voider_name=by.display_name,
    )
    voided.full_clean(exclude=["hash"])
    voided.hash = void_hash(voided, previous=record.signature.hash)
    voided.save(force_insert=True)
    audit.record(
        "record.voided",
        record,
        by=by,
        patient_id=record.treatment_session.patient_id,
        hash=voided.hash,
    )
    return voided
