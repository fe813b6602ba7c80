"""The evaluation of a course."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.forms import collect_errors, render_form
from mesoclinic.roles import Permission
from sessions.courses.views import open_course
from sessions.outcomes import actions
from sessions.outcomes.forms import EvaluationForm
from sessions.recording.models import SessionRecord


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.EVALUATION_EDIT)
def evaluate(request: ClinicRequest, pk: int) -> HttpResponseBase:
    course = open_course(request, pk)
    form = EvaluationForm(
        request.POST or None,
        movement=course.indication.movement,
        initial={"pain_then": SessionRecord.objects.first_pain(course)},
    )
    if request.method == "POST" and form.is_valid():
        with collect_errors(
            form,
            by=request.user,
            event="course.evaluated",
            target=course,
            patient_id=course.patient_id,
        ):
            actions.evaluate(course, by=request.user, **form.cleaned_data)
            messages.success(request, "Evaluated. The course is closed.")
            return redirect(course)
    context = {"form": form, "course": course, "patient": course.patient}
    return render_form(request, "sessions/outcomes/evaluate.html", context)
