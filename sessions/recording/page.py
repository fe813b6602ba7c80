"""What the page of a visit shows besides its form."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mesoclinic.access import ClinicRequest
from mesoclinic.vocabulary import Side
from protocols import drawings
from protocols.models import PointTemplate, Recipe
from sessions.courses.models import Course, TreatmentSession
from sessions.recording.forms import RecordForm
from sessions.recording.models import ConsentEvent, InjectionPoint, SessionRecord
from sessions.recording.places import sides_treated


@dataclass(frozen=True)
class Map:
    """A drawing as it is shown for one side, with the points that lie on it."""

    drawing: drawings.Drawing
    side: Side
    points: list[Any]
    ghosts: list[InjectionPoint]

    @property
    def key(self) -> str:
        """The same picture on one page: `ankle-outer-left`."""
        return f"{self.drawing.key}-{self.side}"

    @property
    def title(self) -> str:
        """`Ankle, outer side: RIGHT`, as it must not be misread."""
        side = "" if self.side == Side.NONE else f": {self.side.label.upper()}"
        return f"{self.drawing.title}{side}"

    @property
    def is_mirrored(self) -> bool:
        return self.drawing.is_sided and self.side == Side.LEFT

    @property
    def words(self) -> list[drawings.Word]:
        side = Side.LEFT if self.is_mirrored else Side.RIGHT
        return [word.on(side) for word in self.drawing.words]

    @property
    def landmarks(self) -> list[drawings.Landmark]:
        side = Side.LEFT if self.is_mirrored else Side.RIGHT
        return [landmark.on(side) for landmark in self.drawing.landmarks]


def maps(
    course: Course, points: Iterable[Any], before: SessionRecord | None = None
) -> list[Map]:
    """Every drawing of the indication, for each side that is treated.

    `points` are rows of a form or stored points: both say `spot`.
    """
    points, ghosts = list(points), _given(before)
    return [
        Map(
            drawing=drawings.get(view.view),
            side=side,
            points=_on(view.view, side, points),
            ghosts=_on(view.view, side, ghosts),
        )
        for view in course.indication.views.all()
        for side in sides_treated(Side(course.side), view.view)
    ]


def _on(view: str, side: Side, points: Iterable[Any]) -> list[Any]:
    return [
        point
        for point in points
        if point.spot and (point.spot.view, point.spot.side) == (view, side)
    ]


def _given(before: SessionRecord | None) -> list[InjectionPoint]:
    return [p for p in before.points.all() if not p.skipped] if before else []


def context_of(
    request: ClinicRequest, row: TreatmentSession, form: RecordForm
) -> dict[str, Any]:
    """Everything that the page of a draft shows."""
    before = SessionRecord.objects.before(row)
    course = row.course
    return {
        "form": form,
        "treatment_session": row,
        "patient": row.patient,
        "before": before,
        "maps": maps(course, form.point_lines, before),
        "questions": form.question_lines(before),
        "templates": PointTemplate.objects.offered_to(request.user, course.indication),
        "recipes": Recipe.objects.in_use().listed(),
        "consent": ConsentEvent.objects.latest_of(course),
    }
