"""The drawings of an indication and its point templates: the pages of the admin."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.forms import collect_errors, render_form
from mesoclinic.roles import Permission
from protocols.actions import points as actions
from protocols.forms.points import TemplateForm, ViewsForm, blank_line
from protocols.models import Indication, PointTemplate
from protocols.views.buttons import done


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.INDICATION_EDIT)
def points(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Choose an indication's drawings; below them, its templates."""
    row = get_object_or_404(Indication, pk=pk)
    form = ViewsForm(request.POST or None, indication=row)
    if request.method == "POST" and form.is_valid():
        event = "indication.views_chosen"
        with collect_errors(form, by=request.user, event=event, target=row):
            actions.choose_views(row, by=request.user, views=form.views)
            messages.success(request, "Drawings saved.")
            return redirect("protocols:points", pk=row.pk)
    templates = PointTemplate.objects.of_clinic(row).listed()
    context = {"form": form, "indication": row, "templates": templates}
    return render_form(request, "protocols/points.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.INDICATION_EDIT)
def template_new(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Place the points of a new template."""
    indication = get_object_or_404(Indication, pk=pk)
    return _template(request, PointTemplate(indication=indication))


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.INDICATION_EDIT)
def template(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Move the points of a template."""
    return _template(request, _of_clinic(pk))


def _template(request: ClinicRequest, row: PointTemplate) -> HttpResponseBase:
    form = TemplateForm(request.POST or None, template=row)
    if request.method == "POST" and form.is_valid():
        event = "point_template.saved"
        typed = {name: form.cleaned_data[name] for name in ("name", "source", "spread")}
        with collect_errors(form, by=request.user, event=event):
            actions.save_template(row, by=request.user, points=form.points, **typed)
            messages.success(request, f"{row.name} saved.")
            return redirect("protocols:points", pk=row.indication_id)
    context = {
        "form": form,
        "template": row,
        "indication": row.indication,
        "maps": form.maps,
        "blank_line": blank_line(),
    }
    return render_form(request, "protocols/template_form.html", context)


@require_POST
@require_permission(Permission.INDICATION_EDIT)
def retire_template(request: ClinicRequest, pk: int) -> HttpResponseBase:
    row = _of_clinic(pk)
    return done(request, actions.retire_template, row, _list_of(row))


@require_POST
@require_permission(Permission.INDICATION_EDIT)
def bring_back_template(request: ClinicRequest, pk: int) -> HttpResponseBase:
    row = _of_clinic(pk)
    return done(request, actions.bring_back_template, row, _list_of(row))


def _list_of(row: PointTemplate) -> str:
    return reverse("protocols:points", args=[row.indication_id])


def _of_clinic(pk: int) -> PointTemplate:
    """A template of the clinic's; a clinician's favourite is not an admin's to see."""
    return get_object_or_404(PointTemplate.objects.everybodys(), pk=pk)
