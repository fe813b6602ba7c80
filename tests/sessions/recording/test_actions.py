"""Saving, signing and amending a record, and what its lock refuses."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from mesoclinic.errors import Stale
from mesoclinic.models import AuditEvent
from mesoclinic.vocabulary import Consent, Side
from patients import actions as patients
from sessions.courses import actions as courses
from sessions.courses.visits import propose
from sessions.models import (
    InjectionPoint,
    RecordFinding,
    SessionRecord,
    TreatmentSession,
)
from sessions.recording import actions
from sessions.recording.actions import signing
from sessions.recording.drafts import Draft, PointDraft
from sessions.recording.models import RecordLocked
from sessions.recording.sealing import broken_parts
from tests.drafts import A_TENTH, EIGHT_GIVEN, written
from tests.factories import (
    ConsentEventFactory,
    CourseFactory,
    PatientFactory,
    TreatmentSessionFactory,
)

pytestmark = pytest.mark.django_db

MONDAY = dt.date(2026, 3, 2)
ENDED = dt.datetime(2026, 3, 2, 9, 15, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 3, 2, 9, 20, tzinfo=dt.UTC)


def draft(**changes: Any) -> Draft:
    return written(ENDED, **changes)


@pytest.fixture
def course(rita, dr_cooper, site, indication):
    course = courses.book(
        by=rita,
        patient=PatientFactory(),
        indication=indication,
        side=Side.RIGHT,
        clinician=dr_cooper,
        site=site,
        visits=propose(MONDAY, dt.time(9), offsets=(3, 7)),
        now=NOW - dt.timedelta(days=3),
    )
    ConsentEventFactory(course=course)
    return course


@pytest.fixture
def day_0(course) -> TreatmentSession:
    return course.in_order[0]


@pytest.fixture
def save(dr_cooper):
    def save_draft(
        session: TreatmentSession, typed: Draft | None = None, **options: Any
    ):
        options = {"version": 0, "now": NOW, "by": dr_cooper, **options}
        return actions.save_draft(session, draft=typed or draft(), **options)

    return save_draft


@pytest.fixture
def signed(day_0, save, dr_cooper) -> SessionRecord:
    record = save(day_0)
    actions.sign(day_0, by=dr_cooper, version=1, now=NOW)
    return SessionRecord.objects.get(pk=record.pk)


def test_save_draft_keeps_every_point(day_0, save):
    record = save(day_0)

    assert [point.number for point in record.points_in_order] == list(range(1, 9))
    assert {point.given_ml for point in record.points_in_order} == {A_TENTH}
    assert AuditEvent.objects.filter(event="record.saved").exists()


def test_save_draft_of_an_older_page_is_refused_and_shows_theirs(day_0, save):
    save(day_0)

    with pytest.raises(Stale) as refused:
        save(day_0, draft(pain_before=3))

    assert refused.value.theirs["pain_before"] == 7


def test_a_deviation_takes_a_reason_and_keeps_it(day_0, save, dr_cooper):
    twelve = draft(points=EIGHT_GIVEN[:1] * 12)

    with pytest.raises(ValidationError) as refused:
        save(day_0, twelve)
    record = save(day_0, replace(twelve, reasons={"points.above": "long tendon"}))

    finding = record.findings.get(code="points.above")
    assert "points_count" in refused.value.message_dict
    assert (finding.given_reason, finding.given_by) == ("long tendon", dr_cooper)


def test_a_tenfold_volume_cannot_be_saved(day_0, save):
    slip = draft(points=(*EIGHT_GIVEN[:7], PointDraft(planned_ml=Decimal(1))))

    with pytest.raises(ValidationError, match="decimal"):
        save(day_0, slip)

    assert not SessionRecord.objects.exists()


def test_a_tenfold_volume_given_is_caught_before_all_are_recorded(day_0, save):
    first = PointDraft(planned_ml=A_TENTH, given_ml=Decimal(1))
    rest = (PointDraft(planned_ml=A_TENTH),) * 7

    with pytest.raises(ValidationError, match="decimal"):
        save(day_0, draft(points=(first, *rest)))


def test_an_allergy_to_what_is_mixed_blocks_without_a_reason(day_0, save, dr_cooper):
    patients.record_allergy(day_0.patient, by=dr_cooper, substance="Lidocaine")

    with pytest.raises(ValidationError) as refused:
        save(day_0)

    assert "mixture" in refused.value.message_dict


def test_a_reason_does_not_outlive_the_mixture_it_was_given_for(day_0, save, dr_cooper):
    patients.record_allergy(day_0.patient, by=dr_cooper, substance="Lidocaine")
    reasoned = draft(reasons={"allergy.match": "Tested: not allergic."})
    save(day_0, reasoned)

    with pytest.raises(ValidationError):
        save(day_0, replace(reasoned, mixture="and a little more"), version=1)


def test_sign_gives_the_session_and_covers_everything(signed, day_0, dr_cooper):
    day_0.refresh_from_db()

    assert (day_0.status, day_0.given_date) == ("given", MONDAY)
    assert signed.signature.signer_registration == dr_cooper.registration_number
    assert len(signed.signature.content["points"]) == 8
    assert broken_parts(signed) == []
    event = AuditEvent.objects.get(event="record.signed")
    assert event.details["hash"] == signed.signature.hash


@pytest.mark.parametrize(
    ("missing", "field"),
    [
        ({"ended_at": None}, "ended_at"),
        ({"points": (PointDraft(planned_ml=A_TENTH),) * 8}, "points_count"),
        ({"components": ()}, "components_count"),
        ({"ticks": frozenset()}, "tick_identity"),
    ],
)
def test_sign_refuses_what_is_not_complete(day_0, save, dr_cooper, missing, field):
    save(day_0, draft(**missing))

    with pytest.raises(ValidationError) as refused:
        actions.sign(day_0, by=dr_cooper, version=1, now=NOW)

    assert field in refused.value.message_dict
    day_0.refresh_from_db()
    assert day_0.is_booked


def test_sign_refuses_the_first_session_without_a_consent(day_0, save, dr_cooper, rita):
    ConsentEventFactory(
        course=day_0.course, answer=Consent.WITHDRAWN, recorded_at=NOW, recorded_by=rita
    )
    save(day_0)

    with pytest.raises(ValidationError) as refused:
        actions.sign(day_0, by=dr_cooper, version=1, now=NOW)

    assert refused.value.message_dict == {
        "consent": ["The patient has withdrawn consent."]
    }


def test_sign_refuses_a_session_of_the_future(day_0, save, dr_cooper):
    with pytest.raises(ValidationError, match="not come yet"):
        save(day_0, draft(ended_at=NOW + dt.timedelta(minutes=1)))


def test_sign_refuses_another_clinician(day_0, save, dr_levy):
    save(day_0)

    with pytest.raises(ValidationError, match="Dr Cooper's"):
        actions.sign(day_0, by=dr_levy, version=1, now=NOW)


def test_sign_refuses_what_was_not_seen(day_0, save, dr_cooper):
    save(day_0)
    save(day_0, draft(pain_after=9), version=1)

    with pytest.raises(Stale):
        actions.sign(day_0, by=dr_cooper, version=1, now=NOW)


def test_sign_twice_signs_once(signed, day_0, dr_cooper):
    with pytest.raises(RecordLocked):
        actions.sign(day_0, by=dr_cooper, version=1, now=NOW)


def test_a_follow_up_is_not_signed_before_day_0(course, save, dr_cooper):
    day_3 = course.in_order[1]
    later = ENDED + dt.timedelta(days=3)
    save(day_3, draft(ended_at=later), now=later)

    with pytest.raises(ValidationError, match="Day 0 is not signed"):
        actions.sign(day_3, by=dr_cooper, version=1, now=later)


def test_day_0_given_a_day_late_is_what_the_follow_ups_count_from(
    course, save, dr_cooper
):
    day_0 = course.in_order[0]
    late = ENDED + dt.timedelta(days=1)
    save(day_0, draft(ended_at=late), now=late)

    actions.sign(day_0, by=dr_cooper, version=1, now=late)

    day_3 = course.sessions.get(protocol_day=3)
    assert day_3.target_date == dt.date(2026, 3, 6)
    assert day_3.booked_date == dt.date(2026, 3, 5)
    assert "03-Mar-2026" in day_3.off_target_reason


# --- The lock ---------------------------------------------------------------


def test_a_signed_record_refuses_a_draft(signed, day_0, save):
    with pytest.raises(RecordLocked):
        save(day_0, version=1)


@pytest.mark.parametrize("model", [SessionRecord, InjectionPoint, RecordFinding])
def test_a_signed_record_refuses_the_model(signed, model):
    if model is RecordFinding:
        row = RecordFinding(record=signed, code="x", severity="info", statement="x")
    else:
        row = model.objects.first()

    with pytest.raises(RecordLocked):
        row.save()
    with pytest.raises(RecordLocked):
        row.delete()


@pytest.mark.parametrize(
    "write",
    [
        lambda record: SessionRecord.objects.update(pain_after=0),
        lambda record: record.points.update(given_ml=Decimal("0.5")),
        lambda record: record.points.all().delete(),
        lambda record: InjectionPoint.objects.bulk_create(
            [InjectionPoint(record=record, number=9, planned_ml=A_TENTH)]
        ),
        lambda record: TreatmentSession.objects.update(status="booked"),
    ],
)
def test_a_signed_record_refuses_every_other_route(signed, write):
    with pytest.raises(IntegrityError), transaction.atomic():
        write(signed)

    assert broken_parts(signed) == []


# --- Amendments -------------------------------------------------------------


def test_amend_leaves_the_original_and_says_why(signed, dr_cooper):
    amendment = actions.amend(
        signed, by=dr_cooper, text="Pain after was 5.", reason="misheard", now=NOW
    )

    signed.refresh_from_db()
    assert signed.pain_after == 4
    assert (amendment.reason, amendment.amender_name) == (
        "misheard",
        dr_cooper.display_name,
    )
    assert broken_parts(signed) == []


def test_amend_sent_twice_amends_once(signed, dr_cooper):
    same = {"by": dr_cooper, "text": "x", "reason": "y", "submission": uuid4()}

    actions.amend(signed, **same)
    actions.amend(signed, **same)

    assert signed.amendments.count() == 1


def test_an_amendment_takes_a_reason_and_a_signed_record(day_0, save, dr_cooper):
    record = save(day_0)

    with pytest.raises(ValidationError):
        actions.amend(record, by=dr_cooper, text="x", reason="y")
    actions.sign(day_0, by=dr_cooper, version=1, now=NOW)
    with pytest.raises(ValidationError):
        actions.amend(record, by=dr_cooper, text="x", reason="")


# --- The order of visits ------------------------------------------------------


@pytest.mark.parametrize(
    ("ended", "says"),
    [
        ("2026-03-09", "Day 7 is booked for Mon 09-Mar-2026. Move it first."),
        ("2026-03-11", "Day 7 is booked for Mon 09-Mar-2026. Move it first."),
        ("2026-03-02", "This is not after day 0."),
    ],
)
def test_a_visit_is_given_before_those_that_come_after_it(ended, says):
    day_3 = _day_3_of_a_course_that_began()

    with pytest.raises(ValidationError) as refused:
        signing._refuse_out_of_order(day_3, _at_ten(ended))

    assert refused.value.message_dict == {"ended_at": [says]}


def test_what_was_set_aside_has_no_place_in_the_order():
    day_3 = _day_3_of_a_course_that_began()
    day_3.course.sessions.filter(protocol_day=7).update(status="declined")

    signing._refuse_out_of_order(day_3, _at_ten("2026-03-11"))


def _at_ten(day: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T10:00:00+00:00")


def _day_3_of_a_course_that_began() -> TreatmentSession:
    course = CourseFactory()
    TreatmentSessionFactory(course=course, given=True)
    TreatmentSessionFactory(course=course, protocol_day=7)
    return TreatmentSessionFactory(course=course, protocol_day=3)
