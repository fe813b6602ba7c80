"""The page of a visit until it is signed: plan and record."""

from django.contrib import messages
from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from mesoclinic.access import ClinicRequest, demand, require_permission
from mesoclinic.forms import render_form
from mesoclinic.roles import Permission
from sessions.courses.models import TreatmentSession
from sessions.recording import actions, filling
from sessions.recording.forms import RecordForm
from sessions.recording.page import context_of
from sessions.recording.views.opening import (
    closed_page,
    open_session,
    record_of,
    refusals,
)

# Changing one of these changes the rows of points, not only what is said of them.
_REMAKES_POINTS = {"points_count", "volume_per_point_ml"}


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.RECORD_VIEW)
def session(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """The visit's page: a form until it is signed, then the record."""
    if request.method == "POST":
        demand(request, Permission.RECORD_EDIT)
    row = open_session(request, pk)
    record = record_of(row)
    if not row.is_booked:
        if "autosave" in request.POST:
            return JsonResponse({"signed": True}, status=409)
        return closed_page(request, row, record)
    form = RecordForm(request.POST or None, treatment_session=row, record=record)
    filled = filling.fill(form, request.POST, by=request.user)
    if request.method == "POST" and _saved(request, form, row, unfinished=filled):
        messages.success(request, "Draft saved.")
        return redirect(_after_saving(request, row))
    if "autosave" in request.POST:
        return JsonResponse(filling.answer(form, row), status=form.http_status)
    context = context_of(request, row, form)
    return render_form(request, "sessions/recording/session.html", context)


def _saved(
    request: ClinicRequest, form: RecordForm, row: TreatmentSession, *, unfinished: bool
) -> bool:
    """Whether what was typed is stored now, and the page is to be shown afresh."""
    by_itself = "autosave" in request.POST
    if not (form.is_valid() and form.draft):
        return False
    with refusals(form, request, row, "record.saved"):
        form.record = actions.save_draft(
            row,
            by=request.user,
            version=form.cleaned_data["version"],
            draft=form.draft,
            unfinished=unfinished or by_itself,
        )
        return not by_itself
    return False


def _after_saving(request: ClinicRequest, row: TreatmentSession) -> str:
    if "review" in request.POST:
        return reverse("sessions:sign", args=[row.pk])
    return row.get_absolute_url()


@require_POST
@require_permission(Permission.RECORD_EDIT)
def check(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """What the rules say to what is being typed. Stores nothing."""
    row = get_object_or_404(TreatmentSession.objects.complete(), pk=pk)
    form = RecordForm(request.POST, treatment_session=row, record=record_of(row))
    trigger = request.htmx.trigger_name
    if trigger == "volume_per_point_ml":
        form.plan_all_alike()
    form.is_valid()
    remade = trigger in _REMAKES_POINTS or form.rows_differ
    context = {
        "form": form,
        "with_points": remade,
        "lots": form.lots_asked_by(trigger),
    }
    return render(request, "sessions/recording/_check.html", context)
