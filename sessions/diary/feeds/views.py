"""A clinician's calendar: its page, and the text that calendar programs read."""

import hashlib

from django.contrib import messages
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotFound,
)
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from mesoclinic.access import ClinicRequest, public, require_permission
from mesoclinic.forms import collect_errors, render_form
from mesoclinic.roles import Permission
from sessions.diary.feeds import actions
from sessions.diary.feeds.forms import MakeForm
from sessions.diary.feeds.reading import calendar_of, hash_of
from sessions.diary.models import CalendarFeed


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.CALENDAR_FEED)
def feed(request: ClinicRequest) -> HttpResponseBase:
    """Whether there is an address; a new one is shown this once."""
    form = MakeForm(request.POST or None)
    address = ""
    if request.method == "POST" and form.is_valid():
        with collect_errors(form, by=request.user, event="feed.made"):
            token = actions.make(
                by=request.user, replacing=form.cleaned_data["version"]
            )
            address = _address(request, token)
    latest = CalendarFeed.objects.latest_of(request.user)
    context = {"form": form, "feed": latest, "address": address}
    # The scheme that a device hands to its calendar program.
    context["webcal"] = "webcal:" + address.partition(":")[2]
    return render_form(request, "sessions/diary/feed.html", context)


def _address(request: ClinicRequest, token: str) -> str:
    return request.build_absolute_uri(reverse("sessions:feed_ics", args=[token]))


@require_POST
@require_permission(Permission.CALENDAR_FEED)
def feed_revoke(request: ClinicRequest) -> HttpResponseBase:
    if actions.revoke(by=request.user):
        messages.success(request, "The address is taken back. Nobody can read it now.")
    return redirect("sessions:feed")


@require_safe
@public
def feed_ics(request: HttpRequest, token: str) -> HttpResponseBase:
    """The calendar at a private address. Reading it writes nothing, sets no cookie.

    Every address without a calendar gets the same answer, whyever it has none.
    """
    feed = CalendarFeed.objects.readable(hash_of(token))
    if feed is None:
        return _kept_out_of_sight(
            HttpResponseNotFound(
                "There is no calendar at this address.\n",
                content_type="text/plain; charset=utf-8",
            )
        )
    text = calendar_of(feed.clinician, timezone.now())
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="treatment-sessions.ics"'
    etag = response["ETag"] = f'"{hashlib.sha256(text).hexdigest()}"'
    unchanged = get_conditional_response(request, etag=etag, response=response)
    return _kept_out_of_sight(unchanged or response)


def _kept_out_of_sight(response: HttpResponseBase) -> HttpResponseBase:
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
