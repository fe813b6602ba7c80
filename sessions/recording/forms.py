"""Plan and record on one page: a row per point, findings beside the fields."""

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from mesoclinic.fields import (
    CountField,
    LengthField,
    PainField,
    PlainLinesField,
    PlainTextField,
    TypedDateField,
    TypedTimeField,
    VolumeField,
)
from mesoclinic.forms import ClinicForm, submission_field, version_field
from mesoclinic.typed import NotUnderstood, parse_count
from mesoclinic.vocabulary import Consent, Severity, choices
from protocols.dates import local_start
from protocols.dosing import format_ml, mean_ml, needle_depth_mm, total_ml
from protocols.rules import Finding, stands
from sessions.courses.models import TreatmentSession
from sessions.recording.assessment import (
    Draft,
    PointDraft,
    draft_of,
    findings_on,
)
from sessions.recording.models import SessionRecord

MOST_POINTS = 60
_REASON = "reason_"
_ROW = re.compile(r"(?:planned|given|skipped)_([0-9]{1,2})")


@dataclass(frozen=True)
class PointLine:
    """One row of the table of points."""

    number: int
    planned: forms.BoundField
    given: forms.BoundField
    skipped: forms.BoundField


@dataclass(frozen=True)
class FindingLine:
    """A finding, the box for its reason where it takes one, and what is in it."""

    finding: Finding
    reason_field: forms.BoundField | None
    stands: bool


@dataclass(frozen=True)
class Totals:
    """What the numbers typed so far add up to, as text."""

    points: int
    planned: str
    mean: str
    given: str
    depth: str


