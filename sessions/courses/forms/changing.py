"""Moving a course, and saying what of it is not given."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import forms

from mesoclinic.fields import PlainTextField
from mesoclinic.forms import ClinicForm, version_field
from protocols.rules import Finding
from sessions.courses.forms.visits import VisitLine, VisitsForm, clinician_field
from sessions.courses.models import Course, TreatmentSession

Status = TreatmentSession.Status


class MoveForm(VisitsForm):
    """The sessions of a course that are not given yet, to be moved together."""

    version = version_field()

    def __init__(self, *args: Any, course: Course, **kwargs: Any) -> None:
        initial = {"version": course.version, "clinician": course.clinician_id}
        for session in course.in_order:
            initial |= _shown(session)
        super().__init__(
            *args, initial=initial, version=course.protocol_version, **kwargs
        )
        self.fields["clinician"] = clinician_field(empty_label=None)
        self.booked = {session.protocol_day: session for session in course.in_order}
        for session in course.in_order:
            if session.is_given:
                self._freeze(session.protocol_day)

    def _line(self, day: int, finding: Finding | None) -> VisitLine:
        return replace(super()._line(day, finding), booked=self.booked[day])

    def show_first(self) -> bool:
        """Also when day 0 was moved and the follow-ups were left as they are (R14)."""
        changed = set(self.changed_data)
        follow_ups = {name for d in self.offsets for name in _boxes(d)}
        if changed & {"day_0", "time_0"} and not changed & follow_ups:
            self.propose_follow_ups(again=True)
            return True
        return super().show_first()

    def _freeze(self, day: int) -> None:
        for name in _boxes(day):
            if name in self.fields:
                self.fields[name].disabled = True


def _boxes(day: int) -> tuple[str, str, str]:
    return (f"day_{day}", f"time_{day}", f"day_{day}_reason")


def _shown(session: TreatmentSession) -> dict[str, Any]:
    day = session.protocol_day
    return {
        f"day_{day}": session.date,
        f"time_{day}": session.starts_local.time(),
        f"day_{day}_reason": session.off_target_reason,
    }


class SetAsideForm(ClinicForm):
    """Why a session is not given (R15)."""

    reason = PlainTextField(label="Remark", max_length=300, required=False)

    def __init__(self, *args: Any, statuses: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["status"] = forms.ChoiceField(
            label="What became of it?",
            widget=forms.RadioSelect,
            choices=[(s.value, s.label) for s in Status if s in statuses],
        )
        self.order_fields(["status", "reason"])


class CloseForm(ClinicForm):
    reason = PlainTextField(
        label="Why is it closed without an evaluation?", max_length=300
    )
