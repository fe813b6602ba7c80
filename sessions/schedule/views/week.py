"""The hours of the week: a site's, and a clinician's."""

from functools import partial

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.forms import collect_errors, render_form
from mesoclinic.models import User
from mesoclinic.roles import Permission
from sessions.schedule import actions, reading
from sessions.schedule.forms import OpeningHoursForm, WorkingHoursForm
from sessions.schedule.models import Site
from sessions.schedule.pages import staff_head
from sessions.schedule.preview import StrandedNow, is_sent, saving


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.CLINIC_EDIT)
def opening_hours(
    request: ClinicRequest, pk: int, *, stranded: StrandedNow
) -> HttpResponseBase:
    site = get_object_or_404(Site, pk=pk)
    form = OpeningHoursForm(request.POST or None, reading.opening_week(site))
    if is_sent(request) and form.is_valid():
        event = "opening_hours.saved"
        with collect_errors(form, by=request.user, event=event, target=site):
            save = partial(
                actions.set_opening_hours,
                site,
                by=request.user,
                week=form.week,
                version=form.cleaned_data["version"],
            )
            return saving(request, save, stranded=stranded, then=reverse("clinic"))
    context = {"form": form, "site": site}
    return render_form(request, "sessions/schedule/opening_hours.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.CLINIC_EDIT)
def working_hours(
    request: ClinicRequest, pk: int, *, stranded: StrandedNow
) -> HttpResponseBase:
    person = get_object_or_404(User, pk=pk, is_clinician=True)
    shifts = reading.shifts_of(person)
    form = WorkingHoursForm(request.POST or None, reading.sites(), shifts)
    if is_sent(request) and form.is_valid():
        event = "working_hours.saved"
        with collect_errors(form, by=request.user, event=event, target=person):
            save = partial(
                actions.set_working_hours,
                person,
                by=request.user,
                shifts=form.shifts,
                version=form.cleaned_data["version"],
            )
            return saving(request, save, stranded=stranded, then=request.path)
    context = {"form": form, "has_hours": bool(shifts), **staff_head(person)}
    return render_form(request, "sessions/schedule/working_hours.html", context)
