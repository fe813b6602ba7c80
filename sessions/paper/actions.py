"""Keep what was printed and handed over (R20); plan the points of a sheet again."""

import datetime as dt
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from mesoclinic import audit
from mesoclinic.models import User
from mesoclinic.sheet_codes import numbering_of
from sessions.courses.models import TreatmentSession
from sessions.paper.current import Known, Leaflet, Other, Sheet
from sessions.paper.models import LeafletIssue, PrintedPoint, SheetIssue
from sessions.recording.actions import save_draft
from sessions.recording.drafts import PointDraft, draft_of
from sessions.recording.models import InjectionPoint, SessionRecord


@transaction.atomic
def keep(papers: Collection[Leaflet | Sheet | Other], *, by: User) -> None:
    """Keep papers as printed; one that said the same before adds no row."""
    # Only what is new adds a row: whoever prints the rest waits for nobody.
    new = [p.session for p in papers if not isinstance(p, Other) and p.is_new]
    # In one order, so that two people who print the same day do not wait in a ring.
    list(TreatmentSession.objects.locked_in_order({session.pk for session in new}))
    known = Known(new)
    for paper in papers:
        if isinstance(paper, Leaflet):
            _keep_leaflet(paper, known, by=by)
        elif isinstance(paper, Sheet):
            _keep_sheet(paper, known, by=by)
        else:
            patient = paper.session.patient_id
            event = f"{paper.slug}.printed"
            audit.record(event, paper.session, by=by, patient_id=patient)


def _keep_leaflet(leaflet: Leaflet, known: Known, *, by: User) -> None:
    session, content = leaflet.session, leaflet.content
    # Somebody may have handed over the same just before.
    issued = leaflet.issued or known.issued_as(leaflet)
    is_reprint = issued is not None
    audit.record(
        "leaflet.printed",
        issued or _issue(leaflet, by=by),
        by=by,
        patient_id=session.patient_id,
        reprint=is_reprint,
        language=content.language,
        leaflet_format=content.format,
        version=content.version,
        hash=leaflet.says_hash,
    )


def _issue(leaflet: Leaflet, *, by: User) -> LeafletIssue:
    return LeafletIssue.objects.create(
        treatment_session=leaflet.session,
        language=leaflet.content.language,
        leaflet_format=leaflet.content.format,
        content=leaflet.content.as_json(),
        content_hash=leaflet.says_hash,
        issued_by=by,
    )


def _keep_sheet(sheet: Sheet, known: Known, *, by: User) -> None:
    session = sheet.session
    # Somebody may have printed the same just before.
    if sheet.is_new and not known.was_printed(session, sheet.says_hash):
        points = points_of(session)
        SheetIssue.objects.create(
            treatment_session=session,
            numbering=numbering_of(points),
            points=[_as_json(point) for point in points],
            says_hash=sheet.says_hash,
            printed_by=by,
        )
    audit.record(
        "sheet.printed",
        session,
        by=by,
        patient_id=session.patient_id,
        state=sheet.content.state.name,
        code=sheet.content.sheet_code,
    )


def points_of(treatment_session: TreatmentSession) -> list[InjectionPoint]:
    """The points of a visit in their order; none where nothing is planned."""
    record: SessionRecord | None = getattr(treatment_session, "record", None)
    return record.points_in_order if record else []


def _as_json(point: InjectionPoint) -> dict[str, Any]:
    placed = point.x is not None
    return {
        "view": point.view,
        "side": point.side,
        "x": str(point.x) if placed else None,
        "y": str(point.y) if placed else None,
        "region": point.region,
        "planned_ml": str(point.planned_ml),
    }


@transaction.atomic
def take_points_of(
    sheet: SheetIssue, *, by: User, version: int, now: dt.datetime | None = None
) -> None:
    """Plan the points that stand on a printed sheet, under the numbers they have there.

    None counts as confirmed: somebody looks at the drawing first. Raises what saving a
    draft raises.
    """
    session = sheet.treatment_session
    record = SessionRecord.objects.filter(treatment_session=session).first()
    if record is None:
        raise ValidationError("There is no plan any more. Open the visit and make one.")
    points = tuple(_planned(point) for point in sheet.in_order)
    save_draft(
        session,
        by=by,
        version=version,
        draft=replace(draft_of(record), points=points),
        unfinished=True,
        now=now,
    )
    audit.record(
        "sheet.points_taken",
        record,
        by=by,
        patient_id=session.patient_id,
        code=str(sheet),
    )


def _planned(point: PrintedPoint) -> PointDraft:
    return PointDraft(planned_ml=point.planned_ml, spot=point.spot, confirmed=False)
