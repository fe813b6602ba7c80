"""Finding, registering and changing patients and their allergies, through the pages."""

import datetime as dt

import pytest
from django.urls import reverse

from patients import actions
from patients.models import Allergy, Patient
from tests.factories import (
    DAY_0_START,
    AllergyFactory,
    CourseFactory,
    EvaluationFactory,
    PatientFactory,
    TreatmentSessionFactory,
)
from tests.pages import boxes, fill_in, queries, text_of
from tests.state import nothing_written

pytestmark = pytest.mark.django_db

FIND, REGISTER = "/patients/", "/patients/new/"
LODZKA = {
    "family_name": "Łódzka-Smith",
    "given_names": "Żaneta",
    "birth_date_day": "14",
    "birth_date_month": "aug",
    "birth_date_year": "1980",
    "sex": "female",
    "phone": "020 7946 0011",
}


@pytest.fixture
def desk(client_of, rita):
    """Reception, signed in."""
    return client_of(rita)


@pytest.fixture
def surgery(client_of, dr_cooper):
    """A clinician, signed in."""
    return client_of(dr_cooper)


@pytest.fixture
def lodzka(rita) -> Patient:
    return actions.register(
        by=rita,
        family_name="Łódzka-Smith",
        given_names="Żaneta",
        title="Mrs",
        birth_date=dt.date(1980, 8, 14),
        sex="female",
        phone="+442079460011",
        email="zaneta@example.com",
        preferred_language="pl",
        leaflet_format="standard",
        reception_notes="Rings twice",
    )


# --- Find ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    ["łódz", "zaneta lodz", "Smith Żan", "MC {pk:06d}", "7946 0011", "14 aug 1980"],
    ids=["part", "either order", "accents", "number", "phone", "birth date"],
)
def test_search_lists_who_was_meant_and_nobody_else(desk, lodzka, typed):
    PatientFactory(family_name="Okafor", birth_date=dt.date(1960, 1, 2))

    page = desk.get(FIND, {"q": typed.format(pk=lodzka.pk)})

    assert f"1 found {HEADS} Łódzka-Smith, Żaneta (Mrs) 14-Aug-1980" in _table(page)
    assert f'href="/patients/{lodzka.number}/"' in page.content.decode()
    assert "Okafor" not in text_of(page)


HEADS = "Name Born Number Phone"


def _table(page) -> str:
    return text_of(page).replace("Patients found ", "")


def test_search_that_finds_nobody_keeps_what_was_typed(desk, lodzka):
    page = desk.get(FIND, {"q": 'nobody "<b>'})

    assert 'Nobody found for “ nobody "<b> ”' in text_of(page)
    assert boxes(page)["q"] == 'nobody "<b>'
    assert f'href="{REGISTER}"' in page.content.decode()


def test_search_says_when_there_are_more(desk):
    PatientFactory.create_batch(51, family_name="Same", birth_date=dt.date(1980, 1, 1))

    assert "More than 50 found The first 50 are below." in text_of(
        desk.get(FIND, {"q": "1 jan 1980"})
    )


def test_find_shows_the_last_registered_until_something_is_typed(desk, lodzka):
    assert "Registered last" in text_of(desk.get(FIND))
    assert "Registered last" not in text_of(desk.get(FIND, {"q": "smith"}))


def test_find_says_what_belongs_into_an_empty_clinic(desk):
    assert "No patients yet" in text_of(desk.get(FIND))


@pytest.mark.parametrize("query", ["", "?q=1+jan+1980"], ids=["recent", "found"])
def test_find_asks_the_database_as_often_for_one_as_for_many(desk, query):
    PatientFactory(birth_date=dt.date(1980, 1, 1))
    few = queries(desk, FIND + query)
    PatientFactory.create_batch(20, birth_date=dt.date(1980, 1, 1))

    assert queries(desk, FIND + query) == few


# --- Register -----------------------------------------------------------------


def test_register_leads_to_the_new_patient(desk):
    answer = fill_in(desk, REGISTER, **LODZKA)

    patient = Patient.objects.get()
    assert answer.headers["Location"] == f"/patients/{patient.number}/"
    assert (patient.birth_date, patient.phone) == (
        dt.date(1980, 8, 14),
        "+442079460011",
    )
    assert f"Registered as {patient.number_spaced}." in text_of(
        desk.get(answer.headers["Location"])
    )


def test_register_refuses_and_keeps_what_was_typed(desk):
    typed = {**LODZKA, "birth_date_day": "31", "birth_date_month": "feb", "phone": "12"}

    with nothing_written():
        page = fill_in(desk, REGISTER, **typed)

    assert page.status_code == 400
    assert "Date of birth: There is no 31 February 1980." in text_of(page)
    assert typed.items() <= boxes(page).items()


