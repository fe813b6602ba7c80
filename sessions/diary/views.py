"""The day's sessions, as a plain list."""

import datetime as dt

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.converters import FIRST_DAY, LAST_DAY
from mesoclinic.roles import Permission
from sessions.courses.models import (
    Course,
    CourseQuerySet,
    TreatmentSession,
)


@require_GET
@require_permission(Permission.DIARY_VIEW)
def day(request: ClinicRequest, day: dt.date) -> HttpResponseBase:
    return day_page(request, day)


def day_page(request: ClinicRequest, day: dt.date) -> HttpResponseBase:
    """One day in order of time: a clinician's own, or everybody's with ?all=1."""
    sessions = TreatmentSession.objects.on_day(day).listed()
    own = request.user.is_clinician and request.GET.get("all") != "1"
    if own:
        sessions = sessions.of_clinician(request.user)
    today = timezone.localdate()
    context = {
        "day": day,
        "sessions": list(sessions),
        "own": own,
        "show_all": request.user.is_clinician and not own,
        "due": _due(request, today) if own and day == today else [],
        "is_today": day == today,
        "before": _next_to(day, -1),
        "after": _next_to(day, 1),
    }
    return render(request, "sessions/diary/day.html", context)


def _due(request: ClinicRequest, today: dt.date) -> CourseQuerySet:
    """The clinician's courses that wait for their evaluation."""
    return Course.objects.awaiting_evaluation(request.user, today)


def _next_to(day: dt.date, days: int) -> dt.date | None:
    """A day before or after; None at either end of the diary."""
    other = day + dt.timedelta(days=days)
    return other if FIRST_DAY <= other <= LAST_DAY else None


@require_GET
@require_permission(Permission.DIARY_VIEW)
def go(request: ClinicRequest) -> HttpResponseBase:
    """Go to the day picked in the page's calendar; nonsense goes to today."""
    try:
        day = dt.date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = timezone.localdate()
    if not FIRST_DAY <= day <= LAST_DAY:
        day = timezone.localdate()
    return redirect("sessions:day", day)
