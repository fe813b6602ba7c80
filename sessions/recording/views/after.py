"""What can still be done with a signed record: add to it, or void it."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.roles import Permission
from sessions.recording import actions
from sessions.recording.forms import AmendForm, VoidForm
from sessions.recording.models import SessionRecord
from sessions.recording.views.opening import closed_page, open_session, refusals


@require_POST
@require_permission(Permission.RECORD_SIGN)
def amend(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Add to a signed record."""
    row = open_session(request, pk)
    record = get_object_or_404(SessionRecord, treatment_session=row)
    form = AmendForm(request.POST)
    if form.is_valid():
        with refusals(form, request, row, "record.amended"):
            actions.amend(record, by=request.user, **form.cleaned_data)
            messages.success(request, "Amendment added. The original stays as it was.")
            return redirect(row)
    return closed_page(request, row, record, amend_form=form)


@require_POST
@require_permission(Permission.RECORD_SIGN)
def void(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Say that a signed record does not count."""
    row = open_session(request, pk)
    record = get_object_or_404(SessionRecord, treatment_session=row)
    form = VoidForm(request.POST)
    if form.is_valid():
        with refusals(form, request, row, "record.voided"):
            actions.void(record, by=request.user, **form.cleaned_data)
            messages.success(request, "The record is void. It stays legible.")
            return redirect(row)
    return closed_page(request, row, record, void_form=form)
