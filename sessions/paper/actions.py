"""Print what was recorded, and keep what was handed over (R20)."""

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db import transaction

from mesoclinic import audit
from mesoclinic.hashing import keyed_hash
from mesoclinic.models import User
from mesoclinic.sheet_codes import numbering_of
from mesoclinic.vocabulary import LeafletFormat
from protocols.models import LeafletText
from sessions.courses.models import TreatmentSession
from sessions.paper.content import LeafletContent, SheetContent
from sessions.paper.documents import aftercare_leaflet
from sessions.paper.models import LeafletIssue, PrintedPoint, SheetIssue
from sessions.paper.phrases import Phrases
from sessions.recording.actions import save_draft
from sessions.recording.drafts import PointDraft, draft_of
from sessions.recording.models import InjectionPoint, SessionRecord


class NoSuchLeaflet(LookupError):  # noqa: N818  it says what there is not
    """The clinic has no leaflet in that language."""


@dataclass(frozen=True)
class LeafletToHandOver:
    """What a leaflet says now, and a hash of it but for the mark of a reprint."""

    content: LeafletContent
    says: str


def leaflet_now(
    treatment_session: TreatmentSession,
    *,
    language: str = "",
    leaflet_format: str = "",
) -> LeafletToHandOver:
    """Return the leaflet that printing now would give; writes nothing.

    Language and format are what the patient needs, unless others are asked for. Raises
    NoSuchLeaflet where the clinic has no words in the language.

    While what it says is still true, a second print is a reprint of the same words
    and times, marked as one. Once visits have moved it is a new leaflet.
    """
    patient = treatment_session.patient
    text = text_for(language or patient.preferred_language)
    layout = LeafletFormat(leaflet_format or patient.leaflet_format)
    content = aftercare_leaflet(treatment_session, text=text, leaflet_format=layout)
    says = _says(content)
    issued = LeafletIssue.objects.latest_for(
        treatment_session, language=text.language, leaflet_format=layout
    )
    if issued is None or issued.content_hash != says:
        return LeafletToHandOver(content, says)
    return LeafletToHandOver(_reprint(issued, Phrases(text)), says)


@transaction.atomic
def keep_leaflet(
    treatment_session: TreatmentSession, leaflet: LeafletToHandOver, *, by: User
) -> None:
    """Keep a leaflet as handed over; one that said the same before is a reprint."""
    TreatmentSession.objects.select_for_update().get(pk=treatment_session.pk)
    content = leaflet.content
    issued = LeafletIssue.objects.latest_for(
        treatment_session, language=content.language, leaflet_format=content.format
    )
    is_reprint = issued is not None and issued.content_hash == leaflet.says
    if issued is None or not is_reprint:
        issued = LeafletIssue.objects.create(
            treatment_session=treatment_session,
            language=content.language,
            leaflet_format=content.format,
            content=content.as_json(),
            content_hash=leaflet.says,
            issued_by=by,
        )
    audit.record(
        "leaflet.printed",
        issued,
        by=by,
        patient_id=treatment_session.patient_id,
        reprint=is_reprint,
        language=content.language,
        leaflet_format=content.format,
        version=content.version,
        hash=leaflet.says,
    )


@transaction.atomic
def keep_sheet(
    treatment_session: TreatmentSession, content: SheetContent, *, by: User
) -> None:
    """Keep that a sheet was printed, in which state, and what its numbers stand for."""
    points = points_of(treatment_session)
    SheetIssue.objects.get_or_create(
        treatment_session=treatment_session,
        numbering=numbering_of(points),
        defaults={"points": [_as_json(point) for point in points], "printed_by": by},
    )
    audit.record(
        "sheet.printed",
        treatment_session,
        by=by,
        patient_id=treatment_session.patient_id,
        state=content.state.name,
        code=content.sheet_code,
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
    record = SessionRecord.objects.get(treatment_session=session)
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
    planned_ml = Decimal(point.planned_ml)
    return PointDraft(planned_ml=planned_ml, spot=point.spot, confirmed=False)


def text_for(language: str) -> LeafletText:
    """The words that are printed now in a language; raises NoSuchLeaflet."""
    try:
        return LeafletText.objects.in_force()[language]
    except KeyError:
        raise NoSuchLeaflet(language) from None


def _says(content: LeafletContent) -> str:
    """A hash over what the patient reads."""
    return keyed_hash(content.as_json())


def _reprint(issue: LeafletIssue, phrases: Phrases) -> LeafletContent:
    when = issue.issued_at.astimezone(issue.treatment_session.zone)
    date, time = phrases.date(when.date()), f"{when:%H:%M}"
    return replace(
        LeafletContent.from_json(issue.content),
        reprint_of=phrases.word("reprint", date=date, time=time),
    )
