"""What the pages of the diary are made of: prepared here, printed by the templates."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from mesoclinic.access import ClinicRequest
from mesoclinic.converters import FIRST_DAY, LAST_DAY, Week
from sessions.courses.models import Course
from sessions.diary.cells import STATES, Cards
from sessions.diary.choice import MINE, Choice
from sessions.diary.grid import grid_of
from sessions.diary.reading import Days, DiaryVisit, premises_as_of, premises_of
from sessions.diary.week import week_of
from sessions.schedule.timetable import stamp

# What a page has seen, sent along when it asks whether there is news.
SEEN = "X-Seen"

GROUPS = ("booked", "late", "arrived", "roomed", "done", "missed")


def days_shown(
    choice: Choice, first_day: dt.date | None = None, length: int = 1
) -> Days | None:
    """Return the days of the chosen site; today there where none is named. One query.

    None on an installation without a site.
    """
    premises, now = premises_of(choice.site), timezone.now()
    if premises is None:
        return None
    first_day = first_day or premises.today(now)
    return Days(premises, first_day, first_day + dt.timedelta(days=length - 1), now)


def nothing_new(
    request: ClinicRequest,
    choice: Choice,
    first_day: dt.date | None = None,
    length: int = 1,
) -> bool:
    """Whether a page that asks for news has seen all there is. Two queries."""
    seen = request.headers.get(SEEN)
    premises = premises_as_of(choice.site, stamp()) if seen else None
    if premises is None:
        return False
    now = timezone.now()
    first_day = first_day or premises.today(now)
    last_day = first_day + dt.timedelta(days=length - 1)
    return Days(premises, first_day, last_day, now).newest() == seen


def no_news() -> HttpResponse:
    return HttpResponse(status=204)


def answer(
    request: ClinicRequest, name: str, choice: Choice, context: dict[str, Any]
) -> HttpResponseBase:
    """Render a page of the diary, or for htmx only its live part."""
    context |= {"choice": choice, "others": choice.others}
    # A page that asks for news every few seconds must not eat up what is to be said.
    context["is_news"] = SEEN in request.headers
    context["tells"] = request.htmx and not context["is_news"]
    part = "_live" if request.htmx else ""
    response = render(request, f"sessions/diary/{name}{part}.html", context)
    response.headers[SEEN] = context["seen"]
    choice.remember(request, response)
    return response


def no_site(request: ClinicRequest) -> HttpResponse:
    return render(request, "sessions/diary/no_site.html", {"clinic_name": ""})


# --- Contexts -----------------------------------------------------------------


def _common(
    request: ClinicRequest, days: Days, visits: list[DiaryVisit]
) -> dict[str, Any]:
    premises = days.premises
    return {
        "clinic_name": premises.timetable.site_name,
        "sites": premises.sites if len(premises.sites) > 1 else (),
        "site_id": premises.site_id,
        "day": days.first_day,
        "monday": monday_of(days.first_day),
        "this_monday": monday_of(days.today),
        "today": days.today,
        "is_today": days.first_day == days.today,
        "seen": days.digest_of(visits),
        "cards": Cards(request.user, days.now, premises.zone, days.today),
    }


def day_context(request: ClinicRequest, choice: Choice, days: Days) -> dict[str, Any]:
    """A day as a table with columns, or as a list."""
    visits = days.visits()
    context = _common(request, days, visits)
    only = choice.clinician_key(request.user)
    context |= _summary(_whose(visits, only, choice), days)
    context |= {
        "before": next_to(days.first_day, -1),
        "after": next_to(days.first_day, 1),
        "due": _due(request, choice, days),
        "only_name": _name(days, visits, only) if choice.whose != MINE else "",
    }
    if choice.view == "list":
        lines = context["cards"].lines(_whose(visits, only, choice))
        return context | {"lines": lines}
    grid = grid_of(days, visits, by=choice.by, only=only, first=request.user.pk)
    for column in grid.columns:
        column.query = choice.but(whose=str(column.key))
    away = [v for v in _whose(visits, only, choice) if not v.is_coming]
    return context | {
        "grid": grid,
        "by_room": choice.by == "room",
        "rows": context["cards"].rows(grid) if grid.columns else "",
        "not_coming": context["cards"].lines(away),
        "away": grid.plan.away(),
        "why_closed": days.premises.timetable.why_closed(days.first_day),
    }


def _whose(
    visits: Iterable[DiaryVisit], only: int | None, choice: Choice
) -> list[DiaryVisit]:
    if only is None or (choice.by == "room" and choice.view == "day"):
        return list(visits)
    return [visit for visit in visits if visit.clinician_id == only]


def _name(days: Days, visits: list[DiaryVisit], only: int | None) -> str:
    """The one clinician whose visits are shown; empty for everybody's."""
    names = {visit.clinician_id: visit.clinician for visit in visits}
    names |= {each.pk: each.name for each in days.premises.clinicians}
    return names.get(only or 0, "")


def _summary(visits: list[DiaryVisit], days: Days) -> dict[str, Any]:
    """How many come, and how far they are: `12 visits · 2 late · 1 arrived`."""
    coming = [visit for visit in visits if visit.is_coming]
    now = days.now if days.first_day == days.today else None
    states = [visit.state(now) for visit in coming]
    counted = [
        f"{states.count(state)} {STATES[state][0].lower()}"
        for state in ("late", "arrived", "roomed")
        if state in states
    ]
    return {"count": len(coming), "counted": counted}


def _due(request: ClinicRequest, choice: Choice, days: Days) -> Iterable[Course]:
    """The clinician's courses that wait for their evaluation, on their own today."""
    if request.htmx or choice.whose != MINE or days.first_day != days.today:
        return ()
    return Course.objects.awaiting_evaluation(request.user, days.today)


def next_to(day: dt.date, days: int) -> dt.date | None:
    """A day before or after; None at either end of the diary."""
    other = day + dt.timedelta(days=days)
    return other if FIRST_DAY <= other <= LAST_DAY else None


def week_context(request: ClinicRequest, choice: Choice, days: Days) -> dict[str, Any]:
    """Seven days: how full everybody's are, or one clinician's visits."""
    visits = days.visits()
    only = choice.clinician_key(request.user)
    week = week_of(days, visits, only=only, first=request.user.pk)
    context = _common(request, days, visits)
    for row in week.rows:
        for cell in row.cells:
            cell.lines = context["cards"].week_lines(cell.visits) if only else ""
    return context | {
        "week": week,
        "last_day": days.last_day,
        "has_today": days.has_today,
        "before": monday_of(days.first_day, -1),
        "after": monday_of(days.first_day, 1),
        "only": only,
        "only_name": _name(days, visits, only) if choice.whose != MINE else "",
    }


def monday_of(day: dt.date, weeks: int = 0) -> dt.date | None:
    """The Monday of a day's week, or of one so many weeks on, if the diary has it."""
    monday = day + dt.timedelta(days=7 * weeks - day.weekday())
    return monday if Week.holds(monday) else None


def board_context(request: ClinicRequest, days: Days) -> dict[str, Any]:
    """Today's visits by how far they are."""
    visits = days.visits()
    context = _common(request, days, visits)
    groups: dict[str, list[DiaryVisit]] = {name: [] for name in GROUPS}
    for visit in visits:
        state = visit.state(days.now)
        if state == "given":
            state = "done"
        if state in groups:
            groups[state].append(visit)
    groups["done"].reverse()  # who left last is asked for first
    return context | {
        "groups": [
            (name, *STATES[name], len(group), context["cards"].board(group))
            for name, group in groups.items()
        ]
    }
