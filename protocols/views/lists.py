"""The lists: indications and their groups, protocols and their versions."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.forms import collect_errors, render_form
from mesoclinic.roles import Permission
from protocols import actions
from protocols.forms import GroupForm, IndicationForm, VersionForm
from protocols.models import Indication, IndicationGroup, Protocol, ProtocolVersion
from protocols.views.buttons import done


@require_safe
@require_permission(Permission.PROTOCOL_VIEW)
def indications(request: ClinicRequest) -> HttpResponseBase:
    """The two-level list, retired ones marked."""
    context = {"groups": IndicationGroup.objects.with_indications()}
    return render(request, "protocols/indications.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.INDICATION_EDIT)
def indication(request: ClinicRequest, pk: int | None = None) -> HttpResponseBase:
    """Add an indication, or change one."""
    row = get_object_or_404(Indication, pk=pk) if pk else Indication()
    form = IndicationForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        with collect_errors(form, by=request.user, event="indication.saved"):
            actions.save_indication(row, by=request.user, **form.cleaned_data)
            messages.success(request, f"{row.name} saved.")
            return redirect("protocols:indications")
    context = {"form": form, "indication": row}
    return render_form(request, "protocols/indication_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.INDICATION_EDIT)
def group(request: ClinicRequest, pk: int | None = None) -> HttpResponseBase:
    """Add a group of indications, or rename one."""
    row = get_object_or_404(IndicationGroup, pk=pk) if pk else IndicationGroup()
    form = GroupForm(request.POST or None, initial={"name": row.name})
    if request.method == "POST" and form.is_valid():
        with collect_errors(form, by=request.user, event="indication_group.saved"):
            actions.save_group(row, by=request.user, **form.cleaned_data)
            messages.success(request, f"{row.name} saved.")
            return redirect("protocols:indications")
    context = {"form": form, "group": row}
    return render_form(request, "protocols/group_form.html", context)


@require_POST
@require_permission(Permission.INDICATION_EDIT)
def reorder_indication(request: ClinicRequest, pk: int, way: str) -> HttpResponseBase:
    return _reorder(request, get_object_or_404(Indication, pk=pk), way)


@require_POST
@require_permission(Permission.INDICATION_EDIT)
def reorder_group(request: ClinicRequest, pk: int, way: str) -> HttpResponseBase:
    return _reorder(request, get_object_or_404(IndicationGroup, pk=pk), way)


def _reorder(
    request: ClinicRequest, row: Indication | IndicationGroup, way: str
) -> HttpResponseBase:
    """Move it, and come back to where it stands now: one rarely moves by one place."""
    actions.reorder(row, by=request.user, up=way == "up")
    return redirect(
        f"{reverse('protocols:indications')}#{row._meta.model_name}-{row.pk}"
    )


@require_POST
@require_permission(Permission.INDICATION_EDIT)
def retire_indication(request: ClinicRequest, pk: int) -> HttpResponseBase:
    row = get_object_or_404(Indication, pk=pk)
    return done(request, actions.retire_indication, row, "protocols:indications")


@require_POST
@require_permission(Permission.INDICATION_EDIT)
def bring_back_indication(request: ClinicRequest, pk: int) -> HttpResponseBase:
    row = get_object_or_404(Indication, pk=pk)
    return done(request, actions.bring_back_indication, row, "protocols:indications")


@require_safe
@require_permission(Permission.PROTOCOL_VIEW)
def protocols(request: ClinicRequest) -> HttpResponseBase:
    context = {"protocols": Protocol.objects.with_versions()}
    return render(request, "protocols/protocols.html", context)


@require_POST
@require_permission(Permission.PROTOCOL_EDIT)
def draft_version(request: ClinicRequest, pk: int) -> HttpResponseBase:
    row = get_object_or_404(Protocol, pk=pk)
    return done(request, actions.draft_version, row, "protocols:list")


@require_safe
@require_permission(Permission.PROTOCOL_VIEW)
def version(request: ClinicRequest, pk: int) -> HttpResponseBase:
    row = get_object_or_404(ProtocolVersion.objects.listed(), pk=pk)
    context = {"version": row, "questions": row.questions.all()}
    return render(request, "protocols/version.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.PROTOCOL_EDIT)
def edit_version(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Change the numbers of a draft."""
    row = get_object_or_404(ProtocolVersion.objects.listed(), pk=pk)
    form = VersionForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        with collect_errors(form, by=request.user, event="protocol_version.amended"):
            actions.amend_draft(row, by=request.user, **form.cleaned_data)
            messages.success(request, "Draft saved.")
            return redirect(row)
    context = {"form": form, "version": row}
    return render_form(request, "protocols/version_form.html", context)


@require_POST
@require_permission(Permission.PROTOCOL_EDIT)
def publish_version(request: ClinicRequest, pk: int) -> HttpResponseBase:
    row = get_object_or_404(ProtocolVersion, pk=pk)
    return done(request, actions.publish_version, row, "protocols:list")


@require_POST
@require_permission(Permission.PROTOCOL_EDIT)
def retire_version(request: ClinicRequest, pk: int) -> HttpResponseBase:
    row = get_object_or_404(ProtocolVersion, pk=pk)
    return done(request, actions.retire_version, row, "protocols:list")
