"""Steps of a visit: forward, back, once however often it is pressed, and only today."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from mesoclinic.models import AuditEvent
from sessions.diary.actions import step_back, step_forward
from sessions.models import Arrival, TreatmentSession
from tests.factories import DAY_0_START, TreatmentSessionFactory
from tests.state import nothing_written

pytestmark = pytest.mark.django_db

NOW = DAY_0_START + dt.timedelta(minutes=5)


@pytest.fixture
def visit(site) -> TreatmentSession:
    return TreatmentSessionFactory(course__site=site)


def forward(visit, by, seen, now=NOW) -> bool:
    return step_forward(visit, by=by, now=now, seen=seen)


def back(visit, by, seen, now=NOW) -> bool:
    return step_back(visit, by=by, now=now, seen=seen)


def test_steps_are_taken_in_order_with_who_and_when(visit, rita):
    for minute, seen in enumerate(("booked", "arrived", "roomed")):
        assert forward(visit, rita, seen, NOW + dt.timedelta(minutes=minute))

    arrival = visit.arrival
    assert arrival.step == "done"
    assert (arrival.arrived_at, arrival.arrived_by) == (NOW, rita)
    assert arrival.done_at == NOW + dt.timedelta(minutes=2)
    assert arrival.sequence == 3
    events = AuditEvent.objects.filter(event="arrival.forward")
    assert [event.details["step"] for event in events] == ["arrived", "roomed", "done"]
    assert {event.patient_id for event in events} == {visit.patient_id}


def test_last_step_is_taken_back_and_only_that(visit, rita):
    forward(visit, rita, "booked")
    forward(visit, rita, "arrived")

    assert back(visit, rita, "roomed")

    arrival = Arrival.objects.get()
    assert arrival.step == "arrived"
    assert arrival.roomed_by is None
    assert arrival.sequence == 3
    assert AuditEvent.objects.get(event="arrival.back").details == {"step": "roomed"}


def test_check_in_can_be_undone_much_later(visit, rita):
    forward(visit, rita, "booked")

    assert back(visit, rita, "arrived", NOW + dt.timedelta(hours=8))
    assert Arrival.objects.get().step == ""


@pytest.mark.parametrize("seen", ["booked", "roomed", "done"])
def test_second_press_of_the_same_button_changes_nothing(visit, rita, seen):
    forward(visit, rita, "booked")

    with nothing_written():
        assert not forward(visit, rita, seen)
        assert not back(visit, rita, seen)


def test_nothing_comes_after_done(visit, rita):
    for seen in ("booked", "arrived", "roomed"):
        forward(visit, rita, seen)

    assert not forward(visit, rita, "done")


@pytest.mark.parametrize("days", [-1, 1])
def test_only_today_s_visits_take_steps(visit, rita, days):
    with pytest.raises(ValidationError, match=r"Mon 02-Mar-2026, not for today"):
        forward(visit, rita, "booked", NOW + dt.timedelta(days=days))
    assert not Arrival.objects.exists()


def test_today_is_the_site_s(rita):
    """23:30 in London is half past nine the next morning on Lord Howe Island."""
    visit = TreatmentSessionFactory(
        course__site__time_zone="Australia/Lord_Howe",
        starts_at=dt.datetime(2026, 3, 1, 23, 0, tzinfo=dt.UTC),
    )

    assert visit.booked_date == dt.date(2026, 3, 2)
    assert forward(
        visit, rita, "booked", dt.datetime(2026, 3, 1, 22, 30, tzinfo=dt.UTC)
    )


@pytest.mark.parametrize("status", ["missed", "cancelled", "declined"])
def test_visit_that_is_not_coming_takes_no_step(visit, rita, status):
    TreatmentSession.objects.update(status=status)

    with pytest.raises(ValidationError, match="is over"):
        forward(visit, rita, "booked")


def test_clock_that_was_put_back_leaves_the_steps_in_order(visit, rita):
    forward(visit, rita, "booked")
    forward(visit, rita, "arrived", NOW - dt.timedelta(minutes=30))

    assert Arrival.objects.get().roomed_at == NOW
