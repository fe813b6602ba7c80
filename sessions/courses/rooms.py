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
    taken = _taken(timetable.site_id, wanted, but_course)
    return [_choose(timetable, each, taken[place]) for place, each in enumerate(wanted)]


def _choose(timetable: Timetable, wanted: RoomWanted, taken: set[int]) -> int | None:
    if wanted.room_id is not None:
        return None if wanted.room_id in taken else wanted.room_id
    local = wanted.starts_at.astimezone(timetable.zone)
    day, minute = local.date(), minutes.minute_of(local.time())
    usual = timetable.usual_room(wanted.clinician_id, day, minute)
    others = timetable.usual_rooms(day, minute) - {usual}
    free = [room.pk for room in timetable.rooms if room.pk not in taken]
    # One's own, or else one that is nobody's, or else whatever there is.
    return min(free, key=lambda pk: (pk != usual, pk in others), default=None)


def _taken(
    site_id: int, wanted: Sequence[RoomWanted], but_course: int | None
) -> list[set[int]]:
    """Return the rooms that are taken during each of the places. One query."""
    taken: list[set[int]] = [set() for _ in wanted]
    with connection.cursor() as cursor:
        cursor.execute(*_query(site_id, wanted, but_course))
        for place, room_id in cursor.fetchall():
            taken[place].add(room_id)
    return taken


def _query(
    site_id: int, wanted: Sequence[RoomWanted], but_course: int | None
) -> tuple[str, list[Any]]:
    moment = "%s::timestamptz" if connection.vendor == "postgresql" else "%s"
    row = f"(%s, {moment}, {moment}, {moment})"
    adapt = connection.ops.adapt_datetimefield_value
    values: list[Any] = []
    for place, each in enumerate(wanted):
        span = (each.starts_at - LONGEST_SESSION, each.starts_at, each.ends_at)
        values += [place, *(adapt(moment) for moment in span)]
    statuses = ", ".join(f"'{status}'" for status in TreatmentSession.OCCUPYING)
    # A join on the places: a chain of ORs takes the planner longer than the search.
    sql = (
        f"WITH places (place, earliest, starts_at, ends_at) AS "  # noqa: S608
        f"(VALUES {', '.join([row] * len(wanted))}) "
        f"SELECT p.place, s.room_id FROM places p "
        f"JOIN treatment_sessions_room r ON r.site_id = %s AND r.is_active "
        f"JOIN {TreatmentSession._meta.db_table} s ON s.room_id = r.id "
        f"AND s.starts_at > p.earliest AND s.starts_at < p.ends_at "
        f"AND s.ends_at > p.starts_at AND s.status IN ({statuses}) "
        f"AND s.course_id <> %s"
    )
    return sql, [*values, site_id, but_course or 0]
