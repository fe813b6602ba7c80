"""What a signature covers: every field of the record, its points and its findings.

The content is built from the models' own fields, so a field added later is covered
without anybody remembering it.
"""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.db import models

from mesoclinic.hashing import keyed_hash, same_hash
from mesoclinic.models import User
from sessions.courses.models import TreatmentSession
from sessions.recording.models import (
    Amendment,
    ConsentEvent,
    RecordVoid,
    SessionRecord,
    Signature,
)

# Of a course, what stays when it is later moved or closed.
_COURSE_FIELDS = ("patient", "indication", "side", "protocol_version", "site")


def content_of(record: SessionRecord) -> dict[str, Any]:
    """Return all that is signed, as plain data; of rows as the database has them."""
    treatment_session = record.treatment_session
    course = treatment_session.course
    return {
        "record": _fields(record),
        "session": _fields(treatment_session),
        "course": _fields(course, only=_COURSE_FIELDS),
        "indication": course.indication.name,
        "protocol": str(course.protocol_version),
        "points": [_fields(point) for point in record.points_in_order],
        "findings": [_fields(finding) for finding in record.findings.all()],
        "mixture": [_fields(each) for each in record.components.all()],
        "answers": [
            {**_fields(each), "question": each.question.text}
            for each in record.answers_shown
        ],
        "checks": [
            _fields(tick) for tick in sorted(record.ticks_shown, key=attrgetter("pk"))
        ],
    }


def patient_as_signed(treatment_session: TreatmentSession) -> dict[str, Any]:
    """Who the patient was, and what was known of allergies, on the day of signing."""
    patient = treatment_session.patient
    return {
        "number": patient.number,
        "family_name": patient.family_name,
        "given_names": patient.given_names,
        "title": patient.title,
        "birth_date": patient.birth_date.isoformat(),
        "sex": str(patient.sex),
        "allergies": [str(allergy) for allergy in patient.current_allergies],
        "allergy_state": str(patient.allergy_state),
    }


def _consent_to(treatment_session: TreatmentSession) -> dict[str, Any] | None:
    """The patient's word that holds now: whose, how it was given, and what was drawn.

    One that comes later is a new row and leaves this one as it was.
    """
    event = ConsentEvent.objects.latest_of(treatment_session.course)
    return _fields(event) if event else None


def _fields(row: models.Model, *, only: Iterable[str] = ()) -> dict[str, Any]:
    names = set(only)
    return {
        field.attname: _plain(getattr(row, field.attname))
        for field in row._meta.concrete_fields
        if not names or field.name in names
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value.normalize())
    return value


def signature_hash(signature: Signature) -> str:
    """The keyed hash over what was signed, by whom, when and with what meaning."""
    return keyed_hash(
        {
            "content": signature.content,
            "record_id": signature.record_id,
            "signed_at": _plain(signature.signed_at),
            "signed_by_id": signature.signed_by_id,
            "signer_name": signature.signer_name,
            "signer_registration": signature.signer_registration,
            "meaning": signature.meaning,
        }
    )


def amendment_hash(amendment: Amendment, *, previous: str) -> str:
    """The keyed hash over an amendment, chained to what it follows."""
    content = _fields(amendment)
    for name in ("id", "hash", "submission"):
        del content[name]
    return keyed_hash(content, previous=previous)


def void_hash(void: RecordVoid, *, previous: str) -> str:
    """The keyed hash over who voided a record and why, chained to its signature."""
    content = _fields(void)
    for name in ("id", "hash"):
        del content[name]
    return keyed_hash(content, previous=previous)


def seal(record: SessionRecord, *, by: User, now: dt.datetime) -> Signature:
    """Make the signature of a record; the caller stores it."""
    signature = Signature(
        record=record,
        signed_at=now,
        signed_by=by,
        signer_name=by.display_name,
        signer_registration=by.registration_number,
        meaning=Signature.MEANING,
        content={
            # Not what is in memory, but what was stored of it.
            **content_of(SessionRecord.objects.whole().get(pk=record.pk)),
            "consent": _consent_to(record.treatment_session),
            "patient": patient_as_signed(record.treatment_session),
        },
    )
    signature.hash = signature_hash(signature)
    return signature


def broken_parts(record: SessionRecord) -> list[str]:
    """Name the parts of a signed record that are not as they were signed.

    Looks at the rows it is given, as whoever shows them has just read them.
    """
    signature = record.signature
    if not same_hash(signature.hash, signature_hash(signature)):
        return ["signature"]
    now, signed = content_of(record), signature.content
    broken = [part for part in now if not _as_signed(now[part], signed.get(part, []))]
    return [
        *broken,
        *_broken_consent(signed.get("consent")),
        *_broken_amendments(record),
        *_broken_void(record),
    ]


def _as_signed(now: Any, signed: Any) -> bool:
    """Whether all that was signed is still so.

    A column that came with a later version of the program was not there to be signed:
    only what the signature holds is compared, row by row.
    """
    if isinstance(signed, dict) and isinstance(now, dict):
        return all(name in now and now[name] == signed[name] for name in signed)
    if isinstance(signed, list) and isinstance(now, list):
        return len(now) == len(signed) and all(map(_as_signed, now, signed))
    return bool(now == signed)


def _broken_consent(signed: dict[str, Any] | None) -> list[str]:
    if signed is None:
        return []
    event = ConsentEvent.objects.filter(pk=signed["id"]).first()
    is_as_signed = event is not None and _as_signed(_fields(event), signed)
    return [] if is_as_signed else ["consent"]


def _broken_amendments(record: SessionRecord) -> list[str]:
    previous = record.signature.hash
    for amendment in record.amendments.all():
        if not same_hash(amendment.hash, amendment_hash(amendment, previous=previous)):
            return ["amendments"]
        previous = amendment.hash
    return []


def _broken_void(record: SessionRecord) -> list[str]:
    if not record.is_void:
        return []
    expected = void_hash(record.void, previous=record.signature.hash)
    return [] if same_hash(record.void.hash, expected) else ["void"]
