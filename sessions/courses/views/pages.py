"""The patient's page with its courses, and one course."""

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from mesoclinic import audit
from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.roles import Permission
from patients.views import open_patient
from sessions.courses.models import Course


@require_GET
@require_permission(Permission.PATIENT_VIEW)
def patient_page(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """One patient: who, allergies, courses."""
    patient = open_patient(request, pk)
    context = {
        "patient": patient,
        "courses": Course.objects.for_patient(patient).listed(),
    }
    return render(request, "patients/patient.html", context)


def open_course(request: ClinicRequest, pk: int) -> Course:
    """Return the course of a page, and record who looked."""
    course = get_object_or_404(Course.objects.listed(), pk=pk)
    if request.method == "GET":
        audit.record(
            "course.viewed", course, by=request.user, patient_id=course.patient_id
        )
    return course


@require_GET
@require_permission(Permission.COURSE_VIEW)
def course(request: ClinicRequest, pk: int) -> HttpResponseBase:
    row = open_course(request, pk)
    context = {
        "course": row,
        "patient": row.patient,
        "evaluation_due": row.evaluation_due_on(timezone.localdate()),
    }
    return render(request, "sessions/courses/course.html", context)
