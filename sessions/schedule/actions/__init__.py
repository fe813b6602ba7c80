"""What an admin may do to sites, rooms, hours, and what closes them.

Each begins with `timetable.changed()`: its row is the lock that lets one admin at a
time change the timetable, and no other is taken after it but the audit trail's.
"""

from sessions.schedule.actions.days import (
    add_absence,
    add_closure,
    add_extra_hours,
    close_on_holiday,
    open_on_holiday,
    remove_absence,
    remove_closure,
    remove_extra_hours,
)
from sessions.schedule.actions.sites import (
    add_room,
    add_site,
    amend_site,
    close_room,
    details_of,
    rename_room,
    reopen_room,
    version_of_site,
)
from sessions.schedule.actions.week import set_opening_hours, set_working_hours

__all__ = [
    "add_absence",
    "add_closure",
    "add_extra_hours",
    "add_room",
    "add_site",
    "amend_site",
    "close_on_holiday",
    "close_room",
    "details_of",
    "open_on_holiday",
    "remove_absence",
    "remove_closure",
    "remove_extra_hours",
    "rename_room",
    "reopen_room",
    "set_opening_hours",
    "set_working_hours",
    "version_of_site",
]
