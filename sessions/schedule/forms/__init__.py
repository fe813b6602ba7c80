"""Shape and wording of what an admin types about sites, rooms, hours and days."""

from sessions.schedule.forms.days import AbsenceForm, ClosureForm, ExtraHoursForm
from sessions.schedule.forms.sites import NewSiteForm, RoomForm, SiteForm
from sessions.schedule.forms.week import OpeningHoursForm, WorkingHoursForm

__all__ = [
    "AbsenceForm",
    "ClosureForm",
    "ExtraHoursForm",
    "NewSiteForm",
    "OpeningHoursForm",
    "RoomForm",
    "SiteForm",
    "WorkingHoursForm",
]
