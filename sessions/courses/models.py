"""A course of treatment and its sessions: day 0, day 3, day 7."""

import datetime as dt
from collections.abc import Collection
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, models
from django.db.models import Exists, F, Max, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils import timezone

from mesoclinic.models import User
from mesoclinic.roles import Permission
from mesoclinic.vocabulary import Side, choices
from patients.models import Allergy, Patient
from protocols.dates import day_number, evaluation_due
from protocols.models import Indication, ProtocolVersion
from sessions.courses.visits import day_words
from sessions.schedule.models import Room, Site

# No protocol version allows a longer one.
LONGEST_SESSION = dt.timedelta(minutes=240)


def overlaps(starts: dt.datetime, ends: dt.datetime) -> Q:
    """Sessions that touch a span. Bounded on both sides, for the index to find them."""
    return Q(
        starts_at__gt=starts - LONGEST_SESSION, starts_at__lt=ends, ends_at__gt=starts
    )


class CourseQuerySet(models.QuerySet["Course"]):
    def listed(self) -> "CourseQuerySet":
        """With all that a list or the course's own page shows."""
        return self.select_related(
            "patient",
            "indication",
            "protocol_version__protocol",
            "clinician",
            "site",
            "evaluation",
        ).prefetch_related(
            Prefetch(
                "sessions",
                queryset=TreatmentSession.objects.select_related("clinician").order_by(
                    "protocol_day"
                ),
                to_attr="sessions_in_order",
            )
        )

    def locked(self) -> "CourseQuerySet":
        """To be changed: nobody else changes it meanwhile."""
        return self.select_for_update(of=["self"]).listed()

    def for_patient(self, patient: Patient) -> "CourseQuerySet":
        return self.filter(patient=patient).order_by("-booked_at")

    def how_the_last_one_ended(self, course: "Course", *, lock: str = "") -> str | None:
        """How the last course of the same patient, indication and side closed (R16).

        None where there is none; one that was cancelled before it began leaves nothing
        to evaluate. `lock` is SQL that goes before it, in one trip.
        """
        # In SQL of our own: every booking asks it behind the locks.
        with connection.cursor() as cursor:
            cursor.execute(
                f"{lock}SELECT closed_as FROM {Course._meta.db_table} "  # noqa: S608
                "WHERE patient_id = %s AND indication_id = %s AND side = %s "
                "AND closed_as <> %s ORDER BY booked_at DESC, id DESC LIMIT 1",
                [
                    course.patient_id,
                    course.indication_id,
                    course.side,
                    Course.Closed.CANCELLED,
                ],
            )
            row = cursor.fetchone()
        return row[0] if row else None

    def awaiting_evaluation(self, clinician: User, today: dt.date) -> "CourseQuerySet":
        """A clinician's courses that are to be judged now (R16), longest due first."""
        given = TreatmentSession.objects.filter(
            course=OuterRef("pk"), status=TreatmentSession.Status.GIVEN
        )
        return (
            self.filter(Exists(given), closed_as="", clinician=clinician)
            .annotate(last_day=Max("sessions__target_date"))
            .filter(last_day__lt=today)
            .select_related("patient", "indication")
            .order_by("last_day", "pk")
        )


