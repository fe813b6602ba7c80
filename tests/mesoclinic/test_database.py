"""Each guard refuses what it is for, by whatever road, and is the one that refuses."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction

from mesoclinic import audit, database
from mesoclinic.database import Guard, declared
from protocols.models import ProtocolVersion
from sessions.models import Course, TreatmentSession
from tests.factories import (
    A_MONTH_BEFORE,
    DAY_0_START,
    AllergyFactory,
    AmendmentFactory,
    ConsentEventFactory,
    CourseChangeFactory,
    CourseFactory,
    EvaluationFactory,
    IndicationFactory,
    InjectionPointFactory,
    LeafletIssueFactory,
    LeafletTextFactory,
    MixtureComponentFactory,
    PatientFactory,
    PointTemplateFactory,
    ProductFactory,
    ProtocolVersionFactory,
    RecipeFactory,
    RecordFindingFactory,
    RecordVoidFactory,
    RoomFactory,
    SafetyTickFactory,
    ScreeningAnswerFactory,
    ScreeningQuestionFactory,
    SessionRecordFactory,
    SheetIssueFactory,
    SheetPhotoFactory,
    SheetPhotoWithdrawalFactory,
    SignatureFactory,
    SiteFactory,
    StockLotFactory,
    SubstanceFactory,
    SubstanceLimitFactory,
    TreatmentSessionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


# --- That they stand ----------------------------------------------------------


def test_all_stand_after_migrate():
    assert database.missing() == set()


def test_names_are_unique():
    names = [guard.name for guard in declared()]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("guard", declared(), ids=lambda guard: guard.name)
def test_missing_notices_each(guard):
    with without(guard):
        assert database.missing() == {guard.name}

    assert database.missing() == set()


def test_migrate_brings_back_what_was_dropped():
    with connection.cursor() as cursor:
        cursor.execute(declared()[0].drop_sql(connection.vendor))

    call_command("migrate", verbosity=0)

    assert database.missing() == set()


def test_lifted_takes_all_off_and_brings_all_back():
    with database.lifted():
        assert database.missing() == {guard.name for guard in declared()}

    assert database.missing() == set()


@contextmanager
def without(guard: Guard) -> Iterator[None]:
    """Take one guard off for a while."""
    with connection.cursor() as cursor:
        cursor.execute(guard.drop_sql(connection.vendor))
        yield
        for statement in guard.create_sql(connection.vendor):
            cursor.execute(statement)


# --- What each refuses --------------------------------------------------------


@dataclass
class Refused:
    """A write that one guard refuses: `changes` to `row`, or its insert or delete.

    For an insert the row is made and not stored.
    """

    guard: str
    row: Callable[[], models.Model]
    changes: dict[str, Any] = field(default_factory=dict)
    circumstance: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, [self.guard, self.circumstance]))


def unsaved(row: models.Model) -> models.Model:
    """Return a copy of a stored row that would be a new one."""
    row.pk = None
    return row


def signed_record():
    return SignatureFactory().record


def signed_finding():
    record = SessionRecordFactory(given=True)
    finding = RecordFindingFactory(record=record)
    SignatureFactory(record=record)
    return finding


def new_point_of_a_signed_record():
    return InjectionPointFactory.build(record=signed_record(), number=7)


def new_finding_of_a_signed_record():
    record = signed_record()
    return RecordFindingFactory.build(record=record, given_by=record.saved_by)


def published_question():
    question = ScreeningQuestionFactory()
    publish(question.version)
    return question


def new_question_of_a_published_version():
    version = ProtocolVersionFactory()
    return ScreeningQuestionFactory.build(version=version, position=0)


def publish(version: ProtocolVersion) -> None:
    ProtocolVersion.objects.filter(pk=version.pk).update(
        status="published", published_at=A_MONTH_BEFORE
    )


def new_course(**details: Any) -> Course:
    """A course that is not stored, though all it points at is."""
    stored = CourseFactory()
    for name, value in details.items():
        setattr(stored, name, value)
    return unsaved(stored)


def new_session(**details: Any) -> TreatmentSession:
    """A session that is not stored, in nobody's way, of a course that is."""
    stored = TreatmentSessionFactory()
    stored.protocol_day, stored.clinician = 3, UserFactory(clinician=True)
    stored.patient = details.pop("patient", stored.patient)
    stored.starts_at += dt.timedelta(days=3)
    stored.ends_at += dt.timedelta(days=3)
    for name, value in details.items():
        setattr(stored, name, value)
    return unsaved(stored)


