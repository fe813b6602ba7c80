"""Booking and moving a course: three dates on one page, their true days showing."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms

from mesoclinic.fields import (
    PlainTextField,
    RowField,
    TypedDateField,
    TypedTimeField,
)
from mesoclinic.forms import ClinicForm, submission_field, version_field
from mesoclinic.models import User
from mesoclinic.vocabulary import Side
from patients.models import Patient
from protocols.dates import OutOfCalendar, assess_dates, day_number
from protocols.models import Indication, ProtocolVersion
from protocols.rules import Finding
from sessions.courses.models import Course, TreatmentSession
from sessions.courses.visits import Visit, day_words, propose

Status = TreatmentSession.Status
SIDES = [(s.value, s.label.capitalize()) for s in Side if s is not Side.NONE]


@dataclass(frozen=True)
class VisitLine:
    """One line of the form: a visit's boxes, and what is to be said about its date."""

    day: int
    date: forms.BoundField
    time: forms.BoundField
    reason: forms.BoundField | None
    on: dt.date | None
    at: dt.time | None
    true_day: int | None
    finding: Finding | None
    # What is booked now, where something is.
    booked: TreatmentSession | None = None

    @property
    def is_given(self) -> bool:
        return self.booked is not None and self.booked.is_given

    @property
    def is_moved(self) -> bool:
        """Whether it is to stand elsewhere than it is booked now."""
        if self.booked is None or self.is_given:
            return False
        start = self.booked.starts_local
        return (self.on, self.at) != (start.date(), start.time())

    @property
    def true_day_text(self) -> str:
        return day_words(self.day, self.true_day)

    @property
    def is_off_target(self) -> bool:
        return self.true_day not in (None, self.day)

    @property
    def is_shown(self) -> bool:
        """Whether there are boxes yet: a follow-up has some once it is proposed."""
        boxes = (self.date, self.time)
        return self.day == 0 or any(box.value() or box.errors for box in boxes)