class Course(models.Model):
    """One patient, one indication, one side, one protocol version.

    Closes with an evaluation, or as lost to follow-up with a reason (R16).
    """

    class Closed(models.TextChoices):
        NOT_YET = "", "Open"
        EVALUATED = "evaluated", "Evaluated"
        LOST = "lost", "Lost to follow-up"
        CANCELLED = "cancelled", "Cancelled before it began"

    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="courses"
    )
    indication = models.ForeignKey(Indication, on_delete=models.PROTECT)
    side = models.CharField(max_length=5, choices=partial(choices, Side))
    protocol_version = models.ForeignKey(ProtocolVersion, on_delete=models.PROTECT)
    clinician = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    # Why it was booked although the last course was never evaluated (R16).
    early_reason = models.CharField(max_length=300, blank=True)
    booked_at = models.DateTimeField(auto_now_add=True)
    booked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    closed_as = models.CharField(
        max_length=9, choices=Closed.choices, default=Closed.NOT_YET, blank=True
    )
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )
    closed_reason = models.CharField(max_length=300, blank=True)
    # Grows with every move; a form that saw an older one is refused.
    version = models.PositiveIntegerField(default=1)
    submission = models.UUIDField(unique=True, null=True, editable=False)

    objects = CourseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(closed_as="", closed_at__isnull=True, closed_by__isnull=True)
                    | (
                        ~Q(closed_as="")
                        & Q(closed_at__isnull=False, closed_by__isnull=False)
                    )
                ),
                name="course_closed_with_who_and_when",
            ),
            models.CheckConstraint(
                condition=~Q(closed_as="lost") | ~Q(closed_reason=""),
                name="course_lost_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.treated} ({self.patient.number})"

    def get_absolute_url(self) -> str:
        return reverse("sessions:course", args=[self.pk])

    @property
    def treated(self) -> str:
        """What is treated, side in words: `Achilles tendinopathy, right`."""
        side = Side(self.side)
        if side is Side.NONE:
            return self.indication.name
        return f"{self.indication.name}, {side.label.lower()}"

    @property
    def side_words(self) -> str:
        """The side as it must not be misread: `RIGHT`; empty where there is none."""
        side = Side(self.side)
        return "" if side is Side.NONE else side.label.upper()

    @property
    def in_order(self) -> list["TreatmentSession"]:
        """Day 0, day 3, day 7; no query after `listed`."""
        fetched = getattr(self, "sessions_in_order", None)
        if fetched is None:
            fetched = list(self.sessions.order_by("protocol_day"))
        return fetched

    @property
    def first_session(self) -> "TreatmentSession":
        return self.in_order[0]

    @property
    def day_0(self) -> dt.date:
        """The local date of the first treatment: as booked until it is given (R14)."""
        return self.first_session.date

    @property
    def has_started(self) -> bool:
        return any(session.is_given for session in self.in_order)

    @property
    def next_session(self) -> "TreatmentSession | None":
        """The first one that is still to come."""
        return next((s for s in self.in_order if s.is_booked), None)

    @property
    def is_open(self) -> bool:
        return not self.closed_as

    def evaluation_due_on(self, today: dt.date) -> bool:
        """Whether efficacy is to be judged now (R16): day 7 has passed."""
        if not self.is_open or not self.has_started:
            return False
        return evaluation_due(self.in_order[-1].target_date, today)

    @property
    def is_evaluation_due(self) -> bool:
        """The same for today, which is the site's."""
        return self.evaluation_due_on(timezone.now().astimezone(self.site.zone).date())


class TreatmentSessionQuerySet(models.QuerySet["TreatmentSession"]):
    def on_day(self, day: dt.date) -> "TreatmentSessionQuerySet":
        return self.filter(booked_date=day)

    def of_day(
        self, site: Site, day: dt.date, clinician: int | None = None
    ) -> "TreatmentSessionQuerySet":
        """What takes place on a day at a site, in order of time."""
        visits = self.occupying().filter(site=site, booked_date=day)
        if clinician:
            visits = visits.filter(clinician=clinician)
        return visits.order_by("starts_at", "pk")

    def of_course(self, course: Course) -> "TreatmentSessionQuerySet":
        return self.filter(course=course).order_by("protocol_day")

    def occupying(self) -> "TreatmentSessionQuerySet":
        """What takes up somebody's time."""
        return self.filter(status__in=TreatmentSession.OCCUPYING)

    def overlapping(
        self, starts: dt.datetime, ends: dt.datetime
    ) -> "TreatmentSessionQuerySet":
        """What touches a span. Bounded on both sides, so that an index finds it."""
        return self.filter(
            starts_at__lt=ends,
            starts_at__gt=starts - LONGEST_SESSION,
            ends_at__gt=starts,
        )

    def locked_in_order(self, keys: Collection[int]) -> "TreatmentSessionQuerySet":
        """These rows, locked in the one order that keeps two people out of a ring."""
        return self.filter(pk__in=keys).order_by("pk").select_for_update()

    def overbooked(self) -> "TreatmentSessionQuerySet":
        """Put on purpose where somebody was already, or outside of hours."""
        return self.exclude(overbooked_reason="")

    def of_clinician(self, clinician: User) -> "TreatmentSessionQuerySet":
        return self.filter(clinician=clinician)

    def listed(self) -> "TreatmentSessionQuerySet":
        """In order of time, with all that a line of a day's list shows."""
        return self.select_related(
            "patient", "clinician", "course__indication", "course__site", "record"
        ).order_by("starts_at", "pk")

    def complete(self) -> "TreatmentSessionQuerySet":
        """With all that the session's own page and its paper show."""
        return self.select_related(
            "patient",
            "clinician",
            "course__indication",
            "course__site",
            "course__protocol_version__protocol",
            "course__clinician",
            "record__signature",
        )

    def with_visits(self) -> "TreatmentSessionQuerySet":
        """Complete, and all visits of its course."""
        visits = TreatmentSession.objects.select_related("clinician")
        return self.complete().prefetch_related(
            Prefetch(
                "course__sessions",
                queryset=visits.order_by("protocol_day"),
                to_attr="sessions_in_order",
            )
        )

    def for_paper(self) -> "TreatmentSessionQuerySet":
        """With all that any paper says: a fixed number of queries for a day's."""
        rows = self.with_visits().select_related("record__void")
        return rows.prefetch_related(
            Prefetch(
                "patient__allergies",
                queryset=Allergy.objects.in_force(),
                to_attr="allergies_in_force",
            ),
            "course__protocol_version__questions",
            "course__indication__views",
            "record__points",
            "record__components",
            "record__findings",
            "record__amendments",
        )


def _pointer(to: type[models.Model], **options: Any) -> models.ForeignKey:
    """A foreign key without an index of its own; those below say what is looked for.

    Sessions are what a clinic writes most: each index is written with every row.
    """
    return models.ForeignKey(
        to,
        on_delete=models.PROTECT,
        db_index=False,
        **{"related_name": "+", **options},
    )


class TreatmentSession(models.Model):
    """One visit of a course.

    `patient` and `site` repeat the course's, held equal by trigger: the database can
    refuse two bookings of one person at overlapping times, and a site's day is found
    without its courses. `booked_date` is the date
    of `starts_at` at the site; `target_date` is what the protocol asked for.
    """

    class Status(models.TextChoices):
        BOOKED = "booked", "Booked"
        GIVEN = "given", "Given"
        MISSED = "missed", "Did not attend"
        NOT_NEEDED = "not_needed", "Not needed"
        DECLINED = "declined", "Declined by the patient"
        WITHHELD = "withheld", "Withheld by the clinician"
        # Day 0 never took place, or the whole course was called off before it.
        CANCELLED = "cancelled", "Cancelled"

    # What takes up the clinician's and the patient's time.
    OCCUPYING = (Status.BOOKED, Status.GIVEN)
    NOT_GIVEN = (Status.MISSED, Status.NOT_NEEDED, Status.DECLINED, Status.WITHHELD)

    course = _pointer(Course, related_name="sessions")
    patient = _pointer(Patient)
    clinician = _pointer(User)
    site = _pointer(Site)
    # None where the site lists no rooms.
    room = _pointer(Room, null=True)
    protocol_day = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    booked_date = models.DateField()
    target_date = models.DateField()
    given_date = models.DateField(null=True)
    off_target_reason = models.CharField(max_length=300, blank=True)
    # Why a clinician put it where somebody else already was, or outside of hours.
    overbooked_reason = models.CharField(max_length=300, blank=True)
    overbooked_at = models.DateTimeField(null=True)
    overbooked_by = _pointer(User, null=True)
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.BOOKED
    )
    status_reason = models.CharField(max_length=300, blank=True)
    status_at = models.DateTimeField()
    status_by = _pointer(User)
    # Grows with every change: calendars and polling pages tell by it what is new.
    sequence = models.PositiveIntegerField(default=0)

    objects = TreatmentSessionQuerySet.as_manager()

    class Meta:
        # No two in one database may overlap for a patient, nor, unless overbooked
        # on purpose, for a clinician or a room: exclusion constraints on PostgreSQL
        # (a migration), triggers on SQLite (guards.py).
        constraints = [
            models.UniqueConstraint(
                fields=["course", "protocol_day"], name="session_once_per_day"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(booked_date=F("target_date")) | ~Q(off_target_reason=""),
                name="session_off_target_has_reason",
            ),
            models.CheckConstraint(
                condition=(
                    Q(status="given", given_date__isnull=False)
                    | (~Q(status="given") & Q(given_date__isnull=True))
                ),
                name="session_given_has_its_date",
            ),
            models.CheckConstraint(
                condition=(
                    Q(
                        overbooked_reason="",
                        overbooked_at__isnull=True,
                        overbooked_by__isnull=True,
                    )
                    | (
                        ~Q(overbooked_reason="")
                        & Q(overbooked_at__isnull=False, overbooked_by__isnull=False)
                    )
                ),
                name="session_overbooked_with_who_and_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["site", "booked_date", "starts_at"], name="session_day"
            ),
            models.Index(fields=["room", "starts_at"], name="session_room"),
            # All that the course finder reads, so that it need not read the table.
            models.Index(
                fields=["clinician", "starts_at"],
                include=["ends_at", "patient", "course"],
                condition=Q(status__in=("booked", "given")),
                name="session_clinician",
            ),
            models.Index(fields=["patient", "starts_at"], name="session_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.day_label}"

    def get_absolute_url(self) -> str:
        return reverse("sessions:session", args=[self.pk])

    @property
    def code(self) -> str:
        """The session's number as printed: `S-000482`."""
        return f"S-{self.pk:06d}"

    @property
    def zone(self) -> ZoneInfo:
        return self.course.site.zone

    @property
    def starts_local(self) -> dt.datetime:
        return self.starts_at.astimezone(self.zone)

    @property
    def day_label(self) -> str:
        """Which visit this is by the protocol: `Day 3`."""
        return f"Day {self.protocol_day}"

    @property
    def is_first(self) -> bool:
        return self.protocol_day == 0

    @property
    def is_given(self) -> bool:
        return self.status == self.Status.GIVEN

    @property
    def is_booked(self) -> bool:
        return self.status == self.Status.BOOKED

    @property
    def date(self) -> dt.date:
        """The local date of the visit: once given, the date it was given on."""
        return self.given_date or self.booked_date

    @property
    def has_leaflet(self) -> bool:
        """Whether there is something for the patient to take home, now or then."""
        return self.is_booked or self.is_given

    @property
    def is_off_target(self) -> bool:
        return self.booked_date != self.target_date

    def may_be_set_aside_as(self, user: User) -> list[str]:
        """Why it may be said not to be given: reception says who did not come."""
        if self.is_first or not user.can(Permission.RECORD_EDIT):
            return [self.Status.MISSED]
        return list(self.NOT_GIVEN)

    def true_day(self, day_0: dt.date) -> int:
        """How many days after the first treatment it really falls."""
        return day_number(day_0, self.date)

    @property
    def true_day_text(self) -> str:
        """`day 3`, or `day 4, protocol: day 3`."""
        return day_words(self.protocol_day, self.true_day(self.course.day_0))

    @property
    def place_text(self) -> str:
        """Which of how many, by the protocol: `session 2 of 3`."""
        days = (0, *self.course.protocol_version.follow_up_days)
        return f"session {days.index(self.protocol_day) + 1} of {len(days)}"


class CourseChange(models.Model):
    """What a booking, a move or a cancellation changed: what undoing it puts back.

    `before` has the course's columns and one entry per session, as
    `actions/undo.py` reads them.
    """

    class Kind(models.TextChoices):
        BOOKED = "booked", "Booked"
        MOVED = "moved", "Moved"
        SET_ASIDE = "set_aside", "Not given"
        CANCELLED = "cancelled", "Cancelled"

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    before = models.JSONField()
    # The course's version that it made; a later change stands in the way of undoing.
    made_version = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["course", "made_version"], name="change_one_per_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.course_id}: {self.kind}"


class EarlierWish(models.Model):
    """A booked patient who would take an earlier day 0: the waiting list.

    In force until it is closed: by a move, by a day 0 that was given, or by hand.
    """

    class PartOfDay(models.TextChoices):
        ANY = "", "Any time"
        MORNING = "morning", "Morning"
        AFTERNOON = "afternoon", "Afternoon"

    course = models.ForeignKey(
        Course, on_delete=models.PROTECT, related_name="earlier_wishes"
    )
    part_of_day = models.CharField(
        max_length=9, choices=PartOfDay.choices, default=PartOfDay.ANY, blank=True
    )
    note = models.CharField(max_length=200, blank=True)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["course"],
                condition=Q(closed_at__isnull=True),
                name="earlier_wish_once_in_force",
            )
        ]

    def __str__(self) -> str:
        return f"{self.course_id} would come earlier"
