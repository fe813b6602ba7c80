"""A plan and a record as typed, before anything is stored."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from mesoclinic.vocabulary import Answer, Forearm, SafetyCheck
from protocols.models import Product, StockLot
from sessions.recording.models import InjectionPoint, SessionRecord
from sessions.recording.places import Spot


@dataclass(frozen=True, kw_only=True)
class PointDraft:
    """One point as typed. `given_ml` is None until it is recorded.

    One that was copied is not `confirmed` until somebody says that it is meant.
    """

    planned_ml: Decimal
    given_ml: Decimal | None = None
    skipped: bool = False
    spot: Spot | None = None
    note: str = ""
    confirmed: bool = True


@dataclass(frozen=True, kw_only=True)
class ComponentDraft:
    """One product of the mixture as chosen; the lot may still be missing."""

    product: Product
    volume_ml: Decimal
    lot: StockLot | None = None


@dataclass(frozen=True, kw_only=True)
class Draft:
    """Everything of one visit. `answers` are by the question's key."""

    volume_per_point_ml: Decimal
    larger_zone: bool
    angle_deg: int | None
    needle_length_mm: Decimal
    points: tuple[PointDraft, ...]
    forearm: Forearm = Forearm.NOT_RECORDED
    mixture: str = ""
    components: tuple[ComponentDraft, ...] = ()
    drawn_up_ml: Decimal | None = None
    prepared_at: dt.datetime | None = None
    looks_clear: Answer = Answer.NOT_RECORDED
    answers: Mapping[int, Answer] = field(default_factory=dict)
    ticks: frozenset[SafetyCheck] = frozenset()
    pain_rest_before: int | None = None
    pain_before: int | None = None
    pain_rest_after: int | None = None
    pain_after: int | None = None
    started_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    reaction: Answer = Answer.NOT_RECORDED
    reaction_note: str = ""
    note: str = ""
    # Why a deviation was made, by the code of its finding.
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def planned_volumes(self) -> tuple[Decimal, ...]:
        return tuple(point.planned_ml for point in self.points)

    @property
    def given_volumes(self) -> tuple[Decimal, ...]:
        """What was given; where nothing is recorded yet, what is planned."""
        return tuple(
            point.given_ml or point.planned_ml
            for point in self.points
            if not point.skipped
        )

    @property
    def unplaced(self) -> tuple[int, ...]:
        return _numbers(point.spot is None for point in self.points)

    @property
    def unconfirmed(self) -> tuple[int, ...]:
        return _numbers(not point.confirmed for point in self.points)

    @property
    def unrecorded(self) -> tuple[int, ...]:
        """Points that are neither given nor skipped yet."""
        return _numbers(
            point.given_ml is None and not point.skipped for point in self.points
        )


# What a record holds as a column of its own, under the same name.
COLUMNS = (
    "volume_per_point_ml",
    "larger_zone",
    "angle_deg",
    "needle_length_mm",
    "forearm",
    "mixture",
    "drawn_up_ml",
    "prepared_at",
    "looks_clear",
    "pain_rest_before",
    "pain_before",
    "pain_rest_after",
    "pain_after",
    "started_at",
    "ended_at",
    "reaction",
    "reaction_note",
    "note",
)


def draft_of(record: SessionRecord) -> Draft:
    """Return what is stored in the form in which the rules look at it."""
    columns = {name: getattr(record, name) for name in COLUMNS}
    return Draft(
        **columns
        | {
            "forearm": Forearm(record.forearm),
            "looks_clear": Answer(record.looks_clear),
            "reaction": Answer(record.reaction),
        },
        points=tuple(map(_point, record.points_in_order)),
        components=tuple(
            ComponentDraft(product=row.product, volume_ml=row.volume_ml, lot=row.lot)
            for row in record.components.with_products()
        ),
        answers={row.question_id: Answer(row.answer) for row in record.answers.all()},
        ticks=frozenset(SafetyCheck(row.check_name) for row in record.ticks.all()),
        reasons={f.code: f.given_reason for f in record.findings.all()},
    )


def _point(point: InjectionPoint) -> PointDraft:
    return PointDraft(
        planned_ml=point.planned_ml,
        given_ml=point.given_ml,
        skipped=point.skipped,
        spot=point.spot,
        note=point.note,
        confirmed=point.confirmed,
    )


def _numbers(of: Iterable[bool]) -> tuple[int, ...]:
    return tuple(number for number, holds in enumerate(of, start=1) if holds)
