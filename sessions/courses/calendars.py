"""Who is busy when, as sets of minutes of local days: what the free times are cut from.

Read by columns, not as models: the course finder looks through thousands of sessions
for an answer that somebody at the desk waits for.
"""

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from zoneinfo import ZoneInfo

from django.db import connection

from sessions.courses.models import LONGEST_SESSION, TreatmentSession
from sessions.schedule import minutes
from sessions.schedule.hours import Timetable
from sessions.schedule.minutes import Minutes

# How many days are read at once: two weeks to start in, and the week of the last one.
DAYS_READ = 22


Rows = Sequence[tuple[int, int, int]]  # a key, and start and end in seconds since 1970


class Calendars:
    """The calendars of some clinicians and one patient, at one site, read as needed.

    `clinicians` are names by key. `but_course` leaves out the sessions of the course
    that is being moved. Nothing is free before `now`.
    """

    def __init__(
        self,
        timetable: Timetable,
        *,
        clinicians: Mapping[int, str],
        patient_id: int | None,
        now: dt.datetime,
        but_course: int | None = None,
    ) -> None:
        self.timetable = timetable
        self.clinicians = clinicians
        self.patient_id = patient_id
        self.but_course = but_course
        self.now = now.astimezone(timetable.zone)
        self._free: dict[tuple[int, dt.date], Minutes] = {}
        self._blocked: dict[dt.date, Minutes] = defaultdict(int)
        self._busy: dict[tuple[int, dt.date], Minutes] = defaultdict(int)
        self._patient_busy: dict[dt.date, Minutes] = defaultdict(int)
        self._read: set[dt.date] = set()

    def free(self, clinician_id: int, day: dt.date) -> Minutes:
        """When this clinician works and neither they nor the patient is taken."""
        known = self._free.get((clinician_id, day))
        if known is None:
            known = self._free[clinician_id, day] = self._work_out(clinician_id, day)
        return known & ~self._blocked[day]

    def _work_out(self, clinician_id: int, day: dt.date) -> Minutes:
        works = self.timetable.works_on(clinician_id, day) & ~self._gone_by(day)
        if not works:
            return minutes.NONE
        if day not in self._read:
            self._read_from(day)
        return works & ~self._busy[clinician_id, day] & ~self._patient_busy[day]

    def _gone_by(self, day: dt.date) -> Minutes:
        today = self.now.date()
        if day != today:
            return minutes.ALL if day < today else minutes.NONE
        return minutes.span(0, minutes.minute_of(self.now.time()) + 1)

    def block(self, day: dt.date, span: Minutes) -> None:
        """Take a time out for everybody: no room is free then."""
        self._blocked[day] |= span

    def why_none(self, clinician_ids: Collection[int], day: dt.date) -> str:
        """Say why none of these has a place on a day, to be read after the date."""
        if day < self.now.date():
            return "it has passed"
        reasons = {key: self.timetable.why_away(key, day) for key in clinician_ids}
        at_work = [key for key, reason in reasons.items() if not reason]
        closed = self.timetable.why_closed(day)
        if closed and not at_work:
            return closed
        if len(reasons) == 1:
            [(key, reason)] = reasons.items()
            return f"{self.clinicians[key]} is {reason or 'full'}"
        return "everybody who works then is full" if at_work else "nobody works then"

    def _read_from(self, day: dt.date) -> None:
        days = _Days(day, self.timetable.zone)
        theirs, patients = self._rows(*days.span)
        days.mark(theirs, self._busy)
        mine: dict[tuple[int, dt.date], Minutes] = defaultdict(int)
        days.mark(patients, mine)
        for (_, on), taken in mine.items():
            self._patient_busy[on] |= taken
        self._read.update(days.days)

    def _rows(self, starts: dt.datetime, ends: dt.datetime) -> tuple[Rows, Rows]:
        """What the clinicians have in a span, and what the patient has. One query."""
        clinicians = [*self.clinicians] or [0]
        adapt = connection.ops.adapt_datetimefield_value
        span = [adapt(moment) for moment in (starts - LONGEST_SESSION, ends, starts)]
        course = self.but_course or 0
        with connection.cursor() as cursor:
            cursor.execute(
                _sql(len(clinicians)),
                [
                    *clinicians,
                    *span,
                    course,
                    self.patient_id or 0,
                    *span,
                    course,
                ],  # fmt: skip
            )
            found = cursor.fetchall()
        theirs = [row for row in found if row[0]]
        return theirs, [row for row in found if not row[0]]


def _sql(clinicians: int) -> str:
    """Rows of the clinicians, with their keys, and of the patient, with 0 for a key.

    Plain SQL and whole numbers: half of the time would go into making the query and
    reading dates.
    """
    is_postgres = connection.vendor == "postgresql"
    epoch = "EXTRACT(EPOCH FROM {})::bigint" if is_postgres else "unixepoch({})"
    starts, ends = epoch.format("starts_at"), epoch.format("ends_at")
    statuses = ", ".join(f"'{status}'" for status in TreatmentSession.OCCUPYING)
    within = (
        f"status IN ({statuses}) AND starts_at > %s AND starts_at < %s "
        "AND ends_at > %s AND course_id <> %s"
    )
    table = TreatmentSession._meta.db_table
    keys = ", ".join(["%s"] * clinicians)
    return (
        f"SELECT clinician_id, {starts}, {ends} FROM {table} "  # noqa: S608
        f"WHERE clinician_id IN ({keys}) AND {within} "
        f"UNION ALL SELECT 0, {starts}, {ends} FROM {table} "
        f"WHERE patient_id = %s AND {within}"
    )


class _Days:
    """Some local days in a row, and where moments fall in them."""

    def __init__(self, first: dt.date, zone: ZoneInfo) -> None:
        self.zone = zone
        days = [first + dt.timedelta(days=n) for n in range(DAYS_READ + 1)]
        midnights = [dt.datetime.combine(day, dt.time(0), zone) for day in days]
        self.days = days[:-1]
        self.span = midnights[0], midnights[-1]
        self._midnights = [int(midnight.timestamp()) for midnight in midnights]
        self._changes = {day for day in self.days if minutes.unclear(day, zone)}

    def mark(self, rows: Rows, busy: dict[tuple[int, dt.date], Minutes]) -> None:
        """Add what the rows take up to the minutes of each key and local day."""
        midnights, days, changes = self._midnights, self.days, self._changes
        for key, starts, ends in rows:
            place = bisect_right(midnights, starts) - 1
            on = days[place] if 0 <= place < len(days) else None
            if on is None or ends > midnights[place + 1] or on in changes:
                self._mark_slowly(key, starts, ends, busy)
                continue
            begins = (starts - midnights[place]) // 60
            finishes = -((midnights[place] - ends) // 60)
            busy[key, on] |= ((1 << (finishes - begins)) - 1) << begins

    def _mark_slowly(
        self,
        key: int,
        starts: int,
        ends: int,
        busy: dict[tuple[int, dt.date], Minutes],
    ) -> None:
        """The same over midnight, and on days on which the clocks change."""
        place = bisect_right(self._midnights, starts) - 1
        span = [(_moment(starts), _moment(ends))]
        for day in self.days[max(place, 0) : place + 2]:
            busy[key, day] |= minutes.of_moments(span, on=day, zone=self.zone)


def _moment(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