def test_register_warns_of_who_may_be_the_same_person(desk, lodzka):
    typed = {**LODZKA, "family_name": "Lodzka Smyth", "phone": ""}

    with nothing_written():
        page = fill_in(desk, REGISTER, **typed)

    assert page.status_code == 400
    warning = text_of(page).partition("Registered already? ")[2]
    assert warning.startswith("Łódzka-Smith, Żaneta (Mrs) born 14-Aug-1980")
    assert f'href="/patients/{lodzka.number}/"' in page.content.decode()
    assert typed.items() <= boxes(page).items()

    desk.post(REGISTER, boxes(page) | {"somebody_else": "on"})

    assert Patient.objects.count() == 2


def test_register_asks_once_whether_it_is_somebody_else(desk, lodzka):
    """The tick outlives a refusal of something else."""
    page = fill_in(desk, REGISTER, **{**LODZKA, "phone": "12"}, somebody_else="on")

    desk.post(REGISTER, boxes(page) | {"phone": ""})

    assert Patient.objects.count() == 2


def test_register_sent_twice_registers_one(desk):
    form = boxes(desk.get(REGISTER)) | LODZKA

    first, second = desk.post(REGISTER, form), desk.post(REGISTER, form)

    assert first.headers["Location"] == second.headers["Location"]
    assert Patient.objects.count() == 1


def test_register_lists_one_likely_duplicate_or_many_with_as_many_queries(
    desk, django_assert_num_queries
):
    same = {"birth_date": dt.date(1980, 8, 14), "search_name": "lodzka smith zaneta"}
    PatientFactory(**same)
    form = boxes(desk.get(REGISTER)) | LODZKA
    with django_assert_num_queries(4):  # session, user, duplicates, clinic's name
        desk.post(REGISTER, form)
    PatientFactory.create_batch(9, **same)

    with django_assert_num_queries(4):
        page = desk.post(REGISTER, form)

    assert len(page.context["form"].duplicates) == 10


# --- Change -------------------------------------------------------------------


@pytest.fixture
def edit(lodzka) -> str:
    return reverse("patients:edit", args=[lodzka.pk])


def test_edit_changes_what_was_typed_and_nothing_else(desk, edit, lodzka):
    before = Patient.objects.values().get()

    fill_in(desk, edit, title="Dr")

    after = Patient.objects.values().get()
    assert {k for k in after if after[k] != before[k]} == {"title", "version"}


def test_edit_refuses_and_keeps_what_was_typed(desk, edit):
    with nothing_written():
        page = fill_in(desk, edit, family_name="", email="no address", title="Dr")

    assert page.status_code == 400
    kept = {"family_name": "", "email": "no address", "title": "Dr"}
    assert kept.items() <= boxes(page).items()


def test_edit_from_an_old_page_shows_both_versions(desk, edit, lodzka):
    old = boxes(desk.get(edit))
    fill_in(desk, edit, title="Dr", birth_date_day="15")

    with nothing_written():
        page = desk.post(edit, old | {"title": "Prof"})

    assert page.status_code == 409
    theirs = text_of(page).partition("stored now ")[2]
    assert theirs.startswith("Title Dr Date of birth 15 Aug 1980")
    assert boxes(page)["title"] == "Prof"

    desk.post(edit, boxes(page))

    lodzka.refresh_from_db()
    assert lodzka.title == "Prof"


# --- One patient ---------------------------------------------------------------


def give_course(patient, *, weeks: int, **details):
    """A course whose three sessions begin so many weeks after day 0."""
    course = CourseFactory(patient=patient, **details)
    for day in (0, 3, 7):
        starts_at = DAY_0_START + dt.timedelta(weeks=weeks, days=day)
        TreatmentSessionFactory(
            course=course, protocol_day=day, starts_at=starts_at, given=day == 0
        )
    return course


@pytest.fixture
def treated(lodzka, site, dr_cooper) -> Patient:
    """Two courses: one evaluated, one that is due for it. One allergy."""
    AllergyFactory(patient=lodzka, substance="lidocaine", reaction="rash")
    own = {
        "site": site,
        "clinician": dr_cooper,
        "indication__name": "Plantar fasciitis",
    }
    done = give_course(lodzka, weeks=0, closed=True, **own)
    EvaluationFactory(course=done, note="Runs again")
    give_course(lodzka, weeks=4, site=site, clinician=dr_cooper, side="left")
    return lodzka