class RecordForm(ClinicForm):
    """Everything of one visit. `draft` is what the rules and the actions look at."""

    # What may stay empty in a draft is needed to sign.
    marks_optional = False

    version = version_field()
    points_count = CountField(label="Points", least=1, most=MOST_POINTS)
    volume_per_point_ml = VolumeField(
        label="Volume per point",
        widget=forms.TextInput(attrs={"data-unit": "mL"}),
    )
    larger_zone = forms.BooleanField(
        label="Larger zone", required=False, help_text="More points or more per point."
    )
    angle_deg = CountField(
        label="Needle angle",
        least=1,
        most=90,
        widget=forms.TextInput(attrs={"data-unit": "°"}),
    )
    needle_length_mm = LengthField(
        label="Needle's free length",
        most_mm=Decimal(40),
        widget=forms.TextInput(attrs={"data-unit": "mm"}),
    )
    mixture = PlainLinesField(
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What is injected: product, strength, volume, lot, expiry.",
    )
    consent = forms.ChoiceField(
        choices=choices(Consent), required=False, widget=forms.RadioSelect
    )
    pain_before = PainField(label="Pain on movement before, 0 to 10")
    pain_after = PainField(label="Pain on movement after, 0 to 10")
    given_on = TypedDateField(
        label="Given on",
        required=False,
        widget=forms.TextInput(attrs={"data-calendar": ""}),
    )
    ended_at = TypedTimeField(label="Ended at", required=False)
    note = PlainLinesField(
        max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(
        self,
        data: Any = None,
        *,
        treatment_session: TreatmentSession,
        record: SessionRecord | None,
    ) -> None:
        super().__init__(data, initial=_initial(treatment_session, record))
        self.record = record
        self.treatment_session = treatment_session
        self.draft: Draft | None = None
        points = record.points_in_order if record else []
        self.numbers = range(1, self._typed_count(len(points)) + 1)
        for number in self.numbers:
            self._add_point(number)
        for name in self.data:
            if name.startswith(_REASON):
                self._add_reason(name)

    def _typed_count(self, stored: int) -> int:
        if not self.is_bound:
            return stored
        try:
            return min(parse_count(self.data.get("points_count", "")), MOST_POINTS)
        except NotUnderstood:
            return 0

    def _add_point(self, number: int) -> None:
        planned = f"planned_{number}"
        self.fields[planned] = VolumeField(
            label=f"Point {number}, planned",
            widget=_cell(f"Point {number}, planned mL"),
        )
        self.fields[f"given_{number}"] = VolumeField(
            label=f"Point {number}, given",
            required=False,
            widget=_cell(f"Point {number}, given mL"),
        )
        self.fields[f"skipped_{number}"] = forms.BooleanField(
            label=f"Point {number} skipped",
            required=False,
            widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
        )
        # A row that is new, or was emptied, is planned with the volume for all.
        if self.is_bound and not self.data.get(planned, "").strip():
            self.data[planned] = self.data.get("volume_per_point_ml", "")

    def _add_reason(self, name: str) -> None:
        self.fields[name] = PlainTextField(
            label="Reason", max_length=300, required=False
        )

    def plan_all_alike(self) -> None:
        """Plan every point with the volume for all: that volume was just changed."""
        volume = self.data.get("volume_per_point_ml", "")
        try:
            self.fields["volume_per_point_ml"].clean(volume)
        except ValidationError:
            return  # half typed: the points keep theirs
        for name in list(self.data):
            if name.startswith("planned_"):
                self.data[name] = volume

    def give_as_planned(self) -> None:
        """Record what is planned as given, where nothing else was recorded."""
        for number in self.numbers:
            given, skipped = f"given_{number}", f"skipped_{number}"
            if not self.data.get(given, "").strip() and not self.data.get(skipped):
                self.data[given] = self.data[f"planned_{number}"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned["ended_at"] = self._end(cleaned)
        for number in self.numbers:
            if cleaned.get(f"given_{number}") and cleaned.get(f"skipped_{number}"):
                self.add_error(
                    f"given_{number}", "Given and skipped at once: empty one of them."
                )
        self.draft = self._draft(cleaned)
        return cleaned

    def _end(self, cleaned: dict[str, Any]) -> dt.datetime | None:
        at = cleaned.get("ended_at")
        on = cleaned.get("given_on") or self.treatment_session.booked_date
        if at is None:
            return None
        try:
            return local_start(on, at, self.treatment_session.zone)
        except ValueError as error:
            self.add_error("ended_at", str(error))
            return None

    def _draft(self, cleaned: dict[str, Any]) -> Draft | None:
        """What can be looked at so far; None until points and volume can be read."""
        points = [self._point(number, cleaned) for number in self.numbers]
        if not points or None in points:
            return None
        return Draft(
            volume_per_point_ml=cleaned.get("volume_per_point_ml") or Decimal(0),
            larger_zone=cleaned["larger_zone"],
            angle_deg=cleaned.get("angle_deg"),
            needle_length_mm=cleaned.get("needle_length_mm") or Decimal(0),
            mixture=cleaned.get("mixture", ""),
            points=tuple(point for point in points if point),
            consent=Consent(cleaned.get("consent", "")),
            pain_before=cleaned.get("pain_before"),
            pain_after=cleaned.get("pain_after"),
            ended_at=cleaned["ended_at"],
            note=cleaned.get("note", ""),
            reasons=self._reasons(cleaned),
        )

    def _point(self, number: int, cleaned: dict[str, Any]) -> PointDraft | None:
        planned = cleaned.get(f"planned_{number}")
        if planned is None:
            return None
        skipped = cleaned.get(f"skipped_{number}", False)
        given = None if skipped else cleaned.get(f"given_{number}")
        return PointDraft(planned_ml=planned, given_ml=given, skipped=skipped)

    def _reasons(self, cleaned: dict[str, Any]) -> dict[str, str]:
        return {
            name.removeprefix(_REASON): value
            for name, value in cleaned.items()
            if name.startswith(_REASON)
        }

    @property
    def shown_draft(self) -> Draft | None:
        """The draft behind the page: what was typed, or what is stored."""
        if self.is_bound:
            return self.draft
        return self.initial["stored_draft"]

    @property
    def rows_differ(self) -> bool:
        """Whether the page shows another number of points than is typed now."""
        return self.data.get("rows") != str(len(self.numbers))

    @property
    def rows_kept(self) -> list[tuple[str, str]]:
        """Points beyond the number typed, kept while `8` turns into `10` by way of `1`.

        They are hidden in the page, come back with a higher number, and are not saved.
        """
        return [
            (name, value)
            for name, value in self.data.items()
            if (row := _ROW.fullmatch(name)) and int(row[1]) > len(self.numbers)
        ]

    @property
    def point_lines(self) -> list[PointLine]:
        return [
            PointLine(n, self[f"planned_{n}"], self[f"given_{n}"], self[f"skipped_{n}"])
            for n in self.numbers
        ]

    @property
    def findings_by_field(self) -> dict[str, list[FindingLine]]:
        """What the rules say now, by the field it stands beside."""
        draft = self.shown_draft
        if draft is None:
            return {}
        lines: dict[str, list[FindingLine]] = {}
        for finding in findings_on(self.treatment_session, draft):
            lines.setdefault(finding.field, []).append(self._line(finding, draft))
        return lines

    def _line(self, finding: Finding, draft: Draft) -> FindingLine:
        takes_reason = finding.severity is Severity.REASON or finding.overridable
        if not takes_reason:
            return FindingLine(finding, None, stands(finding, draft.reasons))
        name = f"{_REASON}{finding.code}"
        if name not in self.fields:
            self._add_reason(name)
            self.initial[name] = draft.reasons.get(finding.code, "")
        return FindingLine(finding, self[name], stands(finding, draft.reasons))

    @property
    def totals(self) -> Totals | None:
        draft = self.shown_draft
        if draft is None:
            return None
        given = [point.given_ml for point in draft.points if point.given_ml]
        mean = mean_ml(draft.planned_volumes)
        angle, length = draft.angle_deg, draft.needle_length_mm
        return Totals(
            points=len(draft.points),
            planned=format_ml(total_ml(draft.planned_volumes)),
            mean=format_ml(mean.quantize(Decimal("0.01"))) if mean else "",
            given=format_ml(total_ml(given)) if given else "",
            depth=f"{needle_depth_mm(length, angle)} mm" if angle and length else "",
        )


def _cell(name: str) -> forms.TextInput:
    """A box in the table of points, where its label is not to be seen."""
    return forms.TextInput(attrs={"aria-label": name, "data-unit": "mL"})


def _initial(
    treatment_session: TreatmentSession, record: SessionRecord | None
) -> dict[str, Any]:
    if record is None:
        version = treatment_session.course.protocol_version
        return {
            "version": 0,
            "volume_per_point_ml": version.volume_per_point_ml,
            "angle_deg": version.angle_deg,
            "needle_length_mm": version.needle_length_mm,
            "given_on": treatment_session.booked_date,
            "stored_draft": None,
        }
    return _initial_from(treatment_session, record)


def _initial_from(
    treatment_session: TreatmentSession, record: SessionRecord
) -> dict[str, Any]:
    names = (
        "version",
        "volume_per_point_ml",
        "larger_zone",
        "angle_deg",
        "needle_length_mm",
        "mixture",
        "consent",
        "pain_before",
        "pain_after",
        "note",
    )
    initial = {name: getattr(record, name) for name in names}
    points = record.points_in_order
    ended = record.ended_at and record.ended_at.astimezone(treatment_session.zone)
    initial |= {
        "points_count": len(points),
        "given_on": ended.date() if ended else treatment_session.booked_date,
        "ended_at": ended.time() if ended else None,
        "stored_draft": draft_of(record),
    }
    for point in points:
        initial[f"planned_{point.number}"] = point.planned_ml
        initial[f"given_{point.number}"] = point.given_ml
        initial[f"skipped_{point.number}"] = point.skipped
    return initial


class SignForm(ClinicForm):
    """The signature: the password, unless it was typed in the last 15 minutes."""

    version = version_field()
    password = forms.CharField(
        label="Your password",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text="Asked again because the last time is more than 15 minutes ago.",
    )

    def __init__(self, *args: Any, asks_password: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_password:
            del self.fields["password"]


class AmendForm(ClinicForm):
    submission = submission_field()
    text = PlainLinesField(
        label="What is to be added or put right",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    reason = PlainTextField(label="Why", max_length=300)
