"""Book a course: which days fit, and one button that books all of it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from mesoclinic import audit
from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.forms import collect_errors, render_form
from mesoclinic.roles import Permission
from patients.models import Patient
from sessions.courses import actions
from sessions.courses.desk import Desk, desk_of
from sessions.courses.forms import FINDER_FIELDS, BookingForm, NewcomerForm
from sessions.courses.models import Course

# What changes all dates when it is changed; see `dates`.
_ANCHORS = {"day_0", "time_0"}
_ASKS_THE_FINDER = {*FINDER_FIELDS, "indication"}
PEOPLE_SHOWN = 8


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.COURSE_BOOK)
def book(request: ClinicRequest) -> HttpResponseBase:
    """Book day 0, 3 and 7 together: an offer of the finder, or dates typed by hand."""
    desk = desk_of(request)
    if desk is None:
        return _cannot_book(request)
    form, newcomer = desk.forms(request.POST or None)
    if request.method == "POST" and _is_to_be_booked(request, form, newcomer):
        patient_id = desk.patient.pk if desk.patient else None
        with collect_errors(
            form, by=request.user, event="course.booked", patient_id=patient_id
        ):
            course = _book(request, desk, form, newcomer)
            return redirect(course)
    context = {
        "desk": desk,
        "form": form,
        "newcomer": newcomer,
        "patient": desk.patient,
        "people": None if desk.patient else _people(request),
        "offers": desk.offers(form, now=timezone.now()),
        "picked": desk.picked_offers(form, now=timezone.now()),
    }
    return render_form(request, "sessions/courses/book.html", context)


def _is_to_be_booked(
    request: ClinicRequest, form: BookingForm, newcomer: NewcomerForm | None
) -> bool:
    if "look" in request.POST:
        form.check_while_typing()
        return False
    is_somebody = newcomer is None or newcomer.is_valid()
    return form.is_valid() and not form.show_first() and is_somebody


def _book(
    request: ClinicRequest,
    desk: Desk,
    form: BookingForm,
    newcomer: NewcomerForm | None,
) -> Course:
    booking = {"by": request.user, "site": desk.site, **form.booking()}
    if desk.patient:
        return actions.book(patient=desk.patient, **booking)
    if newcomer is None:
        raise ValidationError("Choose the patient first.")
    return actions.book_newcomer(
        details=newcomer.details(),
        registration=newcomer.cleaned_data["submission"],
        **booking,
    )


def _people(request: ClinicRequest) -> list[Patient]:
    """Whom the one at the desk may be, while nobody is chosen yet."""
    text = request.GET.get("q", "")[:200]
    if not text.strip():
        return []
    found = list(Patient.objects.search(text)[:PEOPLE_SHOWN])
    audit.record("patients.searched", by=request.user, found=len(found))
    return found


def _cannot_book(request: ClinicRequest) -> HttpResponseBase:
    messages.error(
        request,
        "Nothing can be booked yet: the clinic's details and a published protocol "
        "version are needed. Ask an admin.",
    )
    return redirect("patients:find")


@require_POST
@require_permission(Permission.COURSE_BOOK)
def dates(request: ClinicRequest) -> HttpResponseBase:
    """What the page says while one types: offers for the answers, or the dates."""
    desk = desk_of(request)
    if desk is None:
        return redirect("patients:find")
    form, _ = desk.forms(request.POST)
    form.check_while_typing()
    changed = request.htmx.trigger_name
    form.propose_follow_ups(again=changed in _ANCHORS)
    asks = changed in _ASKS_THE_FINDER
    context = {
        "form": form,
        "offers": desk.offers(form, now=timezone.now()) if asks else None,
        "shows_dates": changed not in FINDER_FIELDS,
    }
    return render(request, "sessions/courses/_dates.html", context)
