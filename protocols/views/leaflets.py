"""The leaflets: in which languages, in whose words, approved by whom."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.forms import collect_errors, render_form
from mesoclinic.roles import Permission
from protocols import actions
from protocols.forms import ApproveForm, LanguageForm, LeafletTextForm
from protocols.models import LeafletText
from protocols.views.buttons import done


@require_safe
@require_permission(Permission.PROTOCOL_VIEW)
def leaflets(request: ClinicRequest) -> HttpResponseBase:
    return _listed(request)


def _listed(
    request: ClinicRequest, form: LanguageForm | None = None
) -> HttpResponseBase:
    languages = LeafletText.objects.by_language()
    context = {
        "languages": languages,
        "form": form or LanguageForm(there={each.language for each in languages}),
    }
    return render_form(request, "protocols/leaflets.html", context)


@require_POST
@require_permission(Permission.PROTOCOL_EDIT)
def leaflet_new(request: ClinicRequest) -> HttpResponseBase:
    """Start a leaflet in a language that the clinic adds."""
    there = {each.language for each in LeafletText.objects.by_language()}
    form = LanguageForm(request.POST, there=there)
    if form.is_valid():
        with collect_errors(form, by=request.user, event="leaflet_text.drafted"):
            draft = actions.draft_leaflet(by=request.user, **form.cleaned_data)
            return redirect("protocols:leaflet_edit", draft.pk)
    return _listed(request, form)


@require_POST
@require_permission(Permission.PROTOCOL_EDIT)
def leaflet_draft(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Make a draft of the next version."""
    text = get_object_or_404(LeafletText, pk=pk)
    return done(request, actions.draft_next_leaflet, text, "protocols:leaflets")


@require_safe
@require_permission(Permission.PROTOCOL_VIEW)
def leaflet(request: ClinicRequest, pk: int) -> HttpResponseBase:
    return _shown(request, get_object_or_404(LeafletText.objects.listed(), pk=pk))


def _shown(
    request: ClinicRequest, text: LeafletText, form: ApproveForm | None = None
) -> HttpResponseBase:
    context = {
        "text": text,
        "says": text.says,
        "form": form or ApproveForm(initial={"review_on": text.usual_review}),
        "versions": LeafletText.objects.versions_of(text.language),
    }
    return render_form(request, "protocols/leaflet.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.PROTOCOL_EDIT)
def leaflet_edit(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Change the words of a draft."""
    text = get_object_or_404(LeafletText.objects.listed(), pk=pk)
    form = LeafletTextForm(request.POST or None, text=text)
    if request.method == "POST" and form.is_valid():
        with collect_errors(form, by=request.user, event="leaflet_text.amended"):
            actions.amend_leaflet(text, by=request.user, **form.says)
            messages.success(request, "Draft saved.")
            return redirect(text)
    context = {"form": form, "text": text}
    return render_form(request, "protocols/leaflet_form.html", context)


@require_POST
@require_permission(Permission.PROTOCOL_EDIT)
def leaflet_approve(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """From now on it is what is handed over in its language."""
    text = get_object_or_404(LeafletText.objects.listed(), pk=pk)
    form = ApproveForm(request.POST)
    if form.is_valid():
        with collect_errors(form, by=request.user, event="leaflet_text.approved"):
            actions.approve_leaflet(text, by=request.user, **form.cleaned_data)
            messages.success(request, f"{text.english_name}: approved.")
            return redirect("protocols:leaflets")
    return _shown(request, text, form)
