"""The clinic at a glance; sites and their rooms."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.forms import collect_errors, render_form
from mesoclinic.roles import Permission
from sessions.schedule import actions
from sessions.schedule.actions.sites import BookedAhead
from sessions.schedule.forms import NewSiteForm, RoomForm, SiteForm
from sessions.schedule.models import Room, Site
from sessions.schedule.pages import clinic_page, rooms_page
from sessions.schedule.preview import StrandedNow, is_sent, rebook_url, saving


@require_safe
@require_permission(Permission.CLINIC_EDIT)
def clinic(request: ClinicRequest, *, stranded: StrandedNow) -> HttpResponseBase:
    """Every site with its week, what closes it next, and who is away."""
    context = clinic_page(stranded=len(stranded()), rebook=rebook_url(request))
    return render(request, "sessions/schedule/clinic.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.CLINIC_EDIT)
def site_new(request: ClinicRequest) -> HttpResponseBase:
    form = NewSiteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with collect_errors(form, by=request.user, event="site.added"):
            added = actions.add_site(by=request.user, **form.cleaned_data)
            said = f"{added.name} is open Monday to Friday, 8 to 18, until you say so."
            messages.success(request, said)
            return redirect("opening_hours", added.pk)
    return render_form(request, "sessions/schedule/site.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.CLINIC_EDIT)
def site(
    request: ClinicRequest,
    pk: int,
    *,
    stranded: StrandedNow,
    is_booked_ahead: BookedAhead,
) -> HttpResponseBase:
    site = get_object_or_404(Site, pk=pk)
    form = SiteForm(request.POST or None, site)
    if is_sent(request) and form.is_valid():
        with collect_errors(form, by=request.user, event="site.amended", target=site):
            amend = partial(
                actions.amend_site,
                site,
                by=request.user,
                is_booked_ahead=is_booked_ahead,
                **form.cleaned_data,
            )
            return saving(request, amend, stranded=stranded, then=reverse("clinic"))
    context = {"form": form, "site": site}
    return render_form(request, "sessions/schedule/site.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.CLINIC_EDIT)
def rooms(
    request: ClinicRequest, pk: int, *, stranded: StrandedNow
) -> HttpResponseBase:
    site = get_object_or_404(Site, pk=pk)
    form = RoomForm(request.POST or None)
    if is_sent(request) and form.is_valid():
        with collect_errors(form, by=request.user, event="room.added", target=site):
            add = partial(actions.add_room, site, by=request.user, **form.cleaned_data)
            return saving(request, add, stranded=stranded, then=request.path)
    context = {"form": form, **rooms_page(site)}
    return render_form(request, "sessions/schedule/rooms.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.CLINIC_EDIT)
def room(request: ClinicRequest, pk: int) -> HttpResponseBase:
    room = get_object_or_404(Room, pk=pk)
    form = RoomForm(request.POST or None, room)
    if request.method == "POST" and form.is_valid():
        with collect_errors(form, by=request.user, event="room.renamed", target=room):
            actions.rename_room(room, by=request.user, **form.cleaned_data)
            messages.success(request, "Saved.")
            return redirect("rooms", room.site_id)
    context = {"form": form, "room": room, "site": room.site}
    return render_form(request, "sessions/schedule/room.html", context)


@require_POST
@require_permission(Permission.CLINIC_EDIT)
def room_close(
    request: ClinicRequest, pk: int, *, stranded: StrandedNow
) -> HttpResponseBase:
    room = get_object_or_404(Room, pk=pk)
    then = reverse("rooms", args=[room.site_id])
    close = partial(actions.close_room, room, by=request.user)
    return saving(request, close, stranded=stranded, then=then)


@require_POST
@require_permission(Permission.CLINIC_EDIT)
def room_reopen(
    request: ClinicRequest, pk: int, *, stranded: StrandedNow
) -> HttpResponseBase:
    room = get_object_or_404(Room, pk=pk)
    then = reverse("rooms", args=[room.site_id])
    reopen = partial(actions.reopen_room, room, by=request.user)
    return saving(request, reopen, stranded=stranded, then=then)
