"""Move a course, say what is not given, close it."""

from contextlib import AbstractContextManager

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.forms import ClinicForm, collect_errors, render_form
from mesoclinic.roles import Permission
from sessions.courses import actions
from sessions.courses.forms import CloseForm, MoveForm, SetAsideForm
from sessions.courses.models import Course, TreatmentSession
from sessions.courses.views.pages import open_course


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
