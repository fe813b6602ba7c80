"""The pages of the diary: a day, a week, the arrivals board.

Each is asked for in three ways: as a page, by htmx for its live part alone, and every
few seconds whether there is news, which is answered 204 while there is none.
"""

import datetime as dt

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.converters import FIRST_DAY, LAST_DAY, Week
from mesoclinic.forms import collect_errors
from mesoclinic.roles import Permission
from sessions.courses.models import TreatmentSession
from sessions.diary import pages
from sessions.diary.actions import step_back, step_forward
from sessions.diary.choice import Choice
from sessions.diary.forms import FORWARD, StepForm

WEEK = 7


@require_safe
@require_permission(Permission.DIARY_VIEW)
def day(request: ClinicRequest, day: dt.date) -> HttpResponseBase:
    return day_page(request, day)


def day_page(request: ClinicRequest, day: dt.date | None = None) -> HttpResponseBase:
    """One day, today without one: columns with what is free, or a list."""
    choice = Choice.of(request)
    if pages.nothing_new(request, choice, day):
        return pages.no_news()
    days = pages.days_shown(choice, day)
    if days is None:
        return pages.no_site(request)
    context = pages.day_context(request, choice, days)
    return pages.answer(request, choice.view, choice, context)


@require_safe
@require_permission(Permission.DIARY_VIEW)
def week(request: ClinicRequest, week: dt.date) -> HttpResponseBase:
    """The seven days from a Monday on."""
    choice = Choice.of(request)
    if pages.nothing_new(request, choice, week, WEEK):
        return pages.no_news()
    days = pages.days_shown(choice, week, WEEK)
    if days is None:
        return pages.no_site(request)
    context = pages.week_context(request, choice, days)
    return pages.answer(request, "week", choice, context)


@require_safe
@require_permission(Permission.DIARY_VIEW)
def board(request: ClinicRequest) -> HttpResponseBase:
    """Who of today's patients is where."""
    choice = Choice.of(request)
    if pages.nothing_new(request, choice):
        return pages.no_news()
    days = pages.days_shown(choice)
    if days is None:
        return pages.no_site(request)
    context = pages.board_context(request, days)
    return pages.answer(request, "board", choice, context)


@require_POST
@require_permission(Permission.COURSE_BOOK)
def arrival(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """One step of a visit, forward or back; then the page where the button was."""
    session = get_object_or_404(TreatmentSession, pk=pk)
    form = StepForm(request.POST)
    if form.is_valid():
        take = step_forward if form.way == FORWARD else step_back
        with collect_errors(
            form,
            by=request.user,
            event=f"arrival.{form.way}",
            target=session,
            patient_id=session.patient_id,
        ):
            now = timezone.now()
            if not take(session, by=request.user, now=now, seen=form.seen):
                messages.info(request, "That was done already.")
    for said in form.errors.values():
        messages.error(request, str(said[0]))
    return redirect(_page_of(request, session))


def _page_of(request: ClinicRequest, session: TreatmentSession) -> str:
    query = Choice.of(request).query
    if request.POST.get("page") == "day":
        return reverse("sessions:day", args=[session.booked_date]) + query
    return reverse("sessions:board") + query


@require_safe
@require_permission(Permission.DIARY_VIEW)
def go(request: ClinicRequest) -> HttpResponseBase:
    """Go to the day, or its week, picked in a page's calendar; nonsense is today."""
    try:
        picked = dt.date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        picked = timezone.localdate()
    if not FIRST_DAY <= picked <= LAST_DAY:
        picked = timezone.localdate()
    monday = picked - dt.timedelta(days=picked.weekday())
    if request.GET.get("to") == "week" and Week.holds(monday):
        return redirect("sessions:week", monday)
    return redirect("sessions:day", picked)
