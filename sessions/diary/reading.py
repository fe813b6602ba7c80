"""What the diary shows, read in two queries: who works, and the day's visits.

No model instances: a day has a hundred visits, and every open page asks again and
again. A `DiaryVisit` has what a card shows and nothing clinical beyond it.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Q, Subquery, Sum

from mesoclinic.models import User
from mesoclinic.vocabulary import Side
from patients.models import Patient
from protocols.models import ProtocolVersion
from sessions.courses.models import TreatmentSession, TreatmentSessionQuerySet
from sessions.schedule.hours import Timetable
from sessions.schedule.models import Site, TimetableStamp
from sessions.schedule.timetable import SITES_KEPT, stamp, timetable_of

Status = TreatmentSession.Status

# How long a visit takes where no protocol says so, in minutes.
USUAL_MIN = 20
# A patient is late this long after the visit should have begun.
LATE_AFTER = dt.timedelta(minutes=1)
# Free times that have passed are no longer offered: a page of today is another one
# after this many seconds, whatever else happened.
PAGE_HOLDS_S = 600

_BOTH_SIDES = {side.value: side.label.upper() for side in Side} | {Side.NONE.value: ""}
_STATUS_LABELS = {status.value: status.label for status in Status}


@dataclass(slots=True)
class DiaryVisit:
    """One visit as a card of the diary shows it. Moments are in UTC."""

    pk: int
    course_id: int
    patient_id: int
    clinician_id: int
    room_id: int | None
    protocol_day: int
    starts_at: dt.datetime
    ends_at: dt.datetime
    booked_date: dt.date
    status: str
    status_at: dt.datetime
    sequence: int
    overbooked_reason: str
    family_name: str
    given_names: str
    title: str
    birth_date: dt.date
    indication: str
    side: str
    clinician_title: str
    clinician_given_names: str
    clinician_family_name: str
    room: str | None
    arrived_at: dt.datetime | None
    roomed_at: dt.datetime | None
    done_at: dt.datetime | None
    steps_taken: int | None

    @property
    def listed_name(self) -> str:
        """As `Patient.listed_name`."""
        name = ", ".join(filter(None, [self.family_name, self.given_names]))
        return f"{name} ({self.title})" if self.title else name

    @property
    def number_spaced(self) -> str:
        return Patient(pk=self.patient_id).number_spaced

    @property
    def clinician(self) -> str:
        return _short(
            self.clinician_title, self.clinician_given_names, self.clinician_family_name
        )

    @property
    def age(self) -> int:
        """Full years on the day of the visit."""
        born, on = self.birth_date, self.booked_date
        return on.year - born.year - ((on.month, on.day) < (born.month, born.day))

    @property
    def side_words(self) -> str:
        return _BOTH_SIDES[self.side]

    @property
    def day_label(self) -> str:
        return f"Day {self.protocol_day}"

    @property
    def is_coming(self) -> bool:
        """Whether it takes up time: booked, or given."""
        return self.status in TreatmentSession.OCCUPYING

    @property
    def is_overbooked(self) -> bool:
        return bool(self.overbooked_reason)

    @property
    def has_leaflet(self) -> bool:
        return self.is_coming

    @property
    def status_label(self) -> str:
        return _STATUS_LABELS[self.status]

    @property
    def step(self) -> str:
        """How far the patient is: `Arrival.step`, or `booked` before they are here."""
        if self.done_at:
            return "done"
        if self.roomed_at:
            return "roomed"
        return "arrived" if self.arrived_at else "booked"

    def state(self, now: dt.datetime | None) -> str:
        """The step, or what outranks it: given, late, or why it is not given.

        Nobody is late but today: `now` is None on any other day.
        """
        if self.status != Status.BOOKED:
            return self.status
        if self.step == "booked" and now and self.starts_at + LATE_AFTER <= now:
            return "late"
        return self.step

    def waited_min(self, now: dt.datetime) -> int:
        """Minutes since the patient arrived."""
        waited = now - (self.arrived_at or now)
        return max(0, int(waited.total_seconds() // 60))


_COLUMNS = (
    "pk",
    "course_id",
    "patient_id",
    "clinician_id",
    "room_id",
    "protocol_day",
    "starts_at",
    "ends_at",
    "booked_date",
    "status",
    "status_at",
    "sequence",
    "overbooked_reason",
    "patient__family_name",
    "patient__given_names",
    "patient__title",
    "patient__birth_date",
    "course__indication__name",
    "course__side",
    "clinician__title",
    "clinician__given_names",
    "clinician__family_name",
    "room__name",
    "arrival__arrived_at",
    "arrival__roomed_at",
    "arrival__done_at",
    "arrival__sequence",
)


def visits_of(
    site_id: int, first_day: dt.date, last_day: dt.date | None = None
) -> list[DiaryVisit]:
    """Return a site's visits of one day, or of several, in order. One query."""
    rows = _at(site_id, first_day, last_day).order_by("starts_at", "pk")
    return [DiaryVisit(*row) for row in rows.values_list(*_COLUMNS)]


