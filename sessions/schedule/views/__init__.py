"""The pages on which admins say when the clinic works."""

from sessions.schedule.views.days import (
    absence_remove,
    absences,
    closure_remove,
    closures,
    extra_hours,
    extra_hours_remove,
    holiday_close,
    holiday_open,
    holidays,
)
from sessions.schedule.views.sites import (
    clinic,
    room,
    room_close,
    room_reopen,
    rooms,
    site,
    site_new,
)
from sessions.schedule.views.week import opening_hours, working_hours

__all__ = [
    "absence_remove",
    "absences",
    "clinic",
    "closure_remove",
    "closures",
    "extra_hours",
    "extra_hours_remove",
    "holiday_close",
    "holiday_open",
    "holidays",
    "opening_hours",
    "room",
    "room_close",
    "room_reopen",
    "rooms",
    "site",
    "site_new",
    "working_hours",
]
