"""Booking, moving and setting aside: R12 to R16 where they meet the database."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from mesoclinic.errors import Stale
from mesoclinic.models import AuditEvent
from mesoclinic.vocabulary import Side
from sessions.courses import actions
from sessions.courses.models import Course, TreatmentSession
from sessions.courses.visits import Visit, propose
from tests.factories import PatientFactory, SiteFactory

pytestmark = pytest.mark.django_db

MONDAY = dt.date(2026, 3, 2)
NINE = dt.time(9, 0)
BEFORE = dt.datetime(2026, 2, 20, 12, 0, tzinfo=dt.UTC)
Status = TreatmentSession.Status


@pytest.fixture
def wanted(rita, dr_cooper, site, indication) -> dict[str, Any]:
    """What `book` needs; a test changes what it is about."""
    return {
        "by": rita,
        "patient": PatientFactory(),
        "indication": indication,
        "side": Side.RIGHT,
        "clinician": dr_cooper,
        "site": site,
        "visits": propose(MONDAY, NINE, offsets=(3, 7)),
        "now": BEFORE,
    }


def visits(*days: str, reasons: tuple[str, ...] = ("", "", "")) -> list[Visit]:
    return [
        Visit(protocol_day=day, on=dt.date.fromisoformat(on), at=NINE, reason=reason)
        for day, on, reason in zip((0, 3, 7), days, reasons, strict=True)
    ]


def message_of(refused: Any) -> str:
    return " ".join(refused.value.messages)


def test_book_stores_three_sessions_on_their_days(wanted):
    course = actions.book(**wanted)

    dates = [session.booked_date.isoformat() for session in course.in_order]
    assert dates == ["2026-03-02", "2026-03-05", "2026-03-09"]
    assert {session.starts_local.time() for session in course.in_order} == {NINE}
    assert course.protocol_version == wanted["indication"].protocol.current
    assert AuditEvent.objects.get(event="course.booked").patient_id == course.patient_id


@pytest.mark.parametrize(
    ("zone", "day_0"),
    [("Europe/London", "2026-03-27"), ("Europe/Paris", "2026-10-22")],
)
def test_book_keeps_the_local_time_across_a_clock_change(wanted, zone, day_0):
    wanted["site"] = SiteFactory(time_zone=zone)
    wanted["visits"] = propose(dt.date.fromisoformat(day_0), NINE, offsets=(3, 7))

    course = actions.book(**wanted)

    assert [s.starts_local.time() for s in course.in_order] == [NINE] * 3
    assert len({s.starts_at.time() for s in course.in_order}) == 2


def test_book_takes_all_or_nothing_when_one_time_is_taken(wanted):
    actions.book(**wanted)
    other = {**wanted, "patient": PatientFactory()}
    other["visits"] = visits("2026-03-03", "2026-03-06", "2026-03-10")
    other["visits"][2] = Visit(protocol_day=7, on=dt.date(2026, 3, 9), at=NINE)
    other["visits"][2] = Visit(
        protocol_day=7, on=dt.date(2026, 3, 9), at=dt.time(9, 10), reason="on leave"
    )

    with pytest.raises(ValidationError) as refused:
        actions.book(**other)

    assert "day_7" in refused.value.message_dict
    assert "Mon 09-Mar-2026 at 09:10" in message_of(refused)
    assert "Free nearby: " in message_of(refused)
    assert TreatmentSession.objects.count() == 3
    assert Course.objects.count() == 1


def test_book_allows_back_to_back(wanted):
    actions.book(**wanted)
    later = propose(MONDAY, dt.time(9, 20), offsets=(3, 7))

    actions.book(**{**wanted, "patient": PatientFactory(), "visits": later})

    assert TreatmentSession.objects.count() == 6


def test_book_refuses_a_patient_in_two_places(wanted, dr_levy):
    actions.book(**wanted)

    with pytest.raises(ValidationError) as refused:
        actions.book(**{**wanted, "clinician": dr_levy, "side": Side.LEFT})

    assert "The patient has another session" in message_of(refused)


def test_book_sent_twice_books_once(wanted):
    wanted["submission"] = uuid4()

    first, second = actions.book(**wanted), actions.book(**wanted)

    assert first == second
    assert TreatmentSession.objects.count() == 3


def test_book_refused_with_a_key_of_its_own_stays_refused(wanted):
    actions.book(**wanted, submission=uuid4())

    with pytest.raises(ValidationError):
        actions.book(**wanted, submission=uuid4())

    assert Course.objects.count() == 1


def test_book_refuses_a_clinician_who_was_overbooked_elsewhere(wanted):
    """No constraint stands against those who were put there on purpose."""
    actions.book(**{**wanted, "site": SiteFactory()})
    TreatmentSession.objects.update(
        overbooked_reason="In pain",
        overbooked_at=timezone.now(),
        overbooked_by=wanted["by"],
    )

    with pytest.raises(ValidationError) as refused:
        actions.book(**{**wanted, "patient": PatientFactory()})

    assert "has another session" in message_of(refused)


@pytest.mark.parametrize("side", [Side.NONE])
def test_book_asks_for_a_side(wanted, side):
    with pytest.raises(ValidationError) as refused:
        actions.book(**{**wanted, "side": side})

    assert "side" in refused.value.message_dict


def test_book_asks_why_a_follow_up_is_off_its_day(wanted):
    off = visits("2026-03-02", "2026-03-06", "2026-03-09")

    with pytest.raises(ValidationError) as refused:
        actions.book(**{**wanted, "visits": off})

    assert "day 4, protocol: day 3" in message_of(refused)
    assert "day_3_reason" in refused.value.message_dict


def test_book_keeps_target_date_and_reason_of_a_moved_follow_up(wanted):
    off = visits("2026-03-02", "2026-03-06", "2026-03-09", reasons=("", "closed", ""))

    course = actions.book(**{**wanted, "visits": off})

    day_3 = course.in_order[1]
    assert day_3.target_date == dt.date(2026, 3, 5)
    assert day_3.off_target_reason == "closed"
    assert day_3.true_day(course.day_0) == 4


def test_book_refuses_day_3_after_day_7(wanted):
    swapped = visits("2026-03-02", "2026-03-10", "2026-03-09", reasons=("", "x", "x"))

    with pytest.raises(ValidationError):
        actions.book(**{**wanted, "visits": swapped})

    assert not Course.objects.exists()


def test_book_refuses_a_day_that_has_passed(wanted):
    late = dt.datetime(2026, 3, 3, 0, 30, tzinfo=dt.UTC)

    with pytest.raises(ValidationError, match="passed"):
        actions.book(**{**wanted, "now": late})


def test_book_refuses_a_time_that_the_clocks_skip(wanted):
    skipped = propose(dt.date(2026, 3, 29), dt.time(1, 30), offsets=(3, 7))

    with pytest.raises(ValidationError) as refused:
        actions.book(**{**wanted, "visits": skipped})

    assert "day_0" in refused.value.message_dict


def test_book_refuses_a_retired_indication(wanted):
    wanted["indication"].retired_at = timezone.now()

    with pytest.raises(ValidationError, match="retired"):
        actions.book(**wanted)


def test_book_refuses_a_clinician_who_left(wanted, dr_cooper):
    dr_cooper.is_active = False

    with pytest.raises(ValidationError, match="cannot be booked"):
        actions.book(**wanted)


def test_a_new_course_needs_the_last_one_evaluated_or_a_reason(wanted):
    actions.book(**wanted)
    again = {**wanted, "visits": propose(dt.date(2026, 4, 6), NINE, offsets=(3, 7))}

    with pytest.raises(ValidationError) as refused:
        actions.book(**again)
    course = actions.book(**again, early_reason="The pain came back at once.")

    assert "early_reason" in refused.value.message_dict
    assert course.early_reason


def moved(course: Course, wanted: dict[str, Any], *days: str, **changes: Any) -> Course:
    return actions.move(
        course,
        **{
            "by": wanted["by"],
            "version": course.version,
            "visits": visits(*days, reasons=changes.pop("reasons", ("", "", ""))),
            "clinician": wanted["clinician"],
            "now": BEFORE,
            **changes,
        },
    )


def test_move_of_day_0_re_derives_the_targets(wanted):
    course = actions.book(**wanted)

    moved(course, wanted, "2026-03-03", "2026-03-06", "2026-03-10")

    course = Course.objects.listed().get(pk=course.pk)
    assert [s.target_date.day for s in course.in_order] == [3, 6, 10]
    assert course.version == 2


@pytest.mark.parametrize(
    "days",
    [
        ("2026-03-05", "2026-03-08", "2026-03-12"),  # onto its own old day 3
        ("2026-02-26", "2026-03-02", "2026-03-05"),  # onto its own old days, earlier
    ],
)
def test_move_onto_its_own_old_times(wanted, days):
    course = actions.book(**wanted)

    moved(course, wanted, *days, reasons=("", "asked for", "asked for"))

    course = Course.objects.listed().get(pk=course.pk)
    assert tuple(s.booked_date.isoformat() for s in course.in_order) == days


def test_move_of_day_3_leaves_day_7_alone(wanted):
    course = actions.book(**wanted)

    moved(
        course, wanted, "2026-03-02", "2026-03-06", "2026-03-09", reasons=("", "x", "")
    )

    day_7 = course.sessions.get(protocol_day=7)
    assert day_7.booked_date == day_7.target_date == dt.date(2026, 3, 9)


def test_move_seen_from_an_old_page_is_refused_and_shows_theirs(wanted):
    course = actions.book(**wanted)
    moved(course, wanted, "2026-03-03", "2026-03-06", "2026-03-10")

    with pytest.raises(Stale) as refused:
        moved(course, wanted, "2026-03-04", "2026-03-07", "2026-03-11")

    assert refused.value.version == 2
    assert course.sessions.get(protocol_day=0).booked_date == dt.date(2026, 3, 3)


def test_move_onto_a_taken_time_moves_nothing(wanted):
    blocking = {**wanted, "patient": PatientFactory()}
    blocking["visits"] = propose(dt.date(2026, 3, 3), NINE, offsets=(3, 7))
    actions.book(**blocking)
    course = actions.book(**wanted)

    with pytest.raises(ValidationError) as refused:
        moved(course, wanted, "2026-03-03", "2026-03-06", "2026-03-10")

    assert refused.value.message_dict.keys() == {"day_0"}
    assert course.sessions.get(protocol_day=0).booked_date == MONDAY


def test_set_aside_keeps_who_when_and_why(wanted, dr_cooper):
    course = actions.book(**wanted)

    session = actions.set_aside(
        course.in_order[1], by=dr_cooper, status=Status.DECLINED, reason="feels well"
    )

    assert (session.status, session.status_by) == ("declined", dr_cooper)
    assert session.status_reason == "feels well"
    assert AuditEvent.objects.filter(event="session.set_aside").exists()


def test_a_missed_day_0_takes_its_follow_ups_with_it(wanted, rita):
    course = actions.book(**wanted)

    actions.set_aside(course.first_session, by=rita, status=Status.MISSED)

    statuses = course.sessions.order_by("protocol_day").values_list("status", flat=True)
    assert list(statuses) == ["missed", "cancelled", "cancelled"]


def test_set_aside_of_day_0_is_only_missing_it(wanted, dr_cooper):
    course = actions.book(**wanted)

    with pytest.raises(ValidationError):
        actions.set_aside(course.in_order[0], by=dr_cooper, status=Status.DECLINED)
    actions.set_aside(course.in_order[0], by=dr_cooper, status=Status.MISSED)

    assert course.sessions.get(protocol_day=0).status == "missed"


def test_a_missed_session_frees_its_time_and_can_be_booked_again(wanted, rita):
    course = actions.book(**wanted)
    actions.set_aside(course.in_order[0], by=rita, status=Status.MISSED)
    other = actions.book(**{**wanted, "patient": PatientFactory()} | _only_same_start())
    course.refresh_from_db()

    moved(course, wanted, "2026-03-03", "2026-03-06", "2026-03-10")

    assert course.sessions.get(protocol_day=0).is_booked
    assert other.pk != course.pk


def _only_same_start() -> dict[str, Any]:
    """Day 0 at the freed time, the follow-ups out of the other course's way."""
    start, *later = propose(MONDAY, NINE, offsets=(3, 7))
    noon = [Visit(protocol_day=v.protocol_day, on=v.on, at=dt.time(12)) for v in later]
    return {"visits": [start, *noon]}


