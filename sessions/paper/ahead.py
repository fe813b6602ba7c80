"""Papers that are there before anybody asks for them.

Once a plan is saved or a record signed, what would be printed of the visit is made in
the background: printing then only has to look it up.
"""

import logging
from functools import wraps
from threading import Timer
from typing import Any

from django.conf import settings
from django.db import connections
from django.http import HttpResponseBase

from mesoclinic.access import ClinicRequest, View
from sessions.courses.models import TreatmentSession
from sessions.paper.asked import Asked, paper_at
from sessions.paper.current import NoSuchLeaflet
from sessions.paper.kinds import LEAFLET, SHEET

# A draft saves itself while somebody types: the sheet is made once they pause.
PAUSE_S = 3.0

_log = logging.getLogger(__name__)
_waiting: dict[int, Timer] = {}


def makes_papers(view: View) -> View:
    """Have the papers of the visit made after each change that this view made."""

    @wraps(view)
    def changed(request: ClinicRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if request.method == "POST" and response.status_code < 400:
            make_soon(kwargs["pk"], root=request.build_absolute_uri("/"))
        return response

    changed.makes_papers = True  # type: ignore[attr-defined]
    return changed


def make_soon(session: int, *, root: str) -> None:
    """Make the papers of a visit after a pause, which every further change prolongs."""
    if not settings.PAPER_AHEAD:
        return
    earlier = _waiting.pop(session, None)
    if earlier:
        earlier.cancel()
    timer = _waiting[session] = Timer(PAUSE_S, _in_the_background, [session, root])
    timer.daemon = True
    timer.start()


def _in_the_background(session: int, root: str) -> None:
    _waiting.pop(session, None)
    try:
        make_now(session, root=root)
    except Exception:  # noqa: BLE001
        # Nobody waits for it: whoever prints is told, and makes it then.
        _log.exception("papers of session %s could not be made ahead", session)
    finally:
        connections.close_all()  # with this thread


def make_now(session: int, *, root: str) -> None:
    """Begin to make what printing would give: the sheet and the leaflet."""
    row = TreatmentSession.objects.for_paper().get(pk=session)
    asked = Asked(paper=paper_at(row.course.site), root=root)
    SHEET.build(row, asked, None).document.prepare()
    if row.has_leaflet:
        try:
            LEAFLET.build(row, asked, None).document.prepare()
        except NoSuchLeaflet:
            return  # whoever prints it chooses a language
