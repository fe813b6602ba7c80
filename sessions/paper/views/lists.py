"""Leaflets that are wrong by now, and a leaflet for nobody."""

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from mesoclinic import audit
from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.pdf import Paper, pdf_response
from mesoclinic.roles import Permission
from mesoclinic.vocabulary import LeafletFormat
from protocols.models import LeafletText
from sessions.paper.documents import sample_leaflet
from sessions.paper.outdated import outdated_page
from sessions.paper.printing import leaflet_document
from sessions.schedule.models import Site


@require_safe
@require_permission(Permission.PROTOCOL_VIEW)
def leaflet_sample(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """A leaflet for nobody, as it will be printed."""
    text = get_object_or_404(LeafletText, pk=pk)
    try:
        layout = LeafletFormat(request.GET.get("format", LeafletFormat.STANDARD))
        paper = Paper(request.GET.get("paper", Paper.A4))
    except ValueError as error:
        raise Http404("No such format or paper") from error
    site = Site.objects.order_by("pk").first()
    content = sample_leaflet(text, leaflet_format=layout, site=site)
    printed = leaflet_document(content, paper=paper).printed()
    return pdf_response(printed.content, filename=f"leaflet-{text.language}.pdf")


@require_safe
@require_permission(Permission.LEAFLET_PRINT)
def outdated(request: ClinicRequest) -> HttpResponse:
    """Leaflets that were handed over and are wrong by now."""
    page = outdated_page(request.GET.get("page", ""))
    audit.record("leaflets.viewed", by=request.user, shown=len(page.object_list))
    return render(request, "sessions/paper/outdated.html", {"page": page})