def test_close_as_lost_takes_a_reason_and_no_open_sessions(wanted, dr_cooper):
    course = actions.book(**wanted)

    with pytest.raises(ValidationError):
        actions.close_as_lost(course, by=dr_cooper, reason="gone")
    actions.set_aside(course.first_session, by=dr_cooper, status=Status.MISSED)
    actions.close_as_lost(course, by=dr_cooper, reason="gone")

    course.refresh_from_db()
    assert (course.closed_as, course.closed_reason) == ("lost", "gone")


def test_a_course_lost_to_follow_up_is_not_an_evaluated_one(wanted, dr_cooper):
    course = actions.book(**wanted)
    actions.set_aside(course.first_session, by=dr_cooper, status=Status.MISSED)
    actions.close_as_lost(course, by=dr_cooper, reason="moved away")

    with pytest.raises(ValidationError) as refused:
        actions.book(**{**wanted, "visits": propose(MONDAY, NINE, offsets=(3, 7))})

    assert "early_reason" in refused.value.message_dict


def test_book_refuses_days_of_a_protocol_version_that_was_replaced(wanted):
    wanted["visits"] = propose(MONDAY, NINE, offsets=(2, 7))

    with pytest.raises(ValidationError, match="protocol was changed"):
        actions.book(**wanted)
