"""Print what was recorded, and keep what was handed over (R20)."""

from dataclasses import replace

from django.db import transaction

from mesoclinic import audit
from mesoclinic.hashing import keyed_hash
from mesoclinic.models import User
from mesoclinic.vocabulary import LeafletFormat
from protocols.models import LeafletText
from sessions.courses.models import TreatmentSession
from sessions.paper.content import LeafletContent
from sessions.paper.documents import aftercare_leaflet
from sessions.paper.models import LeafletIssue
from sessions.paper.phrases import Phrases


@transaction.atomic
def issue_leaflet(
    treatment_session: TreatmentSession,
    *,
    by: User,
    language: str = "",
    leaflet_format: str = "",
) -> LeafletContent:
    """Return the leaflet to print, and keep it as handed over.

    Language and format are what the patient needs, unless others are asked for. Raises
    NoSuchLeaflet where the clinic has no words in the language.

    While what it says is still true, a second print is a reprint of the same words
    and times, marked as one. Once visits have moved it is a new leaflet.
    """
    TreatmentSession.objects.select_for_update().get(pk=treatment_session.pk)
    patient = treatment_session.patient
    text = text_for(language or patient.preferred_language)
    layout = LeafletFormat(leaflet_format or patient.leaflet_format)
    content = aftercare_leaflet(
        treatment_session, by=by, text=text, leaflet_format=layout
    )
    says = _says(content)
    issued = LeafletIssue.objects.latest_for(
        treatment_session, language=text.language, leaflet_format=layout
    )
    is_reprint = issued is not None and issued.content_hash == says
    if issued is not None and is_reprint:
        content = _reprint(issued, Phrases(text))
    else:
        issued = LeafletIssue.objects.create(
            treatment_session=treatment_session,
            language=text.language,
            leaflet_format=layout,
            content=content.as_json(),
            content_hash=says,
            issued_by=by,
        )
    audit.record(
        "leaflet.printed",
        issued,
        by=by,
        patient_id=treatment_session.patient_id,
        reprint=is_reprint,
        language=text.language,
        leaflet_format=layout,
        version=str(text),
        hash=says,
    )
    return content


class NoSuchLeaflet(LookupError):  # noqa: N818  it says what there is not
    """The clinic has no leaflet in that language."""


def text_for(language: str) -> LeafletText:
    """The words that are printed now in a language; raises NoSuchLeaflet."""
    try:
        return LeafletText.objects.in_force()[language]
    except KeyError:
        raise NoSuchLeaflet(language) from None


def _says(content: LeafletContent) -> str:
    """A hash over what the patient reads, not over who printed it when."""
    return keyed_hash(replace(content, printed="").as_json())


def _reprint(issue: LeafletIssue, phrases: Phrases) -> LeafletContent:
    when = issue.issued_at.astimezone(issue.treatment_session.zone)
    date, time = phrases.date(when.date()), f"{when:%H:%M}"
    return replace(
        LeafletContent.from_json(issue.content),
        reprint_of=phrases.word("reprint", date=date, time=time),
    )
