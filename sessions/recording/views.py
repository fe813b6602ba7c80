"""One visit: plan, record, sign, amend."""

from contextlib import AbstractContextManager

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from mesoclinic import audit
from mesoclinic.access import (
    ClinicRequest,
    confirm_password,
    demand,
    password_was_given_recently,
    require_permission,
)
from mesoclinic.forms import ClinicForm, collect_errors, render_form
from mesoclinic.roles import Permission
from sessions.courses.models import TreatmentSession
from sessions.recording import actions
from sessions.recording.forms import AmendForm, RecordForm, SignForm
from sessions.recording.models import SessionRecord, Signature
from sessions.recording.sealing import broken_parts

# Changing one of these changes the rows of points, not only what is said of them.
_REMAKES_POINTS = {"points_count", "volume_per_point_ml"}


def open_session(request: ClinicRequest, pk: int) -> TreatmentSession:
    """Return the session of a page, and record who looked."""
    row = get_object_or_404(TreatmentSession.objects.complete(), pk=pk)
    if request.method == "GET":
        audit.record("session.viewed", row, by=request.user, patient_id=row.patient_id)
    return row


def _record_of(row: TreatmentSession) -> SessionRecord | None:
    return getattr(row, "record", None)


def _refusals(
    form: ClinicForm, request: ClinicRequest, row: TreatmentSession, event: str
) -> AbstractContextManager[None]:
    return collect_errors(
        form, by=request.user, event=event, target=row, patient_id=row.patient_id
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.RECORD_VIEW)
def session(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """The visit's page: a form until it is signed, then the record."""
    if request.method == "POST":
        demand(request, Permission.RECORD_EDIT)
    row = open_session(request, pk)
    record = _record_of(row)
    if not row.is_booked:
        return _closed_page(request, row, record)
    form = RecordForm(request.POST or None, treatment_session=row, record=record)
    if "all_as_planned" in request.POST:
        form.give_as_planned()
    if request.method == "POST" and form.is_valid() and form.draft:
        with _refusals(form, request, row, "record.saved"):
            actions.save_draft(
                row,
                by=request.user,
                version=form.cleaned_data["version"],
                draft=form.draft,
            )
            messages.success(request, "Draft saved.")
            return redirect(_after_saving(request, row))
    context = {"form": form, "treatment_session": row, "patient": row.patient}
    return render_form(request, "sessions/recording/session.html", context)


def _after_saving(request: ClinicRequest, row: TreatmentSession) -> str:
    if "review" in request.POST:
        return reverse("sessions:sign", args=[row.pk])
    return row.get_absolute_url()


def _closed_page(
    request: ClinicRequest, row: TreatmentSession, record: SessionRecord | None
) -> HttpResponse:
    """A signed record, or a visit that was set aside; neither takes a draft."""
    context = {
        "treatment_session": row,
        "patient": row.patient,
        "record": record,
        "broken": broken_parts(record) if record and record.is_signed else [],
        "amend_form": AmendForm(),
    }
    status = 409 if request.method == "POST" else 200
    return render(request, "sessions/recording/record.html", context, status=status)


@require_POST
@require_permission(Permission.RECORD_EDIT)
def check(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """What the rules say to what is being typed. Stores nothing."""
    row = get_object_or_404(TreatmentSession.objects.complete(), pk=pk)
    form = RecordForm(request.POST, treatment_session=row, record=_record_of(row))
    trigger = request.htmx.trigger_name
    if trigger == "volume_per_point_ml":
        form.plan_all_alike()
    form.is_valid()
    remade = trigger in _REMAKES_POINTS or form.rows_differ
    context = {"form": form, "with_points": remade}
    return render(request, "sessions/recording/_check.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.RECORD_SIGN)
def sign(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Look once more at what was recorded, then sign it."""
    row = open_session(request, pk)
    record = _record_of(row)
    if record is None or not row.is_booked:
        return redirect(row)
    form = SignForm(
        request.POST or None,
        asks_password=not password_was_given_recently(request),
        initial={"version": record.version},
    )
    if request.method == "POST" and form.is_valid() and _confirmed(request, form, row):
        with _refusals(form, request, row, "record.signed"):
            actions.sign(row, by=request.user, version=form.cleaned_data["version"])
            messages.success(request, "Signed. The record is locked.")
            return redirect(row)
    context = {
        "form": form,
        "treatment_session": row,
        "patient": row.patient,
        "record": record,
        "meaning": Signature.MEANING,
        "problems": actions.problems_before_signing(row, record),
    }
    return render_form(request, "sessions/recording/sign.html", context)


def _confirmed(request: ClinicRequest, form: SignForm, row: TreatmentSession) -> bool:
    """Whether the password was right, where one was asked for."""
    password = form.cleaned_data.get("password")
    if password is None or confirm_password(request, password):
        return True
    form.add_error("password", "This is not your password.")
    audit.record(
        "record.signed",
        row,
        by=request.user,
        patient_id=row.patient_id,
        outcome=audit.Outcome.REFUSED,
        fields=["password"],
    )
    return False


@require_POST
@require_permission(Permission.RECORD_SIGN)
def amend(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Add to a signed record."""
    row = open_session(request, pk)
    record = get_object_or_404(SessionRecord, treatment_session=row)
    form = AmendForm(request.POST)
    if form.is_valid():
        with _refusals(form, request, row, "record.amended"):
            actions.amend(record, by=request.user, **form.cleaned_data)
            messages.success(request, "Amendment added. The original stays as it was.")
            return redirect(row)
    context = {
        "form": form,
        "amend_form": form,
        "treatment_session": row,
        "patient": row.patient,
        "record": record,
        "broken": broken_parts(record) if record.is_signed else [],
    }
    return render_form(request, "sessions/recording/record.html", context)
