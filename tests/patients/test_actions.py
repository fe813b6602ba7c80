"""Registering, amending, and the four states of allergies."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from mesoclinic.errors import Stale
from mesoclinic.models import AuditEvent
from mesoclinic.vocabulary import AllergyState
from patients import actions
from patients.models import Allergy, Patient

pytestmark = pytest.mark.django_db

SMITH: dict[str, Any] = {
    "family_name": "Łódzka-Smith",
    "given_names": "Anne",
    "title": "Mrs",
    "birth_date": dt.date(1980, 8, 14),
    "sex": "female",
    "phone": "+442079460011",
    "email": "",
    "preferred_language": "en",
    "leaflet_format": "standard",
    "reception_notes": "",
}


@pytest.fixture
def smith(rita) -> Patient:
    return actions.register(by=rita, **SMITH)


def test_register_gives_a_number_and_a_searchable_name(smith):
    assert smith.number == f"MC{smith.pk:06d}"
    assert smith.search_name == "lodzka smith anne"
    assert AuditEvent.objects.get(event="patient.registered").patient_id == smith.pk


def test_register_sent_twice_registers_once(rita):
    submission = uuid4()

    first = actions.register(by=rita, submission=submission, **SMITH)
    second = actions.register(by=rita, submission=submission, **SMITH)

    assert first == second
    assert Patient.objects.count() == 1


def test_amend_writes_the_search_name_along(smith, rita):
    actions.amend(smith, by=rita, version=1, **{**SMITH, "family_name": "Ångström"})

    assert Patient.objects.search("angstrom").get() == smith


def test_amend_from_an_old_page_is_refused_and_shows_theirs(smith, rita):
    actions.amend(smith, by=rita, version=1, **{**SMITH, "title": "Dr"})

    with pytest.raises(Stale) as refused:
        actions.amend(smith, by=rita, version=1, **{**SMITH, "title": "Ms"})

    smith.refresh_from_db()
    assert smith.title == refused.value.theirs["title"] == "Dr"


def test_amend_says_in_the_trail_what_changed_but_not_to_what(smith, rita):
    actions.amend(smith, by=rita, version=1, **{**SMITH, "title": "Dr"})

    assert AuditEvent.objects.get(event="patient.amended").details == {
        "changed": ["title"]
    }


@pytest.mark.parametrize(
    "text",
    [
        "łódz",
        "lodzka",
        "anne lodz",
        "smith anne",
        "MC{pk:06d}",
        "mc {pk:06d}",
        "020 7946 0011",
        "+44 20 7946 0011",
        "14/08/1980",
        "14 aug 1980",
        "1980-08-14",
        "14.8.80",
    ],
)
def test_search_finds_by_whatever_is_typed(smith, text):
    assert list(Patient.objects.search(text.format(pk=smith.pk))) == [smith]


@pytest.mark.parametrize("text", ["", "   ", "zzz", "MC999999", "15/08/1980", "%", "_"])
def test_search_finds_nobody_else(smith, text):
    assert not Patient.objects.search(text).exists()


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"family_name": "Lodzka Smyth", "phone": ""}, True),
        ({"family_name": "Anne", "given_names": "Lodzka-Smith", "phone": ""}, True),
        ({"birth_date": dt.date(1980, 8, 15), "phone": ""}, False),
        ({"family_name": "Okafor", "given_names": "Chidi", "phone": ""}, False),
        ({"family_name": "Okafor", "birth_date": dt.date(1990, 1, 1)}, True),
    ],
    ids=["near name", "parts swapped", "other date", "other name", "same phone"],
)
def test_likely_duplicates(smith, changes, found):
    asked = {**SMITH, **changes}
    names = ("family_name", "given_names", "birth_date", "phone")

    duplicates = Patient.objects.likely_duplicates(**{n: asked[n] for n in names})

    assert duplicates == ([smith] if found else [])


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        ("1980-08-14", "2026-08-13", 45),
        ("1980-08-14", "2026-08-14", 46),
        ("2024-02-29", "2025-02-28", 0),
        ("2024-02-29", "2025-03-01", 1),
    ],
)
def test_age_on(born, on, age):
    patient = Patient(birth_date=dt.date.fromisoformat(born))

    assert patient.age_on(dt.date.fromisoformat(on)) == age


def test_allergies_start_as_not_recorded(smith):
    assert smith.allergy_state is AllergyState.NOT_RECORDED


def test_a_recorded_allergy_outranks_what_was_stated(smith, dr_cooper):
    actions.state_allergies(smith, by=dr_cooper, state=AllergyState.NONE_KNOWN)
    actions.record_allergy(smith, by=dr_cooper, substance="penicillin")

    assert Patient.objects.get(pk=smith.pk).allergy_state is AllergyState.KNOWN


def test_no_known_allergies_cannot_be_stated_over_a_known_one(smith, dr_cooper):
    actions.record_allergy(smith, by=dr_cooper, substance="penicillin")

    with pytest.raises(ValidationError, match="known allergies"):
        actions.state_allergies(smith, by=dr_cooper, state=AllergyState.NONE_KNOWN)


def test_closing_the_last_allergy_leaves_not_recorded_behind(smith, dr_cooper):
    actions.state_allergies(smith, by=dr_cooper, state=AllergyState.NONE_KNOWN)
    allergy = actions.record_allergy(smith, by=dr_cooper, substance="penicillin")

    actions.close_allergy(allergy, by=dr_cooper, reason="tested")

    patient = Patient.objects.get(pk=smith.pk)
    assert patient.allergy_state is AllergyState.NOT_RECORDED
    assert Allergy.objects.get().closed_reason == "tested"


def test_the_same_allergy_is_recorded_once(smith, dr_cooper):
    actions.record_allergy(smith, by=dr_cooper, substance="Penicillin")

    with pytest.raises(ValidationError, match="recorded already"):
        actions.record_allergy(smith, by=dr_cooper, substance="penicillin")


def test_an_allergy_is_not_rewritten(smith, dr_cooper):
    actions.record_allergy(smith, by=dr_cooper, substance="penicillin")

    with pytest.raises(IntegrityError), transaction.atomic():
        Allergy.objects.update(substance="latex")
