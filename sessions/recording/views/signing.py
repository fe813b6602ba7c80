"""Look once more at what was recorded, then sign it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from mesoclinic import audit
from mesoclinic.access import (
    ClinicRequest,
    confirm_password,
    password_was_given_recently,
    require_permission,
)
from mesoclinic.forms import render_form
from mesoclinic.roles import Permission
from sessions.courses.models import TreatmentSession
from sessions.recording import actions
from sessions.recording.forms import RecordForm, SignForm
from sessions.recording.models import SessionRecord, Signature
from sessions.recording.page import maps
from sessions.recording.views.opening import open_session, record_of, refusals


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.RECORD_SIGN)
def sign(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Look once more at what was recorded, then sign it."""
    row = open_session(request, pk)
    record = record_of(row)
    if record is None or not row.is_booked:
        return redirect(row)
    lines = RecordForm(treatment_session=row, record=record)
    form = SignForm(
        request.POST or None,
        version=record.version,
        shown=lines.labelled(actions.as_stored(record)),
        asks_password=not password_was_given_recently(request),
    )
    if request.method == "POST" and form.is_valid() and _confirmed(request, form, row):
        with refusals(form, request, row, "record.signed"):
            actions.sign(row, by=request.user, version=form.cleaned_data["version"])
            messages.success(request, "Signed. The record is locked.")
            return redirect(row)
        if record.is_signed_now():
            return redirect(row)  # pressed twice, and the other one was faster
    context = {"form": form, **_shown(row, record)}
    return render_form(request, "sessions/recording/sign.html", context)


def _shown(row: TreatmentSession, record: SessionRecord) -> dict[str, Any]:
    """What is to be signed, and what stands against it."""
    return {
        "treatment_session": row,
        "patient": row.patient,
        "record": record,
        "maps": maps(row.course, record.points_in_order),
        "meaning": Signature.MEANING,
        "problems": actions.problems_before_signing(row, record),
    }


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
