"""What an admin may do to the lists: indications, groups, protocol versions."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, QuerySet
from django.forms.models import model_to_dict
from django.utils import timezone

from mesoclinic import audit
from mesoclinic.models import User
from protocols.models import (
    Indication,
    IndicationGroup,
    Protocol,
    ProtocolVersion,
    ScreeningQuestion,
)

NUMBERS = (
    "points_min",
    "points_max",
    "volume_per_point_ml",
    "slip_factor",
    "angle_deg",
    "needle_length_mm",
    "first_follow_up_day",
    "second_follow_up_day",
    "tolerance_days",
    "session_duration_min",
    "dressing_hours",
    "responder_points",
    "responder_percent",
    "strong_percent",
    "consent_required",
    "consent_text",
    "mixing_policy",
    "mixing_most",
)
INDICATION_DETAILS = (
    "group",
    "name",
    "has_side",
    "basis",
    "movement",
    "asks_forearm",
    "protocol",
    "code_system",
    "code_version",
    "code",
    "code_display",
)

# What a draft has not got, and what a shipped version never had.
_NOT_YET = ("created_by", "published_at", "published_by", "retired_at", "retired_by")


@transaction.atomic
def save_group(group: IndicationGroup, *, by: User, name: str) -> IndicationGroup:
    """Add a group at the end of the list, or rename one."""
    if group.pk is None:
        group.position = _next_position(IndicationGroup.objects.all())
    group.name = name
    group.full_clean()
    group.save()
    audit.record("indication_group.saved", group, by=by)
    return group


@transaction.atomic
def save_indication(indication: Indication, *, by: User, **details: Any) -> Indication:
    """Add an indication at the end of its group, or change one."""
    moved = indication.pk is None or details["group"].pk != indication.group_id
    for name in INDICATION_DETAILS:
        setattr(indication, name, details[name])
    if moved:
        indication.position = _next_position(indication.group.indications.all())
    indication.full_clean(exclude=["retired_at", "retired_by"])
    indication.save()
    audit.record("indication.saved", indication, by=by)
    return indication


def _next_position(rows: Any) -> int:
    last = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


@transaction.atomic
def reorder(row: Indication | IndicationGroup, *, by: User, up: bool) -> None:
    """Move a row of either list one place up or down among its neighbours."""
    neighbours: QuerySet[Any] = (
        row.group.indications.all()
        if isinstance(row, Indication)
        else IndicationGroup.objects.all()
    )
    rows = list(neighbours.select_for_update().order_by("position", "name"))
    place = rows.index(row)
    other = place - 1 if up else place + 1
    if 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
    for position, each in enumerate(rows):
        each.position = position
    neighbours.bulk_update(rows, ["position"])
    audit.record(f"{row._meta.model_name}.reordered", row, by=by, up=up)


@transaction.atomic
def retire_indication(indication: Indication, *, by: User) -> Indication:
    """Start no new courses with it; old ones keep it."""
    indication = Indication.objects.select_for_update().get(pk=indication.pk)
    if indication.is_retired:
        raise ValidationError("This indication is retired already.")
    indication.retired_at, indication.retired_by = timezone.now(), by
    indication.save(update_fields=["retired_at", "retired_by"])
    audit.record("indication.retired", indication, by=by)
    return indication


@transaction.atomic
def bring_back_indication(indication: Indication, *, by: User) -> Indication:
    indication = Indication.objects.select_for_update().get(pk=indication.pk)
    indication.retired_at, indication.retired_by = None, None
    indication.save(update_fields=["retired_at", "retired_by"])
    audit.record("indication.brought_back", indication, by=by)
    return indication


@transaction.atomic
def draft_version(protocol: Protocol, *, by: User) -> ProtocolVersion:
    """Make a draft of the next version: a copy of the newest one."""
    newest = protocol.versions.select_for_update().order_by("-number").first()
    if newest is not None and newest.is_draft:
        raise ValidationError("There is a draft already. Publish or change that one.")
    copied = model_to_dict(newest, fields=NUMBERS) if newest else {}
    draft = ProtocolVersion.objects.create(
        protocol=protocol,
        number=newest.number + 1 if newest else 1,
        created_by=by,
        **copied,
    )
    if newest:
        _copy_questions(newest, draft)
    audit.record("protocol_version.drafted", draft, by=by)
    return draft


def _copy_questions(source: ProtocolVersion, draft: ProtocolVersion) -> None:
    ScreeningQuestion.objects.bulk_create(
        ScreeningQuestion(
            version=draft,
            position=question.position,
            text=question.text,
            yes_means=question.yes_means,
        )
        for question in source.questions.all()
    )


@transaction.atomic
def amend_draft(
    version: ProtocolVersion, *, by: User, **numbers: Any
) -> ProtocolVersion:
    """Change the numbers of a draft."""
    version = ProtocolVersion.objects.select_for_update().get(pk=version.pk)
    if not version.is_draft:
        raise ValidationError("A published version does not change. Make a new draft.")
    for name in NUMBERS:
        setattr(version, name, numbers[name])
    version.full_clean(exclude=_NOT_YET)
    version.save(update_fields=NUMBERS)
    audit.record("protocol_version.amended", version, by=by)
    return version


@transaction.atomic
def publish_version(version: ProtocolVersion, *, by: User) -> ProtocolVersion:
    """Freeze a draft; new courses start with it from now on."""
    version = ProtocolVersion.objects.select_for_update().get(pk=version.pk)
    if not version.is_draft:
        raise ValidationError("Only a draft can be published.")
    version.status = ProtocolVersion.Status.PUBLISHED
    version.published_at, version.published_by = timezone.now(), by
    version.save(update_fields=["status", "published_at", "published_by"])
    audit.record("protocol_version.published", version, by=by)
    return version


@transaction.atomic
def retire_version(version: ProtocolVersion, *, by: User) -> ProtocolVersion:
    """Start no new courses with a version; courses that have it keep it."""
    version = ProtocolVersion.objects.select_for_update().get(pk=version.pk)
    if not version.is_published:
        raise ValidationError("Only a published version can be retired.")
    version.status = ProtocolVersion.Status.RETIRED
    version.retired_at, version.retired_by = timezone.now(), by
    version.save(update_fields=["status", "retired_at", "retired_by"])
    audit.record("protocol_version.retired", version, by=by)
    return version
