"""From the code on a sheet back to its visit, and to the same numbers."""

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from mesoclinic.access import ClinicRequest, demand, require_permission
from mesoclinic.forms import render_form
from mesoclinic.roles import Permission
from mesoclinic.sheet_codes import SheetCode, numbering_of
from sessions.courses.models import TreatmentSession
from sessions.paper import actions
from sessions.paper.forms import TakePointsForm
from sessions.paper.models import SheetIssue
from sessions.recording.page import maps
from sessions.recording.views.opening import open_session, refusals


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.RECORD_VIEW)
def sheet_of_code(request: ClinicRequest, code: SheetCode) -> HttpResponseBase:
    """Open the visit; where the plan has other numbers by now, say so first."""
    row = open_session(request, code.session)
    if numbering_of(actions.points_of(row)) == code.numbering:
        messages.info(request, f"Sheet {code}: the same numbers as here.")
        return redirect(row)
    sheet = SheetIssue.objects.with_numbering(row.pk, code.numbering)
    if sheet is None:
        raise Http404("No such sheet was printed")
    form = TakePointsForm(request.POST or None, treatment_session=row)
    if request.method == "POST":
        demand(request, Permission.RECORD_EDIT)
        if form.is_valid() and _taken(request, form, row, sheet):
            return redirect(row)
    context = {"form": form, "treatment_session": row, "patient": row.patient}
    context |= {"sheet": sheet, "now": maps(row.course, actions.points_of(row))}
    context["printed"] = maps(row.course, sheet.in_order)
    return render_form(request, "sessions/paper/sheet_of_code.html", context)


def _taken(
    request: ClinicRequest,
    form: TakePointsForm,
    row: TreatmentSession,
    sheet: SheetIssue,
) -> bool:
    with refusals(form, request, row, "sheet.points_taken"):
        version = form.cleaned_data["version"]
        actions.take_points_of(sheet, by=request.user, version=version)
        messages.success(request, f"The points of sheet {sheet}. Confirm each.")
        return True
    return False
