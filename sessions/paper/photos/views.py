"""Photographs of a written sheet: attach them, look at them, withdraw them."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import pluralize
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from mesoclinic.access import ClinicRequest, demand, require_permission
from mesoclinic.forms import render_form
from mesoclinic.roles import Permission
from sessions.paper.photos import actions
from sessions.paper.photos.forms import PhotoForm, WithdrawForm
from sessions.paper.photos.models import SheetPhoto
from sessions.recording.views.opening import open_session, refusals


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.RECORD_VIEW)
def photos(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Every photograph of a visit's sheet, the newest first; attach another."""
    form = PhotoForm()
    if request.method == "POST":
        demand(request, Permission.RECORD_EDIT)
        form = PhotoForm(request.POST, request.FILES)
    row = open_session(request, pk)
    if form.is_valid():
        with refusals(form, request, row, "sheet_photo.attached"):
            pages = form.cleaned_data["picture"]
            attached = actions.attach_photo(row, by=request.user, pages=pages)
            messages.success(request, f"Attached: {_pages(attached)}.")
            return redirect("sessions:photos", pk=row.pk)
    context = {
        "form": form,
        "treatment_session": row,
        "patient": row.patient,
        "attachments": SheetPhoto.objects.attachments_of(row),
    }
    return render_form(request, "sessions/paper/photos.html", context)


def _pages(attached: list[SheetPhoto]) -> str:
    return f"{len(attached)} page{pluralize(len(attached))}"


@require_safe
@require_permission(Permission.RECORD_VIEW)
def photo(request: ClinicRequest, pk: int) -> HttpResponse:
    """One page as a picture. What was withdrawn is not there, for nobody."""
    row = get_object_or_404(SheetPhoto.objects.shown(), pk=pk)
    name = f"sheet-{row.treatment_session.code}-{row.pk}.jpg"
    return HttpResponse(
        actions.picture_of(row, by=request.user),
        content_type="image/jpeg",
        headers={
            "Cache-Control": "no-store, private",
            "Content-Disposition": content_disposition_header(False, name),
            "X-Content-Type-Options": "nosniff",
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.RECORD_EDIT)
def photo_withdraw(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Withdraw a photograph that does not belong to this visit."""
    found = get_object_or_404(SheetPhoto.objects.listed(), pk=pk)
    row = open_session(request, found.treatment_session_id)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals(form, request, row, "sheet_photo.withdrawn"):
            actions.withdraw_photo(found, by=request.user, **form.cleaned_data)
            messages.success(request, "Withdrawn. Its picture is shown to nobody.")
            return redirect("sessions:photos", pk=row.pk)
    context = {
        "form": form,
        "treatment_session": row,
        "patient": row.patient,
        "photo": found,
    }
    return render_form(request, "sessions/paper/photo_withdraw.html", context)
