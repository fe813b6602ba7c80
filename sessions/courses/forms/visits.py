"""Dates and times of a course on one page: typed, proposed, their true days showing."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from mesoclinic.fields import PlainTextField, RowField, TypedDateField, TypedTimeField
from mesoclinic.forms import ClinicForm
from mesoclinic.models import User
from protocols.dates import OutOfCalendar, assess_dates, day_number
from protocols.models import ProtocolVersion
from protocols.rules import Finding
from sessions.courses import offers_text
from sessions.courses.models import TreatmentSession
from sessions.courses.visits import Visit, day_words, propose
from sessions.schedule.hours import RoomInUse


def clinician_field(*, empty_label: str | None) -> RowField:
    return RowField(queryset=User.objects.clinicians(), empty_label=empty_label)


@dataclass(frozen=True)
class VisitLine:
    """One line of the form: a visit's boxes, and what is to be said about its date."""

    day: int
    date: forms.BoundField
    time: forms.BoundField
    room: forms.BoundField
    other_clinician: forms.BoundField
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
    broken_offer = False

    def __init__(
        self,
        *args: Any,
        version: ProtocolVersion,
        rooms: Sequence[RoomInUse] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.protocol_version = version
        self.offsets = version.follow_up_days
        self.days = (0, *self.offsets)
        self.has_rooms = bool(rooms)
        for day in self.days:
            self._add_boxes(day, rooms)
        if self.is_bound and self.data.get("offer"):
            self._take_offer(self.data["offer"])

    def _take_offer(self, text: str) -> None:
        """Fill in the boxes from the offer whose button was pressed."""
        visits = offers_text.read(text)
        if visits is None or tuple(v.protocol_day for v in visits) != self.days:
            self.broken_offer = True
            return
        first = visits[0].clinician_id
        self.data["clinician"] = str(first or self.data.get("clinician", ""))
        for visit in visits:
            another = visit.clinician_id if visit.clinician_id != first else None
            self._set(f"day_{visit.protocol_day}", visit.on)
            self._set(f"time_{visit.protocol_day}", visit.at)
            self._set(f"room_{visit.protocol_day}", visit.room_id)
            self._set(f"with_{visit.protocol_day}", another)
            self._set(f"day_{visit.protocol_day}_reason", visit.reason)

    def _set(self, name: str, value: Any) -> None:
        if name in self.fields:
            shown = "" if value is None else self.fields[name].prepare_value(value)
            self.data[name] = str(shown)

    def clean(self) -> dict[str, Any]:
        if self.broken_offer:
            raise forms.ValidationError("Choose one of the courses again.")
        return super().clean() or self.cleaned_data

    def _add_boxes(self, day: int, rooms: Sequence[RoomInUse]) -> None:
        self.fields[f"day_{day}"] = TypedDateField(
            label=f"Day {day}, date",
            required=day == 0,
            widget=forms.TextInput(attrs={"data-calendar": ""}),
        )
        self.fields[f"time_{day}"] = TypedTimeField(
            label=f"Day {day}, time", required=day == 0
        )
        self.fields[f"room_{day}"] = forms.ChoiceField(
            label="Room",
            required=False,
            choices=[("", "Any free room"), *((str(r.pk), r.name) for r in rooms)],
        )
        # Somebody other than the course's clinician; only an offer fills it in.
        self.fields[f"with_{day}"] = RowField(
            queryset=User.objects.clinicians(),
            required=False,
            widget=forms.HiddenInput,
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
                room_id=int(cleaned[f"room_{day}"]) if cleaned[f"room_{day}"] else None,
                clinician_id=getattr(cleaned[f"with_{day}"], "pk", None),
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
            room=self[f"room_{day}"],
            other_clinician=self[f"with_{day}"],
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
            return self.fields[name].clean(self[name].data)
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
