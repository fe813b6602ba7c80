"""What all pages of a visit do first."""

from contextlib import AbstractContextManager
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from mesoclinic import audit
from mesoclinic.access import ClinicRequest
from mesoclinic.forms import ClinicForm, collect_errors
from sessions.courses.models import TreatmentSession
from sessions.recording.forms import AmendForm, VoidForm
from sessions.recording.models import SessionRecord
from sessions.recording.page import maps
from sessions.recording.sealing import broken_parts


def open_session(request: ClinicRequest, pk: int) -> TreatmentSession:
    """Return the session of a page, and record who looked."""
    row = get_object_or_404(TreatmentSession.objects.complete(), pk=pk)
    if request.method == "GET":
        audit.record("session.viewed", row, by=request.user, patient_id=row.patient_id)
    return row


def record_of(row: TreatmentSession) -> SessionRecord | None:
    return getattr(row, "record", None)


def refusals(
    form: ClinicForm, request: ClinicRequest, row: TreatmentSession, event: str
) -> AbstractContextManager[None]:
    return collect_errors(
        form, by=request.user, event=event, target=row, patient_id=row.patient_id
    )


def closed_page(
    request: ClinicRequest,
    row: TreatmentSession,
    record: SessionRecord | None,
    **forms: ClinicForm,
) -> HttpResponse:
    """A signed record, or a visit that was set aside; neither takes a draft."""
    context: dict[str, Any] = {
        "treatment_session": row,
        "patient": row.patient,
        "record": record,
        "broken": broken_parts(record) if record and record.is_signed else [],
        "maps": maps(row.course, record.points_in_order) if record else [],
        "amend_form": AmendForm(),
        "void_form": VoidForm(),
    } | forms
    context["form"] = next(iter(forms.values()), None)
    status = 409 if request.method == "POST" else 200
    if context["form"]:
        status = context["form"].http_status
    return render(request, "sessions/recording/record.html", context, status=status)
