"""Who is busy when, as sets of minutes of local days: what the free times are cut from.

Read by columns, not as models: the course finder looks through thousands of sessions
for an answer that somebody at the desk waits for.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import BigIntegerField, Func

from sessions.courses.models import TreatmentSession
from sessions.schedule import minutes
from sessions.schedule.hours import Timetable
from sessions.schedule.minutes import Minutes

# How many days are read at once: a course of one week, and three weeks to choose from.
DAYS_READ = 28

_UTC_DAY = 24 * 60 * 60


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
        days = [day + dt.timedelta(days=n) for n in range(DAYS_READ)]
        days = [each for each in days if each not in self._read]
        midnights = _Midnights(days, self.timetable)
        for clinician_id, patient_id, starts, ends in self._rows(midnights):
            for on, taken in midnights.minutes_of(starts, ends):
                if clinician_id in self.clinicians:
                    self._busy[clinician_id, on] |= taken
                if patient_id == self.patient_id:
                    self._patient_busy[on] |= taken
        self._read.update(days)

    def _rows(self, midnights: "_Midnights") -> Iterable[tuple[int, int, int, int]]:
        theirs = TreatmentSession.objects.occupying().overlapping(*midnights.span)
        if self.but_course is not None:
            theirs = theirs.exclude(course=self.but_course)
        columns = ("clinician_id", "patient_id", Epoch("starts_at"), Epoch("ends_at"))
        yield from theirs.filter(clinician__in=[*self.clinicians]).values_list(*columns)
        if self.patient_id is not None:
            yield from theirs.filter(patient=self.patient_id).values_list(*columns)


class _Midnights:
    """Turns moments, as seconds since 1970, into minutes of a site's local days."""

    def __init__(self, days: Sequence[dt.date], timetable: Timetable) -> None:
        self.zone = timetable.zone
        self.days = days
        starts = [_midnight(day, timetable) for day in days]
        self.span = (starts[0], _midnight(days[-1] + dt.timedelta(days=1), timetable))
        self._starts = {
            day: int(at.timestamp()) for day, at in zip(days, starts, strict=True)
        }
        self._by_utc_day: dict[int, list[dt.date]] = defaultdict(list)
        for day, start in self._starts.items():
            for utc_day in {start // _UTC_DAY, (start + _UTC_DAY) // _UTC_DAY}:
                self._by_utc_day[utc_day].append(day)

    def minutes_of(self, starts: int, ends: int) -> Iterable[tuple[dt.date, Minutes]]:
        """Give the local day, or the two, that a span touches, with its minutes."""
        for day in self._days_near(starts, ends):
            begins = (starts - self._starts[day]) // 60
            finishes = -((self._starts[day] - ends) // 60)
            if 0 <= begins < minutes.DAY and not minutes.unclear(day, self.zone):
                yield day, minutes.span(begins, finishes)
            elif finishes > 0 and begins < minutes.DAY + 60:
                moments = [(_moment(starts), _moment(ends))]
                yield day, minutes.of_moments(moments, on=day, zone=self.zone)

    def _days_near(self, starts: int, ends: int) -> Iterable[dt.date]:
        first, last = starts // _UTC_DAY, ends // _UTC_DAY
        near = self._by_utc_day.get(first, [])
        return near if first == last else {*near, *self._by_utc_day.get(last, [])}


def _midnight(day: dt.date, timetable: Timetable) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(0), timetable.zone)


def _moment(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
