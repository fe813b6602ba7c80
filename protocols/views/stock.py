"""Lots: what is on the shelf, typed or scanned, opened, used up."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.forms import collect_errors, render_form
from mesoclinic.roles import Permission
from protocols import actions
from protocols.forms import LotForm, OpenedForm, ScanForm, ScannedLotForm
from protocols.models import StockLot
from protocols.scanning import Scan
from protocols.shelves import lot_form_of, lot_of, stock
from protocols.views.buttons import done


@require_safe
@require_permission(Permission.PROTOCOL_VIEW)
def lots(request: ClinicRequest) -> HttpResponseBase:
    return render(request, "protocols/lots.html", stock())


@require_safe
@require_permission(Permission.PROTOCOL_VIEW)
def lot(request: ClinicRequest, pk: int) -> HttpResponseBase:
    row = get_object_or_404(StockLot.objects.complete(), pk=pk)
    context = {"lot": row, "form": OpenedForm(lot=row)}
    return render(request, "protocols/lot.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.LOT_EDIT)
def lot_new(request: ClinicRequest) -> HttpResponseBase:
    """Enter a lot by hand, or what a scan has found of it."""
    scanned = "gtin" in request.POST
    form = (ScannedLotForm if scanned else LotForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with collect_errors(form, by=request.user, event="lot.entered"):
            row = actions.enter_lot(by=request.user, **form.cleaned_data)
            messages.success(request, _entered(row))
            return redirect("protocols:lot_scan" if scanned else "protocols:lots")
    context = {"form": form, "scanned": scanned}
    return render_form(request, "protocols/lot_form.html", context)


def _entered(lot: StockLot) -> str:
    said = f"Lot {lot.number} of {lot.product.name} is on the shelf."
    return (
        f"{said} It is past its last day: it cannot be given." if lot.is_past else said
    )


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.LOT_EDIT)
def lot_scan(request: ClinicRequest) -> HttpResponseBase:
    """Scan a box: to its lot if it is entered, else to the form, filled in."""
    form = ScanForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        scan: Scan = form.cleaned_data["code"]
        if found := lot_of(scan):
            messages.success(request, f"Lot {found.number} is entered already.")
            return redirect(found)
        filled = ScannedLotForm(initial=lot_form_of(scan))
        context = {"form": filled, "scanned": True, "scan": scan}
        return render_form(request, "protocols/lot_form.html", context)
    return render_form(request, "protocols/lot_scan.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.LOT_EDIT)
def lot_correct(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Put right what was typed wrong, as long as none of it was mixed."""
    row = get_object_or_404(StockLot.objects.complete(), pk=pk)
    form = LotForm.correcting(request.POST or None, row)
    if request.method == "POST" and form.is_valid():
        event = "lot.corrected"
        with collect_errors(form, by=request.user, event=event, target=row):
            actions.correct_lot(row, by=request.user, **form.cleaned_data)
            messages.success(request, "Saved.")
            return redirect(row)
    context = {"form": form, "lot": row}
    return render_form(request, "protocols/lot_form.html", context)


@require_POST
@require_permission(Permission.LOT_EDIT)
def lot_opened(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Say when the container in use was opened."""
    row = get_object_or_404(StockLot.objects.complete(), pk=pk)
    form = OpenedForm(request.POST, lot=row)
    if form.is_valid():
        with collect_errors(form, by=request.user, event="lot.opened", target=row):
            actions.open_lot(row, by=request.user, **form.cleaned_data)
            messages.success(request, "Saved.")
            return redirect(row)
    context = {"form": form, "lot": row}
    return render_form(request, "protocols/lot.html", context)


@require_POST
@require_permission(Permission.LOT_EDIT)
def lot_used_up(request: ClinicRequest, pk: int) -> HttpResponseBase:
    row = get_object_or_404(StockLot, pk=pk)
    return done(request, actions.use_up_lot, row, row)


@require_POST
@require_permission(Permission.LOT_EDIT)
def lot_restock(request: ClinicRequest, pk: int) -> HttpResponseBase:
    row = get_object_or_404(StockLot, pk=pk)
    return done(request, actions.restock_lot, row, row)
