"""A chain of clinics with as many patients as one likes: for measuring, never for use.

Written past the actions: nothing but staff and sites could have been entered so by
hand. What was given has a record with its mixture, but no points, no signature and no
paper. Every constraint of the database
holds over it. The same day and number of patients give the same clinic.
"""

import datetime as dt
from itertools import product

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone

from mesoclinic import audit, database
from mesoclinic.management import bulk, scale_mixtures, scale_people, scale_visits
from mesoclinic.management.scale_visits import Clinic, Person
from mesoclinic.models import User
from patients.models import Patient
from protocols.models import Indication, ProtocolVersion
from sessions.models import (
    Course,
    Evaluation,
    MixtureComponent,
    OpeningHours,
    Room,
    SessionRecord,
    Site,
    TreatmentSession,
    WorkingHours,
)
from sessions.schedule import timetable

PATIENTS_OF_A_SITE = 25_000
CLINICIANS_OF_A_SITE = 8
_TABLES = (
    Patient,
    Course,
    TreatmentSession,
    Evaluation,
    SessionRecord,
    MixtureComponent,
)


def refuse_unless_empty() -> None:
    for model in (User, Site, Patient):
        if model._default_manager.exists():
            raise CommandError(
                f"This database has {model._meta.verbose_name_plural} already. "
                "Choose an empty one."
            )
    if not ProtocolVersion.objects.published().exists():
        raise CommandError("Load the catalogue first: manage.py load_catalogue")


@transaction.atomic
def load(patients: int, password: str) -> Clinic:
    """Fill an empty database; all of it or nothing."""
    admin, reception = _office(password)
    people = _sites(max(1, patients // PATIENTS_OF_A_SITE), password)
    clinic = _clinic(patients, reception, people)
    shelf = scale_mixtures.stock_the_shelf(patients, today=clinic.today, by=admin)
    with database.lifted(), bulk.without_indexes(*_TABLES):
        rows = scale_people.patients(patients, today=clinic.today, by=reception.pk)
        bulk.load(Patient, scale_people.FIELDS, rows)
        bulk.load(Course, scale_visits.COURSES, scale_visits.courses(clinic))
        bulk.load(
            TreatmentSession, scale_visits.SESSIONS, scale_visits.sessions(clinic)
        )
        bulk.load(
            Evaluation, scale_visits.EVALUATIONS, scale_visits.evaluations(clinic)
        )
        records = scale_mixtures.records(clinic)
        bulk.load(SessionRecord, scale_mixtures.RECORDS, records)
        components = scale_mixtures.components(clinic, shelf)
        bulk.load(MixtureComponent, scale_mixtures.COMPONENTS, components)
    timetable.changed()
    audit.record("scale.loaded", by=admin, patients=patients)
    return clinic


def _office(password: str) -> tuple[User, User]:
    hashed = make_password(password)
    admin = User(username="scale-admin", given_names="Ada", family_name="Brook")
    reception = User(
        username="scale-reception", given_names="Rita", family_name="Vance"
    )
    admin.is_admin = reception.is_reception = True
    for user in (admin, reception):
        user.password = hashed
        user.save(force_insert=True)
    return admin, reception


def _sites(count: int, password: str) -> list[Person]:
    """Make the sites, with rooms, hours and clinicians, each in a room of their own."""
    sites = Site.objects.bulk_create(
        Site(
            name=f"Clinic {number:02}",
            address=f"{number} Sample Street\nLondon",
            phone=f"+4420794602{number % 100:02}",
            time_zone=settings.TIME_ZONE,
        )
        for number in range(1, count + 1)
    )
    OpeningHours.objects.bulk_create(
        OpeningHours(
            site=site,
            weekday=day,
            starts=scale_visits.OPENS,
            ends=scale_visits.CLOSES,
        )
        for site, day in product(sites, scale_visits.WEEKDAYS)
    )
    places = list(product(sites, range(1, CLINICIANS_OF_A_SITE + 1)))
    rooms = Room.objects.bulk_create(
        Room(site=site, name=f"Room {number}") for site, number in places
    )
    team = User.objects.bulk_create(_clinicians(len(places), make_password(password)))
    people = list(zip(team, rooms, strict=True))
    _working_hours(people)
    return [Person(user.pk, room.site_id, room.pk) for user, room in people]


def _clinicians(count: int, hashed: str) -> list[User]:
    names = scale_people.staff_names(count)
    return [
        User(
            username=f"scale-clinician-{number:03}",
            title="Dr",
            given_names=given,
            family_name=family,
            registration_number=f"GMC {7000000 + number}",
            password=hashed,
            is_clinician=True,
        )
        for number, (family, given) in enumerate(names, start=1)
    ]


def _working_hours(people: list[tuple[User, Room]]) -> None:
    shifts = product(people, scale_visits.WEEKDAYS, scale_visits.SHIFTS)
    WorkingHours.objects.bulk_create(
        WorkingHours(
            clinician=user,
            site=room.site,
            weekday=day,
            starts=starts,
            ends=ends,
            room=room,
        )
        for (user, room), day, (starts, ends) in shifts
    )


def _clinic(patients: int, reception: User, people: list[Person]) -> Clinic:
    version = ProtocolVersion.objects.published().order_by("pk")[0]
    treated = Indication.objects.filter(
        protocol=version.protocol, retired_at__isnull=True
    )
    return Clinic(
        now=timezone.now().replace(second=0, microsecond=0).astimezone(dt.UTC),
        zone=timezone.get_default_timezone(),
        version=version.pk,
        duration_min=version.session_duration_min,
        offsets=tuple(version.follow_up_days),
        indications=list(treated.order_by("pk").values_list("pk", "has_side")),
        reception=reception.pk,
        people=people,
        patients=patients,
    )
