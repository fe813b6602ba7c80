"""Single days: closures, absences, extra hours, public holidays."""

import datetime as dt
from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from mesoclinic import audit
from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.forms import collect_errors, render_form
from mesoclinic.models import User
from mesoclinic.roles import Permission
from sessions.schedule import actions, reading
from sessions.schedule.forms import AbsenceForm, ClosureForm, ExtraHoursForm
from sessions.schedule.models import Absence, Closure, ExtraHours, Site
from sessions.schedule.pages import (
    absences_page,
    closures_page,
    extra_hours_page,
    holidays_page,
    year_asked,
)
from sessions.schedule.preview import StrandedNow, is_sent, saving


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.CLINIC_EDIT)
def closures(
    request: ClinicRequest, pk: int, *, stranded: StrandedNow
) -> HttpResponseBase:
    site = get_object_or_404(Site, pk=pk)
    form = ClosureForm(request.POST or None)
    if is_sent(request) and form.is_valid():
        with collect_errors(form, by=request.user, event="closure.added", target=site):
            add = partial(
                actions.add_closure, site, by=request.user, **form.cleaned_data
            )
            return saving(request, add, stranded=stranded, then=request.path)
    context = {"form": form, **closures_page(site)}
    return render_form(request, "sessions/schedule/closures.html", context)


@require_POST
@require_permission(Permission.CLINIC_EDIT)
def closure_remove(request: ClinicRequest, pk: int) -> HttpResponseBase:
    closure = get_object_or_404(Closure, pk=pk)
    actions.remove_closure(closure, by=request.user)
    messages.success(request, "Removed.")
    return redirect("closures", closure.site_id)


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.CLINIC_EDIT)
def absences(
    request: ClinicRequest, pk: int, *, stranded: StrandedNow
) -> HttpResponseBase:
    person = get_object_or_404(User, pk=pk, is_clinician=True)
    form = AbsenceForm(request.POST or None)
    if is_sent(request) and form.is_valid():
        event = "absence.added"
        with collect_errors(form, by=request.user, event=event, target=person):
            add = partial(
                actions.add_absence, person, by=request.user, **form.cleaned_data
            )
            return saving(request, add, stranded=stranded, then=request.path)
    context = {"form": form, **absences_page(person)}
    return render_form(request, "sessions/schedule/absences.html", context)


@require_POST
@require_permission(Permission.CLINIC_EDIT)
def absence_remove(request: ClinicRequest, pk: int) -> HttpResponseBase:
    absence = get_object_or_404(Absence, pk=pk)
    actions.remove_absence(absence, by=request.user)
    messages.success(request, "Removed.")
    return redirect("absences", absence.clinician_id)


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.CLINIC_EDIT)
def extra_hours(request: ClinicRequest, pk: int) -> HttpResponseBase:
    person = get_object_or_404(User, pk=pk, is_clinician=True)
    form = ExtraHoursForm(request.POST or None, reading.sites())
    if request.method == "POST" and form.is_valid():
        event = "extra_hours.added"
        with collect_errors(form, by=request.user, event=event, target=person):
            actions.add_extra_hours(person, by=request.user, **form.cleaned_data)
            messages.success(request, "Saved.")
            return redirect(request.path)
    context = {"form": form, **extra_hours_page(person)}
    return render_form(request, "sessions/schedule/extra_hours.html", context)


@require_POST
@require_permission(Permission.CLINIC_EDIT)
def extra_hours_remove(
    request: ClinicRequest, pk: int, *, stranded: StrandedNow
) -> HttpResponseBase:
    extra = get_object_or_404(ExtraHours, pk=pk)
    then = reverse("extra_hours", args=[extra.clinician_id])
    remove = partial(actions.remove_extra_hours, extra, by=request.user)
    return saving(request, remove, stranded=stranded, then=then)


@require_safe
@require_permission(Permission.CLINIC_EDIT)
def holidays(request: ClinicRequest, pk: int) -> HttpResponseBase:
    site = get_object_or_404(Site, pk=pk)
    context = holidays_page(site, year_asked(request.GET.get("year", ""), site))
    return render(request, "sessions/schedule/holidays.html", context)


@require_POST
@require_permission(Permission.CLINIC_EDIT)
def holiday_open(request: ClinicRequest, pk: int, day: dt.date) -> HttpResponseBase:
    """Work on one public holiday, as on any other day of the week."""
    site = get_object_or_404(Site, pk=pk)
    try:
        actions.open_on_holiday(site, by=request.user, day=day)
    except ValidationError as error:
        refused = audit.Outcome.REFUSED
        audit.record("holiday.opened", site, by=request.user, outcome=refused)
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "Saved.")
    return redirect(f"{reverse('holidays', args=[site.pk])}?year={day.year}")


@require_POST
@require_permission(Permission.CLINIC_EDIT)
def holiday_close(
    request: ClinicRequest, pk: int, day: dt.date, *, stranded: StrandedNow
) -> HttpResponseBase:
    site = get_object_or_404(Site, pk=pk)
    then = f"{reverse('holidays', args=[site.pk])}?year={day.year}"
    close = partial(actions.close_on_holiday, site, by=request.user, day=day)
    return saving(request, close, stranded=stranded, then=then)
