"""A change of the timetable, tried out before it is saved.

The rooms behind this one know what is booked; this one does not. So whoever wires the
addresses hands in `stranded`: a function that lists the booked sessions ahead that do
not fit the timetable as it is in the current transaction.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.html import format_html

from mesoclinic.access import ClinicRequest

SHOWN = 50
_NOT_TYPED = {"csrfmiddlewaretoken", "confirmed", "back"}


class Stranded(Protocol):
    """A booked session without a place: the session, and why in words."""

    @property
    def treatment_session(self) -> Any: ...

    @property
    def why(self) -> str: ...


StrandedNow = Callable[[], Sequence[Stranded]]


@dataclass(frozen=True)
class Line:
    """A session that would be stranded, as the page writes it."""

    code: str
    starts: dt.datetime
    clinician: str
    room: str
    site: str
    patient: Any
    why: str


class _TakenBack(Exception):  # noqa: N818  it says what happened
    pass


def is_sent(request: ClinicRequest) -> bool:
    """Whether a form was sent to be saved, not to be typed on after a preview."""
    return request.method == "POST" and "back" not in request.POST


def saving(
    request: ClinicRequest,
    act: Callable[[], object],
    *,
    stranded: StrandedNow,
    then: str,
) -> HttpResponseBase:
    """Do it and go on to `then`; or, if booked sessions would lose their place, do
    nothing and show them, until the form comes back with `confirmed`.
    """
    if "back" in request.POST:
        return redirect(then)
    confirmed = request.POST.get("confirmed") == "1"
    left: Sequence[Stranded] = []
    try:
        with transaction.atomic():
            left = _newly_stranded(act, stranded)
            if left and not confirmed:
                raise _TakenBack
    except _TakenBack:
        return _ask(request, left)
    _tell(request, len(left))
    return redirect(then)


def _newly_stranded(
    act: Callable[[], object], stranded: StrandedNow
) -> Sequence[Stranded]:
    before = {each.treatment_session.pk for each in stranded()}
    act()
    return [each for each in stranded() if each.treatment_session.pk not in before]


def _ask(request: ClinicRequest, left: Sequence[Stranded]) -> HttpResponseBase:
    context = {
        "lines": [_line(each) for each in left[:SHOWN]],
        "count": len(left),
        "more": len(left) - SHOWN,
        "typed": [
            (name, value)
            for name, values in request.POST.lists()
            if name not in _NOT_TYPED
            for value in values
        ],
    }
    return render(request, "sessions/schedule/stranded.html", context)


def _line(stranded: Stranded) -> Line:
    session = stranded.treatment_session
    return Line(
        code=session.code,
        starts=session.starts_local,
        clinician=session.clinician.short_name,
        room=session.room.name if session.room else "",
        site=session.course.site.name,
        patient=session.patient,
        why=stranded.why,
    )


def _tell(request: ClinicRequest, count: int) -> None:
    if not count:
        messages.success(request, "Saved.")
        return
    said = (
        "1 booked session no longer fits"
        if count == 1
        else (f"{count} booked sessions no longer fit")
    )
    url = rebook_url(request)
    if url:
        link = '<a href="{}">Re-book</a>'
        messages.warning(request, format_html("Saved. {}. " + link, said, url))
    else:
        messages.warning(request, f"Saved. {said}. Reception re-books them.")


def rebook_url(request: ClinicRequest) -> str:
    """Where stranded sessions are re-booked; empty for who may not."""
    try:
        url = reverse("sessions:rebook")
    except NoReverseMatch:
        return ""
    view: Any = resolve(url).func
    return url if request.user.can(view.required_permission) else ""
