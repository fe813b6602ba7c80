"""Move a course, call it off, say what is not given, close it, and undo."""

from contextlib import AbstractContextManager

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.forms import ClinicForm, collect_errors, render_form
from mesoclinic.roles import Permission
from sessions.courses import actions
from sessions.courses.forms import CancelForm, CloseForm, MoveForm, SetAsideForm
from sessions.courses.models import Course, CourseChange, TreatmentSession
from sessions.courses.moves import OutdatedLeaflets, offers_for_moving, preview_move
from sessions.courses.views.pages import open_course
from sessions.schedule.timetable import timetable_of


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.COURSE_BOOK)
def move(
    request: ClinicRequest, pk: int, *, outdated_leaflets: OutdatedLeaflets
) -> HttpResponseBase:
    """Move what is not given yet: before and after on one page, then all together."""
    row, preview = open_course(request, pk), None
    rooms = timetable_of(row.site_id).rooms
    form = MoveForm(request.POST or None, course=row, rooms=rooms)
    if form.is_valid() and form.settle_dates():
        if form.is_as_seen:
            with _refusals(form, request, row, "course.moved"):
                actions.move(row, by=request.user, **form.moving())
                return redirect(row)
        else:
            preview = preview_move(
                form, row, by=request.user, outdated_leaflets=outdated_leaflets
            )
    context = {
        "form": form,
        "course": row,
        "patient": row.patient,
        "preview": preview,
        "offers": offers_for_moving(row),
    }
    return render_form(request, "sessions/courses/move.html", context)


def _refusals(
    form: ClinicForm, request: ClinicRequest, row: Course, event: str
) -> AbstractContextManager[None]:
    return collect_errors(
        form, by=request.user, event=event, target=row, patient_id=row.patient_id
    )


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.COURSE_BOOK)
def cancel(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Call off a course of which nothing was given: its times are free again."""
    row = open_course(request, pk)
    form = CancelForm(request.POST or None, initial={"version": row.version})
    if form.is_valid():
        with _refusals(form, request, row, "course.cancelled"):
            actions.cancel(row, by=request.user, **form.cleaned_data)
            return redirect(row)
    context = {"form": form, "course": row, "patient": row.patient}
    return render_form(request, "sessions/courses/cancel.html", context)


@require_POST
@require_permission(Permission.COURSE_BOOK)
def undo(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Take back the last change to a course, within ten minutes."""
    change = get_object_or_404(CourseChange.objects.select_related("course"), pk=pk)
    form = ClinicForm({"undo": pk})
    form.full_clean()
    with _refusals(form, request, change.course, "course.change_undone"):
        actions.undo(change, by=request.user)
        messages.success(request, "Undone.")
    for message in form.non_field_errors():
        messages.error(request, str(message))
    return redirect(change.course)


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.COURSE_BOOK)
def set_aside(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Say why a booked session is not given."""
    session = get_object_or_404(TreatmentSession.objects.complete(), pk=pk)
    form = SetAsideForm(
        request.POST or None, statuses=session.may_be_set_aside_as(request.user)
    )
    if form.is_valid():
        with _refusals(form, request, session.course, "session.set_aside"):
            actions.set_aside(session, by=request.user, **form.cleaned_data)
            return redirect(session.course)
    context = {
        "form": form,
        "treatment_session": session,
        "patient": session.patient,
    }
    return render_form(request, "sessions/courses/set_aside.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
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
