"""The patient's page with its courses; one course; booking, moving, closing."""

from contextlib import AbstractContextManager
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)

from mesoclinic import audit
from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.forms import ClinicForm, collect_errors, render_form
from mesoclinic.roles import Permission
from patients.models import Patient
from patients.views import open_patient
from sessions.courses import actions
from sessions.courses.forms import (
    BookingForm,
    CloseForm,
    MoveForm,
    SetAsideForm,
    VisitsForm,
    version_for,
)
from sessions.courses.models import Course, TreatmentSession
from sessions.schedule.models import Site

# What changes all dates when it is changed; see `dates`.
_ANCHORS = {"day_0", "time_0"}


@require_GET
@require_permission(Permission.PATIENT_VIEW)
def patient_page(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """One patient: who, allergies, courses."""
    patient = open_patient(request, pk)
    context = {
        "patient": patient,
        "courses": Course.objects.for_patient(patient).listed(),
    }
    return render(request, "patients/patient.html", context)


def open_course(request: ClinicRequest, pk: int) -> Course:
    """Return the course of a page, and record who looked."""
    course = get_object_or_404(Course.objects.listed(), pk=pk)
    if request.method == "GET":
        audit.record(
            "course.viewed", course, by=request.user, patient_id=course.patient_id
        )
    return course


@require_GET
@require_permission(Permission.COURSE_VIEW)
def course(request: ClinicRequest, pk: int) -> HttpResponseBase:
    row = open_course(request, pk)
    context = {
        "course": row,
        "patient": row.patient,
        "evaluation_due": row.evaluation_due_on(timezone.localdate()),
    }
    return render(request, "sessions/courses/course.html", context)


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


@require_http_methods(["GET", "POST"])
@require_permission(Permission.COURSE_BOOK)
def move(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Move what is not given yet: before and after on one page, then all together."""
    row = open_course(request, pk)
    form = MoveForm(request.POST or None, course=row)
    if request.method == "POST" and form.is_valid() and not form.show_first():
        with _refusals(form, request, row, "course.moved"):
            cleaned = form.cleaned_data
            actions.move(
                row,
                by=request.user,
                version=cleaned["version"],
                visits=form.visits(),
                clinician=cleaned["clinician"],
            )
            messages.success(request, "Moved.")
            return redirect(row)
    context = {"form": form, "course": row, "patient": row.patient}
    return render_form(request, "sessions/courses/move.html", context)


def _refusals(
    form: ClinicForm, request: ClinicRequest, row: Course, event: str
) -> AbstractContextManager[None]:
    return collect_errors(
        form, by=request.user, event=event, target=row, patient_id=row.patient_id
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.COURSE_BOOK)
def set_aside(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Say why a booked session is not given."""
    session = get_object_or_404(TreatmentSession.objects.complete(), pk=pk)
    form = SetAsideForm(
        request.POST or None, statuses=session.may_be_set_aside_as(request.user)
    )
    if request.method == "POST" and form.is_valid():
        with _refusals(form, request, session.course, "session.set_aside"):
            actions.set_aside(session, by=request.user, **form.cleaned_data)
            messages.success(request, f"{session.day_label} is set aside.")
            return redirect(session.course)
    context = {"form": form, "treatment_session": session, "patient": session.patient}
    return render_form(request, "sessions/courses/set_aside.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.EVALUATION_EDIT)
def close(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Close a course as lost to follow-up."""
    row = open_course(request, pk)
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with _refusals(form, request, row, "course.lost"):
            actions.close_as_lost(row, by=request.user, **form.cleaned_data)
            messages.success(request, "Closed as lost to follow-up.")
            return redirect(row)
    context = {"form": form, "course": row, "patient": row.patient}
    return render_form(request, "sessions/courses/close.html", context)
