"""What an admin may do to the formulary: classes, substances, limits, products."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from mesoclinic import audit
from mesoclinic.models import User
from protocols.models import (
    AllergyClass,
    MixingPair,
    Product,
    Recipe,
    RecipeComponent,
    Substance,
    SubstanceLimit,
)

CLASS_DETAILS = ("name", "also_called", "cross_reacts")
SUBSTANCE_DETAILS = ("name", "also_called", "doping", "note")
PRODUCT_DETAILS = (
    "substance",
    "name",
    "strength_mg_per_ml",
    "container",
    "container_ml",
    "multi_dose",
    "opened_days",
    "storage",
    "gtin",
    "note",
)
# What a lot on the shelf, and every record that names it, takes for granted.
FIXED_BY_LOTS = ("substance", "strength_mg_per_ml")


@transaction.atomic
def save_allergy_class(row: AllergyClass, *, by: User, **details: Any) -> AllergyClass:
    """Add a class of substances that share an allergy, or change one."""
    for name in CLASS_DETAILS:
        setattr(row, name, details[name])
    row.full_clean()
    row.save()
    audit.record("allergy_class.saved", row, by=by)
    return row


@transaction.atomic
def save_substance(
    substance: Substance,
    *,
    by: User,
    allergy_classes: Iterable[AllergyClass],
    **details: Any,
) -> Substance:
    """Add a substance with its allergy classes, or change one."""
    for name in SUBSTANCE_DETAILS:
        setattr(substance, name, details[name])
    substance.full_clean()
    substance.save()
    substance.allergy_classes.set(allergy_classes)
    audit.record("substance.saved", substance, by=by)
    return substance


@transaction.atomic
def set_limit(
    substance: Substance,
    *,
    by: User,
    per: str,
    most_mg: Decimal,
    source: str,
    reviewed_on: dt.date,
) -> SubstanceLimit:
    """Enter the clinic's limit; the one that held before is closed, and kept."""
    Substance.objects.select_for_update().get(pk=substance.pk)
    if reviewed_on > timezone.localdate():
        raise ValidationError({"reviewed_on": "This day is still to come."})
    for before in substance.limits.in_force().filter(per=per):
        _close(before, by=by)
    limit = SubstanceLimit(
        substance=substance,
        per=per,
        most_mg=most_mg,
        source=source,
        reviewed_on=reviewed_on,
        entered_by=by,
    )
    limit.full_clean(exclude=["closed_at", "closed_by"])
    limit.save()
    audit.record("limit.set", limit, by=by, per=per, most_mg=str(most_mg))
    return limit


@transaction.atomic
def close_limit(limit: SubstanceLimit, *, by: User) -> SubstanceLimit:
    """Let a limit hold no more; what was compared with it stays as it was."""
    limit = SubstanceLimit.objects.select_for_update().get(pk=limit.pk)
    if limit.closed_at is not None:
        raise ValidationError("This limit holds no more already.")
    _close(limit, by=by)
    audit.record("limit.closed", limit, by=by, per=limit.per)
    return limit


def _close(limit: SubstanceLimit, *, by: User) -> None:
    limit.closed_at, limit.closed_by = timezone.now(), by
    limit.save(update_fields=["closed_at", "closed_by"])


@transaction.atomic
def save_product(
    product: Product, *, by: User, also_contains: Iterable[AllergyClass], **details: Any
) -> Product:
    """Add a product, or change one.

    Once a lot of it is entered, its substance and strength stay as they are.
    """
    if product.pk:
        product = Product.objects.select_for_update().get(pk=product.pk)
        _check_lots_agree(product, details)
    for name in PRODUCT_DETAILS:
        setattr(product, name, details[name])
    product.full_clean(exclude=["withdrawn_at", "withdrawn_by"])
    product.save()
    product.also_contains.set(also_contains)
    strength = str(product.strength_mg_per_ml or "")
    audit.record("product.saved", product, by=by, mg_per_ml=strength)
    return product


def _check_lots_agree(product: Product, details: dict[str, Any]) -> None:
    changed = [n for n in FIXED_BY_LOTS if getattr(product, n) != details[n]]
    if changed and product.lots.exists():
        why = (
            "Lots of it are entered, so this stays. Withdraw the product, and enter "
            "a new one."
        )
        raise ValidationError(dict.fromkeys(changed, why))


