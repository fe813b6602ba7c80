"""What the page on which a course is moved shows: what fits, and what would change."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.utils import timezone

from mesoclinic.models import User
from sessions.courses import actions
from sessions.courses.finder import Offer
from sessions.courses.forms import MoveForm
from sessions.courses.models import Course, TreatmentSession
from sessions.courses.offers import Search, find_courses
from sessions.courses.offers_shown import OfferLine, PassedDays, lines
from sessions.schedule import minutes
from sessions.schedule.minutes import Minutes
from sessions.schedule.timetable import timetable_of

OFFERS = 5
OutdatedLeaflets = Callable[[Course], Sequence[TreatmentSession]]


@dataclass(frozen=True)
class ChangeLine:
    """One visit before and after."""

    before: TreatmentSession
    after: TreatmentSession

    @property
    def comes_back(self) -> bool:
        """Whether it was set aside, and is booked again by this."""
        return self.after.is_booked and not self.before.is_booked

    @property
    def is_moved(self) -> bool:
        times = self.before.starts_at != self.after.starts_at
        return times or self.comes_back

    @property
    def is_elsewhere(self) -> bool:
        """Whether it gets another room or clinician."""
        return (self.before.room_id, self.before.clinician_id) != (
            self.after.room_id,
            self.after.clinician_id,
        )

    @property
    def is_changed(self) -> bool:
        reasons = self.before.off_target_reason != self.after.off_target_reason
        return self.is_moved or self.is_elsewhere or reasons


@dataclass(frozen=True)
class MovePreview:
    """What a move would do, tried out: visits, and leaflets that it makes wrong."""

    lines: Sequence[ChangeLine]
    leaflets: Sequence[TreatmentSession]

    @property
    def changes_anything(self) -> bool:
        return any(line.is_changed for line in self.lines)


def preview_move(
    form: MoveForm, course: Course, *, by: User, outdated_leaflets: OutdatedLeaflets
) -> MovePreview | None:
    """Return what moving would do. None where it is refused: the form says why."""
    form.show()

    def look(moved: Course) -> tuple[Course, Sequence[TreatmentSession]]:
        after = Course.objects.listed().get(pk=moved.pk)
        return after, outdated_leaflets(after)

    try:
        after, leaflets = actions.try_move(course, look=look, by=by, **form.moving())
    except ValidationError as error:
        form.refuse(error)
        return None
    preview = MovePreview(_lines(course, after), leaflets)
    if course.clinician_id == after.clinician_id and not preview.changes_anything:
        form.add_error(None, "This is how it is booked already. Change something.")
        return None
    return preview


def _lines(before: Course, after: Course) -> list[ChangeLine]:
    prefetch_related_objects([*before.in_order, *after.in_order], "room")
    pairs = zip(before.in_order, after.in_order, strict=True)
    return [ChangeLine(*pair) for pair in pairs]


def offers_for_moving(
    course: Course,
    *,
    now: dt.datetime | None = None,
    latest: dt.date | None = None,
    window: Minutes = minutes.ALL,
    count: int = OFFERS,
) -> list[OfferLine | PassedDays]:
    """Return the next courses that fit, while day 0 is not given; else nothing."""
    if course.has_started or not course.is_open:
        return []
    now = now or timezone.now()
    treats = course.clinician
    search = Search(
        patient=course.patient,
        version=course.protocol_version,
        clinicians=[treats]
        if treats.can_be_booked
        else list(User.objects.clinicians()),
        earliest=now.astimezone(course.site.zone).date(),
        latest=latest,
        moving=course,
        window=window,
    )
    found = find_courses(search, timetable_of(course.site_id), now=now, count=count + 1)
    found.offers = [each for each in found.offers if not _is_booked(each, course)]
    del found.offers[count:]
    return lines(
        found,
        clinicians={each.pk: each.short_name for each in search.clinicians},
        rooms={room.pk: room.name for room in timetable_of(course.site_id).rooms},
    )


def _is_booked(offer: Offer, course: Course) -> bool:
    """Whether an offer is where the course is booked now."""
    return all(
        session.is_booked
        and (session.booked_date, session.starts_local.time(), session.clinician_id)
        == (visit.on, visit.at, visit.clinician_id)
        for visit, session in zip(offer.visits, course.in_order, strict=True)
    )
