"""Book a course."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.forms import collect_errors, render_form
from mesoclinic.roles import Permission
from patients.models import Patient
from sessions.courses import actions
from sessions.courses.forms import BookingForm, VisitsForm, version_for
from sessions.schedule.models import Site

# What changes all dates when it is changed; see `dates`.
_ANCHORS = {"day_0", "time_0"}


@require_http_methods(["GET", "POST"])
@require_permission(Permission.COURSE_BOOK)
def book(request: ClinicRequest) -> HttpResponseBase:
    """Book day 0, 3 and 7 together. The follow-ups are shown before they are saved."""
    patient = Patient.objects.with_allergies().numbered(request.GET.get("patient", ""))
    site, version = Site.objects.main(), version_for(request.POST)
    if patient is None or site is None or version is None:
        return _cannot_book(request, patient)
    form = _booking_form(request, patient=patient, version=version)
    if request.method == "POST" and form.is_valid() and not form.show_first():
        with collect_errors(
            form, by=request.user, event="course.booked", patient_id=patient.pk
        ):
            row = actions.book(by=request.user, site=site, **form.booking())
            messages.success(request, "All sessions of this course are booked.")
            return redirect(row)
    context = {"form": form, "patient": patient}
    return render_form(request, "sessions/courses/book.html", context)


def _booking_form(request: ClinicRequest, **made_from: Any) -> BookingForm:
    own = {"clinician": request.user.pk} if request.user.can_be_booked else {}
    return BookingForm(request.POST or None, initial=own, **made_from)


def _cannot_book(request: ClinicRequest, patient: Patient | None) -> HttpResponseBase:
    if patient is None:
        messages.info(request, "Find the patient first, then book from their page.")
        return redirect("patients:find")
    messages.error(
        request,
        "Nothing can be booked yet: the clinic's details and a published protocol "
        "version are needed. Ask an admin.",
    )
    return redirect(patient)


@require_POST
@require_permission(Permission.COURSE_BOOK)
def dates(request: ClinicRequest) -> HttpResponseBase:
    """The three lines of dates while one types: follow-ups proposed, days counted."""
    version = version_for(request.POST)
    if version is None:
        return redirect("patients:find")
    form = VisitsForm(request.POST, version=version)
    form.check_while_typing()
    form.propose_follow_ups(again=request.htmx.trigger_name in _ANCHORS)
    return render(request, "sessions/courses/_dates.html", {"form": form})