class VisitsForm(ClinicForm):
    """Date and time of each visit. Follow-ups left empty are proposed (R12)."""

    marks_optional = False

    def __init__(self, *args: Any, version: ProtocolVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.protocol_version = version
        self.offsets = version.follow_up_days
        self.days = (0, *self.offsets)
        for day in self.days:
            self._add_boxes(day)

    def _add_boxes(self, day: int) -> None:
        self.fields[f"day_{day}"] = TypedDateField(
            label=f"Day {day}, date",
            required=day == 0,
            widget=forms.TextInput(attrs={"data-calendar": ""}),
        )
        self.fields[f"time_{day}"] = TypedTimeField(
            label=f"Day {day}, time", required=day == 0
        )
        if day:
            self.fields[f"day_{day}_reason"] = PlainTextField(
                label=f"Why not on day {day}?", max_length=300, required=False
            )

    @property
    def are_all_shown(self) -> bool:
        """Whether every visit has its date and time: what is sent now books."""
        names = [name for day in self.days for name in (f"day_{day}", f"time_{day}")]
        return all(str(self[name].value() or "").strip() for name in names)

    def check_while_typing(self) -> None:
        """Read what is there so far; what is still empty is no error yet."""
        self.full_clean()
        for name in [name for name in self.errors if not self[name].value()]:
            del self.errors[name]

    def show_first(self) -> bool:
        """Propose follow-ups that nobody has seen yet; whether there were any.

        Whoever pressed "Show the three dates" asked to see them, even if they were
        filled in under the pressing finger.
        """
        cleaned = self.cleaned_data
        dated = all(cleaned[f"day_{d}"] and cleaned[f"time_{d}"] for d in self.days)
        if dated and "show" not in self.data:
            return False
        self.propose_follow_ups()
        return True

    def visits(self) -> list[Visit]:
        cleaned = self.cleaned_data
        return [
            Visit(
                protocol_day=day,
                on=cleaned[f"day_{day}"],
                at=cleaned[f"time_{day}"],
                reason=cleaned.get(f"day_{day}_reason", ""),
            )
            for day in self.days
        ]

    def propose_follow_ups(self, *, again: bool = False) -> None:
        """Fill in the follow-ups that are empty; all of them `again` if day 0 moved."""
        day_0 = self.cleaned_data.get("day_0")
        at = self.cleaned_data.get("time_0")
        if not (day_0 and at):
            return
        try:
            proposed = propose(day_0, at, offsets=self.offsets)
        except OutOfCalendar as error:
            self.add_error("day_0", str(error))
            return
        for visit in proposed[1:]:
            self._fill(visit.field, visit.on, again=again)
            self._fill(f"time_{visit.protocol_day}", visit.at, again=again)

    def _fill(self, name: str, value: Any, *, again: bool) -> None:
        if again or not self.data.get(name, "").strip():
            self.data[name] = self.fields[name].prepare_value(value)
            self.cleaned_data[name] = value
            self.errors.pop(name, None)

    @property
    def lines(self) -> list[VisitLine]:
        findings = {finding.field: finding for finding in self._findings()}
        return [self._line(day, findings.get(f"day_{day}")) for day in self.days]

    def _line(self, day: int, finding: Finding | None) -> VisitLine:
        on, day_0 = self._date(day), self._date(0)
        return VisitLine(
            day=day,
            date=self[f"day_{day}"],
            time=self[f"time_{day}"],
            reason=self[f"day_{day}_reason"] if day else None,
            on=on,
            at=self._typed(f"time_{day}"),
            true_day=day_number(day_0, on) if on and day_0 else None,
            finding=finding,
        )

    def _date(self, day: int) -> dt.date | None:
        return self._typed(f"day_{day}")

    def _typed(self, name: str) -> Any:
        """What a box says, also where something else is wrong with it."""
        if not self.is_bound or self.fields[name].disabled:
            return self.initial.get(name)
        try:
            return self.fields[name].clean(self.data.get(name))
        except forms.ValidationError:
            return None

    def _findings(self) -> tuple[Finding, ...]:
        day_0, *follow_ups = [self._date(day) for day in self.days]
        if day_0 is None or None in follow_ups:
            return ()
        return assess_dates(
            day_0,
            follow_ups,
            offsets=self.offsets,
            tolerance_days=self.protocol_version.tolerance_days,
        )


class BookingForm(VisitsForm):
    """A new course of one patient."""

    indication = RowField(
        queryset=Indication.objects.active().listed(), empty_label="Choose"
    )
    side = forms.ChoiceField(
        choices=SIDES,
        required=False,
        widget=forms.RadioSelect,
        help_text="The patient's own left or right. Never assumed.",
    )
    early_reason = PlainTextField(
        label="Why before the last course is evaluated?",
        max_length=300,
        required=False,
    )
    submission = submission_field()

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.patient = patient
        self.fields["clinician"] = _clinician_field(empty_label="Choose")
        self.fields["indication"].widget.choices = _grouped_indications()

    @property
    def asks_early_reason(self) -> bool:
        return "early_reason" in self.errors or bool(self["early_reason"].value())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        indication = cleaned.get("indication")
        if indication is None:
            return cleaned
        if not indication.has_side:
            cleaned["side"] = Side.NONE
        elif not cleaned.get("side"):
            self.add_error("side", "Choose the side: left, right or both.")
        return cleaned

    def booking(self) -> dict[str, Any]:
        """What the action needs."""
        names = ("indication", "side", "clinician", "early_reason", "submission")
        return {
            **{name: self.cleaned_data[name] for name in names},
            "patient": self.patient,
            "visits": self.visits(),
        }


def _clinician_field(*, empty_label: str | None) -> RowField:
    return RowField(queryset=User.objects.clinicians(), empty_label=empty_label)


def version_for(data: Mapping[str, Any]) -> ProtocolVersion | None:
    """The version whose days the form asks for: the chosen indication's, or any."""
    key = data.get("indication", "")
    if key.isascii() and key.isdigit() and len(key) < 19:
        indication = Indication.objects.active().listed().filter(pk=key).first()
        if indication is not None:
            return indication.protocol.current
    return ProtocolVersion.objects.published().order_by("-number").first()


def _grouped_indications() -> list[Any]:
    """Active indications under the names of their groups."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for indication in Indication.objects.active().listed():
        groups.setdefault(indication.group.name, []).append(
            (indication.pk, indication.name)
        )
    return [("", "Choose"), *groups.items()]


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
        self.fields["clinician"] = _clinician_field(empty_label=None)
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
