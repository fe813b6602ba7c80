"""What the page of a visit shows besides its form."""

from collections.abc import Iterable
from typing import Any, Protocol

from mesoclinic.access import ClinicRequest
from mesoclinic.vocabulary import Side
from protocols import drawings
from protocols.maps import Map, Mark, PointState
from protocols.models import PointTemplate, Recipe
from sessions.courses.models import Course, TreatmentSession
from sessions.recording.forms import RecordForm
from sessions.recording.forms.points import blank
from sessions.recording.models import ConsentEvent, InjectionPoint, SessionRecord
from sessions.recording.places import Spot, sides_treated


class Placeable(Protocol):
    """A point of a form or of the database: both say where it is, and its state."""

    @property
    def number(self) -> int: ...
    @property
    def spot(self) -> Spot | None: ...
    @property
    def state(self) -> PointState: ...


def maps(
    course: Course, points: Iterable[Placeable], before: SessionRecord | None = None
) -> list[Map]:
    """Every drawing of the indication, for each side that is treated.

    `before` is the visit whose points lie underneath.
    """
    points, ghosts = list(points), _given(before)
    return [
        Map(
            drawing=drawings.get(view.view),
            side=side,
            marks=_on(view.view, side, points),
            ghosts=_on(view.view, side, ghosts),
        )
        for view in course.indication.views.all()
        for side in sides_treated(Side(course.side), view.view)
    ]


def _on(view: str, side: Side, points: Iterable[Placeable]) -> tuple[Mark, ...]:
    return tuple(
        Mark(
            number=point.number,
            x=spot.x,
            y=spot.y,
            state=point.state,
            name=f"Point {point.number}, {spot.region}, {point.state.label}",
        )
        for point in points
        if (spot := point.spot) and (spot.view, spot.side) == (view, side)
    )


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
        "blank_line": blank(),
        "questions": form.question_lines(before),
        "templates": PointTemplate.objects.offered_to(request.user, course.indication),
        "recipes": Recipe.objects.in_use().listed(),
        "consent": ConsentEvent.objects.latest_of(course),
    }
