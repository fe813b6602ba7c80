"""The papers of a day in one click: made while one watches, then what is new of them.

The page begins to make them and asks every moment how far it is; once all are made it
goes on to the PDF, which keeps what was printed.
"""

import datetime as dt

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_safe

from mesoclinic import audit
from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.pdf import Paper, PdfError, joined, make_all, pdf_response
from mesoclinic.roles import Permission
from sessions.diary import pages
from sessions.diary.choice import Choice
from sessions.paper import actions
from sessions.paper.asked import Asked, paper_at
from sessions.paper.making import Making, making
from sessions.paper.pack import TITLE, DayPack, day_pack
from sessions.schedule.models import Site


@require_safe
@require_permission(Permission.LEAFLET_PRINT)
def pack(request: ClinicRequest, day: dt.date) -> HttpResponseBase:
    """The page itself, at once: it asks for the papers by itself."""
    choice = Choice.of(request)
    context = {"day": day, "query": request.GET.urlencode(), "choice": choice}
    return render(request, "sessions/paper/pack.html", context)


@require_safe
@require_permission(Permission.LEAFLET_PRINT)
def pack_begin(request: ClinicRequest, day: dt.date) -> HttpResponseBase:
    """Begin to make the papers of a day; tell which there are, and how far they are."""
    found = _pack(request, day)
    if found is None:
        return pages.no_site(request)
    audit.record("pack.viewed", by=request.user, day=str(day), site=found.site.name)
    context = {"pack": found, "day": day, "making": making(found)}
    context["query"] = request.GET.urlencode()
    return render(request, "sessions/paper/_pack.html", context)


@require_safe
@require_permission(Permission.LEAFLET_PRINT)
def pack_progress(request: ClinicRequest, day: dt.date, token: str) -> HttpResponse:
    """How far the papers are; once all are made, go on to the PDF."""
    found = Making.of(token)
    if found is None:
        raise Http404("Nothing of that name is being made")
    is_over = found.is_over
    context = {"making": found, "is_over": is_over, "day": day}
    context["query"] = request.GET.urlencode()
    response = render(request, "sessions/paper/_progress.html", context)
    if is_over and not found.failures and request.htmx:
        pdf = reverse("sessions:pack_pdf", args=[day])
        response.headers["HX-Redirect"] = f"{pdf}?{request.GET.urlencode()}"
    return response


@require_GET  # not HEAD: whoever wants no body is handed nothing
@require_permission(Permission.LEAFLET_PRINT)
def pack_pdf(request: ClinicRequest, day: dt.date) -> HttpResponseBase:
    """What is new of a day's papers since the last print, or with `all` everything."""
    found = _pack(request, day)
    if found is None or not found.printed:
        return redirect(_page_of(request, day))
    found = found.without(make_all(found.documents))
    try:
        make_all([found.front])
        printed = joined(found.documents, title=TITLE)
    except PdfError as error:
        context = {"day": day, "why": str(error)}
        return render(request, "sessions/paper/no_pack.html", context, status=503)
    actions.keep([each.paper for each in found.to_print], by=request.user)
    return pdf_response(printed.content, filename=f"papers-{day}.pdf")


def _pack(request: ClinicRequest, day: dt.date) -> DayPack | None:
    choice = Choice.of(request)
    days = pages.days_shown(choice, day)
    if days is None:
        return None
    site = Site.objects.get(pk=days.premises.site_id)
    return day_pack(
        site,
        day,
        asked=_asked(request, site),
        clinician=choice.clinician_key(request.user),
        everything="all" in request.GET,
    )


def _asked(request: ClinicRequest, site: Site) -> Asked:
    try:
        paper = Paper(request.GET.get("paper", paper_at(site)))
    except ValueError as error:
        raise Http404("No such paper") from error
    return Asked(
        paper=paper,
        root=request.build_absolute_uri("/"),
        for_reception=not request.user.can(Permission.RECORD_VIEW),
    )


def _page_of(request: ClinicRequest, day: dt.date) -> str:
    page = reverse("sessions:pack", args=[day])
    return f"{page}?{request.GET.urlencode()}".rstrip("?")
