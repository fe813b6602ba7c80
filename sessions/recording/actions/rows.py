"""Reading a record for change and writing a draft into its rows."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from mesoclinic.errors import Stale
from mesoclinic.models import User
from mesoclinic.vocabulary import Answer, SafetyCheck
from protocols import drawings
from protocols.rules import Finding
from sessions.courses.models import TreatmentSession
from sessions.recording.drafts import COLUMNS, Draft
from sessions.recording.models import (
    InjectionPoint,
    MixtureComponent,
    RecordFinding,
    RecordLocked,
    SafetyTick,
    ScreeningAnswer,
    SessionRecord,
)
from sessions.recording.places import Spot


def lock(treatment_session: TreatmentSession) -> TreatmentSession:
    return (
        TreatmentSession.objects.complete()
        .select_for_update(of=["self"])
        .get(pk=treatment_session.pk)
    )


def record_for(
    treatment_session: TreatmentSession, *, by: User, version: int
) -> SessionRecord:
    """The record to write to, new where there is none.

    Raises RecordLocked once signed, Stale where it is not `version` any more.
    """
    record = getattr(treatment_session, "record", None)
    if record is None:
        record = SessionRecord(
            treatment_session=treatment_session, saved_by=by, version=0
        )
    if record.is_signed:
        raise RecordLocked
    if not treatment_session.is_booked:
        raise ValidationError("This session is not booked any more.")
    if record.version != version:
        raise Stale(as_stored(record), version=record.version)
    return record


def as_stored(record: SessionRecord) -> dict[str, Any]:
    """What is stored now, by the form's fields: points, mixture, answers and all."""
    zone = record.treatment_session.zone
    stored = {name: getattr(record, name) for name in COLUMNS}
    for name, value in stored.items():
        if isinstance(value, dt.datetime):
            stored[name] = value.astimezone(zone)
    points = record.points_in_order
    stored["points_count"] = len(points)
    for point in points:
        for name, value in (
            ("planned", point.planned_ml),
            ("given", point.given_ml),
            ("skipped", point.skipped),
            ("view", point.view),
            ("x", point.x),
            ("y", point.y),
            ("note", point.note),
        ):
            stored[f"{name}_{point.number}"] = value
    for row in record.components.with_products():
        stored[f"product_{row.position}"] = row.product
        stored[f"volume_{row.position}"] = row.volume_ml
        stored[f"lot_{row.position}"] = row.lot
    stored |= {f"answer_{row.question_id}": row.answer for row in record.answers.all()}
    ticked = {row.check_name for row in record.ticks.all()}
    stored |= {f"tick_{check}": check in ticked for check in SafetyCheck}
    return stored


def write_columns(record: SessionRecord, draft: Draft) -> None:
    for name in COLUMNS:
        setattr(record, name, getattr(draft, name))


def write_points(record: SessionRecord, draft: Draft) -> None:
    record.points.filter(number__gt=len(draft.points)).delete()
    points = [
        InjectionPoint(
            record=record,
            number=number,
            planned_ml=typed.planned_ml,
            given_ml=typed.given_ml,
            skipped=typed.skipped,
            note=typed.note,
            confirmed=typed.confirmed,
            **_place(typed.spot),
        )
        for number, typed in enumerate(draft.points, start=1)
    ]
    _write(InjectionPoint, points, by="number")


def _place(spot: Spot | None) -> dict[str, Any]:
    """Where it is, with the drawing's version and its name for the place."""
    if spot is None:
        return {}
    return {
        "view": spot.view,
        "side": spot.side,
        "x": spot.x,
        "y": spot.y,
        "view_version": drawings.get(spot.view).version,
        "region": spot.region,
    }


def _write(model: type[Model], rows: list[Any], *, by: str) -> None:
    """Insert the rows of a record, or change those that it has under the same `by`."""
    unique = {"record", by}
    names = [field.name for field in model._meta.concrete_fields]
    model._default_manager.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=unique,
        update_fields=[n for n in names if n not in unique | {"id"}],
    )


def write_components(record: SessionRecord, draft: Draft) -> None:
    record.components.all().delete()
    MixtureComponent.objects.bulk_create(
        MixtureComponent(
            record=record,
            position=position,
            product=part.product,
            volume_ml=part.volume_ml,
            lot=part.lot,
            product_name=part.product.name,
            strength_mg_per_ml=part.product.strength_mg_per_ml,
            lot_number=part.lot.number if part.lot else "",
            expires_on=part.lot.expires_on if part.lot else None,
        )
        for position, part in enumerate(draft.components, start=1)
    )


def write_answers(record: SessionRecord, answers: Mapping[int, Answer]) -> None:
    given = {key: answer for key, answer in answers.items() if answer}
    record.answers.exclude(question__in=given).delete()
    rows = [
        ScreeningAnswer(record=record, question_id=key, answer=answer)
        for key, answer in given.items()
    ]
    _write(ScreeningAnswer, rows, by="question")


def write_ticks(
    record: SessionRecord, ticks: Iterable[SafetyCheck], *, by: User, now: dt.datetime
) -> None:
    """Keep the time of what stays ticked; forget what was unticked."""
    ticks = set(ticks)
    record.ticks.exclude(check_name__in=ticks).delete()
    ticked = set(record.ticks.values_list("check_name", flat=True))
    SafetyTick.objects.bulk_create(
        SafetyTick(record=record, check_name=check, ticked_at=now, ticked_by=by)
        for check in SafetyCheck
        if check in ticks and check not in ticked
    )


def write_findings(
    record: SessionRecord,
    findings: Iterable[Finding],
    reasons: Mapping[str, str],
    *,
    by: User,
    now: dt.datetime,
) -> None:
    stored = {finding.code: finding for finding in record.findings.all()}
    rows = []
    for finding in findings:
        row = stored.pop(finding.code, None)
        row = row or RecordFinding(record=record, code=finding.code)
        row.severity, row.statement = finding.severity, finding.reason
        row.source, row.field = finding.source, finding.field
        reason = reasons.get(finding.code, "").strip()
        if row.given_reason != reason:
            row.given_reason = reason
            row.given_by, row.given_at = (by, now) if reason else (None, None)
        rows.append(row)
    _write(RecordFinding, rows, by="code")
    record.findings.filter(code__in=stored).delete()