def audit_event():
    return audit.record("record.saved", by=None)


PERSON, REASON = {"person": "somebody else"}, {"reason": "another one"}
# What locks with a signature, and a change to it.
LOCKED_PARTS: dict[Any, dict[str, Any]] = {
    MixtureComponentFactory: {"volume_ml": 9},
    ScreeningAnswerFactory: {"answer": "yes"},
    SafetyTickFactory: {"ticked_at": A_MONTH_BEFORE},
}


def signed_with(part: Any) -> models.Model:
    """A row of a record that was signed with it."""
    row = part(record=SessionRecordFactory(given=True))
    SignatureFactory(record=row.record)
    return row


def new(part: Any) -> models.Model:
    """A row for a record that is signed already."""
    row = unsaved(part())
    row.record = signed_record()
    return row


REFUSED = [
    # The ground.
    Refused("no_update_mesoclinic_auditevent", audit_event, {"event": "nothing"}),
    Refused("no_delete_mesoclinic_auditevent", audit_event),
    Refused("no_delete_mesoclinic_user", UserFactory),
    # Protocols.
    Refused("published_version_update", ProtocolVersionFactory, {"points_max": 60}),
    Refused(
        "published_version_update",
        ProtocolVersionFactory,
        {"status": "draft"},
        "back to a draft",
    ),
    Refused(
        "published_version_update",
        ProtocolVersionFactory,
        {"status": "retired", "retired_at": A_MONTH_BEFORE, "points_max": 60},
        "changed while retiring",
    ),
    Refused(
        "published_version_update",
        lambda: ProtocolVersionFactory(retired=True),
        {"status": "published", "retired_at": None, "retired_by": None},
        "out of retirement",
    ),
    Refused("published_version_delete", ProtocolVersionFactory),
    Refused("published_questions_insert", new_question_of_a_published_version),
    Refused("published_questions_update", published_question, {"text": "Well?"}),
    Refused("published_questions_delete", published_question),
    Refused("no_delete_protocols_substance", SubstanceFactory),
    Refused("no_delete_protocols_substancelimit", SubstanceLimitFactory),
    Refused("limit_stays_what_it_was", SubstanceLimitFactory, {"most_mg": 900}),
    Refused("no_delete_protocols_product", ProductFactory),
    Refused("no_delete_protocols_stocklot", StockLotFactory),
    Refused("no_delete_protocols_recipe", RecipeFactory),
    Refused(
        "no_delete_protocols_pointtemplate", lambda: PointTemplateFactory(points=0)
    ),
    Refused("lot_given_stays", lambda: MixtureComponentFactory().lot, {"number": "X"}),
    # Patients.
    Refused("no_delete_patients_patient", PatientFactory),
    Refused("no_delete_patients_allergy", AllergyFactory),
    Refused("allergy_stays_as_recorded", AllergyFactory, {"substance": "latex"}),
    Refused(
        "allergy_stays_as_recorded", AllergyFactory, {"reaction": "none"}, "reaction"
    ),
    Refused(
        "allergy_stays_as_recorded",
        AllergyFactory,
        {"patient": PatientFactory},
        "of another patient",
    ),
    Refused(
        "allergy_stays_as_recorded",
        lambda: AllergyFactory(closed=True),
        {"closed_at": None, "closed_by": None, "closed_reason": ""},
        "opened again",
    ),
    # Courses and sessions.
    Refused(
        "session_as_its_course_says_insert",
        lambda: new_session(patient=PatientFactory()),
        circumstance="another patient",
    ),
    Refused(
        "session_as_its_course_says_insert",
        lambda: new_session(site=SiteFactory()),
        circumstance="another site",
    ),
    Refused(
        "session_as_its_course_says_update",
        TreatmentSessionFactory,
        {"patient": PatientFactory},
        "another patient",
    ),
    Refused(
        "session_as_its_course_says_update",
        TreatmentSessionFactory,
        {"site": SiteFactory},
        "another site",
    ),
    Refused(
        "session_room_is_the_sites_insert", lambda: new_session(room=RoomFactory())
    ),
    Refused(
        "session_room_is_the_sites_update",
        TreatmentSessionFactory,
        {"room": RoomFactory},
    ),
    Refused("no_delete_treatment_sessions_room", RoomFactory),
    Refused("no_delete_treatment_sessions_coursechange", CourseChangeFactory),
    Refused("change_stays_what_it_was", CourseChangeFactory, {"kind": "moved"}),
    Refused("no_delete_treatment_sessions_course", CourseFactory),
    Refused("no_delete_treatment_sessions_treatmentsession", TreatmentSessionFactory),
    Refused(
        "given_session_stays",
        lambda: TreatmentSessionFactory(given=True),
        {"starts_at": DAY_0_START - dt.timedelta(minutes=5)},
    ),
    Refused(
        "given_session_stays",
        lambda: TreatmentSessionFactory(given=True),
        {"status": "missed", "given_date": None},
        "made a missed one",
    ),
    *(
        Refused("course_stays_what_it_is", CourseFactory, {name: value}, name)
        for name, value in {
            "patient": PatientFactory,
            "indication": IndicationFactory,
            "protocol_version": ProtocolVersionFactory,
            "early_reason": "asked for it",
            "booked_by": UserFactory,
        }.items()
    ),
    Refused(
        "side_stays_once_given",
        lambda: TreatmentSessionFactory(given=True).course,
        {"side": "left"},
    ),
    Refused(
        "closed_course_stays_closed",
        lambda: CourseFactory(closed=True),
        {"closed_as": "", "closed_at": None, "closed_by": None},
        "opened again",
    ),
    Refused(
        "closed_course_stays_closed",
        lambda: CourseFactory(closed=True),
        {"clinician": UserFactory},
        "of another clinician",
    ),
    Refused(
        "course_starts_on_active_indication",
        lambda: new_course(indication=IndicationFactory(retired=True)),
    ),
    Refused(
        "course_starts_on_published_version",
        lambda: new_course(protocol_version=ProtocolVersionFactory(draft=True)),
        circumstance="a draft",
    ),
    Refused(
        "course_starts_on_published_version",
        lambda: new_course(protocol_version=ProtocolVersionFactory(retired=True)),
        circumstance="a retired one",
    ),
    # Records.
    Refused(
        "locked_update_treatment_sessions_sessionrecord",
        signed_record,
        {"pain_after": 0},
    ),
    Refused(
        "no_delete_treatment_sessions_sessionrecord",
        lambda: SessionRecordFactory(points=0),
    ),
    Refused(
        "locked_insert_treatment_sessions_injectionpoint", new_point_of_a_signed_record
    ),
    Refused(
        "locked_update_treatment_sessions_injectionpoint",
        lambda: signed_record().points.first(),
        {"given_ml": "0.2"},
    ),
    Refused(
        "locked_delete_treatment_sessions_injectionpoint",
        lambda: signed_record().points.first(),
    ),
    Refused(
        "locked_insert_treatment_sessions_recordfinding", new_finding_of_a_signed_record
    ),
    Refused(
        "locked_update_treatment_sessions_recordfinding",
        signed_finding,
        {"given_reason": "another"},
    ),
    Refused("locked_delete_treatment_sessions_recordfinding", signed_finding),
    # What was put down once.
    Refused(
        "no_update_treatment_sessions_signature", SignatureFactory, {"signer_name": "X"}
    ),
    Refused("no_delete_treatment_sessions_signature", SignatureFactory),
    Refused("no_update_treatment_sessions_amendment", AmendmentFactory, {"text": "X"}),
    Refused("no_delete_treatment_sessions_amendment", AmendmentFactory),
    Refused(
        "no_update_treatment_sessions_evaluation", EvaluationFactory, {"pain_now": 0}
    ),
    Refused("no_delete_treatment_sessions_evaluation", EvaluationFactory),
    Refused(
        "no_update_treatment_sessions_leafletissue",
        LeafletIssueFactory,
        {"content": {}},
    ),
    Refused("no_delete_treatment_sessions_leafletissue", LeafletIssueFactory),
    Refused(
        "no_update_treatment_sessions_sheetissue",
        SheetIssueFactory,
        {"numbering": "AAA"},
    ),
    Refused("no_delete_treatment_sessions_sheetissue", SheetIssueFactory),
    Refused(
        "no_update_treatment_sessions_sheetphoto", SheetPhotoFactory, {"picture": b""}
    ),
    Refused("no_delete_treatment_sessions_sheetphoto", SheetPhotoFactory),
    Refused(
        "no_update_treatment_sessions_sheetphotowithdrawal",
        SheetPhotoWithdrawalFactory,
        REASON,
    ),
    Refused(
        "no_delete_treatment_sessions_sheetphotowithdrawal",
        SheetPhotoWithdrawalFactory,
    ),
    Refused("photo_attached_once", lambda: unsaved(SheetPhotoFactory())),
    Refused("no_delete_protocols_leaflettext", LeafletTextFactory),
    Refused(
        "approved_leaflet_stays",
        partial(LeafletTextFactory, approved=True),
        {"says": {}},
    ),
    # The chair.
    Refused("no_update_treatment_sessions_consentevent", ConsentEventFactory, PERSON),
    Refused("no_delete_treatment_sessions_consentevent", ConsentEventFactory),
    Refused("no_update_treatment_sessions_recordvoid", RecordVoidFactory, REASON),
    Refused("no_delete_treatment_sessions_recordvoid", RecordVoidFactory),
    *(
        Refused(f"locked_insert_{part._meta.model._meta.db_table}", partial(new, part))
        for part in LOCKED_PARTS
    ),
    *(
        Refused(
            f"locked_update_{part._meta.model._meta.db_table}",
            partial(signed_with, part),
            changes,
        )
        for part, changes in LOCKED_PARTS.items()
    ),
    *(
        Refused(
            f"locked_delete_{part._meta.model._meta.db_table}",
            partial(signed_with, part),
        )
        for part in LOCKED_PARTS
    ),
]


