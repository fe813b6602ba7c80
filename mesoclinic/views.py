"""The house's own pages: the day, staff, the audit trail, health."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from mesoclinic import staff as staff_actions
from mesoclinic.access import ClinicRequest, public, require_permission
from mesoclinic.database import missing
from mesoclinic.forms import StaffEditForm, StaffForm, collect_errors, render_form
from mesoclinic.models import AuditEvent, User
from mesoclinic.roles import Permission
from sessions.diary.views import day_page

EVENTS_PER_PAGE = 50


@require_safe
@require_permission(Permission.HOME)
def home(request: ClinicRequest) -> HttpResponseBase:
    """The signed-in person's day; an admin's are the lists."""
    if not request.user.can(Permission.DIARY_VIEW):
        return redirect("protocols:indications")
    return day_page(request)


@require_safe
@require_permission(Permission.STAFF_EDIT)
def staff(request: ClinicRequest) -> HttpResponse:
    return render(request, "mesoclinic/staff.html", {"people": User.objects.all()})


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.STAFF_EDIT)
def staff_new(request: ClinicRequest) -> HttpResponseBase:
    form = StaffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with collect_errors(form, by=request.user, event="staff.added"):
            person = staff_actions.add(by=request.user, **form.cleaned_data)
            messages.success(request, f"{person.display_name} can sign in now.")
            return redirect("staff")
    return render_form(request, "mesoclinic/staff_form.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.STAFF_EDIT)
def staff_edit(request: ClinicRequest, pk: int) -> HttpResponseBase:
    person = get_object_or_404(User, pk=pk)
    shown = {name: getattr(person, name) for name in staff_actions.DETAILS}
    form = StaffEditForm(
        request.POST or None, initial={**shown, "is_active": person.is_active}
    )
    if request.method == "POST" and form.is_valid():
        with collect_errors(
            form, by=request.user, event="staff.amended", target=person
        ):
            staff_actions.amend(person, by=request.user, **form.cleaned_data)
            messages.success(request, "Saved.")
            return redirect("staff")
    context = {"form": form, "person": person}
    return render_form(request, "mesoclinic/staff_form.html", context)


@require_safe
@require_permission(Permission.AUDIT_VIEW)
def audit_trail(request: ClinicRequest) -> HttpResponse:
    """Who did what, newest first. Codes, no clinical text."""
    pages = Paginator(AuditEvent.objects.order_by("-sequence"), EVENTS_PER_PAGE)
    number = request.GET.get("page", "1")
    if not (number.isascii() and number.isdigit() and 0 < int(number[:9]) <= 10**8):
        raise Http404("No such page")
    if len(number) > 9 or int(number) > pages.num_pages:
        raise Http404("No such page")
    return render(request, "mesoclinic/audit.html", {"page": pages.page(int(number))})


@require_safe
@public
def healthz(request: HttpRequest) -> HttpResponse:
    """The process is alive."""
    return JsonResponse({"status": "alive"})


@require_safe
@public
def readyz(request: HttpRequest) -> HttpResponse:
    """The database can be reached, is migrated, and has all its guards."""
    try:
        problem = _problem()
    except DatabaseError:
        problem = "the database cannot be reached"
    status = "not ready" if problem else "ready"
    body = {"status": status, "problem": problem} if problem else {"status": status}
    return JsonResponse(body, status=503 if problem else 200)


def _problem() -> str:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return "migrations have not been run"
    if missing():
        return "the database lacks guards; run migrate"
    return ""


@require_safe
@public
def favicon(request: HttpRequest) -> HttpResponseBase:
    return redirect(f"{settings.STATIC_URL}favicon.svg")
