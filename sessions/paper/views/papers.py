"""The papers of a visit: as PDF, as a page to look at first, and as its pictures."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_safe

from mesoclinic import audit
from mesoclinic.access import ClinicRequest, View, require_permission
from mesoclinic.pdf import PdfError, pdf_response, picture
from sessions.courses.models import TreatmentSession
from sessions.paper import actions
from sessions.paper.ahead import make_soon
from sessions.paper.forms import PaperForm
from sessions.paper.kinds import Kind

_PREVIEW = "sessions/paper/preview.html"


def pdf_of(kind: Kind) -> View:
    """Return the view that prints a kind of paper."""

    @require_GET  # not HEAD: whoever wants no body is handed nothing
    @require_permission(kind.permission)
    def pdf(request: ClinicRequest, pk: int) -> HttpResponseBase:
        row = _session(kind, pk)
        form = _form(kind, request, row)
        if not form.is_valid():  # there is something to choose first
            choose = reverse(f"sessions:{kind.slug}_preview", args=[pk])
            return redirect(f"{choose}?{request.GET.urlencode()}".rstrip("?"))
        to_print = kind.build(row, form.asked, None)
        try:
            printed = to_print.document.printed()
        except PdfError as error:
            return _not_printed(request, kind, row, error)
        actions.keep([to_print.paper], by=request.user)
        # The next one says that it is a reprint.
        make_soon(pk, root=form.root)
        return pdf_response(printed.content, filename=f"{kind.slug}-{row.code}.pdf")

    return pdf


def preview_of(kind: Kind) -> View:
    """Return the view that shows what would be printed, and what may be chosen."""

    @require_safe
    @require_permission(kind.permission)
    def preview(request: ClinicRequest, pk: int) -> HttpResponseBase:
        row = _session(kind, pk)
        form = _form(kind, request, row)
        context: dict[str, Any] = {"kind": kind, "form": form}
        context |= {"treatment_session": row, "patient": row.patient}
        if not form.is_valid():
            status = 400 if request.GET else 200
            return render(request, _PREVIEW, context, status=status)
        _keep_that_seen(request, kind, row)
        try:
            printed = kind.build(row, form.asked, None).document.printed()
        except PdfError as error:
            return _not_printed(request, kind, row, error)
        context["pages"] = range(1, printed.pages + 1)
        return render(request, _PREVIEW, context)

    return preview


def picture_of(kind: Kind) -> View:
    """Return the view that serves a page of the preview, as PNG."""

    @require_safe
    @require_permission(kind.permission)
    def page(request: ClinicRequest, pk: int, page: int) -> HttpResponseBase:
        row = _session(kind, pk)
        form = _form(kind, request, row)
        if not form.is_valid():
            raise Http404("Not chosen yet")
        try:
            png = picture(kind.build(row, form.asked, None).document, page)
        except (IndexError, PdfError) as error:
            raise Http404("No such page") from error
        return HttpResponse(png, content_type="image/png")

    return page


def _session(kind: Kind, pk: int) -> TreatmentSession:
    row = get_object_or_404(kind.rows(), pk=pk)
    if kind.of_visits_only and not row.has_leaflet:
        raise Http404("This session is not given")
    return row


def _form(kind: Kind, request: ClinicRequest, row: TreatmentSession) -> PaperForm:
    root = request.build_absolute_uri("/")
    return kind.form(request.GET, treatment_session=row, root=root)


def _keep_that_seen(request: ClinicRequest, kind: Kind, row: TreatmentSession) -> None:
    audit.record(f"{kind.slug}.viewed", row, by=request.user, patient_id=row.patient_id)


def _not_printed(
    request: ClinicRequest, kind: Kind, row: TreatmentSession, error: PdfError
) -> HttpResponse:
    context = {"kind": kind, "why": str(error), "treatment_session": row}
    context["patient"] = row.patient
    return render(request, "sessions/paper/not_printed.html", context, status=503)
