"""`seed_scale`: a clinic of any size that holds whatever the app would have refused."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F
from django.utils import timezone

from mesoclinic import database
from mesoclinic.management import scale_people, scale_visits
from mesoclinic.models import AuditEvent, User
from patients.models import Patient
from patients.models.search import search_names
from protocols import catalogue
from sessions.models import (
    Course,
    Evaluation,
    MixtureComponent,
    Room,
    SessionRecord,
    Site,
    TreatmentSession,
)

pytestmark = pytest.mark.django_db

PATIENTS = 200


def seed(patients: int = PATIENTS) -> None:
    call_command("seed_scale", patients=patients, stdout=StringIO())


@pytest.fixture
def seeded(db: None) -> None:
    catalogue.load()
    seed()


def test_it_makes_what_was_asked_for(seeded):
    made = [m.objects.count() for m in (Patient, Course, TreatmentSession, Site, Room)]

    assert made == [PATIENTS, PATIENTS, 3 * PATIENTS, 1, 8]
    assert User.objects.filter(is_clinician=True).count() == 8
    assert AuditEvent.objects.get(event="scale.loaded").details == {"patients": 200}
    assert not database.missing()


def test_the_search_finds_whom_it_made(seeded):
    for patient in Patient.objects.order_by("pk")[:20]:
        found = Patient.objects.search(
            f"{patient.given_names} {patient.family_name}", at_most=PATIENTS
        )
        assert patient in found


def test_the_search_names_are_those_the_app_derives(seeded):
    for patient in Patient.objects.all():
        assert (patient.search_name, patient.search_given) == search_names(
            patient.family_name, patient.given_names
        )
        patient.full_clean(validate_unique=False)


def test_nobody_and_no_room_is_in_two_sessions_at_once(seeded):
    for key in ("clinician", "room", "patient"):
        seen: dict[int, dt.datetime] = {}
        rows = TreatmentSession.objects.occupying().order_by("starts_at")
        for who, starts, ends in rows.values_list(key, "starts_at", "ends_at"):
            assert who not in seen or seen[who] <= starts
            seen[who] = ends


def test_follow_ups_are_on_open_days_and_have_a_reason_when_off(seeded):
    sessions = TreatmentSession.objects.select_related("course")
    firsts = {s.course_id: s.booked_date for s in sessions.filter(protocol_day=0)}

    for session in sessions:
        asked = firsts[session.course_id] + dt.timedelta(days=session.protocol_day)
        assert session.target_date == asked
        assert abs((session.booked_date - asked).days) <= 1
        assert session.booked_date.weekday() < 5
        assert bool(session.off_target_reason) == session.is_off_target
        local = session.starts_at.astimezone(timezone.get_default_timezone())
        assert local.date() == session.booked_date
        assert dt.time(8, 30) <= local.time() < dt.time(17, 30)


def test_what_is_over_was_given_and_judged(seeded):
    now = timezone.now()
    over = TreatmentSession.objects.filter(ends_at__lt=now - dt.timedelta(minutes=2))

    assert set(over.values_list("status", flat=True)) == {"given", "missed"}
    assert over.count() > PATIENTS
    assert not TreatmentSession.objects.filter(starts_at__gt=now, status="given")
    closed = Course.objects.filter(closed_as="evaluated")
    assert closed.count() == Evaluation.objects.count()
    ahead = closed.filter(sessions__ends_at__gt=F("closed_at"))
    assert not ahead.exists()
    assert not Course.objects.annotate(n=Count("sessions")).exclude(n=3).exists()


def test_what_was_given_has_two_products_of_lots_that_were_in_use(seeded):
    given = TreatmentSession.objects.filter(status="given")
    parts = MixtureComponent.objects.select_related("lot__product")

    assert parts.count() == 2 * given.count() == 2 * SessionRecord.objects.count()
    assert not given.filter(record=None).exists()
    for part in parts:
        assert (part.product, part.lot_number) == (part.lot.product, part.lot.number)
    assert not parts.filter(expires_on__lt=timezone.localdate()).exists()


def test_the_same_people_come_of_the_same_number(seeded):
    rows = scale_people.patients(PATIENTS, today=timezone.localdate(), by=1)
    names = [(family, given) for _, family, given, *_ in rows]

    made = Patient.objects.order_by("pk").values_list("family_name", "given_names")
    assert names == list(made)


def test_three_months_ahead_are_as_full_as_said():
    """A whole site's worth of one clinician, without a database."""
    clinic = scale_visits.Clinic(
        now=dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC),
        zone=timezone.get_default_timezone(),
        version=1,
        duration_min=20,
        offsets=(3, 7),
        indications=[(1, True)],
        reception=1,
        people=[scale_visits.Person(1, 1, 1)],
        patients=3125,
    )
    days: dict[dt.date, int] = {}
    for course in scale_visits.placed(clinic):
        for visit in course.visits:
            days[visit.on] = days.get(visit.on, 0) + 1

    ahead = [n for on, n in days.items() if 0 < (on - clinic.today).days <= 90]
    assert len(ahead) == 64
    assert 0.82 <= sum(ahead) / (len(ahead) * len(clinic.places)) <= 0.88
    assert max(days.values()) <= len(clinic.places)
    assert sum(days.values()) == 3 * 3125


def test_it_refuses_a_database_with_somebody_in_it(seeded):
    with pytest.raises(CommandError, match="has users already"):
        seed()

    assert Patient.objects.count() == PATIENTS


def test_it_refuses_without_the_catalogue(db):
    with pytest.raises(CommandError, match="load_catalogue"):
        seed()


@pytest.mark.parametrize("number", [0, -1])
def test_it_refuses_nonsense(db, number):
    with pytest.raises(CommandError, match="Between 1"):
        seed(number)
