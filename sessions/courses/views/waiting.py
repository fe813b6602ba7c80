"""Who would come earlier, and whose sessions do not fit any more."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from mesoclinic import audit
from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.forms import collect_errors, render_form
from mesoclinic.roles import Permission
from sessions.courses import actions
from sessions.courses.forms import EarlierForm
from sessions.courses.stranded import stranded_page
from sessions.courses.views.pages import open_course
from sessions.courses.waiting import waiting_page, wish_of


@require_safe
@require_permission(Permission.COURSE_BOOK)
def waiting(request: ClinicRequest) -> HttpResponseBase:
    """Everybody who would come earlier, longest first, with what is free now."""
    page, lines = waiting_page(request.GET.get("page", ""), now=timezone.now())
    audit.record("waiting.viewed", by=request.user, shown=len(lines))
    context = {"page": page, "lines": lines}
    return render(request, "sessions/courses/waiting.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.COURSE_BOOK)
def earlier(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Put a course on the waiting list, or note anew what suits the patient."""
    row = open_course(request, pk)
    wish = wish_of(row)
    initial = {"part_of_day": wish.part_of_day, "note": wish.note} if wish else None
    form = EarlierForm(request.POST or None, initial=initial)
    if form.is_valid():
        with collect_errors(
            form,
            by=request.user,
            event="course.earlier_wished",
            target=row,
            patient_id=row.patient_id,
        ):
            actions.wish_earlier(row, by=request.user, **form.cleaned_data)
            messages.success(request, "On the waiting list.")
            return redirect(row)
    context = {"form": form, "course": row, "patient": row.patient, "wish": wish}
    return render_form(request, "sessions/courses/earlier.html", context)


@require_POST
@require_permission(Permission.COURSE_BOOK)
def not_earlier(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Take a course off the waiting list."""
    row = open_course(request, pk)
    actions.withdraw_wish(row, by=request.user)
    messages.success(request, "Not on the waiting list any more.")
    return redirect(row)


@require_safe
@require_permission(Permission.COURSE_BOOK)
def rebook(request: ClinicRequest) -> HttpResponseBase:
    """Booked sessions that do not fit any more, and why."""
    page = stranded_page(request.GET.get("page", ""))
    audit.record("rebook.viewed", by=request.user, shown=len(page.object_list))
    return render(request, "sessions/courses/rebook.html", {"page": page})
