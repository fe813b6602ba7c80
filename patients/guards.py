"""What the database refuses on patients: nobody and no allergy disappears."""

from mesoclinic.database import Guard, never_deleted
from patients.models import Allergy, Patient

_ALLERGY = Allergy._meta.db_table

GUARDS = [
    never_deleted(Patient, "patients are never deleted"),
    never_deleted(Allergy, "an allergy is closed with a reason, never deleted"),
    Guard(
        name="allergy_stays_as_recorded",
        table=_ALLERGY,
        event="UPDATE",
        when=(
            "OLD.closed_at IS NOT NULL OR OLD.patient_id <> NEW.patient_id "
            "OR OLD.substance <> NEW.substance OR OLD.reaction <> NEW.reaction"
        ),
        message="an allergy is closed with a reason, never rewritten",
    ),
]
