"""The checklist of a draft: what is asked at every session."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.forms import collect_errors, render_form
from mesoclinic.roles import Permission
from protocols import actions
from protocols.forms import QuestionForm
from protocols.models import ProtocolVersion, ScreeningQuestion
from protocols.views.buttons import done


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.PROTOCOL_EDIT)
def questions(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """The questions of a version, and one more."""
    version = get_object_or_404(ProtocolVersion.objects.listed(), pk=pk)
    form = QuestionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with collect_errors(
            form, by=request.user, event="question.added", target=version
        ):
            actions.add_question(version, by=request.user, **form.cleaned_data)
            messages.success(request, "Question added.")
            return redirect("protocols:questions", version.pk)
    context = {"form": form, "version": version, "questions": version.questions.all()}
    return render_form(request, "protocols/questions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.PROTOCOL_EDIT)
def question(request: ClinicRequest, pk: int) -> HttpResponseBase:
    """Word a question anew, or let a yes mean something else."""
    row = get_object_or_404(ScreeningQuestion.objects.select_related("version"), pk=pk)
    form = QuestionForm.of(row, request.POST or None)
    if request.method == "POST" and form.is_valid():
        event = "question.amended"
        with collect_errors(form, by=request.user, event=event, target=row):
            actions.amend_question(row, by=request.user, **form.cleaned_data)
            messages.success(request, "Question saved.")
            return redirect("protocols:questions", row.version_id)
    context = {"form": form, "question": row}
    return render_form(request, "protocols/question_form.html", context)


@require_POST
@require_permission(Permission.PROTOCOL_EDIT)
def question_remove(request: ClinicRequest, pk: int) -> HttpResponseBase:
    row = get_object_or_404(ScreeningQuestion, pk=pk)
    then = reverse("protocols:questions", args=[row.version_id])
    return done(request, actions.remove_question, row, then)


@require_POST
@require_permission(Permission.PROTOCOL_EDIT)
def question_move(request: ClinicRequest, pk: int, way: str) -> HttpResponseBase:
    row = get_object_or_404(ScreeningQuestion, pk=pk)
    then = f"{reverse('protocols:questions', args=[row.version_id])}#question-{row.pk}"
    return done(request, actions.move_question, row, then, up=way == "up")
