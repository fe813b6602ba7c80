"""Hand a leaflet over, as printing it does."""

from mesoclinic.models import User
from sessions.courses.models import TreatmentSession
from sessions.paper.actions import keep
from sessions.paper.content import LeafletContent
from sessions.paper.current import leaflet_now


def issue_leaflet(
    session: TreatmentSession, *, by: User, **asked: str
) -> LeafletContent:
    leaflet = leaflet_now(session, **asked)
    keep([leaflet], by=by)
    return leaflet.content
