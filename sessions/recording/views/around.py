"""What is decided around a visit: consent, side, favourites."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.forms import render_form
from mesoclinic.roles import Permission
from protocols.models import PointTemplate
from sessions.recording import actions
from sessions.recording.forms import ConsentForm, FavouriteForm, SideForm
from sessions.recording.models import ConsentEvent, SessionRecord
from sessions.recording.views.opening import open_session, refusals


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.RECORD_EDIT)
def consent(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """The consent text of a course, what was answered, and the answer now."""
    row = open_session(request, pk)
    form = ConsentForm(request.POST or None, patient=row.patient)
    if request.method == "POST" and form.is_valid():
        with refusals(form, request, row, "consent.recorded"):
            event = actions.record_consent(
                row.course, by=request.user, **form.cleaned_data
            )
            messages.success(request, f"Consent: {event.get_answer_display().lower()}.")
            return redirect(row)
    context = {
        "form": form,
        "treatment_session": row,
        "patient": row.patient,
        "events": ConsentEvent.objects.of_course(row.course),
    }
    return render_form(request, "sessions/recording/consent.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.RECORD_EDIT)
def side(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Treat another side than was booked, as long as nothing was given."""
    row = open_session(request, pk)
    form = SideForm(request.POST or None, initial={"version": row.course.version})
    if request.method == "POST" and form.is_valid():
        with refusals(form, request, row, "course.side_changed"):
            course = actions.change_side(
                row.course, by=request.user, **form.cleaned_data
            )
            done = f"Side: {course.side_words}. Confirm the points, mark it again."
            messages.success(request, done)
            return redirect(row)
    context = {"form": form, "treatment_session": row, "patient": row.patient}
    return render_form(request, "sessions/recording/side.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.RECORD_EDIT)
def favourite(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Keep the points of a visit as one's own favourite."""
    row = open_session(request, pk)
    record = get_object_or_404(SessionRecord, treatment_session=row)
    form = FavouriteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals(form, request, row, "favourite.saved"):
            actions.save_favourite(record, by=request.user, **form.cleaned_data)
            messages.success(request, "Kept as your favourite.")
            return redirect(row)
    context = {
        "form": form,
        "treatment_session": row,
        "patient": row.patient,
        "favourites": PointTemplate.objects.favourites_of(
            request.user, row.course.indication
        ),
    }
    return render_form(request, "sessions/recording/favourite.html", context)


@require_POST
@require_permission(Permission.RECORD_EDIT)
def favourite_drop(
    request: ClinicRequest, pk: int, template_pk: int
) -> HttpResponseBase:
    """Offer a favourite no more."""
    row = open_session(request, pk)
    mine = PointTemplate.objects.favourites_of(request.user, row.course.indication)
    actions.drop_favourite(get_object_or_404(mine, pk=template_pk), by=request.user)
    messages.success(request, "The favourite is gone.")
    return redirect("sessions:favourite", pk=row.pk)