def _at(
    site_id: int, first_day: dt.date, last_day: dt.date | None
) -> TreatmentSessionQuerySet:
    at_site = TreatmentSession.objects.filter(site_id=site_id)
    if last_day is None or last_day == first_day:
        return at_site.on_day(first_day)
    return at_site.filter(booked_date__range=(first_day, last_day))


# --- Who works, and where -----------------------------------------------------


@dataclass(frozen=True, slots=True)
class Clinician:
    pk: int
    name: str


@dataclass(frozen=True, slots=True)
class SiteInUse:
    pk: int
    name: str


@dataclass(frozen=True, slots=True)
class Premises:
    """A site with its timetable and who can be booked at all."""

    timetable: Timetable
    as_of: UUID | None
    sites: tuple[SiteInUse, ...]
    clinicians: tuple[Clinician, ...] = ()
    usual_min: int = USUAL_MIN

    @property
    def site_id(self) -> int:
        return self.timetable.site_id

    @property
    def zone(self) -> ZoneInfo:
        return self.timetable.zone

    def today(self, now: dt.datetime) -> dt.date:
        return now.astimezone(self.zone).date()


def premises_of(site_id: int | None) -> Premises | None:
    """Return the premises of a site, of the main one where it is not there. One query.

    None on an installation without a site.
    """
    usual = (
        ProtocolVersion.objects.filter(status=ProtocolVersion.Status.PUBLISHED)
        .values("session_duration_min")
        .annotate(versions=Count("pk"))
        .order_by("-versions", "session_duration_min")
        .values("session_duration_min")[:1]
    )
    rows = list(
        User.objects.clinicians()
        .annotate(
            as_of=Subquery(TimetableStamp.objects.values("value")[:1]),
            usual_min=Subquery(usual),
        )
        .values_list("pk", "title", "given_names", "family_name", "as_of", "usual_min")
    )
    as_of = rows[0][4] if rows else stamp()
    premises = premises_as_of(site_id, as_of)
    if premises is None or not rows:
        return premises
    return Premises(
        timetable=premises.timetable,
        as_of=as_of,
        sites=premises.sites,
        clinicians=tuple(Clinician(row[0], _short(*row[1:4])) for row in rows),
        usual_min=rows[0][5] or USUAL_MIN,
    )


def premises_as_of(site_id: int | None, as_of: UUID | None) -> Premises | None:
    """Return the same without its people: no query while the timetable is known."""
    # Without a stamp nothing says when it changes.
    sites = _sites(as_of) if as_of else _sites.__wrapped__(as_of)
    if not sites:
        return None
    known = {site.pk for site in sites}
    main = min(known)
    wanted = site_id if site_id in known else main
    return Premises(timetable_of(wanted, as_of=as_of), as_of, sites)


@lru_cache(maxsize=SITES_KEPT)
def _sites(as_of: UUID | None) -> tuple[SiteInUse, ...]:
    rows = Site.objects.listed().values_list("pk", "name")
    return tuple(SiteInUse(pk, name) for pk, name in rows)


def _short(title: str, given_names: str, family_name: str) -> str:
    """As `User.short_name`, without the row."""
    return " ".join(filter(None, [title or given_names, family_name]))


# --- Whether anything happened --------------------------------------------------


@dataclass(frozen=True, slots=True)
class Days:
    """What a page of the diary is about: days of one site, seen at a moment."""

    premises: Premises
    first_day: dt.date
    last_day: dt.date
    now: dt.datetime

    @property
    def today(self) -> dt.date:
        return self.premises.today(self.now)

    @property
    def has_today(self) -> bool:
        return self.first_day <= self.today <= self.last_day

    def visits(self) -> list[DiaryVisit]:
        """The visits of these days, in order. One query."""
        return visits_of(self.premises.site_id, self.first_day, self.last_day)

    def digest_of(self, visits: Iterable[DiaryVisit]) -> str:
        """Return what a page of these visits has seen; see `newest`."""
        rows = list(visits)
        return self._digest(
            len(rows),
            sum(visit.sequence for visit in rows),
            sum(visit.steps_taken or 0 for visit in rows),
            max((visit.status_at for visit in rows), default=None),
            sum(visit.state(self.now) == "late" for visit in rows),
        )

    def newest(self) -> str:
        """Return the digest of what there is to see now. One query.

        It is another one after every booking, move, cancellation, step and change of
        hours, and after nothing else but the clock.
        """
        late = Q(
            status=Status.BOOKED,
            starts_at__lte=self.now - LATE_AFTER,
            arrival__arrived_at__isnull=True,
        )
        found = _at(self.premises.site_id, self.first_day, self.last_day).aggregate(
            count=Count("pk"),
            changes=Sum("sequence", default=0),
            steps=Sum("arrival__sequence", default=0),
            newest=Max("status_at"),
            late=Count("pk", filter=late),
        )
        return self._digest(*found.values())

    def _digest(self, *counted: object) -> str:
        held = int(self.now.timestamp()) // PAGE_HOLDS_S if self.has_today else 0
        shown = (
            self.premises.as_of,
            self.premises.site_id,
            self.first_day,
            self.last_day,
        )
        text = repr((*shown, self.today, held, *counted))
        return hashlib.sha256(text.encode()).hexdigest()[:20]
