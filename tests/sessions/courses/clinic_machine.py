"""A clinic that does everything at random: what `test_stateful.py` drives.

Every step calls the real actions with a clock of its own. After every step the rows
must be as `clinic_rows.py` says.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from mesoclinic import audit
from mesoclinic.models import User
from mesoclinic.vocabulary import Consent, Side
from patients.models import Patient
from protocols.models import Indication
from sessions.courses import actions
from sessions.courses.finder import Offer
from sessions.courses.models import Course, CourseChange, TreatmentSession
from sessions.courses.offers import Search, find_courses
from sessions.courses.visits import Visit
from sessions.recording import actions as recording
from sessions.recording.models import Means
from sessions.schedule import minutes, timetable
from sessions.schedule.models import (
    Absence,
    Closure,
    ExtraHours,
    OpeningHours,
    Room,
    Site,
    WorkingHours,
)
from tests.drafts import lidocaine, written
from tests.factories import (
    IndicationFactory,
    OpeningHoursFactory,
    PatientFactory,
    RoomFactory,
    SiteFactory,
    UserFactory,
    WorkingHoursFactory,
)
from tests.sessions.courses import clinic_rows
from tests.sessions.courses.clinic_rows import Row
from tests.state import domain_hash

# A week before the clocks go forward in London.
STARTS = dt.datetime(2026, 3, 20, 8, 0, tzinfo=dt.UTC)
LENGTH = dt.timedelta(minutes=20)
OPENS, CLOSES = dt.time(9), dt.time(11)
A_TENTH = Decimal("0.1")

# Few times, close together, so that sessions meet; some that are never free.
times = st.sampled_from(
    [
        *(dt.time(9, m) for m in (0, 7, 20, 40)),
        *(dt.time(10, m) for m in (0, 10, 20, 30, 33, 40)),
        *(dt.time(1, 30), dt.time(10, 50), dt.time(23, 50)),
    ]
)
picks = st.integers(0, 997)
days_ahead = st.one_of(st.integers(0, 9), st.integers(0, 9), st.integers(-3, 40))
reasons = st.sampled_from(["as the patient asked", "as the patient asked", ""])
shifts = st.sampled_from([(0, 0)] * 6 + [(1, 0), (0, -1), (-1, 1), (4, 0), (-3, -7)])
hours = st.sampled_from([(9, 11), (8, 10), (9, 10), (7, 23)])


@dataclass(frozen=True, kw_only=True)
class Clinic:
    """Two sites in zones far apart, and too few people and rooms for what comes."""

    sites: Sequence[Site]
    clinicians: Sequence[User]
    reception: User
    patients: Sequence[Patient]
    indications: Sequence[Indication]
    rooms: Sequence[Room]


def make_clinic() -> Clinic:
    london = SiteFactory(name="London", open=False)
    lord_howe = SiteFactory(
        name="Lord Howe", time_zone="Australia/Lord_Howe", open=False
    )
    for site, weekdays in ((london, range(6)), (lord_howe, range(7))):
        for weekday in weekdays:
            OpeningHoursFactory(site=site, weekday=weekday, starts=OPENS, ends=CLOSES)
    rooms = [RoomFactory(site=london, name=f"Room {n}") for n in (1, 2)]
    clinicians = [UserFactory(clinician=True) for _ in range(3)]
    for weekday in range(5):
        for site, clinician in ((london, clinicians[0]), (lord_howe, clinicians[1])):
            WorkingHoursFactory(
                clinician=clinician,
                site=site,
                weekday=weekday,
                starts=OPENS,
                ends=CLOSES,
                room=rooms[0] if site == london else None,
            )
    return Clinic(
        sites=[london, lord_howe],
        clinicians=clinicians,
        reception=UserFactory(reception=True),
        patients=[PatientFactory() for _ in range(5)],
        indications=[IndicationFactory(), IndicationFactory()],
        rooms=rooms,
    )


def _one_of(rows: Any, pick: int) -> Any:
    rows = list(rows)
    return rows[pick % len(rows)]


class ClinicMachine(RuleBasedStateMachine):
    """Books, moves, cancels, gives and undoes while hours, rooms and staff change.

    The test that runs it makes the clinic and sets `clinic`; each run is rolled back.
    """

    clinic: ClassVar[Clinic]
    steps_taken: ClassVar[int] = 0
    outcomes: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        timetable.forget()
        self.now = STARTS
        self.rows: clinic_rows.Rows = {}
        # What a record is written with is on the shelf before anything is refused.
        lidocaine()
        self.hash = domain_hash()

    def teardown(self) -> None:
        try:
            connection.check_constraints()
            assert audit.verify().holds
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)
            timetable.forget()

    @initialize(courses=st.integers(2, 5), pick=picks)
    def some_are_booked(self, courses: int, pick: int) -> None:
        """Start with courses, or half of a run goes by until something can be done."""
        for number in range(courses):
            search = self._search(self.clinic.patients[number], 0, pick, {})
            self._book_offered(search, 0, number, pick)

    # --- Booking ---------------------------------------------------------------

    @rule(
        pick=picks,
        day=days_ahead,
        at=times,
        shift=shifts,
        reason=reasons,
        room=st.booleans(),
        overbook=st.booleans(),
        by_clinician=st.booleans(),
        twice=st.integers(0, 5),
        sense=st.sampled_from([True, True, True, False]),
    )
    def book_typed(
        self,
        pick: int,
        day: int,
        at: dt.time,
        shift: tuple[int, int],
        reason: str,
        room: bool,
        overbook: bool,
        by_clinician: bool,
        twice: int,
        sense: bool,
    ) -> None:
        """Type dates by hand, however little sense they make."""
        site = _one_of(self.clinic.sites, pick)
        staff = User.objects.clinicians() if sense else self.everybody()
        by = self.clinic.clinicians[0] if by_clinician else self.clinic.reception
        sides = [Side.LEFT, Side.RIGHT] if sense else list(Side)
        self._try(
            "book typed",
            actions.book,
            by=by,
            patient=_one_of(self.clinic.patients, pick // 7),
            indication=_one_of(self.clinic.indications, pick // 3),
            side=_one_of(sides, pick // 5),
            clinician=_one_of(staff, pick // 2),
            site=site,
            visits=self._typed(site, day, at, shift, reason, room and not sense, pick),
            early_reason="another spell of it" if sense else reason,
            overbooked_reason="asked to"
            if overbook and (by_clinician or not sense)
            else "",
            submission=UUID(int=pick + 1) if twice == 0 else None,
        )

    @rule(
        pick=picks,
        ahead=st.integers(0, 10),
        wanted=st.fixed_dictionaries(
            {},
            optional={
                "same_clinician": st.booleans(),
                "weekdays": st.frozensets(st.integers(0, 6)),
                "window": st.sampled_from(
                    [minutes.span(540, 600), minutes.span(600, 700)]
                ),
                "starts_at": st.sampled_from([dt.time(9, 7), dt.time(10, 30)]),
                "room": st.integers(0, 1),
            },
        ),
        which=st.integers(0, 4),
        site=st.integers(0, 1),
    )
    def book_offered(
        self, pick: int, ahead: int, wanted: dict[str, Any], which: int, site: int
    ) -> None:
        """Take one of the finder's offers: it can always be booked."""
        patient = _one_of(self.clinic.patients, pick // 7)
        self._book_offered(
            self._search(patient, ahead, pick, wanted, site=site), site, which, pick
        )

    def _search(
        self,
        patient: Patient,
        ahead: int,
        pick: int,
        wanted: dict[str, Any],
        *,
        site: int = 0,
        moving: Course | None = None,
    ) -> Search:
        wanted = dict(wanted)
        room = wanted.pop("room", None)
        staff = User.objects.clinicians()
        return Search(
            patient=patient,
            version=self.clinic.indications[0].protocol.current,
            clinicians=list(staff) if pick % 2 else list(staff)[:1],
            earliest=self.now.date() + dt.timedelta(ahead),
            latest=self.now.date() + dt.timedelta(ahead + 10),
            room_id=None if room is None or site else self.clinic.rooms[room].pk,
            moving=moving,
            **wanted,
        )

    def _book_offered(self, search: Search, site: int, which: int, pick: int) -> None:
        found = find_courses(
            search, timetable.timetable_of(self.clinic.sites[site].pk), now=self.now
        )
        if not found.offers:
            self.outcomes["nothing offered"] += 1
            return
        offer = _one_of(found.offers, which)
        course = self._try(
            "book offered",
            actions.book,
            by=self.clinic.reception,
            patient=search.patient,
            indication=_one_of(self.clinic.indications, pick // 3),
            side=_one_of([Side.LEFT, Side.RIGHT], pick // 5),
            clinician=User.objects.get(pk=offer.visits[0].clinician_id),
            site=self.clinic.sites[site],
            visits=offer.visits,
            early_reason="another spell of it",
        )
        assert course, ("offered, yet refused", offer, self.refused)
        self._is_as_offered(course, offer)

    def _is_as_offered(self, course: Course, offer: Offer) -> None:
        zone = course.site.zone
        booked = [r for r in self._read().values() if r.course_id == course.pk]
        for visit, row in zip(
            offer.visits, sorted(booked, key=lambda r: r.protocol_day), strict=True
        ):
            start = row.starts_at.astimezone(zone)
            assert (start.date(), start.time()) == (visit.on, visit.at), (visit, row)
            if not row.takes_time:
                continue  # set aside, and left where it was: it stays set aside
            assert row.clinician_id == visit.clinician_id, (visit, row)
            assert row.room_id == visit.room_id, (visit, row)

    def _typed(
        self,
        site: Site,
        day: int,
        at: dt.time,
        shift: tuple[int, int],
        reason: str,
        room: bool,
        pick: int,
    ) -> list[Visit]:
        day_0 = self.now.astimezone(site.zone).date() + dt.timedelta(day)
        days = {0: day_0}
        for offset, by in zip((3, 7), shift, strict=True):
            days[offset] = day_0 + dt.timedelta(offset + by)
        return [
            Visit(
                protocol_day=offset,
                on=on,
                at=at if offset != 7 or pick % 3 else dt.time(10, 20),
                reason=reason if offset else "",
                room_id=_one_of(self.clinic.rooms, pick + offset).pk if room else None,
                clinician_id=(
                    self.clinic.clinicians[2].pk if offset and pick % 5 == 0 else None
                ),
            )
            for offset, on in days.items()
        ]

    # --- What is done to courses ------------------------------------------------

    def has_courses(self) -> bool:
        return bool(self.rows)

    def everybody(self) -> list[User]:
        """Clinicians, whoever of them left, and one who treats nobody."""
        keys = [each.pk for each in (*self.clinic.clinicians, self.clinic.reception)]
        return list(User.objects.filter(pk__in=keys).order_by("pk"))

    def _course(self, pick: int) -> Course:
        """Mostly one that is open, while there is one."""
        courses = Course.objects.order_by("pk")
        is_open = courses.filter(closed_as="")
        return _one_of(is_open if pick % 4 and is_open else courses, pick)

    @precondition(has_courses)
    @rule(
        pick=picks,
        day=days_ahead,
        at=times,
        shift=shifts,
        reason=reasons,
        room=st.booleans(),
        overbook=st.integers(0, 2),
        stale=st.sampled_from([9, 9, 9, 9, 9, 9, 0, 1]),
        stays=st.booleans(),
    )
    def move_typed(
        self,
        pick: int,
        day: int,
        at: dt.time,
        shift: tuple[int, int],
        reason: str,
        room: bool,
        overbook: int,
        stale: int,
        stays: bool,
    ) -> None:
        """Move by hand: all of it, or with some visits left where they are."""
        course = self._course(pick)
        visits = self._typed(
            course.site, day, at, shift, reason, room and stale == 0, pick
        )
        if stays:
            visits = self._some_stay(course, visits, pick, reason)
        self._try(
            "move typed",
            actions.move,
            course,
            by=_one_of([self.clinic.reception, *self.clinic.clinicians], overbook),
            version=course.version - (stale == 0),
            visits=visits,
            clinician=_one_of(self.everybody(), pick // 3)
            if stale == 1
            else course.clinician,
            overbooked_reason="asked to" if overbook == 1 else "",
        )

    def _some_stay(
        self, course: Course, visits: list[Visit], pick: int, reason: str
    ) -> list[Visit]:
        kept = []
        for number, (visit, session) in enumerate(
            zip(visits, course.in_order, strict=True)
        ):
            if (pick >> number) & 1:
                start = session.starts_local
                visit = Visit(
                    protocol_day=visit.protocol_day,
                    on=start.date(),
                    at=start.time(),
                    reason=reason,
                )
            kept.append(visit)
        return kept

    @precondition(has_courses)
    @rule(pick=picks, ahead=st.integers(0, 10), which=st.integers(0, 4))
    def move_offered(self, pick: int, ahead: int, which: int) -> None:
        """Move a course that has not begun to where the finder says it fits."""
        course = self._course(pick)
        if not course.is_open or course.has_started:
            return
        site = self.clinic.sites.index(course.site)
        search = self._search(course.patient, ahead, pick, {}, site=site, moving=course)
        found = find_courses(
            search, timetable.timetable_of(course.site_id), now=self.now
        )
        if not found.offers:
            return
        offer = _one_of(found.offers, which)
        moved = self._try(
            "move offered",
            actions.move,
            course,
            by=self.clinic.reception,
            version=course.version,
            visits=offer.visits,
            clinician=User.objects.get(pk=offer.visits[0].clinician_id),
        )
        first, start = course.first_session, course.first_session.starts_local
        if not first.is_booked and start.date() == offer.day_0:
            return  # a missed day 0 is not booked again where it was missed
        assert moved, ("offered, yet refused", offer, self.refused)
        self._is_as_offered(moved, offer)

    @precondition(has_courses)
    @rule(pick=picks, stale=st.integers(0, 9))
    def cancel(self, pick: int, stale: int) -> None:
        course = self._course(pick)
        self._try(
            "cancel",
            actions.cancel,
            course,
            by=self.clinic.reception,
            version=course.version - (stale == 0),
            reason="called off",
        )

    @precondition(has_courses)
    @rule(
        pick=picks,
        status=st.sampled_from(
            [*TreatmentSession.NOT_GIVEN, *TreatmentSession.Status, "nonsense"]
        ),
    )
    def set_aside(self, pick: int, status: str) -> None:
        session = _one_of(TreatmentSession.objects.order_by("pk"), pick)
        self._try(
            "set aside",
            actions.set_aside,
            session,
            by=self.clinic.clinicians[0],
            status=status,
        )

    @precondition(has_courses)
    @rule(back=st.sampled_from([0, 0, 0, 1, 2, 5]))
    def undo(self, back: int) -> None:
        change = _one_of(CourseChange.objects.order_by("-made_at", "-pk"), back)
        self._try("undo", actions.undo, change, by=self.clinic.reception)

    @precondition(has_courses)
    @rule(pick=picks, withdraw=st.booleans())
    def wish(self, pick: int, withdraw: bool) -> None:
        do = actions.withdraw_wish if withdraw else actions.wish_earlier
        self._try("wish", do, self._course(pick), by=self.clinic.reception)

    @precondition(has_courses)
    @rule(pick=picks)
    def lose(self, pick: int) -> None:
        course = self._course(pick)
        if course.next_session and pick % 5:
            return
        self._try(
            "close as lost",
            actions.close_as_lost,
            course,
            by=self.clinic.clinicians[0],
            reason="did not come back",
        )

    @precondition(has_courses)
    @rule(
        pick=picks, when=st.sampled_from(["as booked", "as booked", "too early", "now"])
    )
    def give(self, pick: int, when: str) -> None:
        """Carry out and sign the next session that is due, or any other one."""
        booked = TreatmentSession.objects.filter(status="booked").order_by("starts_at")
        if not booked:
            return
        session = booked[0] if pick % 3 else _one_of(booked, pick)
        ended = session.starts_at + dt.timedelta(minutes=15)
        if when == "now":
            ended = self.now
        elif when == "as booked":
            self.now = max(self.now, ended)
        if not session.course.consents.exists():
            self._try(
                "consent",
                recording.record_consent,
                session.course,
                by=session.clinician,
                answer=Consent.GIVEN,
                person="The patient",
                means=Means.PAPER,
            )
        saved = self._try(
            "plan",
            recording.save_draft,
            session,
            by=session.clinician,
            version=self._record_version(session),
            draft=written(ended),
        )
        if not saved:
            return
        self._try(
            "give",
            recording.sign,
            session,
            by=session.clinician,
            version=saved.version,
        )

    def _record_version(self, session: TreatmentSession) -> int:
        record = getattr(
            TreatmentSession.objects.complete().get(pk=session.pk), "record", None
        )
        return record.version if record else 0

    # --- What happens around them ---------------------------------------------

    @rule(
        by=st.sampled_from(
            [dt.timedelta(minutes=n) for n in (2, 4, 60, 23 * 60)]
            + [dt.timedelta(days=1), dt.timedelta(days=3)]
        )
    )
    def time_passes(self, by: dt.timedelta) -> None:
        self.now += by

    @rule(pick=picks, ahead=st.integers(0, 14), days=st.integers(0, 3), part=hours)
    def close_days(self, pick: int, ahead: int, days: int, part: tuple) -> None:
        first = self.now.date() + dt.timedelta(ahead)
        all_day = pick % 2
        Closure.objects.create(
            site=_one_of(self.clinic.sites, pick // 2),
            first_day=first,
            last_day=first + dt.timedelta(days),
            starts=None if all_day else dt.time(part[0]),
            ends=None if all_day else dt.time(part[1]),
            reason="repairs",
        )
        self._rewrote_the_timetable()

    @rule(pick=picks, ahead=st.integers(0, 14), part=hours)
    def go_away(self, pick: int, ahead: int, part: tuple) -> None:
        first = self.now.date() + dt.timedelta(ahead)
        Absence.objects.create(
            clinician=_one_of(self.clinic.clinicians, pick // 2),
            first_day=first,
            last_day=first + dt.timedelta(pick % 4),
            starts=dt.time(part[0]) if pick % 2 else None,
            ends=dt.time(part[1]) if pick % 2 else None,
        )
        self._rewrote_the_timetable()

    @rule()
    def everything_is_open_again(self) -> None:
        Closure.objects.all().delete()
        Absence.objects.all().delete()
        self._rewrote_the_timetable()

    @rule(pick=picks, weekday=st.integers(0, 6), span=hours)
    def change_hours(self, pick: int, weekday: int, span: tuple) -> None:
        site = _one_of(self.clinic.sites, pick)
        OpeningHours.objects.filter(site=site, weekday=weekday).delete()
        if pick % 3:
            OpeningHours.objects.create(
                site=site,
                weekday=weekday,
                starts=dt.time(span[0]),
                ends=dt.time(span[1]),
            )
        self._rewrote_the_timetable()

    @rule(pick=picks, weekday=st.integers(0, 6), span=hours, extra=st.booleans())
    def change_who_works(
        self, pick: int, weekday: int, span: tuple, extra: bool
    ) -> None:
        who = {
            "clinician": _one_of(self.clinic.clinicians, pick // 2),
            "site": _one_of(self.clinic.sites, pick),
            "starts": dt.time(span[0]),
            "ends": dt.time(span[1]),
        }
        if extra:
            day = self.now.date() + dt.timedelta(pick % 12)
            ExtraHours.objects.filter(clinician=who["clinician"], day=day).delete()
            ExtraHours.objects.create(day=day, **who)
        else:
            WorkingHours.objects.filter(
                clinician=who["clinician"], weekday=weekday
            ).delete()
            WorkingHours.objects.create(weekday=weekday, **who)
        self._rewrote_the_timetable()

    @rule(pick=picks)
    def leave_or_come_back(self, pick: int) -> None:
        """A clinician is deactivated with sessions ahead, or is back."""
        who = User.objects.get(pk=_one_of(self.clinic.clinicians[1:], pick).pk)
        who.is_active = not who.is_active
        who.save(update_fields=["is_active"])
        self._settle_down()

    @rule(pick=picks)
    def close_or_open_a_room(self, pick: int) -> None:
        room = Room.objects.get(pk=_one_of(self.clinic.rooms, pick).pk)
        room.is_active = not room.is_active
        room.save(update_fields=["is_active"])
        self._rewrote_the_timetable()

    def _rewrote_the_timetable(self) -> None:
        timetable.changed()
        self._settle_down()

    # --- After every step -------------------------------------------------------

    def _try(self, name: str, do: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Do it; None where it was refused, and then no row may have changed.

        Anything but a refusal in words is an error, and fails the test as it is.
        """
        before, self.refused = self.rows, ""
        try:
            done = do(*args, now=self.now, **kwargs)
        except ValidationError as refused:
            self._check_refused(name, refused)
            return None
        self.outcomes[name] += 1
        self._settle_down()
        if name.startswith(("book", "move")):
            self._check_placed(before)
        return done

    def _check_refused(self, name: str, refused: ValidationError) -> None:
        self.refused = " ".join(refused.messages)
        self.outcomes[f"{name}: refused"] += 1
        assert self.refused, (name, "refused without a word")
        assert domain_hash() == self.hash, (name, "refused, yet", self.refused)
        assert "_overlap" not in self.refused, (name, self.refused)

    def _settle_down(self) -> None:
        self.hash = domain_hash()
        self.check_the_rows()

    def _read(self) -> clinic_rows.Rows:
        return clinic_rows.read_sessions()

    def check_the_rows(self) -> None:
        rows, courses = self._read(), clinic_rows.read_courses()
        clinic_rows.check_no_overlaps(rows)
        clinic_rows.check_each(rows, courses)
        clinic_rows.check_since(self.rows, rows)
        self.rows = rows

    @invariant()
    def courses_are_whole_and_in_order(self) -> None:
        type(self).steps_taken += 1
        courses = clinic_rows.read_courses()
        clinic_rows.check_courses(self.rows, courses)

    def _check_placed(self, before: clinic_rows.Rows) -> None:
        """What was put somewhere new is inside hours, unless overbooked on purpose."""
        hours = _Hours()
        for key, row in self.rows.items():
            was = before.get(key)
            place = (row.starts_at, row.clinician_id)
            is_new = was is None or not was.takes_time
            if row.status != "booked" or row.is_overbooked:
                continue
            if is_new or place != (was.starts_at, was.clinician_id):
                assert row.ends_at > self.now, ("in the past", row)
                assert hours.hold(row), ("outside of hours", row)


class _Hours:
    """Who works when, found by looking at every row for every minute."""

    def __init__(self) -> None:
        self.zones = {site.pk: site.zone for site in Site.objects.all()}
        self.closures = list(Closure.objects.all())
        self.absences = list(Absence.objects.all())
        self.extra = list(ExtraHours.objects.all())
        self.opening = list(OpeningHours.objects.all())
        self.working = list(WorkingHours.objects.all())

    def hold(self, row: Row) -> bool:
        """Whether every minute of a session is one that its clinician works there."""
        zone = self.zones[row.site_id]
        length = (row.ends_at - row.starts_at) // dt.timedelta(minutes=1)
        moments = (row.starts_at + dt.timedelta(minutes=n) for n in range(length))
        return all(self._works(row, moment.astimezone(zone)) for moment in moments)

    def _works(self, row: Row, moment: dt.datetime) -> bool:
        day, at = moment.date(), moment.time()
        closures = [c for c in self.closures if c.site_id == row.site_id]
        away = [a for a in self.absences if a.clinician_id == row.clinician_id]
        if any(_covers(each, day, at) for each in (*closures, *away)):
            return False
        extra = [e for e in self.extra if e.clinician_id == row.clinician_id]
        if any(each.day == day and self._here(each, row, at) for each in extra):
            return True
        if not self._weekly(self.opening, row, day, at):
            return False
        own = [w for w in self.working if w.clinician_id == row.clinician_id]
        return not own or self._weekly(own, row, day, at)

    def _weekly(self, rows: list, row: Row, day: dt.date, at: dt.time) -> bool:
        return any(
            each.weekday == day.weekday() and self._here(each, row, at) for each in rows
        )

    def _here(self, each: Any, row: Row, at: dt.time) -> bool:
        return each.site_id == row.site_id and each.starts <= at < each.ends


def _covers(row: Closure | Absence, day: dt.date, at: dt.time) -> bool:
    if not row.first_day <= day <= row.last_day:
        return False
    return row.starts is None or row.starts <= at < row.ends