def test_every_guard_is_tried_below():
    tried = {case.guard for case in REFUSED}

    assert tried == {guard.name for guard in declared() if not guard.sqlite_only}


@pytest.mark.parametrize("by", ["orm", "sql"])
@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_guard_refuses(case, by):
    guard = next(each for each in declared() if each.name == case.guard)
    row = case.row()
    changes = {n: v() if callable(v) else v for n, v in case.changes.items()}
    write = {"orm": write_by_orm, "sql": write_by_sql}[by]

    with pytest.raises(IntegrityError, match=guard.name), transaction.atomic():
        write(guard.event, row, changes)

    # It is this guard that refuses: without it the same write goes through.
    with without(guard):
        write(guard.event, row, changes)


def write_by_orm(event: str, row: models.Model, changes: dict[str, Any]) -> None:
    rows = type(row)._base_manager.filter(pk=row.pk)
    if event == "INSERT":
        type(row)._base_manager.bulk_create([row])
    elif event == "UPDATE":
        assert rows.update(**changes) == 1
    else:
        # Straight to the table: what points at the row would be asked first.
        assert rows._raw_delete(rows.db) == 1


def write_by_sql(event: str, row: models.Model, changes: dict[str, Any]) -> None:
    table, key = row._meta.db_table, row._meta.pk
    if event == "INSERT":
        fields = [each for each in row._meta.concrete_fields if each is not key]
        values = {
            each.column: stored(each, each.pre_save(row, True)) for each in fields
        }
        columns, marks = ", ".join(values), ", ".join(["%s"] * len(values))
        statement = f"INSERT INTO {table} ({columns}) VALUES ({marks})"
        parameters = list(values.values())
    elif event == "UPDATE":
        fields = [row._meta.get_field(name) for name in changes]
        columns = ", ".join(f"{each.column} = %s" for each in fields)
        statement = f"UPDATE {table} SET {columns} WHERE {key.column} = %s"
        parameters = [stored(each, changes[each.name]) for each in fields] + [row.pk]
    else:
        statement = f"DELETE FROM {table} WHERE {key.column} = %s"
        parameters = [row.pk]
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        assert cursor.rowcount == 1


