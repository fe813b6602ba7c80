"""What must hold of the rows at any moment, asked of the database in plain SQL.

Nothing here goes through the code under test: the rows are read as they are stored,
and compared in the simplest way there is.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import astuple, dataclass
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

STATUSES = {
    "booked",
    "given",
    "missed",
    "not_needed",
    "declined",
    "withheld",
    "cancelled",
}
TAKE_TIME = {"booked", "given"}
OFFSETS = {0: 0, 3: 3, 7: 7}

_COLUMNS = (
    "id",
    "course_id",
    "patient_id",
    "clinician_id",
    "site_id",
    "room_id",
    "protocol_day",
    "starts_at",
    "ends_at",
    "booked_date",
    "target_date",
    "given_date",
    "off_target_reason",
    "overbooked_reason",
    "overbooked_at",
    "overbooked_by_id",
    "status",
    "status_reason",
    "status_at",
    "status_by_id",
    "sequence",
)


@dataclass(frozen=True)
class Row:
    """A session as it is stored."""

    id: int
    course_id: int
    patient_id: int
    clinician_id: int
    site_id: int
    room_id: int | None
    protocol_day: int
    starts_at: dt.datetime
    ends_at: dt.datetime
    booked_date: dt.date
    target_date: dt.date
    given_date: dt.date | None
    off_target_reason: str
    overbooked_reason: str
    overbooked_at: Any
    overbooked_by_id: int | None
    status: str
    status_reason: str
    status_at: Any
    status_by_id: int
    sequence: int

    @property
    def takes_time(self) -> bool:
        return self.status in TAKE_TIME

    @property
    def is_overbooked(self) -> bool:
        """With who and why: one alone is not enough."""
        return bool(
            self.overbooked_reason and self.overbooked_by_id and self.overbooked_at
        )

    @property
    def date(self) -> dt.date:
        return self.given_date or self.booked_date

    def meets(self, other: "Row") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True)
class CourseRow:
    id: int
    patient_id: int
    site_id: int
    closed_as: str
    version: int
    time_zone: str


Rows = dict[int, Row]


def read_sessions() -> Rows:
    rows = _select(
        f"SELECT {', '.join(_COLUMNS)} FROM treatment_sessions_treatmentsession"
    )
    return {row[0]: Row(*map(_plain, row)) for row in rows}


def read_courses() -> dict[int, CourseRow]:
    rows = _select(
        "SELECT c.id, c.patient_id, c.site_id, c.closed_as, c.version, s.time_zone "
        "FROM treatment_sessions_course c "
        "JOIN treatment_sessions_site s ON s.id = c.site_id"
    )
    return {row[0]: CourseRow(*row) for row in rows}


def _select(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def _plain(value: Any) -> Any:
    """SQLite gives moments without the zone in which they are kept: UTC."""
    if isinstance(value, dt.datetime) and value.tzinfo is None:
        return value.replace(tzinfo=dt.UTC)
    return value


def check_no_overlaps(rows: Rows) -> None:
    busy = [row for row in rows.values() if row.takes_time]
    for one, other in combinations(busy, 2):
        if not one.meets(other):
            continue
        assert one.patient_id != other.patient_id, ("overlap, patient", one, other)
        if one.is_overbooked or other.is_overbooked:
            continue
        assert one.clinician_id != other.clinician_id, ("overlap, clinician", one)
        assert one.room_id is None or one.room_id != other.room_id, (
            "overlap, room",
            one,
            other,
        )


def check_each(rows: Rows, courses: dict[int, CourseRow]) -> None:
    for row in rows.values():
        course = courses[row.course_id]
        assert row.status in STATUSES, row
        assert row.patient_id == course.patient_id, ("another patient", row)
        assert row.site_id == course.site_id, ("another site", row)
        local = row.starts_at.astimezone(ZoneInfo(course.time_zone))
        assert local.date() == row.booked_date, ("booked_date", row)
        assert (row.status == "given") == (row.given_date is not None), row
        if row.booked_date != row.target_date:
            assert row.off_target_reason, ("off its target without a reason", row)
        assert bool(row.overbooked_reason) == bool(row.overbooked_by_id), row


def check_courses(rows: Rows, courses: dict[int, CourseRow]) -> None:
    """Each course has its three sessions, in their order, counted from day 0."""
    by_course: dict[int, dict[int, Row]] = defaultdict(dict)
    for row in rows.values():
        by_course[row.course_id][row.protocol_day] = row
    assert set(by_course) == set(courses), "a course without sessions"
    for key, sessions in by_course.items():
        assert set(sessions) == {0, 3, 7}, ("not its three sessions", key)
        day_0 = sessions[0]
        if day_0.takes_time:
            for row in sessions.values():
                if row.status == "booked":
                    target = day_0.date + dt.timedelta(OFFSETS[row.protocol_day])
                    assert row.target_date == target, ("counted from elsewhere", row)
                # Nothing falls away in silence while the course goes on (R15).
                assert row.status != "cancelled", ("silently missing", row)
        if courses[key].closed_as:
            assert not any(r.status == "booked" for r in sessions.values()), key
        dates = [sessions[d].date for d in (0, 3, 7) if sessions[d].takes_time]
        in_order = all(a < b for a, b in zip(dates, dates[1:], strict=False))
        assert in_order, ("out of order", key, dates)


def check_since(before: Rows, after: Rows) -> None:
    """What may become of rows from one moment to the next."""
    assert set(before) <= set(after), "a session was lost"
    for key, was in before.items():
        now = after[key]
        assert now.sequence >= was.sequence, ("sequence fell", was, now)
        assert (now == was) or now.sequence > was.sequence, ("unseen", was, now)
        for name in ("course_id", "patient_id", "site_id", "protocol_day"):
            assert getattr(was, name) == getattr(now, name), (name, was, now)
        if was.status == "given":
            assert astuple(now) == astuple(was), ("given, and changed", was, now)
