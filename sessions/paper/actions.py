"""Print what was recorded, and keep what was handed over (R20)."""

from dataclasses import replace

from django.db import transaction

from mesoclinic import audit
from mesoclinic.hashing import keyed_hash
from mesoclinic.models import User
from sessions.courses.models import TreatmentSession
from sessions.paper.content import LeafletContent
from sessions.paper.documents import aftercare_leaflet, moment_text
from sessions.paper.models import LeafletIssue


@transaction.atomic
def issue_leaflet(treatment_session: TreatmentSession, *, by: User) -> LeafletContent:
    """Return the leaflet to print, and keep it as handed over.

    While what it says is still true, a second print is a reprint of the same words
    and times, marked as one. Once visits have moved it is a new leaflet.
    """
    TreatmentSession.objects.select_for_update().get(pk=treatment_session.pk)
    content = aftercare_leaflet(treatment_session, by=by)
    says = _says(content)
    issued = LeafletIssue.objects.latest_for(treatment_session)
    is_reprint = issued is not None and issued.content_hash == says
    if issued is not None and is_reprint:
        content = _reprint(issued)
    else:
        issued = LeafletIssue.objects.create(
            treatment_session=treatment_session,
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
        hash=says,
    )
    return content


def _says(content: LeafletContent) -> str:
    """A hash over what the patient reads, not over who printed it when."""
    return keyed_hash(replace(content, printed="").as_json())


def _reprint(issue: LeafletIssue) -> LeafletContent:
    zone = issue.treatment_session.zone
    when = moment_text(issue.issued_at.astimezone(zone))
    return replace(
        LeafletContent.from_json(issue.content),
        reprint_of=f"Reprint of the leaflet handed over on {when}",
    )
