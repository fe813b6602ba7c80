"""Find, register and change patients; their allergies."""

from contextlib import AbstractContextManager

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from mesoclinic import audit
from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.forms import ClinicForm, collect_errors, render_form
from mesoclinic.roles import Permission
from mesoclinic.sheet_codes import SheetCode
from patients import actions, finder
from patients.forms import (
    AllergyCloseForm,
    AllergyForm,
    AllergyStateForm,
    PatientEditForm,
    RegistrationForm,
)
from patients.models import Allergy, Patient

FOUND_AT_MOST = 50
LONGEST_SEARCH = 200


def open_patient(request: ClinicRequest, pk: int) -> Patient:
    """Return the patient of a page, and record who looked."""
    patient = get_object_or_404(Patient.objects.with_allergies(), pk=pk)
    if request.method == "GET":
        audit.record("patient.viewed", patient, by=request.user, patient_id=patient.pk)
    return patient


@require_safe
@require_permission(Permission.PATIENT_VIEW)
def find(request: ClinicRequest) -> HttpResponseBase:
    """Find patients by anything on a card or said on the phone; visits by a sheet."""
    text = request.GET.get("q", "")[:LONGEST_SEARCH]
    if code := _sheet_code(request, text):
        return redirect("sessions:sheet_of_code", code)
    found = list(Patient.objects.search(text, at_most=FOUND_AT_MOST + 1))
    audit.record("patients.searched", by=request.user, found=len(found))
    context = {
        "q": text,
        "patients": found[:FOUND_AT_MOST],
        "more": len(found) > FOUND_AT_MOST,
        "recent": [] if text else Patient.objects.recent(),
        "resembling": [] if found else Patient.objects.resembling(text),
    }
    return render(request, "patients/find.html", context)


@require_safe
@require_permission(Permission.PATIENT_VIEW)
def quick(request: ClinicRequest) -> HttpResponseBase:
    """Find while typing. Not in the audit trail: who is opened then, is."""
    text = request.GET.get("q", "")[:LONGEST_SEARCH]
    if code := _sheet_code(request, text):
        return render(request, "patients/_quick_sheet.html", {"code": code})
    found = finder.look_up(text, by=request.user)
    return render(request, "patients/_quick.html", {"q": text, "found": found})


def _sheet_code(request: ClinicRequest, text: str) -> SheetCode | None:
    """The code of a session sheet, for those who may see what it leads to."""
    return SheetCode.read(text) if request.user.can(Permission.RECORD_VIEW) else None


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.PATIENT_EDIT)
def register(request: ClinicRequest) -> HttpResponseBase:
    form = RegistrationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with collect_errors(form, by=request.user, event="patient.registered"):
            patient = actions.register(
                by=request.user,
                submission=form.cleaned_data["submission"],
                **form.details(),
            )
            messages.success(request, f"Registered as {patient.number_spaced}.")
            return redirect(patient)
    return render_form(request, "patients/register.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.PATIENT_EDIT)
def edit(request: ClinicRequest, pk: int) -> HttpResponseBase:
    patient = open_patient(request, pk)
    shown = {name: getattr(patient, name) for name in actions.DETAILS}
    form = PatientEditForm(
        request.POST or None, initial={**shown, "version": patient.version}
    )
    if request.method == "POST" and form.is_valid():
        with _refusals(form, request, patient, "patient.amended"):
            actions.amend(
                patient,
                by=request.user,
                version=form.cleaned_data["version"],
                **form.details(),
            )
            messages.success(request, "Saved.")
            return redirect(patient)
    context = {"form": form, "patient": patient}
    return render_form(request, "patients/edit.html", context)


def _refusals(
    form: ClinicForm, request: ClinicRequest, patient: Patient, event: str
) -> AbstractContextManager[None]:
    return collect_errors(
        form, by=request.user, event=event, target=patient, patient_id=patient.pk
    )


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.ALLERGY_EDIT)
def allergies(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Record an allergy; below it, those in force and those closed."""
    patient = open_patient(request, pk)
    form = AllergyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with _refusals(form, request, patient, "allergy.recorded"):
            actions.record_allergy(patient, by=request.user, **form.cleaned_data)
            messages.success(request, "Allergy recorded.")
            return redirect("patients:allergies", patient.pk)
    context = {
        "form": form,
        "patient": patient,
        "state_form": AllergyStateForm(initial={"state": patient.allergy_statement}),
        "closed": patient.allergies.closed(),
    }
    return render_form(request, "patients/allergies.html", context)


@require_POST
@require_permission(Permission.ALLERGY_EDIT)
def allergies_state(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """State that there are no known allergies, or that nobody could say."""
    patient = open_patient(request, pk)
    form = AllergyStateForm(request.POST)
    if form.is_valid():
        with _refusals(form, request, patient, "allergies.stated"):
            actions.state_allergies(patient, by=request.user, **form.cleaned_data)
            messages.success(request, "Saved.")
            return redirect("patients:allergies", patient.pk)
    context = {
        "form": AllergyForm(),
        "patient": patient,
        "state_form": form,
        "closed": patient.allergies.closed(),
    }
    return render(request, "patients/allergies.html", context, status=form.http_status)


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.ALLERGY_EDIT)
def allergy_close(request: ClinicRequest, pk: int, allergy_pk: int) -> HttpResponseBase:
    patient = open_patient(request, pk)
    allergy = get_object_or_404(Allergy, pk=allergy_pk, patient=patient)
    form = AllergyCloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with _refusals(form, request, patient, "allergy.closed"):
            actions.close_allergy(allergy, by=request.user, **form.cleaned_data)
            messages.success(request, "Allergy closed. It stays on record.")
            return redirect("patients:allergies", patient.pk)
    context = {"form": form, "patient": patient, "allergy": allergy}
    return render_form(request, "patients/allergy_close.html", context)