def stored(column: models.Field, value: Any) -> Any:
    """Return a value as Django hands it to the database."""
    value = value.pk if isinstance(value, models.Model) else value
    return column.get_db_prep_save(value, connection)


# --- What they let through ----------------------------------------------------


def test_published_version_retires():
    version = ProtocolVersionFactory()

    version.status, version.retired_at = "retired", A_MONTH_BEFORE
    version.save()


def test_draft_and_its_questions_change_and_go():
    question = ScreeningQuestionFactory()

    question.version.points_max = 12
    question.version.save()
    question.text = "Are you taking blood thinners?"
    question.save()
    question.delete()
    question.version.delete()


def test_open_course_changes_hands():
    course = CourseFactory()

    course.clinician = UserFactory(clinician=True)
    course.save(update_fields=["clinician"])


def test_unsigned_record_changes():
    record = SessionRecordFactory()

    record.pain_before = 3
    record.save()
    record.points.all().delete()


def test_allergy_closes():
    allergy = AllergyFactory()

    allergy.closed_at, allergy.closed_by = A_MONTH_BEFORE, UserFactory()
    allergy.closed_reason = "Tested negative"
    allergy.save()


# --- Nobody is in two places at once ------------------------------------------


@pytest.fixture
def booked():
    return TreatmentSessionFactory()


