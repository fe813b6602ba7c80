"""What may be done to patients and their allergies. Nothing is ever deleted."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from mesoclinic import audit
from mesoclinic.errors import Stale
from mesoclinic.models import User
from mesoclinic.vocabulary import AllergyState
from patients.models import Allergy, Patient
from patients.models.search import search_names

# What register and amend may write; everything else on a patient has its own action.
DETAILS = (
    "family_name",
    "given_names",
    "title",
    "birth_date",
    "sex",
    "phone",
    "email",
    "preferred_language",
    "leaflet_format",
    "reception_notes",
)


def register(*, by: User, submission: UUID | None = None, **details: Any) -> Patient:
    """Register a person. The same form sent twice registers one."""
    try:
        return _register(by=by, submission=submission, **details)
    except IntegrityError:
        existing = Patient.objects.filter(submission=submission).first()
        if submission is None or existing is None:
            raise
        return existing


@transaction.atomic
def _register(*, by: User, submission: UUID | None, **details: Any) -> Patient:
    patient = Patient(registered_by=by, submission=submission)
    _write(patient, details)
    patient.save(force_insert=True)
    audit.record("patient.registered", patient, by=by, patient_id=patient.pk)
    return patient


@transaction.atomic
def amend(patient: Patient, *, by: User, version: int, **details: Any) -> Patient:
    """Change a person's details; `version` is the one the form was made from."""
    patient = Patient.objects.select_for_update().get(pk=patient.pk)
    if patient.version != version:
        theirs = {name: getattr(patient, name) for name in DETAILS}
        raise Stale(theirs, version=patient.version)
    changes = sorted(n for n in details if getattr(patient, n) != details[n])
    _write(patient, details)
    patient.version += 1
    patient.save(update_fields=[*DETAILS, "search_name", "search_given", "version"])
    audit.record(
        "patient.amended", patient, by=by, patient_id=patient.pk, changed=changes
    )
    return patient


def _write(patient: Patient, details: dict[str, Any]) -> None:
    for name in DETAILS:
        setattr(patient, name, details[name])
    patient.search_name, patient.search_given = search_names(
        patient.family_name, patient.given_names
    )
    # The form has cleaned each field; this is for callers that have no form.
    patient.full_clean(
        exclude=["registered_by", "search_name", "search_given"], validate_unique=False
    )


@transaction.atomic
def record_allergy(
    patient: Patient, *, by: User, substance: str, reaction: str = ""
) -> Allergy:
    """Record that a person is allergic to a substance."""
    patient = Patient.objects.select_for_update().get(pk=patient.pk)
    allergy = Allergy(
        patient=patient, substance=substance, reaction=reaction, recorded_by=by
    )
    allergy.validate_constraints()
    allergy.save(force_insert=True)
    audit.record("allergy.recorded", allergy, by=by, patient_id=patient.pk)
    return allergy


@transaction.atomic
def close_allergy(allergy: Allergy, *, by: User, reason: str) -> Allergy:
    """Close an allergy that turned out not to be one; it stays on record."""
    allergy = Allergy.objects.select_for_update().get(pk=allergy.pk)
    if allergy.closed_at:
        raise ValidationError("This allergy is closed already.")
    allergy.closed_at = timezone.now()
    allergy.closed_by = by
    allergy.closed_reason = reason
    allergy.save(update_fields=["closed_at", "closed_by", "closed_reason"])
    # "No known allergies" from before this one was recorded says nothing now.
    _state(allergy.patient, AllergyState.NOT_RECORDED)
    audit.record("allergy.closed", allergy, by=by, patient_id=allergy.patient_id)
    return allergy


@transaction.atomic
def state_allergies(patient: Patient, *, by: User, state: AllergyState) -> Patient:
    """Record that there are no known allergies, or that it could not be found out."""
    patient = Patient.objects.select_for_update().get(pk=patient.pk)
    if patient.current_allergies:
        raise ValidationError(
            "There are known allergies. Close them first, one by one."
        )
    _state(patient, state)
    audit.record(
        "allergies.stated", patient, by=by, patient_id=patient.pk, state=str(state)
    )
    return patient


def _state(patient: Patient, state: AllergyState) -> None:
    patient.allergy_statement = state
    patient.save(update_fields=["allergy_statement"])
