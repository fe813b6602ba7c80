"""The clinic's details, as an admin edits them."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.forms import collect_errors, render_form
from mesoclinic.roles import Permission
from sessions.schedule import actions
from sessions.schedule.forms import SiteForm
from sessions.schedule.models import Site


@require_http_methods(["GET", "POST"])
@require_permission(Permission.CLINIC_EDIT)
def clinic(request: ClinicRequest) -> HttpResponseBase:
    site = Site.objects.main() or Site()
    shown = {name: getattr(site, name) for name in actions.DETAILS} if site.pk else {}
    form = SiteForm(request.POST or None, initial=shown)
    if request.method == "POST" and form.is_valid():
        with collect_errors(form, by=request.user, event="site.saved"):
            actions.save_site(site, by=request.user, **form.cleaned_data)
            messages.success(request, "Saved.")
            return redirect("clinic")
    return render_form(request, "sessions/schedule/clinic.html", {"form": form})
