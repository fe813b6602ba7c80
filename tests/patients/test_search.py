"""Finding patients: in which order, by which index, and what the quick box shows."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from mesoclinic import audit
from mesoclinic.management import bulk, scale_people
from mesoclinic.models import AuditEvent
from patients import actions
from patients.models import Patient
from patients.models.search import search_names
from tests.factories import PatientFactory
from tests.pages import queries

pytestmark = pytest.mark.django_db

QUICK = "/patients/quick/"
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="PostgreSQL's own indexes"
)


def person(family_name: str, given_names: str = "Ada", **details: Any) -> Patient:
    """A patient as the actions write one: with both names to search by."""
    name, given = search_names(family_name, given_names)
    return PatientFactory(
        family_name=family_name,
        given_names=given_names,
        search_name=name,
        search_given=given,
        **details,
    )


def found(text: str, **options: Any) -> list[str]:
    patients = Patient.objects.search(text, **options)
    return [f"{p.family_name} {p.given_names}".strip() for p in patients]


# --- Who is found, and in which order -------------------------------------------


def test_names_that_begin_with_it_come_first_then_the_others_by_alphabet():
    for names in (
        ("Zoman", "Ada"),
        ("Mann", "Zoe"),
        ("Abel", "Manuel"),
        ("Mann", "Al"),
    ):
        person(*names)

    assert found("man") == ["Mann Al", "Mann Zoe", "Abel Manuel", "Zoman Ada"]


def test_two_letters_are_the_beginning_of_a_family_or_a_given_name():
    person("Öztürk", "Deniz")
    person("Brown", "Özlem")
    person("Lopoz", "Ada")

    assert found("oz") == ["Öztürk Deniz", "Brown Özlem"]


@pytest.mark.parametrize(
    "text",
    ["smi joh", "joh smi", "j smith", "smith j", "sm jo", "ohn mit", "s john", "jo sm"],
)
def test_parts_and_initials_are_found_in_any_order(text):
    person("Smith", "John")
    person("Jones", "Mary")

    assert found(text) == ["Smith John"]


def test_more_are_given_only_when_asked_for():
    for number in range(12):
        person(f"Same{number:02}")

    assert len(found("same")) == 10
    assert found("same", at_most=11)[-1] == "Same10 Ada"


@pytest.mark.parametrize(
    "text", ["0161 496", "+44 161 496 0", "161496", "4960 123", "0123"]
)
def test_a_phone_is_found_by_how_it_begins_and_by_any_part(text):
    person("Okafor", phone="+441614960123")
    person("Jones", phone="+442079460999")

    assert found(text) == ["Okafor Ada"]


def test_a_foreign_phone_is_found_as_it_is_dialled_from_here():
    person("Kowalska", phone="+48221234567")

    assert found("0048 22 123") == found("+4822") == ["Kowalska Ada"]


def test_what_reads_as_two_things_finds_both():
    person("Jones", birth_date=dt.date(1980, 12, 10))
    person("Okafor", phone="+441012198055")

    assert found("10121980") == ["Jones Ada", "Okafor Ada"]


def test_a_name_written_anew_is_found_by_both_its_names(rita):
    patient = actions.register(
        by=rita,
        family_name="Łódzka",
        given_names="Żaneta",
        title="",
        birth_date=dt.date(1980, 8, 14),
        sex="female",
        phone="",
        email="",
        preferred_language="pl",
        leaflet_format="standard",
        reception_notes="",
    )

    assert patient.search_given == "zaneta lodzka"
    assert found("za") == found("lo") == ["Łódzka Żaneta"]


def test_a_row_without_given_names_in_front_is_still_found_by_its_parts():
    person("Smith", "John")
    Patient.objects.update(search_given="")

    assert found("john") == ["Smith John"]


@pytest.mark.parametrize("typed", ["smitth", "smithe", "kowalsky"])
def test_a_slip_of_the_finger_is_met_with_who_may_be_meant(typed):
    person("Smith", "John")
    person("Kowalski", "Piotr")

    assert found(typed) == []
    near = [p.family_name for p in Patient.objects.resembling(typed)]
    if connection.vendor == "postgresql":
        assert near == ["Kowalski" if typed.startswith("k") else "Smith"]
    else:
        assert near == []


# --- How it is found ------------------------------------------------------------


@pytest.fixture
def many(rita) -> None:
    """So many that a scan would not pay."""
    today = dt.date(2026, 11, 23)
    rows = scale_people.patients(20_000, today=today, by=rita.pk)
    bulk.load(Patient, scale_people.FIELDS, rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE patients_patient")


def plans(text: str) -> Iterator[str]:
    """The plan of every statement of a search, in the circumstances it is sent in."""
    lines: list[str] = []

    def explained(execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        if "FROM " in sql:
            with connection.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {sql}", params)
                lines.extend(line for (line,) in cursor.fetchall())
        return execute(sql, params, *rest)

    with connection.execute_wrapper(explained):
        list(Patient.objects.search(text))
    yield from lines


TYPED = (
    "sm",
    "smith",
    "john",
    "mit",
    "ann smi",
    "j smith",
    "sm an",
    "xqxq",
    "020 79",
    "79461",
    "MC000123",
    "14/08/1980",
)


@on_postgresql
def test_no_search_reads_the_whole_table(many):
    """All at once: the table takes longer to fill than to search."""
    for text in TYPED:
        lines = list(plans(text))
        assert lines, text
        assert not [line for line in lines if "Seq Scan" in line], text


@on_postgresql
def test_the_plans_would_show_a_scan(many):
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX patient_by_name, patient_by_given")

    assert any("Seq Scan" in line for line in plans("smith"))


@on_postgresql
def test_a_search_leaves_the_settings_as_they_were():
    list(Patient.objects.search("smith"))
    list(Patient.objects.resembling("smith"))

    with connection.cursor() as cursor:
        for name in ("enable_seqscan", "enable_indexonlyscan"):
            cursor.execute(f"SHOW {name}")
            assert cursor.fetchone() == ("on",)


@on_postgresql
def test_names_are_kept_in_byte_order():
    """In another order, what begins with something is no range of the index."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, collation_name FROM information_schema.columns "
            "WHERE table_name = 'patients_patient' AND column_name LIKE 'search%'"
        )
        kept = dict(cursor.fetchall())

    assert kept == {"search_name": "C", "search_given": "C"}


