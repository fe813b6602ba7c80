"""Which room a visit gets: the clinician's usual one, or one that nobody uses then."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from sessions.courses.models import LONGEST_SESSION, TreatmentSession
from sessions.schedule import minutes
from sessions.schedule.hours import Timetable


@dataclass(frozen=True, kw_only=True)
class RoomWanted:
    """A place in time that needs a room; `room_id` where only that one will do."""

    clinician_id: int | None
    starts_at: dt.datetime
    ends_at: dt.datetime
    room_id: int | None = None


def free_rooms(
    timetable: Timetable,
    wanted: Sequence[RoomWanted],
    *,
    but_course: int | None = None,
) -> list[int | None]:
    """Return a free room for each; None where none is, or where none was wanted.

    A site that lists no rooms has none to run out of: ask `timetable.rooms`.
    """
    if not timetable.rooms or not wanted:
        return [None] * len(wanted)
    taken = _taken(timetable, wanted, but_course)
    return [_choose(timetable, each, taken[place]) for place, each in enumerate(wanted)]


def _choose(timetable: Timetable, wanted: RoomWanted, taken: set[int]) -> int | None:
    if wanted.room_id is not None:
        return None if wanted.room_id in taken else wanted.room_id
    local = wanted.starts_at.astimezone(timetable.zone)
    day, minute = local.date(), minutes.minute_of(local.time())
    usual = timetable.usual_room(wanted.clinician_id, day, minute)
    free = [room.pk for room in timetable.rooms if room.pk not in taken]
    if usual in free:
        return usual
    # One that is nobody's then, or else whatever there is.
    others = timetable.usual_rooms(day, minute)
    return min(free, key=lambda pk: pk in others, default=None)


def _taken(
    timetable: Timetable, wanted: Sequence[RoomWanted], but_course: int | None
) -> list[set[int]]:
    """Return the rooms that are taken during each of the places. One query."""
    taken: list[set[int]] = [set() for _ in wanted]
    with connection.cursor() as cursor:
        cursor.execute(*_query(timetable, wanted, but_course))
        for place, room_id in cursor.fetchall():
            taken[place].add(room_id)
    return taken


def _query(
    timetable: Timetable, wanted: Sequence[RoomWanted], but_course: int | None
) -> tuple[str, list[Any]]:
    types = ("int", "date", "date", "timestamptz", "timestamptz")
    is_postgres = connection.vendor == "postgresql"
    row = ", ".join(f"%s::{kind}" if is_postgres else "%s" for kind in types)
    values: list[Any] = []
    for place, each in enumerate(wanted):
        values += [place, *_span(each, timetable)]
    statuses = ", ".join(f"'{status}'" for status in TreatmentSession.OCCUPYING)
    # A join on the places: a chain of ORs takes the planner longer than the search.
    # By site and day, which is how the index finds a site's sessions.
    sql = (
        f"WITH places (place, from_day, day, starts_at, ends_at) AS "  # noqa: S608
        f"(VALUES {', '.join([f'({row})'] * len(wanted))}) "
        f"SELECT p.place, s.room_id FROM places p "
        f"JOIN {TreatmentSession._meta.db_table} s ON s.site_id = %s "
        f"AND s.booked_date >= p.from_day AND s.booked_date <= p.day "
        f"AND s.starts_at < p.ends_at AND s.ends_at > p.starts_at "
        f"AND s.status IN ({statuses}) AND s.room_id IS NOT NULL "
        f"AND s.course_id <> %s"
    )
    return sql, [*values, timetable.site_id, but_course or 0]


def _span(wanted: RoomWanted, timetable: Timetable) -> list[Any]:
    """The local days whose sessions may reach into a place, and its moments."""
    days = [
        moment.astimezone(timetable.zone).date()
        for moment in (wanted.starts_at - LONGEST_SESSION, wanted.ends_at)
    ]
    moments = [
        connection.ops.adapt_datetimefield_value(moment)
        for moment in (wanted.starts_at, wanted.ends_at)
    ]
    return [*days, *moments]
