"""Plan and record on one page: a row per point, findings beside the fields."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.utils import timezone

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
from mesoclinic.forms import ClinicForm, version_field
from mesoclinic.typed import NotUnderstood, format_date, parse_count
from mesoclinic.vocabulary import Answer, Forearm, SafetyCheck, Severity, choices
from protocols.dates import local_start
from protocols.dosing import format_mg, format_ml, mean_ml, needle_depth_mm, total_ml
from protocols.models import Recipe, StockLot
from protocols.rules import Finding, stands
from sessions.courses.models import TreatmentSession
from sessions.recording.assessment import findings_on
from sessions.recording.drafts import (
    COLUMNS,
    ComponentDraft,
    Draft,
    PointDraft,
    draft_of,
)
from sessions.recording.forms import checklist, components, points
from sessions.recording.models import SessionRecord
from sessions.recording.places import Spot

_REASON = "reason_"
# Where findings stand, besides beside each question and each tick.
_ANCHORS = (
    "side",
    "points_count",
    "volume_per_point_ml",
    "angle_deg",
    "forearm",
    "components_count",
    "drawn_up_ml",
    "looks_clear",
    "mixture",
    "consent",
)
_TIMES = ("prepared_at", "started_at", "ended_at")


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
    mixed: str
    masses: tuple[str, ...]


class RecordForm(ClinicForm):
    """Everything of one visit. `draft` is what the rules and the actions look at."""

    # What may stay empty in a draft is needed to sign.
    marks_optional = False

    version = version_field()
    points_count = CountField(label="Points", least=1, most=points.MOST_POINTS)
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
    forearm = forms.ChoiceField(
        label="How the forearm lies",
        choices=[pair for pair in choices(Forearm) if pair[0]],
        required=False,
        widget=forms.RadioSelect,
    )
    components_count = CountField(
        most=components.MOST_COMPONENTS,
        required=False,
        widget=forms.HiddenInput,
        label="",
    )
    drawn_up_ml = VolumeField(
        label="Drawn up in all",
        required=False,
        widget=forms.TextInput(attrs={"data-unit": "mL"}),
    )
    prepared_at = TypedTimeField(label="Prepared at", required=False)
    looks_clear = checklist.yes_or_no("Looks clear")
    mixture = PlainLinesField(
        label="About the mixture",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    pain_rest_before = PainField(label="Pain at rest before, 0 to 10")
    pain_before = PainField(label="Pain on movement before, 0 to 10")
    pain_rest_after = PainField(label="Pain at rest after, 0 to 10")
    pain_after = PainField(label="Pain on movement after, 0 to 10")
    given_on = TypedDateField(
        label="Given on",
        required=False,
        widget=forms.TextInput(attrs={"data-calendar": ""}),
    )
    started_at = TypedTimeField(label="Started at", required=False)
    ended_at = TypedTimeField(label="Ended at", required=False)
    reaction = checklist.yes_or_no("Immediate reaction")
    reaction_note = PlainTextField(
        label="Which reaction", max_length=300, required=False
    )
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
        self.course = treatment_session.course
        self.treatment_session = treatment_session
        self.record = record
        # Asked for here once, and by the rules each time that they look.
        prefetch_related_objects(
            [self.course], "protocol_version__questions", "indication__views"
        )
        self.questions = list(self.course.protocol_version.questions.all())
        super().__init__(data, initial=_initial(treatment_session, record))
        self.draft: Draft | None = None
        stored: Draft | None = self.initial["stored_draft"]
        self.shelf = components.Shelf(stored.components if stored else ())
        self._add_points(len(stored.points) if stored else 0)
        self._add_components(len(stored.components) if stored else 0)
        checklist.add_fields(
            self, self.questions, has_side=self.course.indication.has_side
        )
        if not self.course.indication.asks_forearm:
            del self.fields["forearm"]
        for name in self.data:
            if name.startswith(_REASON):
                self._add_reason(name)

    def _typed_count(self, name: str, stored: int, *, most: int) -> int:
        if not self.is_bound:
            return stored
        try:
            return min(parse_count(self.data.get(name, "")), most)
        except NotUnderstood:
            return 0

    def _add_points(self, stored: int) -> None:
        count = self._typed_count("points_count", stored, most=points.MOST_POINTS)
        self.numbers = range(1, count + 1)
        for number in self.numbers:
            points.add_fields(self, number)
            planned = f"planned_{number}"
            # A row that is new, or was emptied, is planned with the volume for all.
            if self.is_bound and not self.data.get(planned, "").strip():
                self.data[planned] = self.data.get("volume_per_point_ml", "")

    def _add_components(self, stored: int) -> None:
        """One row more than there are, so that another can be added without script."""
        most = components.MOST_COMPONENTS
        count = self._typed_count("components_count", min(stored + 1, most), most=most)
        self.component_numbers = range(1, count + 1)
        for number in self.component_numbers:
            components.add_fields(self, number, self.shelf)

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

    @property
    def volume_for_all(self) -> Decimal:
        """The volume typed for all points, or the protocol's where it is unreadable."""
        try:
            typed = self.data.get("volume_per_point_ml", "")
            return self.fields["volume_per_point_ml"].clean(typed)
        except ValidationError:
            return self.course.protocol_version.volume_per_point_ml

    def fail(self, name: str, message: str) -> None:
        """Refuse what a button asked for, beside its field."""
        self.is_valid()
        self.add_error(name, message)

    def give_as_planned(self) -> None:
        """Record what is planned as given, where nothing else was recorded."""
        self._end_now()
        for number in self.numbers:
            given, skipped = f"given_{number}", f"skipped_{number}"
            if not self.data.get(given, "").strip() and not self.data.get(skipped):
                self.data[given] = self.data[f"planned_{number}"]
                self.data[f"confirmed_{number}"] = "on"

    def _end_now(self) -> None:
        """An end that nobody typed is now, on the day itself; the review shows it."""
        here = timezone.now().astimezone(self.treatment_session.zone)
        booked = format_date(self.treatment_session.booked_date)
        day = self.data.get("given_on", "").strip() or booked
        if (
            day == format_date(here.date())
            and not self.data.get("ended_at", "").strip()
        ):
            self.data["ended_at"] = f"{here:%H:%M}"

    def put_points(self, drafts: Iterable[PointDraft]) -> None:
        """Show these points in place of those typed: copied, or of a template."""
        for name in [name for name in self.data if points.ROW.fullmatch(name)]:
            del self.data[name]
        count = 0
        for count, point in enumerate(drafts, start=1):
            row = points.initial_of(count, point)
            self.data.update(self._as_typed(row, points.add_fields, count))
        self.data["points_count"] = str(count)
        self.numbers = range(1, count + 1)

    def put_components(self, parts: Iterable[ComponentDraft]) -> None:
        """Show this mixture in place of the one typed, with one empty row."""
        for name in [name for name in self.data if components.ROW.fullmatch(name)]:
            del self.data[name]
        count = 0
        for count, part in enumerate(parts, start=1):
            for name, value in components.initial_of(count, part).items():
                self.data[name] = str(value)
        self.data["components_count"] = str(min(count + 1, components.MOST_COMPONENTS))
        self._add_components(count)

    def put_lot(self, lot: StockLot) -> None:
        """Choose a lot where its product is, or in the first empty row."""
        for number in self.component_numbers:
            product = self.data.get(f"product_{number}", "")
            if product in ("", str(lot.product_id)):
                self.data[f"product_{number}"] = str(lot.product_id)
                self.data[f"lot_{number}"] = str(lot.pk)
                return

    def use_recipe(self, recipe: Recipe) -> None:
        """Fill the mixture from a recipe; the lots are still to be chosen."""
        self.put_components(
            ComponentDraft(product=part.product, volume_ml=part.volume_ml)
            for part in recipe.components.all()
        )
        total = total_ml([part.volume_ml for part in recipe.components.all()])
        self.data["drawn_up_ml"] = f"{total.normalize():f}"

    def _as_typed(self, row: dict[str, Any], add: Any, number: int) -> dict[str, str]:
        add(self, number)
        shown = {}
        for name, value in row.items():
            if value is True:
                shown[name] = "on"
            elif value not in (False, None, ""):
                shown[name] = str(self.fields[name].prepare_value(value))
        return shown

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in _TIMES:
            cleaned[name] = self._moment(name, cleaned)
        for number in self.numbers:
            if cleaned.get(f"given_{number}") and cleaned.get(f"skipped_{number}"):
                self.add_error(
                    f"given_{number}", "Given and skipped at once: empty one of them."
                )
        self.draft = self._draft(cleaned)
        return cleaned

    def _moment(self, name: str, cleaned: dict[str, Any]) -> dt.datetime | None:
        at = cleaned.get(name)
        on = cleaned.get("given_on") or self.treatment_session.booked_date
        if at is None:
            return None
        try:
            return local_start(on, at, self.treatment_session.zone)
        except ValueError as error:
            self.add_error(name, str(error))
            return None

    def _draft(self, cleaned: dict[str, Any]) -> Draft | None:
        """What can be looked at so far; None until points and volume can be read."""
        rows = [points.draft(number, cleaned) for number in self.numbers]
        parts = [components.draft(self, number) for number in self.component_numbers]
        if not rows or None in rows:
            return None
        columns = {name: cleaned[name] for name in COLUMNS if name in cleaned}
        return Draft(
            **columns
            | {
                "volume_per_point_ml": cleaned.get("volume_per_point_ml") or Decimal(0),
                "needle_length_mm": cleaned.get("needle_length_mm") or Decimal(0),
                "larger_zone": cleaned["larger_zone"],
                "angle_deg": cleaned.get("angle_deg"),
                "forearm": Forearm(cleaned.get("forearm") or ""),
                "looks_clear": Answer(cleaned.get("looks_clear") or ""),
                "reaction": Answer(cleaned.get("reaction") or ""),
            },
            points=tuple(row for row in rows if row),
            components=tuple(part for part in parts if part),
            answers=checklist.answers(self.questions, cleaned),
            ticks=checklist.ticks(cleaned),
            reasons=self._reasons(cleaned),
        )

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
            if (row := points.ROW.fullmatch(name)) and int(row[1]) > len(self.numbers)
        ]

    @property
    def point_lines(self) -> list[points.PointLine]:
        return [points.line(self, n, spot=self._spot(n)) for n in self.numbers]

    def _spot(self, number: int) -> Spot | None:
        if self.is_bound:
            return points.spot(number, getattr(self, "cleaned_data", {}))
        return self.initial["stored_draft"].points[number - 1].spot

    @property
    def component_lines(self) -> list[components.ComponentLine]:
        return [
            components.ComponentLine(
                n, self[f"product_{n}"], self[f"volume_{n}"], self[f"lot_{n}"]
            )
            for n in self.component_numbers
        ]

    def lots_asked_by(self, trigger: str | None) -> forms.BoundField | None:
        """The lots of the row whose product was just chosen."""
        for line in self.component_lines:
            if line.product.html_name == trigger:
                return line.lot
        return None

    @property
    def tick_fields(self) -> list[forms.BoundField]:
        has_side = self.course.indication.has_side
        return [self[f"tick_{check}"] for check in checklist.checks(has_side=has_side)]

    def question_lines(
        self, before: SessionRecord | None
    ) -> list[checklist.QuestionLine]:
        """The checklist, with what was answered at the visit before beside it."""
        then = {a.question_id: a for a in before.answers.all()} if before else {}
        return [
            checklist.QuestionLine(
                question,
                self[checklist.name_of(question)],
                then[question.pk].get_answer_display() if question.pk in then else "",
            )
            for question in self.questions
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

    @property
    def findings_anchored(self) -> list[tuple[str, list[FindingLine]]]:
        """Every place on the page where findings stand, with those that do now."""
        found = self.findings_by_field
        return [(name, found.get(name, [])) for name in self._anchors]

    @property
    def _anchors(self) -> list[str]:
        questions = [checklist.name_of(question) for question in self.questions]
        ticks = [field.name for field in self.tick_fields]
        return [*_ANCHORS, *questions, *ticks]

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
        return totals_of(draft) if draft else None


def totals_of(draft: Draft) -> Totals:
    """What a draft adds up to: arithmetic on what was typed, no judgement."""
    given = [point.given_ml for point in draft.points if point.given_ml]
    mean = mean_ml(draft.planned_volumes)
    angle, length = draft.angle_deg, draft.needle_length_mm
    mixed = total_ml([part.volume_ml for part in draft.components])
    return Totals(
        points=len(draft.points),
        planned=format_ml(total_ml(draft.planned_volumes)),
        mean=format_ml(mean.quantize(Decimal("0.01"))) if mean else "",
        given=format_ml(total_ml(given)) if given else "",
        depth=f"{needle_depth_mm(length, angle)} mm" if angle and length else "",
        mixed=format_ml(mixed) if draft.components else "",
        masses=tuple(map(_mass, draft.components)),
    )


def _mass(part: ComponentDraft) -> str:
    strength = part.product.strength_mg_per_ml
    if strength is None:
        return f"{part.product.name}: strength not in mg/mL"
    mass = format_mg(part.volume_ml * strength)
    return f"{part.product.name}: {mass} in {format_ml(part.volume_ml)}"


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
            "components_count": 1,
            "stored_draft": None,
        }
    return _initial_from(treatment_session, record)


def _initial_from(
    treatment_session: TreatmentSession, record: SessionRecord
) -> dict[str, Any]:
    draft = draft_of(record)
    initial = {name: getattr(record, name) for name in ("version", *COLUMNS)}
    for name in _TIMES:
        at = initial[name]
        initial[name] = at and at.astimezone(treatment_session.zone).time()
    ended = record.ended_at and record.ended_at.astimezone(treatment_session.zone)
    initial |= {
        "points_count": len(draft.points),
        "components_count": min(len(draft.components) + 1, components.MOST_COMPONENTS),
        "given_on": ended.date() if ended else treatment_session.booked_date,
        "stored_draft": draft,
    }
    for number, point in enumerate(draft.points, start=1):
        initial |= points.initial_of(number, point)
    for number, part in enumerate(draft.components, start=1):
        initial |= components.initial_of(number, part)
    initial |= {f"answer_{key}": answer for key, answer in draft.answers.items()}
    initial |= {f"tick_{check}": check in draft.ticks for check in SafetyCheck}
    return initial
