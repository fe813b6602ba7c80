"""A clinic with a course booked, and who tells of sessions that lost their place."""

import datetime as dt
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from django.urls import include, path

from mesoclinic import urls
from sessions.courses.ahead import is_booked_ahead
from sessions.models import TreatmentSession
from sessions.schedule import minutes
from sessions.schedule.timetable import timetable_of
from sessions.schedule.urls import clinic_urls

# A Wednesday, some weeks before the factories' week of 2 March 2026.
NOW = dt.datetime(2026, 2, 4, 9, 0, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Stranded:
    treatment_session: TreatmentSession
    why: str


def stranded() -> list[Stranded]:
    """Booked sessions outside of hours, away from open rooms, or on closed days."""
    booked = TreatmentSession.objects.filter(status="booked").complete()
    found = ((session, _why(session)) for session in booked.order_by("starts_at"))
    return [Stranded(session, why) for session, why in found if why]


def _why(session: TreatmentSession) -> str:
    table = timetable_of(session.site_id)
    moments = [(session.starts_at, session.ends_at)]
    span = minutes.of_moments(moments, on=session.booked_date, zone=table.zone)
    works = table.works_on(session.clinician_id, session.booked_date)
    if session.room and not session.room.is_active:
        return f"{session.room} is closed"
    if works & span == span:
        return ""
    return table.why_away(session.clinician_id, session.booked_date) or "outside hours"


def addresses(**instead: Any) -> ModuleType:
    """The app's addresses, with this clinic's answers handed to the timetable."""
    asks = {"stranded": stranded, "is_booked_ahead": is_booked_ahead} | instead
    module = ModuleType("addresses")
    clinic = path("clinic/", include(clinic_urls(**asks)))
    module.urlpatterns = [clinic, *urls.urlpatterns]
    return module
