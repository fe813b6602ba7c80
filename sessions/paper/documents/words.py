"""How papers for staff word dates, and whom they are about."""

import datetime as dt

from mesoclinic.vocabulary import AllergyState
from patients.models import Patient
from sessions.paper.content import Allergies, Identity


def short_date(day: dt.date) -> str:
    """A date as staff read it: `24-Nov-2026`."""
    return f"{day:%d-%b-%Y}"


def moment_text(moment: dt.datetime) -> str:
    """A moment as staff read it, in its own zone: `Tue 24-Nov-2026 10:20`."""
    return f"{moment:%a %d-%b-%Y %H:%M}"


def identity_of(patient: Patient) -> Identity:
    """Return who a paper is about."""
    return Identity(
        name_family=patient.family_name,
        name_given=patient.given_names,
        title=patient.title,
        born=short_date(patient.birth_date),
        age=patient.age_text,
        sex=patient.sex_label,
        number=patient.number_spaced,
    )


def allergies_of(patient: Patient) -> Allergies:
    """Return what is known now."""
    state = patient.allergy_state
    known = tuple(str(allergy) for allergy in patient.current_allergies)
    return Allergies(state=state, known=known if state is AllergyState.KNOWN else ())