def near(booked: TreatmentSession, *, minutes: int, **details: Any) -> dict[str, Any]:
    """Say how to book another session `minutes` after that one starts."""
    starts_at = booked.starts_at + dt.timedelta(minutes=minutes)
    return {"starts_at": starts_at, **details}


def same_clinician(booked: TreatmentSession) -> dict[str, Any]:
    return {"clinician": booked.clinician}


def same_patient(booked: TreatmentSession) -> dict[str, Any]:
    return {"course__patient": booked.patient}


PEOPLE = pytest.mark.parametrize(
    ("shared", "constraint"),
    [
        (same_clinician, "no_clinician_overlap"),
        (same_patient, "no_patient_overlap"),
    ],
    ids=["clinician", "patient"],
)


@PEOPLE
@pytest.mark.parametrize("minutes", [-19, 0, 1, 19])
def test_overlap_is_refused(booked, shared, constraint, minutes):
    details = near(booked, minutes=minutes, **shared(booked))

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        TreatmentSessionFactory(**details)


@PEOPLE
def test_move_into_an_overlap_is_refused(booked, shared, constraint):
    other = TreatmentSessionFactory(**near(booked, minutes=60, **shared(booked)))

    other.starts_at = booked.starts_at
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        other.save()


@PEOPLE
def test_overlap_is_refused_by_sql_too(booked, shared, constraint):
    other = TreatmentSessionFactory(**near(booked, minutes=60, **shared(booked)))
    table = TreatmentSession._meta.db_table

    with (
        pytest.raises(IntegrityError, match=constraint),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            f"UPDATE {table} SET starts_at = "
            f"(SELECT starts_at FROM {table} WHERE id = %s) WHERE id = %s",
            [booked.pk, other.pk],
        )


@PEOPLE
@pytest.mark.parametrize("minutes", [-20, 20])
def test_sessions_may_touch(booked, shared, constraint, minutes):
    TreatmentSessionFactory(**near(booked, minutes=minutes, **shared(booked)))


@PEOPLE
def test_a_session_set_aside_takes_nobodys_time(booked, shared, constraint):
    booked.status = TreatmentSession.Status.MISSED
    booked.save()

    TreatmentSessionFactory(**near(booked, minutes=0, **shared(booked)))


@PEOPLE
def test_bringing_back_a_session_into_an_overlap_is_refused(booked, shared, constraint):
    booked.status = TreatmentSession.Status.MISSED
    booked.save()
    TreatmentSessionFactory(**near(booked, minutes=0, **shared(booked)))

    booked.status = TreatmentSession.Status.BOOKED
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        booked.save()


@PEOPLE
def test_without_the_constraint_an_overlap_goes_in(booked, shared, constraint):
    if connection.vendor == "postgresql":
        # Foreign keys are checked at commit; a table with open checks stays as it is.
        drop = [
            "SET CONSTRAINTS ALL IMMEDIATE",
            f"ALTER TABLE {booked._meta.db_table} DROP CONSTRAINT {constraint}",
        ]
    else:
        guards = [guard for guard in declared() if constraint in guard.name]
        drop = [guard.drop_sql(connection.vendor) for guard in guards]
    with connection.cursor() as cursor:
        for statement in drop:
            cursor.execute(statement)

    TreatmentSessionFactory(**near(booked, minutes=0, **shared(booked)))
