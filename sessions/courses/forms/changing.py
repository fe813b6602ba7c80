"""Moving a course, calling it off, and saying what of it is not given."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import forms

from mesoclinic.fields import PlainTextField
from mesoclinic.forms import ClinicForm, version_field
from protocols.rules import Finding
from sessions.courses import offers_text
from sessions.courses.finder import Offer
from sessions.courses.forms.overbooking import OverbookingFields
from sessions.courses.forms.visits import VisitLine, VisitsForm, clinician_field
from sessions.courses.models import Course, TreatmentSession
from sessions.schedule.hours import RoomInUse

Status = TreatmentSession.Status


class MoveForm(OverbookingFields, VisitsForm):
    """The sessions of a course that are not given yet, to be moved together.

    Nothing is moved that was not shown before: `seen` has the places that the page
    showed last, and moving needs them to be those that are sent.
    """

    version = version_field()
    has_proposed = False

    def __init__(
        self, *args: Any, course: Course, rooms: Sequence[RoomInUse] = (), **kwargs: Any
    ) -> None:
        self.booked = {session.protocol_day: session for session in course.in_order}
        super().__init__(
            *args,
            initial=_initial(course),
            version=course.protocol_version,
            rooms=rooms,
            **kwargs,
        )
        # With one who left, nobody is chosen yet.
        empty = None if course.clinician.can_be_booked else "Choose"
        self.fields["clinician"] = clinician_field(empty_label=empty)
        self.given = [s.protocol_day for s in course.in_order if s.is_given]
        for day in self.given:
            self._freeze(day)

    def _line(self, day: int, finding: Finding | None) -> VisitLine:
        return replace(super()._line(day, finding), booked=self.booked[day])

    @property
    def seen(self) -> str:
        """The places that the page showed last, as it sends them back."""
        return self.data.get("seen", "") if self.is_bound else ""

    def settle_dates(self) -> bool:
        """Fill in follow-ups that are empty, and all of them where day 0 alone was
        changed since the page was shown (R14). Whether all of them have a date now.
        """
        shown, sent = self._shown_last(), self._sent()
        others = {day for day in self.days if shown.get(day) != sent.get(day)} - {0}
        is_anchor = 0 not in self.given and shown.get(0) != sent.get(0) and not others
        self.propose_follow_ups(again=is_anchor)
        self.has_proposed = not self.errors and self._sent() != sent
        return not self.errors

    def _shown_last(self) -> dict[int, tuple[Any, Any]]:
        seen = offers_text.read(self.seen)
        if seen:
            return {visit.protocol_day: (visit.on, visit.at) for visit in seen}
        return {
            day: (self.initial[f"day_{day}"], self.initial[f"time_{day}"])
            for day in self.days
        }

    def _sent(self) -> dict[int, tuple[Any, Any]]:
        cleaned = self.cleaned_data
        return {d: (cleaned[f"day_{d}"], cleaned[f"time_{d}"]) for d in self.days}

    @property
    def is_as_seen(self) -> bool:
        """Whether what is sent is what the page showed, and sent to be done."""
        if {"show", "offer"} & self.data.keys():
            return False
        if "seen" not in self.data:  # sent by no page of ours, with dates of its own
            return not self.has_proposed
        return self.seen == self._places()

    def show(self) -> None:
        """Put what is shown now where the next request finds it."""
        self.data["seen"] = self._places()

    def _places(self) -> str:
        clinician = self.cleaned_data["clinician"].pk
        visits = (
            replace(v, reason="", clinician_id=v.clinician_id or clinician)
            for v in self.visits()
        )
        return offers_text.write(Offer(visits=tuple(visits)))

    def moving(self) -> dict[str, Any]:
        """What the action needs, but for the course and who moves it."""
        return {
            "version": self.cleaned_data["version"],
            "visits": self.visits(),
            "clinician": self.cleaned_data["clinician"],
            "overbooked_reason": self.overbooking,
        }

    def _freeze(self, day: int) -> None:
        for name in (*_boxes(day), f"room_{day}", f"with_{day}"):
            if name in self.fields:
                self.fields[name].disabled = True


def _boxes(day: int) -> tuple[str, str, str]:
    return (f"day_{day}", f"time_{day}", f"day_{day}_reason")


def _initial(course: Course) -> dict[str, Any]:
    treats = course.clinician
    initial: dict[str, Any] = {
        "version": course.version,
        "clinician": treats if treats.can_be_booked else None,
    }
    for session in course.in_order:
        day, other = session.protocol_day, session.clinician
        initial[f"day_{day}"] = session.date
        initial[f"time_{day}"] = session.starts_local.time()
        initial[f"day_{day}_reason"] = session.off_target_reason
        if other != treats and other.can_be_booked:
            initial[f"with_{day}"] = other
    return initial


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


class CancelForm(ClinicForm):
    """Calling off a course before it began."""

    version = version_field()
    reason = PlainTextField(label="Why?", max_length=300, required=False)


class CloseForm(ClinicForm):
    reason = PlainTextField(
        label="Why is it closed without an evaluation?", max_length=300
    )
