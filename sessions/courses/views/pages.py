"""The patient's page with its courses, and one course."""

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from mesoclinic import audit
from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.roles import Permission
from patients.views import open_patient
from sessions.courses.changes import last_change
from sessions.courses.models import Course
from sessions.courses.moves import OutdatedLeaflets
from sessions.courses.waiting import count_waiting, wish_of


@require_safe
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


@require_safe
@require_permission(Permission.COURSE_VIEW)
def course(
    request: ClinicRequest, pk: int, *, outdated_leaflets: OutdatedLeaflets
) -> HttpResponseBase:
    """One course: its visits, what was changed last, and what is to be done."""
    row, now = open_course(request, pk), timezone.now()
    last = last_change(row, now=now)
    context = {
        "course": row,
        "patient": row.patient,
        "evaluation_due": row.is_evaluation_due,
        "last_change": last,
        "wish": wish_of(row),
        "would_come_earlier": count_waiting(row.site, now=now, but=row)
        if last and last.freed_a_time
        else None,
        "outdated_leaflets": outdated_leaflets(row),
    }
    return render(request, "sessions/courses/course.html", context)
