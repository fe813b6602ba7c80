"""A course of three visits, and its first one treated and signed."""

import datetime as dt

import pytest

from sessions.courses import actions as courses
from sessions.courses.visits import propose
from sessions.models import TreatmentSession
from sessions.recording import actions as recording
from tests.drafts import written
from tests.factories import ConsentEventFactory, PatientFactory
from tests.sessions.recording.test_actions import ENDED, MONDAY, NOW


@pytest.fixture
def course(rita, dr_cooper, site, indication, english):
    return courses.book(
        by=rita,
        patient=PatientFactory(family_name="Smith", given_names="Anne", title="Mrs"),
        indication=indication,
        side="right",
        clinician=dr_cooper,
        site=site,
        visits=propose(MONDAY, dt.time(9), offsets=(3, 7)),
        now=NOW - dt.timedelta(days=3),
    )


@pytest.fixture
def treat(course, dr_cooper):
    """Record and sign day 0, ended at a given moment."""

    def sign(ended_at=ENDED) -> TreatmentSession:
        ConsentEventFactory(course=course)
        draft = written(ended_at)
        session = course.in_order[0]
        now = ended_at + dt.timedelta(minutes=5)
        recording.save_draft(session, by=dr_cooper, version=0, draft=draft, now=now)
        recording.sign(session, by=dr_cooper, version=1, now=now)
        return TreatmentSession.objects.complete().get(pk=session.pk)

    return sign