# --- The quick box ----------------------------------------------------------------


@pytest.fixture
def desk(client_of, rita):
    return client_of(rita)


def shown(desk, text: str = "") -> str:
    return desk.get(QUICK, {"q": text}).content.decode()


def test_quick_shows_ten_with_birth_date_and_number(desk):
    for number in range(12):
        person(f"Same{number:02}", birth_date=dt.date(1980, 8, 14))

    page = shown(desk, "same")

    assert page.count('role="option"') == 10
    assert "14-Aug-1980 (" in page
    assert Patient.objects.first().number_spaced in page
    assert 'href="/patients/?q=same"' in page
    assert "More than 10 patients found" in page


def test_quick_tags_near_names_and_no_others(desk):
    person("Okafor", "Ada")
    person("Okafor", "Adam")
    person("Okafor", "Christopher")

    page = shown(desk, "okafor")

    assert page.count("Similar name") == 2


def test_quick_says_when_it_finds_nobody(desk):
    page = shown(desk, '<b>"x')

    assert "Nobody found for “<bdi>&lt;b&gt;&quot;x</bdi>”" in page
    assert 'href="/patients/new/"' in page


def test_quick_writes_nothing_into_the_trail(desk):
    person("Smith")
    before = AuditEvent.objects.count()

    shown(desk, "smi")
    shown(desk)

    assert AuditEvent.objects.count() == before


def test_quick_begins_with_whom_this_person_opened_last(desk, dr_cooper, rita):
    one, two, theirs = person("One"), person("Two"), person("Three")
    for patient in (one, two, one):
        desk.get(patient.get_absolute_url())
    audit.record("patient.viewed", theirs, by=dr_cooper, patient_id=theirs.pk)

    page = shown(desk)

    assert "Opened last" in page
    assert Patient.objects.opened_by(rita) == [one, two]
    assert page.index("One, Ada") < page.index("Two, Ada")
    assert "Three" not in page


def test_quick_begins_with_the_last_registered_for_who_opened_nobody(desk):
    assert "No patients yet" in shown(desk)
    person("Smith")

    assert "Registered last" in shown(desk)


@pytest.mark.parametrize("query", ["", "?q=same"])
def test_quick_asks_as_often_for_one_as_for_many(desk, query):
    person("Same00")
    few = queries(desk, QUICK + query)
    for number in range(1, 9):
        person(f"Same{number:02}")

    assert queries(desk, QUICK + query) == few
