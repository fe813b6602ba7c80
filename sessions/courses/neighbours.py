"""What stands at the same time as a place that somebody wants: one query for all of it.

By columns and in SQL of our own: every booking asks it behind the locks, and the
finder for thirty places at once.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, NamedTuple

from django.db import connection

from sessions.courses.locks import rooms_lock
from sessions.courses.models import LONGEST_SESSION, TreatmentSession
from sessions.schedule.hours import Timetable


@dataclass(frozen=True, kw_only=True)
class Place:
    """A span of time, whose it is to be, and the room if only that one will do."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    clinician_id: int | None
    patient_id: int | None = None
    room_id: int | None = None


class Neighbour(NamedTuple):
    """Whose a session is that overlaps with a place; whether that is on purpose."""

    clinician_id: int
    patient_id: int
    room_id: int | None
    is_overbooked: bool


class Elsewhere(Enum):
    """Whom to look for at other sites than the one a place is at."""

    NOBODY = auto()
    # Clinicians who were overbooked on purpose: all that no constraint would refuse.
    OVERBOOKED = auto()
    EVERYBODY = auto()


def neighbours(
    timetable: Timetable,
    places: Sequence[Place],
    *,
    but_course: int | None,
    elsewhere: Elsewhere = Elsewhere.NOBODY,
    locking_rooms: bool = False,
) -> list[list[Neighbour]]:
    """Return what the site has at each of the places, and people at other sites.

    `locking_rooms` holds the site's rooms until the transaction ends, and looks then.
    """
    found: list[list[Neighbour]] = [[] for _ in places]
    sql, values = _query(timetable, places, but_course, elsewhere)
    # Two statements in one trip: the second sees what was there once the lock was had.
    lock = rooms_lock(timetable.site_id) if locking_rooms else ""
    with connection.cursor() as cursor:
        cursor.execute(lock + sql, values)
        for place, clinician_id, patient_id, room_id, overbooked in cursor.fetchall():
            neighbour = Neighbour(clinician_id, patient_id, room_id, overbooked)
            found[place].append(neighbour)
    return found


# What a place is to the query, and the types; the last three to look for people.
_SITE = {"place": "int", "day": "date"}
_SITE |= {"starts_at": "timestamptz", "ends_at": "timestamptz"}
_PEOPLE = {"earliest": "timestamptz", "clinician": "bigint", "patient": "bigint"}


def _query(
    timetable: Timetable,
    places: Sequence[Place],
    but_course: int | None,
    elsewhere: Elsewhere,
) -> tuple[str, list[Any]]:
    columns = _SITE if elsewhere is Elsewhere.NOBODY else _SITE | _PEOPLE
    values = [
        value
        for number, place in enumerate(places)
        for row in _rows_of(number, place, timetable)
        for value in row[: len(columns)]
    ]
    count = len(values) // len(columns)
    statuses = ", ".join(f"'{status}'" for status in TreatmentSession.OCCUPYING)
    table = TreatmentSession._meta.db_table
    session = (
        "SELECT p.place, s.clinician_id, s.patient_id, s.room_id, "  # noqa: S608
        f"s.overbooked_reason <> '' FROM places p JOIN {table} s "
        f"ON s.status IN ({statuses}) AND s.starts_at < p.ends_at "
        "AND s.ends_at > p.starts_at AND s.course_id <> %s "
    )
    # A join on the places: a chain of ORs takes the planner longer than the search.
    # Each part says what an index finds: the site's day, a person's time. The day is
    # one that is equal: for a range the planner reads all that a site ever had.
    parts = [f"{session} AND s.site_id = %s AND s.booked_date = p.day"]
    parts += [
        f"{session} AND s.site_id <> %s AND s.starts_at > p.earliest AND {whose}"
        for whose in _PEOPLE_ELSEWHERE[elsewhere]
    ]
    sql = (
        f"WITH places ({', '.join(columns)}) AS (VALUES {_rows(columns, count)}) "
        f"{' UNION ALL '.join(parts)}"
    )
    return sql, [*values, *[but_course or 0, timetable.site_id] * len(parts)]


# Each is planned by itself, which takes longer than to run it.
_PEOPLE_ELSEWHERE = {
    Elsewhere.NOBODY: (),
    Elsewhere.OVERBOOKED: (
        "s.clinician_id = p.clinician AND s.overbooked_reason <> ''",
    ),
    Elsewhere.EVERYBODY: ("s.clinician_id = p.clinician", "s.patient_id = p.patient"),
}


def _rows(columns: dict[str, str], count: int) -> str:
    """Placeholders for the places; the first row says what type each column has."""
    row = f"({', '.join(['%s'] * len(columns))})"
    typed = f"({', '.join(f'%s::{kind}' for kind in columns.values())})"
    first = typed if connection.vendor == "postgresql" else row
    return ", ".join([first, *[row] * (count - 1)])


def _rows_of(number: int, place: Place, timetable: Timetable) -> Iterator[list[Any]]:
    """One row for each local day whose sessions may reach into the place."""
    earliest = place.starts_at - LONGEST_SESSION
    adapt = connection.ops.adapt_datetimefield_value
    day = earliest.astimezone(timetable.zone).date()
    last = place.ends_at.astimezone(timetable.zone).date()
    while day <= last:
        yield [
            number,
            day,
            adapt(place.starts_at),
            adapt(place.ends_at),
            adapt(earliest),
            place.clinician_id,
            place.patient_id,
        ]
        day += dt.timedelta(days=1)
