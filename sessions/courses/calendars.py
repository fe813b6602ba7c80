"""Who is busy when, as sets of minutes of local days: what the free times are cut from.

Read by columns, not as models: the course finder looks through thousands of sessions
for an answer that somebody at the desk waits for.
"""

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import BigIntegerField, Func, QuerySet

from sessions.courses.models import TreatmentSession
from sessions.schedule import minutes
from sessions.schedule.hours import Timetable
from sessions.schedule.minutes import Minutes

# How many days are read at once: two weeks to start in, and the week of the last one.
DAYS_READ = 22


class Epoch(Func):
    """Seconds since 1970 of a moment: a whole number, far cheaper to read than it."""

    output_field = BigIntegerField()
    template = "CAST(EXTRACT(EPOCH FROM %(expressions)s) AS bigint)"

    def as_sqlite(self, compiler, connection, **context):  # type: ignore[no-untyped-def]
        return super().as_sql(
            compiler, connection, template="unixepoch(%(expressions)s)", **context
        )


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
        for clinician_id, patient_id, starts, ends in self._rows(days):
            for on, taken in days.minutes_of(starts, ends):
                if clinician_id in self.clinicians:
                    self._busy[clinician_id, on] |= taken
                if patient_id == self.patient_id:
                    self._patient_busy[on] |= taken
        self._read.update(days.days)

    def _rows(self, days: "_Days") -> Iterator[tuple[int, int, int, int]]:
        theirs = TreatmentSession.objects.occupying().overlapping(*days.span)
        if self.but_course is not None:
            theirs = theirs.exclude(course=self.but_course)
        yield from _columns(theirs.filter(clinician__in=[*self.clinicians]))
        if self.patient_id is not None:
            yield from _columns(theirs.filter(patient=self.patient_id))


def _columns(sessions: QuerySet) -> list[tuple[int, int, int, int]]:
    """Whose and when, straight from the driver: whole numbers need no converting."""
    columns = ("clinician_id", "patient_id", Epoch("starts_at"), Epoch("ends_at"))
    with connection.cursor() as cursor:
        cursor.execute(*sessions.values_list(*columns).query.sql_with_params())
        return cursor.fetchall()


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

    def minutes_of(
        self, starts: int, ends: int
    ) -> Sequence[tuple[dt.date, minutes.Minutes]]:
        """Return the local day, or the two, that a span touches, and its minutes.

        Moments are seconds since 1970. On a day on which the clocks change, minutes
        are not counted from midnight but looked up.
        """
        place = bisect_right(self._midnights, starts) - 1
        near = self.days[max(place, 0) : place + 2]
        within = 0 <= place < len(self.days) and ends <= self._midnights[place + 1]
        if not within or near[0] in self._changes:
            span = [(_moment(starts), _moment(ends))]
            return [
                (day, minutes.of_moments(span, on=day, zone=self.zone)) for day in near
            ]
        midnight = self._midnights[place]
        begins, finishes = (starts - midnight) // 60, -((midnight - ends) // 60)
        return ((near[0], ((1 << (finishes - begins)) - 1) << begins),)


def _moment(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
