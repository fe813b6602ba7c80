"""Hand a leaflet over, as printing it does."""

from mesoclinic.models import User
from sessions.courses.models import TreatmentSession
from sessions.paper.actions import keep_leaflet, leaflet_now
from sessions.paper.content import LeafletContent


def issue_leaflet(
    session: TreatmentSession, *, by: User, **asked: str
) -> LeafletContent:
    leaflet = leaflet_now(session, **asked)
    keep_leaflet(session, leaflet, by=by)
    return leaflet.content