def test_patient_page_shows_the_courses_with_side_and_dates(desk, treated):
    text = text_of(desk.get(treated.get_absolute_url()))

    assert "RIGHT Plantar fasciitis Evaluated Day 0 Mon 02-Mar-2026 Given" in text
    assert "LEFT Achilles tendinopathy" in text
    assert "Evaluation due Day 0 Mon 30-Mar-2026 Given Day 3" in text
    assert "020 7946 0011" in text
    assert "Rings twice" in text


def test_patient_page_keeps_from_reception_what_is_clinical(desk, surgery, treated):
    for words in ("lidocaine", "Helped", "Evaluate</a>"):
        assert words in surgery.get(treated.get_absolute_url()).content.decode()
        assert words not in desk.get(treated.get_absolute_url()).content.decode()


def test_patient_page_books_for_this_patient(desk, lodzka):
    page = desk.get(lodzka.get_absolute_url())

    assert f'href="/courses/new/?patient={lodzka.number}"' in page.content.decode()
    assert "No course yet" in text_of(page)


def test_patient_page_asks_as_often_for_one_course_as_for_many(surgery, lodzka, site):
    give_course(lodzka, weeks=0, site=site)
    AllergyFactory(patient=lodzka)
    few = queries(surgery, lodzka.get_absolute_url())
    for weeks in (2, 4, 6):
        give_course(lodzka, weeks=weeks, site=site)
    AllergyFactory.create_batch(4, patient=lodzka)

    assert queries(surgery, lodzka.get_absolute_url()) == few


# --- Allergies -----------------------------------------------------------------


@pytest.fixture
def allergies(lodzka) -> str:
    return reverse("patients:allergies", args=[lodzka.pk])


def test_allergy_recorded_stands_in_the_list(surgery, allergies):
    fill_in(surgery, allergies, substance="Procaine", reaction="swelling")

    text = text_of(surgery.get(allergies))
    assert "Known allergies Substance Reaction Recorded Close Procaine swelling" in text
    assert "Or none is known" not in text


def test_allergy_refused_keeps_what_was_typed(surgery, allergies, lodzka):
    AllergyFactory(patient=lodzka, substance="latex")

    with nothing_written():
        page = fill_in(surgery, allergies, substance="LATEX", reaction="hives")

    assert page.status_code == 400
    assert "This allergy is recorded already." in text_of(page)
    assert (boxes(page)["substance"], boxes(page)["reaction"]) == ("LATEX", "hives")


def test_no_known_allergies_is_an_answer(surgery, allergies, lodzka):
    surgery.post(f"{allergies}state/", {"state": "none_known"})

    assert "No known allergies" in surgery.get(allergies).content.decode()
    assert boxes(surgery.get(allergies))["state"] == "none_known"


def test_no_known_allergies_is_refused_where_there_is_one(surgery, allergies, lodzka):
    AllergyFactory(patient=lodzka, substance="latex")

    with nothing_written():
        page = surgery.post(f"{allergies}state/", {"state": "none_known"})

    assert page.status_code == 400
    assert "There are known allergies. Close them first" in text_of(page)
    assert page.content.decode().count("There is a problem") == 1
    assert boxes(page)["state"] == "none_known"


def test_allergy_closed_stays_on_record_with_the_reason(surgery, allergies, lodzka):
    allergy = AllergyFactory(patient=lodzka, substance="latex", reaction="")
    close = f"{allergies}{allergy.pk}/close/"

    fill_in(surgery, close, reason="Tested negative")

    text = text_of(surgery.get(allergies))
    assert "Known allergies Substance" not in text
    assert "Closed: 1 latex" in text
    assert "Tested negative" in text
    assert "Closed already" in text_of(surgery.get(close))
    with nothing_written():
        again = surgery.post(close, {"reason": "Once more"})
    assert again.status_code == 400
    assert boxes(again)["reason"] == "Once more"


def test_allergy_is_not_closed_without_a_reason(surgery, allergies, lodzka):
    allergy = AllergyFactory(patient=lodzka)

    with nothing_written():
        page = fill_in(surgery, f"{allergies}{allergy.pk}/close/", reason="")

    assert page.status_code == 400


def test_allergies_ask_as_often_for_one_as_for_many(surgery, allergies, lodzka):
    def record() -> None:
        AllergyFactory(patient=lodzka)
        AllergyFactory(patient=lodzka, closed=True)

    record()
    few = queries(surgery, allergies)
    for _ in range(4):
        record()

    assert queries(surgery, allergies) == few
    assert Allergy.objects.count() == 10
