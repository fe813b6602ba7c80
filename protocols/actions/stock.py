"""What may be done to lots on the shelf: they are the thread of every recall."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from mesoclinic import audit
from mesoclinic.models import User
from protocols.models import Product, StockLot

# No product keeps longer: a year beyond that is a slip.
KEEPS_AT_MOST = dt.timedelta(days=3660)


@transaction.atomic
def enter_lot(
    *, by: User, product: Product, number: str, expires_on: dt.date, gtin: str = ""
) -> StockLot:
    """Put a lot on the shelf.

    With the `gtin` of a scanned box that no product has yet, the product keeps it, and
    the next scan knows.
    """
    product = Product.objects.select_for_update().get(pk=product.pk)
    lot = StockLot(product=product, entered_by=by)
    _describe(lot, number=number, expires_on=expires_on)
    if product.is_withdrawn:
        raise ValidationError({"product": f"{product.name} is withdrawn."})
    _remember(product, gtin)
    lot.save()
    audit.record("lot.entered", lot, by=by, product=product.pk, gtin=gtin)
    return lot


def _remember(product: Product, gtin: str) -> None:
    if not gtin or product.gtin == gtin:
        return
    if product.gtin:
        why = (
            f"{product.name} has another code, {product.gtin}. This box is another "
            "product, or its code has to be changed first."
        )
        raise ValidationError({"product": why})
    product.gtin = gtin
    product.full_clean(exclude=["withdrawn_at", "withdrawn_by"])
    product.save(update_fields=["gtin"])


@transaction.atomic
def correct_lot(
    lot: StockLot, *, by: User, product: Product, number: str, expires_on: dt.date
) -> StockLot:
    """Put right what was typed wrong. The database refuses it once it was mixed."""
    Product.objects.select_for_update().get(pk=product.pk)
    lot = StockLot.objects.select_for_update().get(pk=lot.pk)
    moved = lot.product_id != product.pk
    lot.product = product
    _describe(lot, number=number, expires_on=expires_on)
    if moved and product.is_withdrawn:
        raise ValidationError({"product": f"{product.name} is withdrawn."})
    lot.save(update_fields=["product", "number", "expires_on"])
    audit.record("lot.corrected", lot, by=by, product=product.pk)
    return lot


def _describe(lot: StockLot, *, number: str, expires_on: dt.date) -> None:
    if expires_on > timezone.localdate() + KEEPS_AT_MOST:
        why = "More than ten years ahead. Look at the year again."
        raise ValidationError({"expires_on": why})
    written = _compared(number)
    for other in lot.product.lots.all():
        if other.pk != lot.pk and _compared(other.number) == written:
            raise ValidationError({"number": f"Lot {other.number} is there already."})
    lot.number, lot.expires_on = number, expires_on
    lot.full_clean(exclude=["used_up_at", "used_up_by", "entered_by"])


def _compared(number: str) -> str:
    """A lot's number as two people would write it alike."""
    return "".join(number.split()).casefold()


@transaction.atomic
def open_lot(lot: StockLot, *, by: User, opened_on: dt.date | None) -> StockLot:
    """Say when its container was opened; nothing: the one in use is not opened yet."""
    lot = _locked(lot)
    if opened_on is not None:
        if not lot.product.multi_dose:
            why = f"{lot.product.name} is for one patient: what is left is not kept."
            raise ValidationError({"opened_on": why})
        if opened_on > timezone.localdate():
            raise ValidationError({"opened_on": "This day is still to come."})
    lot.opened_on = opened_on
    lot.save(update_fields=["opened_on"])
    audit.record("lot.opened", lot, by=by, on=str(opened_on or ""))
    return lot


@transaction.atomic
def use_up_lot(lot: StockLot, *, by: User) -> StockLot:
    """Take a lot off the shelf: none of it is left, or it was thrown away."""
    lot = _locked(lot)
    if not lot.is_in_stock:
        raise ValidationError("This lot is used up already.")
    lot.used_up_at, lot.used_up_by = timezone.now(), by
    lot.save(update_fields=["used_up_at", "used_up_by"])
    audit.record("lot.used_up", lot, by=by)
    return lot


@transaction.atomic
def restock_lot(lot: StockLot, *, by: User) -> StockLot:
    """Put a lot back on the shelf: more of it has come, or it was not used up."""
    lot = _locked(lot)
    lot.used_up_at, lot.used_up_by = None, None
    lot.save(update_fields=["used_up_at", "used_up_by"])
    audit.record("lot.restocked", lot, by=by)
    return lot


def _locked(lot: StockLot) -> StockLot:
    rows = StockLot.objects.select_related("product").select_for_update(of=["self"])
    return rows.get(pk=lot.pk)
