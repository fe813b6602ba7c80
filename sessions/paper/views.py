"""The paper of one visit, as PDF."""

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_safe

from mesoclinic import audit
from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.pdf import Paper, pdf_response, render_pdf
from mesoclinic.roles import Permission
from mesoclinic.vocabulary import LeafletFormat
from protocols.models import LeafletText
from sessions.courses.models import TreatmentSession
from sessions.paper import actions
from sessions.paper.documents import sample_leaflet, session_sheet
from sessions.paper.forms import LeafletChoiceForm
from sessions.paper.outdated import outdated_page
from sessions.paper.printing import leaflet_pdf
from sessions.schedule.models import Site


def _paper(request: ClinicRequest) -> Paper:
    try:
        return Paper(request.GET.get("paper", Paper.A4))
    except ValueError as error:
        raise Http404("No such paper") from error


@require_safe
@require_permission(Permission.SHEET_PRINT)
def sheet(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """The clinician's page: a form, a draft, or the signed record."""
    paper = _paper(request)
    row = get_object_or_404(TreatmentSession.objects.complete(), pk=pk)
    url = request.build_absolute_uri(row.get_absolute_url())
    content = session_sheet(row, by=request.user, record_url=url)
    document = render_pdf("print/sheet.html", {"sheet": content}, paper=paper)
    audit.record(
        "sheet.printed",
        row,
        by=request.user,
        patient_id=row.patient_id,
        state=content.state.name,
    )
    return pdf_response(document, filename=f"sheet-{row.code}.pdf")


@require_safe
@require_permission(Permission.LEAFLET_PRINT)
def leaflet_choice(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """In which language and format; says where the patient's own is missing."""
    row = _with_leaflet(pk)
    form = LeafletChoiceForm(patient=row.patient)
    context = {
        "form": form,
        "treatment_session": row,
        "patient": row.patient,
        "missing": form.missing,
    }
    return render(request, "sessions/paper/leaflet.html", context)


@require_GET  # not HEAD: whoever wants no body is handed nothing
@require_permission(Permission.LEAFLET_PRINT)
def leaflet(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """The patient's page. Printing it hands it over, and keeps what it says.

    In the language and the format that the patient needs, unless others are asked for.
    """
    paper, row = _paper(request), _with_leaflet(pk)
    form = LeafletChoiceForm(request.GET, patient=row.patient)
    if not form.is_valid():
        return redirect("sessions:leaflet_choice", pk)
    content = actions.issue_leaflet(row, by=request.user, **form.cleaned_data)
    document = leaflet_pdf(content, paper=paper)
    return pdf_response(document, filename=f"leaflet-{row.code}.pdf")


@require_safe
@require_permission(Permission.PROTOCOL_VIEW)
def leaflet_sample(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """A leaflet for nobody, as it will be printed."""
    text = get_object_or_404(LeafletText, pk=pk)
    try:
        layout = LeafletFormat(request.GET.get("leaflet_format", "standard"))
    except ValueError as error:
        raise Http404("No such format") from error
    site = Site.objects.order_by("pk").first()
    content = sample_leaflet(text, leaflet_format=layout, site=site)
    document = leaflet_pdf(content, paper=_paper(request))
    return pdf_response(document, filename=f"leaflet-{text.language}.pdf")


def _with_leaflet(pk: int) -> TreatmentSession:
    row = get_object_or_404(TreatmentSession.objects.complete(), pk=pk)
    if not (row.is_booked or row.is_given):
        raise Http404("This session is not given")
    return row


@require_safe
@require_permission(Permission.LEAFLET_PRINT)
def outdated(request: ClinicRequest) -> HttpResponse:
    """Leaflets that were handed over and are wrong by now."""
    page = outdated_page(request.GET.get("page", ""))
    audit.record("leaflets.viewed", by=request.user, shown=len(page.object_list))
    return render(request, "sessions/paper/outdated.html", {"page": page})
