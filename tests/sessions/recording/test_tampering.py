"""What was changed behind the app's back, in any column of a signed record, shows."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction
from factory.django import DjangoModelFactory

from mesoclinic import database
from mesoclinic.vocabulary import Consent, SafetyCheck
from sessions.models import (
    Amendment,
    ConsentEvent,
    Course,
    InjectionPoint,
    MixtureComponent,
    RecordFinding,
    RecordVoid,
    SafetyTick,
    ScreeningAnswer,
    SessionRecord,
    Signature,
    TreatmentSession,
)
from sessions.recording import sealing
from sessions.recording.sealing import broken_parts, signature_hash
from tests import factories

pytestmark = pytest.mark.django_db

FACTORIES: dict[type[models.Model], type[DjangoModelFactory]] = {
    each._meta.model: each
    for each in vars(factories).values()
    if isinstance(each, type)
    and issubclass(each, DjangoModelFactory)
    and each is not DjangoModelFactory
}

# What each model's rows are to a record, and the word for it on page and paper.
PARTS: dict[type[models.Model], str] = {
    SessionRecord: "record",
    InjectionPoint: "points",
    MixtureComponent: "mixture",
    ScreeningAnswer: "answers",
    SafetyTick: "checks",
    RecordFinding: "findings",
    ConsentEvent: "consent",
    TreatmentSession: "session",
    Course: "course",
    Signature: "signature",
    Amendment: "amendments",
    RecordVoid: "void",
}

# Changed alone, these contradict another column: a constraint refuses even that.
REFUSED_OUTRIGHT = {
    SessionRecord: set(),
    InjectionPoint: {"record_id", "skipped", "confirmed", "view", "x", "y"},
    MixtureComponent: set(),
    ScreeningAnswer: set(),
    SafetyTick: set(),
    RecordFinding: set(),
    ConsentEvent: set(),
    TreatmentSession: {
        "booked_date",
        "target_date",
        "status",
        "overbooked_at",
        "overbooked_by_id",
        "overbooked_reason",
    },
    Course: set(),
    Signature: set(),
    Amendment: set(),
    RecordVoid: set(),
}

# What a row is not, but how it came about or what became of it later.
NOT_SIGNED = {
    Course: {
        "clinician_id",
        "booked_at",
        "booked_by_id",
        "early_reason",
        "version",
        "submission",
        "closed_as",
        "closed_at",
        "closed_by_id",
        "closed_reason",
    },
    Amendment: {"submission"},
}

# Moved to another record, these show there: its chain has no place for them.
ELSEWHERE = {
    Signature: {"record_id"},
    Amendment: {"record_id"},
    RecordVoid: {"record_id"},
}


@pytest.fixture
def signed() -> SessionRecord:
    """A record with a row of every kind, signed, amended and voided."""
    record = factories.SessionRecordFactory(given=True, points=0)
    factories.ConsentEventFactory(course=record.treatment_session.course)
    factories.InjectionPointFactory(record=record, given_ml=Decimal("0.1"))
    for part in (
        factories.MixtureComponentFactory,
        factories.ScreeningAnswerFactory,
        factories.SafetyTickFactory,
        factories.RecordFindingFactory,
    ):
        part(record=record)
    factories.SignatureFactory(record=record)
    factories.AmendmentFactory(record=record)
    factories.RecordVoidFactory(record=record)
    return SessionRecord.objects.get(pk=record.pk)


def columns(model: type[models.Model]) -> Iterator[models.Field]:
    """Every column that a signature, an amendment or a void speaks for."""
    spared = NOT_SIGNED.get(model, set()) | ELSEWHERE.get(model, set())
    for field in model._meta.concrete_fields:
        if not field.primary_key and field.attname not in spared:
            yield field


def another(field: models.Field, value: Any) -> Any:
    """A value that the column takes and that is not `value`."""
    if field.related_model:
        return FACTORIES[field.related_model]().pk
    offered: dict[str, Callable[[], Any]] = {
        "BooleanField": lambda: not value,
        "DateTimeField": lambda: factories.DAY_0_START.replace(second=3),
        "DateField": lambda: factories.DAY_0.replace(day=3),
        "DecimalField": lambda: Decimal("0.25"),
        "JSONField": lambda: {**(value or {}), "note": "Another"},
    }
    kind = field.get_internal_type()
    if kind in offered:
        return offered[kind]()
    if kind in {"CharField", "TextField"}:
        words = {"yes", "no"} & {key for key, _ in field.flatchoices or ()}
        return next(word for word in [*words, "left", "right"] if word != value)
    return 9 if value != 9 else 5


def tampered(record: SessionRecord, field: models.Field) -> list[str] | None:
    """What shows of a change of one column; None where the database refuses it."""
    rows = field.model._base_manager.order_by("pk")
    row = rows.first()
    changed = another(field, getattr(row, field.attname))
    try:
        with transaction.atomic():
            rows.filter(pk=row.pk).update(**{field.attname: changed})
            found = broken_parts(SessionRecord.objects.get(pk=record.pk))
            transaction.set_rollback(True)
    except IntegrityError:
        return None
    return found


@pytest.mark.parametrize("model", PARTS, ids=lambda model: model.__name__)
def test_tampering_by_sql_with_any_column_shows(signed, model):
    assert broken_parts(signed) == []
    with database.lifted():
        found = {field.attname: tampered(signed, field) for field in columns(model)}

    refused = {name for name, parts in found.items() if parts is None}
    unseen = {
        name
        for name, parts in found.items()
        if parts is not None and PARTS[model] not in parts
    }
    assert (refused, unseen) == (REFUSED_OUTRIGHT[model], set())


def test_without_the_comparison_nothing_would_show(signed, monkeypatch):
    monkeypatch.setattr(sealing, "_as_signed", lambda now, signed: True)
    with database.lifted():
        SessionRecord.objects.update(pain_after=0)

    assert broken_parts(SessionRecord.objects.get(pk=signed.pk)) == []


@pytest.mark.parametrize(
    ("part", "rows", "unlike"),
    [
        ("points", InjectionPoint, {"number": 2}),
        (
            "mixture",
            MixtureComponent,
            {"position": 2, "lot": factories.StockLotFactory},
        ),
        ("answers", ScreeningAnswer, {"question": factories.ScreeningQuestionFactory}),
        ("checks", SafetyTick, {"check_name": SafetyCheck.STOP}),
        ("findings", RecordFinding, {"code": "points.above"}),
    ],
)
def test_a_row_added_after_signing_shows(signed, part, rows, unlike):
    row = rows.objects.get()
    row.pk = None
    for name, value in unlike.items():
        setattr(row, name, value() if isinstance(value, type) else value)
    with database.lifted():
        rows.objects.bulk_create([row])

    assert broken_parts(SessionRecord.objects.get(pk=signed.pk)) == [part]


@pytest.mark.parametrize("rows", ELSEWHERE, ids=lambda rows: rows.__name__)
def test_what_is_moved_to_another_record_shows_there(signed, rows):
    other = factories.SessionRecordFactory(given=True)
    if rows is not Signature:
        factories.SignatureFactory(record=other)
    with database.lifted():
        rows.objects.filter(record=signed).update(record=other)

    assert PARTS[rows] in broken_parts(SessionRecord.objects.get(pk=other.pk))


@pytest.mark.parametrize(
    ("part", "rows"),
    [
        ("points", InjectionPoint),
        ("mixture", MixtureComponent),
        ("answers", ScreeningAnswer),
        ("checks", SafetyTick),
        ("findings", RecordFinding),
        ("consent", ConsentEvent),
    ],
)
def test_a_row_taken_away_after_signing_shows(signed, part, rows):
    with database.lifted():
        rows.objects.all().delete()

    assert broken_parts(SessionRecord.objects.get(pk=signed.pk)) == [part]


def test_a_consent_withdrawn_later_leaves_the_record_whole(signed):
    course = signed.treatment_session.course
    factories.ConsentEventFactory(course=course, answer=Consent.WITHDRAWN)

    assert broken_parts(SessionRecord.objects.get(pk=signed.pk)) == []


# --- Signatures of earlier versions of the program ------------------------------------


def resealed(signature: Signature) -> SessionRecord:
    with database.lifted():
        signature.hash = signature_hash(signature)
        signature.save()
    return SessionRecord.objects.get(pk=signature.record_id)


def test_a_column_of_a_later_version_does_not_break_old_signatures():
    signature = factories.SignatureFactory()
    del signature.content["record"]["note"]

    assert broken_parts(resealed(signature)) == []


def test_a_signature_made_before_there_were_parts_still_holds():
    signature = factories.SignatureFactory()
    for part in ("mixture", "answers", "checks", "consent"):
        del signature.content[part]

    assert broken_parts(resealed(signature)) == []
