"""The waiting list: who would come earlier, and what could be offered to them now."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, QuerySet

from sessions.courses.finder import NOON
from sessions.courses.models import Course, EarlierWish, TreatmentSession
from sessions.courses.moves import offers_for_moving
from sessions.courses.offers_shown import OfferLine
from sessions.schedule import minutes
from sessions.schedule.models import Site

# Each row asks the finder: so many are enough for one page.
ROWS = 20
_WINDOWS: dict[str, int] = {
    EarlierWish.PartOfDay.MORNING: minutes.span(0, NOON),
    EarlierWish.PartOfDay.AFTERNOON: minutes.span(NOON, minutes.DAY),
}


@dataclass(frozen=True)
class WaitingLine:
    """Somebody who would come earlier, and the first course that fits before theirs."""

    wish: EarlierWish
    course: Course
    offer: OfferLine | None


def wish_of(course: Course) -> EarlierWish | None:
    """Return the wish of a course that is in force. One query."""
    wishes = course.earlier_wishes.filter(closed_at=None)
    return wishes.select_related("noted_by").first()


def count_waiting(site: Site, *, now: dt.datetime, but: Course | None = None) -> int:
    """Return how many at a site would come earlier. One query."""
    waiting = _waiting(now).filter(course__site=site)
    return waiting.exclude(course=but).count() if but else waiting.count()


def waiting_page(
    number: str, *, now: dt.datetime
) -> tuple[Page, Sequence[WaitingLine]]:
    """Return one page of everybody who waits, longest first, with what is free."""
    page = Paginator(_waiting(now).order_by("noted_at", "pk"), ROWS).get_page(number)
    return page, list(_lines(page, now))


def _waiting(now: dt.datetime) -> QuerySet[EarlierWish]:
    """Wishes in force of those whose day 0 is still ahead."""
    day_0 = TreatmentSession.objects.filter(
        course=OuterRef("course"),
        protocol_day=0,
        status=TreatmentSession.Status.BOOKED,
        starts_at__gt=now,
    )
    in_force = EarlierWish.objects.filter(closed_at=None, course__closed_as="")
    return in_force.filter(Exists(day_0))


def _lines(wishes: Iterable[EarlierWish], now: dt.datetime) -> Iterator[WaitingLine]:
    wishes = [*wishes]
    courses = Course.objects.listed().in_bulk([wish.course_id for wish in wishes])
    for wish in wishes:
        course = courses[wish.course_id]
        yield WaitingLine(wish, course, _earlier(wish, course, now))


def _earlier(wish: EarlierWish, course: Course, now: dt.datetime) -> OfferLine | None:
    """The first course that fits before the one that is booked."""
    latest = course.day_0 - dt.timedelta(days=1)
    if latest < now.astimezone(course.site.zone).date():
        return None
    found = offers_for_moving(
        course,
        now=now,
        latest=latest,
        window=_WINDOWS.get(wish.part_of_day, minutes.ALL),
        count=1,
    )
    return next((line for line in found if isinstance(line, OfferLine)), None)
