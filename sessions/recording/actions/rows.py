"""Reading a record for change and writing a draft into its rows."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError

from mesoclinic.errors import Stale
from mesoclinic.models import User
from mesoclinic.vocabulary import Answer, SafetyCheck, Side
from protocols import drawings
from protocols.rules import Finding
from sessions.courses.models import TreatmentSession
from sessions.recording.drafts import COLUMNS, Draft, PointDraft
from sessions.recording.models import (
    InjectionPoint,
    MixtureComponent,
    RecordFinding,
    RecordLocked,
    SafetyTick,
    ScreeningAnswer,
    SessionRecord,
)


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
        raise Stale(_stored(record), version=record.version)
    return record


def _stored(record: SessionRecord) -> dict[str, Any]:
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
            ("place", point.place_text),
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
    stored = {point.number: point for point in record.points.all()}
    for number, typed in enumerate(draft.points, start=1):
        point = stored.get(number) or InjectionPoint(record=record, number=number)
        point.planned_ml = typed.planned_ml
        point.given_ml = typed.given_ml
        point.skipped = typed.skipped
        point.note = typed.note
        point.confirmed = typed.confirmed
        _place(point, typed)
        point.save()


def _place(point: InjectionPoint, typed: PointDraft) -> None:
    """Keep where it is, with the drawing's version and its name for the place."""
    if typed.spot is None:
        point.view, point.side, point.region = "", Side.NONE, ""
        point.x, point.y, point.view_version = None, None, None
        return
    point.view, point.side = typed.spot.view, typed.spot.side
    point.x, point.y = typed.spot.x, typed.spot.y
    point.view_version = drawings.get(typed.spot.view).version
    point.region = typed.spot.region


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
    for question_id, answer in given.items():
        ScreeningAnswer.objects.update_or_create(
            record=record, question_id=question_id, defaults={"answer": answer}
        )


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
    for finding in findings:
        row = stored.pop(finding.code, None)
        row = row or RecordFinding(record=record, code=finding.code)
        row.severity, row.statement = finding.severity, finding.reason
        row.source, row.field = finding.source, finding.field
        reason = reasons.get(finding.code, "").strip()
        if row.given_reason != reason:
            row.given_reason = reason
            row.given_by, row.given_at = (by, now) if reason else (None, None)
        row.save()
    record.findings.filter(code__in=stored).delete()