@transaction.atomic
def withdraw_product(product: Product, *, by: User, reason: str) -> Product:
    """Let nobody choose it any more; what was given with it stays."""
    product = Product.objects.select_for_update().get(pk=product.pk)
    if product.is_withdrawn:
        raise ValidationError("This product is withdrawn already.")
    product.withdrawn_at, product.withdrawn_by = timezone.now(), by
    product.withdrawn_reason = reason
    product.full_clean()
    product.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    audit.record("product.withdrawn", product, by=by)
    return product


@transaction.atomic
def bring_back_product(product: Product, *, by: User) -> Product:
    product = Product.objects.select_for_update().get(pk=product.pk)
    if not product.is_withdrawn:
        raise ValidationError("This product is not withdrawn.")
    product.withdrawn_at, product.withdrawn_by = None, None
    product.withdrawn_reason = ""
    product.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    audit.record("product.brought_back", product, by=by)
    return product


@transaction.atomic
def save_recipe(
    recipe: Recipe,
    *,
    by: User,
    name: str,
    note: str,
    components: list[tuple[Product, Decimal]],
) -> Recipe:
    """Add a recipe with its components in this order, or change one.

    What was mixed by it before is kept with each record.
    """
    if recipe.pk:
        recipe = Recipe.objects.select_for_update().get(pk=recipe.pk)
    recipe.name, recipe.note = name, note
    recipe.full_clean(exclude=["retired_at", "retired_by"])
    _check_components(components)
    recipe.save()
    recipe.components.all().delete()
    for position, (product, volume_ml) in enumerate(components, start=1):
        part = RecipeComponent(
            recipe=recipe, position=position, product=product, volume_ml=volume_ml
        )
        part.full_clean()
        part.save()
    audit.record("recipe.saved", recipe, by=by, components=len(components))
    return recipe


def _check_components(components: list[tuple[Product, Decimal]]) -> None:
    if not components:
        raise ValidationError("A recipe has at least one product.")
    for product, _ in components:
        if product.is_withdrawn:
            raise ValidationError(f"{product.name} is withdrawn.")


@transaction.atomic
def retire_recipe(recipe: Recipe, *, by: User) -> Recipe:
    """Offer it no more; what was mixed by it stays."""
    recipe = Recipe.objects.select_for_update().get(pk=recipe.pk)
    if recipe.retired_at is not None:
        raise ValidationError("This recipe is retired already.")
    recipe.retired_at, recipe.retired_by = timezone.now(), by
    recipe.save(update_fields=["retired_at", "retired_by"])
    audit.record("recipe.retired", recipe, by=by)
    return recipe


@transaction.atomic
def bring_back_recipe(recipe: Recipe, *, by: User) -> Recipe:
    recipe = Recipe.objects.select_for_update().get(pk=recipe.pk)
    recipe.retired_at, recipe.retired_by = None, None
    recipe.save(update_fields=["retired_at", "retired_by"])
    audit.record("recipe.brought_back", recipe, by=by)
    return recipe


@transaction.atomic
def judge_pair(
    one: Substance, other: Substance, *, by: User, verdict: str, source: str
) -> None:
    """Say whether two substances go together; no verdict means that nobody knows."""
    if one.pk == other.pk:
        raise ValidationError({"second": "These are one substance. Choose another."})
    first, second = sorted([one, other], key=lambda each: each.pk)
    if verdict:
        _judge(first, second, verdict=verdict, source=source, by=by)
    else:
        MixingPair.objects.of(first, second).delete()
    pair = sorted([first.pk, second.pk])
    audit.record("pair.judged", by=by, substances=pair, verdict=verdict or "unknown")


def _judge(
    first: Substance, second: Substance, *, verdict: str, source: str, by: User
) -> None:
    pair = MixingPair.objects.of(first, second).select_for_update().first()
    pair = pair or MixingPair(first=first, second=second)
    pair.verdict, pair.source, pair.entered_by = verdict, source, by
    pair.full_clean()
    pair.save()
