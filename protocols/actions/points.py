"""What an admin may do to an indication's drawings and point templates."""

from collections.abc import Sequence
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from mesoclinic import audit
from mesoclinic.models import User
from protocols import drawings
from protocols.models import (
    Indication,
    IndicationView,
    PointTemplate,
    TemplatePoint,
)


@transaction.atomic
def choose_views(indication: Indication, *, by: User, views: Sequence[str]) -> None:
    """Give an indication its drawings, in this order.

    Raises ValidationError where one is left out that a template has points on.
    """
    indication = Indication.objects.select_for_update().get(pk=indication.pk)
    if not views:
        raise ValidationError("Choose at least one drawing.")
    _refuse_leaving_points_behind(indication, views)
    indication.views.exclude(view__in=views).delete()
    for position, view in enumerate(views):
        IndicationView.objects.update_or_create(
            indication=indication, view=view, defaults={"position": position}
        )
    audit.record("indication.views_chosen", indication, by=by, views=list(views))


def _refuse_leaving_points_behind(indication: Indication, views: Sequence[str]) -> None:
    templates = PointTemplate.objects.in_use().of_clinic(indication)
    for template in templates.prefetch_related("points"):
        for point in template.points.all():
            if point.view not in views:
                title = drawings.get(point.view).title
                raise ValidationError(
                    f"{template.name} has points on {title}: "
                    "change or retire that template first."
                )


@transaction.atomic
def save_template(
    template: PointTemplate,
    *,
    by: User,
    name: str,
    source: str,
    spread: str,
    points: Sequence[tuple[str, Decimal, Decimal]],
) -> PointTemplate:
    """Add a template at the end of its indication's list, or change one.

    `points` are view, x and y on the right side. Raises ValidationError beside the
    point that lies on another view or outside the outline.
    """
    if template.pk is None:
        others = PointTemplate.objects.of_clinic(template.indication)
        template.position = others.count()
    elif PointTemplate.objects.select_for_update().get(pk=template.pk).retired_at:
        raise ValidationError("This template is retired. Bring it back first.")
    template.name, template.source, template.spread = name, source, spread
    _check_names(template)
    rows = _checked(template, points)
    template.save()
    template.points.all().delete()
    for row in rows:
        row.template = template
    TemplatePoint.objects.bulk_create(rows)
    audit.record("point_template.saved", template, by=by, points=len(rows))
    return template


def _check_names(template: PointTemplate) -> None:
    """Its columns, and that no other template in use has its name."""
    template.clean_fields(exclude=["owner", "retired_at", "retired_by"])
    template.validate_constraints()


def _checked(
    template: PointTemplate, points: Sequence[tuple[str, Decimal, Decimal]]
) -> list[TemplatePoint]:
    if not points:
        raise ValidationError("Place at least one point on a drawing.")
    views = {each.view for each in template.indication.views.all()}
    rows, refused = [], {}
    for number, (view, x, y) in enumerate(points, start=1):
        row = TemplatePoint(number=number, view=view, x=x, y=y)
        if view not in views:
            refused[f"view_{number}"] = f"Point {number} is on another drawing."
        elif not drawings.get(view).contains(float(x), float(y)):
            refused[f"x_{number}"] = f"Point {number} lies outside the outline."
        rows.append(row)
    if refused:
        raise ValidationError(refused)
    return rows


@transaction.atomic
def retire_template(template: PointTemplate, *, by: User) -> None:
    """Offer a template no more; records that started from it keep their points."""
    template = PointTemplate.objects.select_for_update().get(pk=template.pk)
    if template.retired_at:
        raise ValidationError("This template is retired already.")
    template.retired_at, template.retired_by = timezone.now(), by
    template.save(update_fields=["retired_at", "retired_by"])
    audit.record("point_template.retired", template, by=by)


@transaction.atomic
def bring_back_template(template: PointTemplate, *, by: User) -> None:
    """Offer a template again. Raises ValidationError where its name is taken, or its
    points lie on a drawing that the indication has no more."""
    template = PointTemplate.objects.select_for_update().get(pk=template.pk)
    template.retired_at, template.retired_by = None, None
    _check_names(template)
    _checked(template, [(p.view, p.x, p.y) for p in template.points.all()])
    template.save(update_fields=["retired_at", "retired_by"])
    audit.record("point_template.brought_back", template, by=by)
