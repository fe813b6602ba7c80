"""From a lot to everybody who received it."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest

from mesoclinic.models import AuditEvent
from tests.factories import (
    DAY_0_START,
    CourseFactory,
    MixtureComponentFactory,
    PatientFactory,
    RecordVoidFactory,
    SessionRecordFactory,
    SignatureFactory,
    StockLotFactory,
    TreatmentSessionFactory,
)
from tests.pages import queries, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def surgery(client_of, dr_cooper):
    return client_of(dr_cooper)


@pytest.fixture
def lot():
    return StockLotFactory(number="L2207", product__name="Lidocaine 1 %")


def given(lot, *, days=0, signed=True, **patient):
    """A session whose mixture had 1.5 mL of this lot."""
    at = DAY_0_START + dt.timedelta(days=days)
    course = CourseFactory(patient=PatientFactory(**patient))
    session = TreatmentSessionFactory(course=course, given=signed, starts_at=at)
    record = SessionRecordFactory(treatment_session=session, given=signed)
    MixtureComponentFactory(record=record, lot=lot, volume_ml=Decimal("1.5"))
    if signed:
        SignatureFactory(record=record)
    return record


def page_of(client, lot):
    return text_of(client.get(f"/recall/{lot.pk}/"))


def rows_of(client, lot) -> list[dict[str, str]]:
    text = client.get(f"/recall/{lot.pk}.csv").getvalue().decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_it_names_session_patient_clinician_course_and_volume(surgery, lot):
    record = given(lot, family_name="Vale", given_names="Jo", phone="+442079460123")
    session = record.treatment_session
    given(StockLotFactory(product=lot.product), family_name="Stranger")
    page = page_of(surgery, lot)

    for words in (
        "Who received lot L2207",
        "1 patient, 1 session",
        "Vale, Jo (Ms)",
        session.patient.number_spaced,
        "020 7946 0123",
        "02-Mar-2026",
        session.clinician.short_name,
        session.course.treated,
        "1.5 mL",
        "Signed",
    ):
        assert words in page
    assert "Stranger" not in page
    (row,) = rows_of(surgery, lot)
    assert row == {
        "session": session.code,
        "state": "signed",
        "date": "2026-03-02",
        "day": "Day 0",
        "patient number": session.patient.number,
        "family name": "Vale",
        "given names": "Jo",
        "born": "1980-08-14",
        "phone": "020 7946 0123",
        "clinician": session.clinician.display_name,
        "course": session.course.treated,
        "product": "Lidocaine 1 %",
        "lot": "L2207",
        "expires": "2030-12-31",
        "volume mL": "1.5",
    }


def test_drafts_and_voided_sessions_are_there_and_say_so(surgery, lot):
    given(lot, family_name="Signed")
    given(lot, family_name="Draft", signed=False)
    RecordVoidFactory(record=given(lot, family_name="Void"))

    states = {row["family name"]: row["state"] for row in rows_of(surgery, lot)}
    assert states == {
        "Signed": "signed",
        "Draft": "draft, not signed",
        "Void": "voided",
    }
    page = page_of(surgery, lot)
    for words in ("Voided", "Draft Booked", "Signed", "3 patients, 3 sessions"):
        assert words in page


def test_a_patient_who_received_it_twice_is_one_patient(surgery, lot):
    session = given(lot).treatment_session
    again = TreatmentSessionFactory(course=session.course, protocol_day=3)
    record = SessionRecordFactory(treatment_session=again)
    MixtureComponentFactory(record=record, lot=lot)

    assert "1 patient, 2 sessions" in page_of(surgery, lot)
    dates = [row["date"] for row in rows_of(surgery, lot)]
    assert dates == sorted(dates, reverse=True)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t="])
def test_no_cell_is_a_formula(surgery, lot, start):
    given(lot, family_name=f"{start}cmd|' /C calc'!A0", phone="+41223456789")

    (row,) = rows_of(surgery, lot)
    assert row["family name"].startswith(f"'{start}")
    assert row["phone"].startswith("'+41")


def test_a_long_recall_has_pages_and_one_file(surgery, lot):
    for day in range(55):
        given(lot, days=-day)

    first, second = (
        surgery.get(f"/recall/{lot.pk}/?page={number}") for number in (1, 2)
    )
    assert "1 to 50 of 55" in text_of(first)
    assert "51 to 55 of 55" in text_of(second)
    assert len(rows_of(surgery, lot)) == 55
    for nonsense in ("0", "x", "-1", "9" * 5000, "٢", "3"):
        assert surgery.get(f"/recall/{lot.pk}/?page={nonsense}").status_code == 200


def test_queries_do_not_grow_with_the_recall(surgery, lot):
    def count() -> tuple[int, int]:
        page = queries(surgery, f"/recall/{lot.pk}/")
        return page, queries(surgery, f"/recall/{lot.pk}.csv")

    given(lot)
    few = count()
    for day in range(12):
        given(lot, days=-1 - day)
    assert count() == few


def test_every_reading_is_on_record(surgery, dr_cooper, lot):
    given(lot)
    page_of(surgery, lot)
    rows_of(surgery, lot)

    events = AuditEvent.objects.filter(event__startswith="lot.recall")
    told = [(e.event, e.by_id, e.target_id, e.details) for e in events.order_by("pk")]
    assert told == [
        ("lot.recalled", dr_cooper.pk, str(lot.pk), {"shown": 1}),
        ("lot.recall_exported", dr_cooper.pk, str(lot.pk), {}),
    ]


def test_admins_keep_lots_and_read_no_recall(client_of, ada, rita, lot):
    """Who received what is a record; being an admin opens none."""
    given(lot)
    for person in (ada, rita):
        for path in (f"/recall/{lot.pk}/", f"/recall/{lot.pk}.csv"):
            assert client_of(person).get(path).status_code == 403
    assert "Who received it" not in text_of(client_of(ada).get(lot.get_absolute_url()))


def test_one_click_from_the_lot(surgery, lot):
    page = surgery.get(lot.get_absolute_url()).content.decode()

    assert f'href="/recall/{lot.pk}/"' in page


def test_nobody_received_it(surgery, lot):
    assert "Nobody received this lot" in page_of(surgery, lot)
    assert rows_of(surgery, lot) == []
    assert surgery.get("/recall/999999/").status_code == 404


def test_a_formulary_that_changed_since_rewrites_no_recall(surgery, lot):
    given(lot)
    type(lot.product).objects.update(name="Another name")

    assert rows_of(surgery, lot)[0]["product"] == "Lidocaine 1 %"
