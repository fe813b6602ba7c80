"""What a clinic injects: the overview, substances with limits, products, classes."""

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
from protocols.forms import (
    AllergyClassForm,
    LimitForm,
    ProductForm,
    SubstanceForm,
    WithdrawForm,
)
from protocols.models import AllergyClass, Product, Substance, SubstanceLimit
from protocols.shelves import overview, substance_asked
from protocols.views.buttons import done


@require_safe
@require_permission(Permission.PROTOCOL_VIEW)
def formulary(request: ClinicRequest) -> HttpResponseBase:
    """Every product with its strength and stock, by substance; recipes and pairs."""
    return render(request, "protocols/formulary.html", overview())


# --- Allergy classes ---------------------------------------------------------------


@require_safe
@require_permission(Permission.PROTOCOL_VIEW)
def allergy_classes(request: ClinicRequest) -> HttpResponseBase:
    context = {"classes": AllergyClass.objects.listed()}
    return render(request, "protocols/allergy_classes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.PROTOCOL_EDIT)
def allergy_class(request: ClinicRequest, pk: int | None = None) -> HttpResponseBase:
    """Add a class, or change one."""
    row = get_object_or_404(AllergyClass, pk=pk) if pk else AllergyClass()
    form = AllergyClassForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        with collect_errors(form, by=request.user, event="allergy_class.saved"):
            actions.save_allergy_class(row, by=request.user, **form.cleaned_data)
            messages.success(request, f"{row.name} saved.")
            return redirect("protocols:allergy_classes")
    context = {"form": form, "row": row}
    return render_form(request, "protocols/allergy_class_form.html", context)


# --- Substances and their limits ---------------------------------------------------


@require_safe
@require_permission(Permission.PROTOCOL_VIEW)
def substance(request: ClinicRequest, pk: int) -> HttpResponseBase:
    row = get_object_or_404(Substance.objects.listed(), pk=pk)
    context = {
        "substance": row,
        "products": row.products.with_stock(),
        "closed_limits": SubstanceLimit.objects.closed().of(row),
    }
    return render(request, "protocols/substance.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.PROTOCOL_EDIT)
def edit_substance(request: ClinicRequest, pk: int | None = None) -> HttpResponseBase:
    """Add a substance, or change one."""
    row = get_object_or_404(Substance, pk=pk) if pk else Substance()
    form = SubstanceForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        with collect_errors(form, by=request.user, event="substance.saved"):
            saved = actions.save_substance(row, by=request.user, **form.cleaned_data)
            messages.success(request, f"{saved.name} saved.")
            return redirect(saved)
    context = {"form": form, "substance": row}
    return render_form(request, "protocols/substance_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.PROTOCOL_EDIT)
def limit_new(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Enter the clinic's limit; it takes the place of the one before."""
    row = get_object_or_404(Substance.objects.listed(), pk=pk)
    form = LimitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with collect_errors(form, by=request.user, event="limit.set", target=row):
            actions.set_limit(row, by=request.user, **form.cleaned_data)
            messages.success(request, "The limit holds from now on.")
            return redirect(row)
    context = {"form": form, "substance": row}
    return render_form(request, "protocols/limit_form.html", context)


@require_POST
@require_permission(Permission.PROTOCOL_EDIT)
def limit_close(request: ClinicRequest, pk: int) -> HttpResponseBase:
    row = get_object_or_404(SubstanceLimit.objects.select_related("substance"), pk=pk)
    return done(request, actions.close_limit, row, row.substance)


# --- Products -----------------------------------------------------------------------


@require_safe
@require_permission(Permission.PROTOCOL_VIEW)
def product(request: ClinicRequest, pk: int) -> HttpResponseBase:
    row = get_object_or_404(Product.objects.with_stock(), pk=pk)
    context = {"product": row, "used_up": row.lots.used_up()}
    return render(request, "protocols/product.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.PROTOCOL_EDIT)
def edit_product(request: ClinicRequest, pk: int | None = None) -> HttpResponseBase:
    """Add a product, or change one."""
    row = get_object_or_404(Product, pk=pk) if pk else Product()
    asked = {"substance": substance_asked(request.GET.get("substance", ""))}
    form = ProductForm(request.POST or None, instance=row, initial=asked)
    if request.method == "POST" and form.is_valid():
        with collect_errors(form, by=request.user, event="product.saved"):
            saved = actions.save_product(row, by=request.user, **form.cleaned_data)
            messages.success(request, f"{saved.name}: {saved.strength_text}. Saved.")
            return redirect(saved)
    context = {"form": form, "product": row}
    return render_form(request, "protocols/product_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.PROTOCOL_EDIT)
def withdraw_product(request: ClinicRequest, pk: int) -> HttpResponseBase:
    row = get_object_or_404(Product, pk=pk)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        event = "product.withdrawn"
        with collect_errors(form, by=request.user, event=event, target=row):
            actions.withdraw_product(row, by=request.user, **form.cleaned_data)
            messages.success(request, f"{row.name} cannot be chosen any more.")
            return redirect(row)
    context = {"form": form, "product": row}
    return render_form(request, "protocols/product_withdraw.html", context)


@require_POST
@require_permission(Permission.PROTOCOL_EDIT)
def bring_back_product(request: ClinicRequest, pk: int) -> HttpResponseBase:
    row = get_object_or_404(Product, pk=pk)
    return done(request, actions.bring_back_product, row, row)
