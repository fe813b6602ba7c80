"""Leaflets that were handed over and are wrong by now: to be printed again.

A leaflet says when to come back. One is wrong when a visit that is still ahead is
elsewhere than it says, or was called off or added since. What has been given is
history, and so is a leaflet that a later visit's has replaced.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from sessions.courses.models import Course, CourseChange, TreatmentSession
from sessions.paper.documents import facts_of
from sessions.paper.models import LeafletIssue

ROWS = 50

_Newest = Mapping[int, LeafletIssue]


def outdated_leaflets(course: Course) -> list[TreatmentSession]:
    """Return the sessions of a course whose leaflet is to be printed again.

    The course as it stands in memory is compared: also one that is only tried out.
    """
    if not course.is_open:
        return []
    return _outdated(course, LeafletIssue.objects.newest_of([course]))


def all_outdated_leaflets(now: dt.datetime | None = None) -> list[TreatmentSession]:
    """Return the same of every course with visits ahead, the next visit first."""
    courses = _changed_since(now or timezone.now())
    newest = LeafletIssue.objects.newest_of(courses)
    found = [
        (course.next_session, session)
        for course in courses
        for session in _outdated(course, newest)
        if course.next_session
    ]
    found.sort(key=lambda each: (each[0].starts_at, each[1].pk))
    return [session for _, session in found]


def outdated_page(number: str) -> Page:
    """Return one page of them."""
    return Paginator(all_outdated_leaflets(), ROWS).get_page(number)


def _changed_since(now: dt.datetime) -> list[Course]:
    """Courses with a leaflet out, changed after it was, and with something ahead."""
    after_it = Q(made_at__gt=OuterRef("issued_at")) | Q(
        undone_at__gt=OuterRef("issued_at")
    )
    changes = CourseChange.objects.filter(
        after_it, course=OuterRef("treatment_session__course")
    )
    issues = LeafletIssue.objects.filter(
        Exists(changes), treatment_session__course=OuterRef("pk")
    )
    ahead = TreatmentSession.objects.filter(
        course=OuterRef("pk"), status=TreatmentSession.Status.BOOKED, ends_at__gt=now
    )
    courses = Course.objects.filter(Exists(ahead), Exists(issues), closed_as="")
    return list(courses.listed())


def _outdated(course: Course, newest: _Newest) -> list[TreatmentSession]:
    issued = [session for session in course.in_order if session.pk in newest]
    given = [session for session in issued if session.is_given]
    replaced = set(given[:-1])
    return [
        session
        for session in issued
        if session.has_leaflet
        and session not in replaced
        and _is_wrong(session, newest[session.pk].content)
    ]


def _is_wrong(session: TreatmentSession, content: Mapping[str, Any]) -> bool:
    said, now = content.get("facts"), facts_of(session)
    if not said:
        return True  # of the time before leaflets kept facts: nobody can tell
    if session.is_booked and said["treated_on"] != now["treated_on"]:
        return True
    over = {s.protocol_day for s in session.course.in_order if _is_over(s)}
    return [visit for visit in said["visits"] if visit[0] not in over] != now["visits"]


def _is_over(session: TreatmentSession) -> bool:
    """Whether nobody can come to it any more, whatever a leaflet says."""
    return session.is_given or (
        not session.is_booked and session.ends_at <= timezone.now()
    )
