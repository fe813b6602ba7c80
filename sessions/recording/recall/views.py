"""Who received a lot: for those who may read records, and on record each time."""

from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from mesoclinic import audit
from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.roles import Permission
from protocols.models import StockLot
from sessions.recording.recall.reading import csv_of, recall_page


@require_safe
@require_permission(Permission.RECORD_VIEW)
def recall(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Every session and patient that received a lot, the last one on top."""
    lot = get_object_or_404(StockLot.objects.complete(), pk=pk)
    context = recall_page(lot, request.GET.get("page", ""))
    shown = len(context["page"].object_list)
    audit.record("lot.recalled", lot, by=request.user, shown=shown)
    return render(request, "sessions/recording/recall.html", context)


@require_safe
@require_permission(Permission.RECORD_VIEW)
def recall_csv(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """The same as a file for a spreadsheet, all of it."""
    lot = get_object_or_404(StockLot.objects.complete(), pk=pk)
    audit.record("lot.recall_exported", lot, by=request.user)
    response = StreamingHttpResponse(csv_of(lot), content_type="text/csv")
    name = f'attachment; filename="recall-lot-{lot.pk}.csv"'
    response.headers["Content-Disposition"] = name
    return response
