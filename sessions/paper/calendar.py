"""The next visits as iCalendar text (RFC 5545), for the QR code on a leaflet.

As short as it may be, so that the code stays coarse enough to scan from paper. It
names the clinic and the time; nothing of the patient, of the place on the body or of
what is done.
"""

import datetime as dt
from collections.abc import Iterable

from icalendar import Calendar, Event

from sessions.courses.models import TreatmentSession


def calendar_text(visits: Iterable[TreatmentSession]) -> str:
    """Return visits as one calendar; empty where there are none."""
    events = [_event(visit) for visit in visits]
    if not events:
        return ""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "mesoclinic")
    for event in events:
        calendar.add_component(event)
    return calendar.to_ical().decode()


def _event(visit: TreatmentSession) -> Event:
    event = Event()
    event.add("uid", f"{visit.code}-{visit.course.site_id}@mesoclinic.invalid")
    event.add("sequence", visit.sequence)
    event.add("dtstamp", _utc(visit.status_at))
    # In UTC: a phone shows it in its own zone, and no zone has to be described.
    event.add("dtstart", _utc(visit.starts_at))
    event.add("dtend", _utc(visit.ends_at))
    event.add("summary", visit.course.site.name)
    return event


def _utc(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC).replace(microsecond=0)
