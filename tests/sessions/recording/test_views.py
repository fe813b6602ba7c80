"""One visit through its pages: plan, check while typing, save, review, sign, amend."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from mesoclinic import database, roles
from mesoclinic.roles import Permission
from sessions.models import (
    Amendment,
    Course,
    InjectionPoint,
    SessionRecord,
    TreatmentSession,
)
from tests.drafts import typed
from tests.factories import (
    DAY_0_START,
    PASSWORD,
    AmendmentFactory,
    ConsentEventFactory,
    CourseFactory,
    PatientFactory,
    RecordFindingFactory,
    SessionRecordFactory,
    SignatureFactory,
    TreatmentSessionFactory,
)
from tests.pages import boxes, fill_in, queries, text_of
from tests.state import nothing_written

pytestmark = pytest.mark.django_db

TREATED = {
    "points_count": "8",
    "mixture": "procaine 1 %, 2 mL, lot P1180",
    "pain_before": "7",
    "pain_after": "3",
    "ended_at": "9:20",
}


@pytest.fixture(autouse=True)
def half_past_nine():
    with time_machine.travel(DAY_0_START + dt.timedelta(minutes=30), tick=False):
        yield


@pytest.fixture
def surgery(client_of, dr_cooper):
    return client_of(dr_cooper)


@pytest.fixture
def course(dr_cooper, site, indication) -> Course:
    return CourseFactory.booked(
        patient=PatientFactory(family_name="Smith"),
        clinician=dr_cooper,
        site=site,
        indication=indication,
    )


@pytest.fixture
def visit(course) -> TreatmentSession:
    return course.first_session


@pytest.fixture
def url(visit) -> str:
    return visit.get_absolute_url()


@pytest.fixture
def sign(visit) -> str:
    return reverse("sessions:sign", args=[visit.pk])


@pytest.fixture
def check(surgery, visit):
    """What comes back while one types; `changed` is the field just typed into."""

    def ask(changed: str, **typed: str):
        plan = {
            "volume_per_point_ml": "0.1",
            "angle_deg": "60",
            "needle_length_mm": "4",
        }
        return surgery.post(
            reverse("sessions:check", args=[visit.pk]),
            {"version": "0"} | plan | typed,
            headers={"HX-Request": "true", "HX-Trigger-Name": changed},
        )

    return ask


@pytest.fixture
def signed(visit) -> SessionRecord:
    TreatmentSession.objects.filter(pk=visit.pk).update(
        status="given", given_date=visit.booked_date
    )
    visit.refresh_from_db()
    record = SessionRecordFactory(treatment_session=visit, given=True)
    SignatureFactory(record=record)
    return record


# --- The form -------------------------------------------------------------------


def test_new_record_starts_from_the_protocol(surgery, url):
    page = surgery.get(url)

    stands = boxes(page)
    assert (stands["volume_per_point_ml"], stands["angle_deg"]) == ("0.1", "60")
    assert stands["points_count"] == ""
    text = text_of(page)
    assert "RIGHT Achilles tendinopathy" in text
    assert "Day 0, session 1 of 3 · Mon 02-Mar-2026 09:00" in text
    assert "Nothing saved yet" in text


def test_number_alone_plans_every_point_without_javascript(surgery, url, visit):
    fill_in(surgery, url, **TREATED)

    record = SessionRecord.objects.get()
    points = [(p.number, str(p.planned_ml)) for p in record.points_in_order]
    assert points == [(number, "0.10") for number in range(1, 9)]
    page = text_of(surgery.get(url))
    assert "Dressing until 12:20" in page
    assert "Draft, saved 09:30 by Dr Cooper" in page
    assert "Planned 0.8 mL" in page


def test_all_as_planned_leaves_what_was_recorded_otherwise(surgery, url):
    fill_in(surgery, url, **TREATED)

    otherwise = {"given_1": "0.05", "skipped_2": "on", "reason_volume.mean": "Bled"}
    fill_in(surgery, url, **otherwise, all_as_planned="1")

    given = [point.given_ml for point in InjectionPoint.objects.all()]
    assert [str(volume) for volume in given] == ["0.05", "None", *["0.10"] * 6]
    assert InjectionPoint.objects.get(skipped=True).number == 2


@pytest.mark.parametrize(
    ("typed_end", "day", "ended"),
    [
        ("", "2 Mar 2026", "09:30"),
        ("09:20", "2 Mar 2026", "09:20"),
        ("", "1 Mar 2026", ""),
    ],
)
def test_all_as_planned_ends_now_where_nothing_else_is_typed(
    surgery, url, typed_end, day, ended
):
    when = {"given_on": day, "ended_at": typed_end}
    fill_in(surgery, url, **TREATED | when, all_as_planned="1")

    assert boxes(surgery.get(url))["ended_at"] == ended


def test_deviation_is_refused_until_it_has_its_reason(surgery, url):
    with nothing_written():
        refused = fill_in(surgery, url, **TREATED | {"points_count": "5"})

    assert refused.status_code == 400
    assert "5 points: the protocol says 6 to 10." in text_of(refused)
    form = boxes(refused)
    assert form["mixture"] == TREATED["mixture"]
    saved = surgery.post(url, form | {"reason_points.below": "Small zone"})
    assert saved.status_code == 302
    assert boxes(surgery.get(url))["reason_points.below"] == "Small zone"


def test_what_cannot_be_read_stays_in_its_box(surgery, url):
    with nothing_written():
        refused = fill_in(surgery, url, **TREATED | {"ended_at": "quarter past"})

    assert refused.status_code == 400
    assert boxes(refused)["ended_at"] == "quarter past"
    assert "There is a problem" in text_of(refused)


def test_draft_from_an_old_page_shows_both_and_stores_nothing(surgery, url):
    mine = boxes(surgery.get(url)) | TREATED | {"pain_after": "5"}
    fill_in(surgery, url, **TREATED | {"points_count": "9"})

    with nothing_written():
        late = surgery.post(url, mine)

    assert late.status_code == 409
    text = text_of(late)
    assert "Theirs, as it is stored now" in text
    assert "Points 9" in text
    assert "Pain on movement after, 0 to 10 3" in text
    assert boxes(late)["pain_after"] == "5"
    assert surgery.post(url, boxes(late)).status_code == 302


def test_six_points_or_sixty_take_as_many_queries(surgery, url, visit):
    record = SessionRecordFactory(treatment_session=visit, points=6)
    few = queries(surgery, url)
    for number in range(7, 61):
        InjectionPoint.objects.create(record=record, number=number, planned_ml="0.1")
    RecordFindingFactory(record=record)

    assert queries(surgery, url) == few


def test_reception_and_admin_open_no_record(client_of, rita, ada, url, sign):
    for client in (client_of(rita), client_of(ada)):
        assert client.get(url).status_code == 403
        assert client.get(sign).status_code == 403


# --- While one types --------------------------------------------------------------


def test_check_brings_rows_and_totals_and_stores_nothing(check):
    with nothing_written():
        answer = check("points_count", points_count="8")

    page = answer.content.decode()
    assert page.count('name="planned_') == 8
    text = text_of(answer)
    assert "Planned 0.8 mL Mean 0.1 mL Given – Depth 3.5 mm" in text


def test_check_leaves_rows_alone_that_nobody_touched(check):
    rows = {f"planned_{n}": "0.1" for n in range(1, 9)}

    answer = check("given_1", points_count="8", rows="8", given_1="0.5", **rows)

    page = answer.content.decode()
    assert 'id="points"' not in page
    assert "Check the decimal sign." in page
    assert "Given 0.5 mL" in text_of(answer)


def test_check_brings_rows_that_an_earlier_answer_failed_to_bring(check):
    answer = check("angle_deg", points_count="8", rows="0")

    assert answer.content.decode().count('name="planned_') == 8


def test_check_keeps_rows_hidden_while_ten_is_typed_by_way_of_one(check):
    rows = {f"given_{n}": "0.05" for n in range(1, 9)}

    answer = check("points_count", points_count="1", rows="8", **rows)

    page = answer.content.decode()
    assert page.count('type="hidden" name="given_') == 7
    assert '<input type="hidden" name="given_8" value="0.05">' in page


def test_check_plans_all_points_alike_when_the_volume_for_all_changes(check):
    rows = {"planned_1": "0.3", "planned_2": "0.1"}

    whole = check("volume_per_point_ml", points_count="2", rows="2", **rows)
    half = check(
        "volume_per_point_ml",
        **{"points_count": "2", "rows": "2", "volume_per_point_ml": "0."} | rows,
    )

    assert whole.content.decode().count('value="0.1"') == 2
    assert 'value="0.3"' in half.content.decode()


def test_check_names_a_deviation_and_asks_for_its_reason(check):
    answer = check("angle_deg", points_count="8", rows="8", angle_deg="45")

    assert "Needs a reason: 45°: the protocol says 60°." in text_of(answer)
    assert 'name="reason_angle.other"' in answer.content.decode()


# --- Sign -------------------------------------------------------------------------


def test_review_shows_what_is_signed_and_sign_locks_it(surgery, url, sign, course):
    ConsentEventFactory(course=course)
    reviewed = fill_in(surgery, url, **TREATED | typed() | {"all_as_planned": "1"})
    assert reviewed.headers["Location"] == url
    assert fill_in(surgery, url, review="1").headers["Location"] == sign

    page = text_of(surgery.get(sign))
    for words in ("RIGHT", "0.8 mL", "60°", "procaine 1 %", "7 → 3", "12:20"):
        assert words in page
    assert "I carried out this session as recorded." in page
    assert "Sign as Dr Cooper" in page
    assert fill_in(surgery, sign, password="needles are small").status_code == 302
    page = text_of(surgery.get(url))
    assert "Signed" in page
    assert "Checked just now: the record is as it was signed." in page


def test_review_lists_what_is_missing_and_offers_no_signature(surgery, url, sign):
    fill_in(surgery, url, **TREATED)

    page = text_of(surgery.get(sign))

    assert "This cannot be signed yet:" in page
    assert "Not recorded as given or skipped: point 1" in page
    assert "Consent not recorded" in page
    assert "Sign as" not in page


def test_review_of_somebody_else_s_visit_offers_no_signature(
    client_of, dr_levy, surgery, url, sign, course
):
    ConsentEventFactory(course=course)
    fill_in(surgery, url, **TREATED | typed() | {"all_as_planned": "1"})

    page = text_of(client_of(dr_levy).get(sign))

    assert "Dr Cooper 's, and only who treats signs" in page
    assert "Sign as" not in page


def test_wrong_password_signs_nothing(surgery, url, sign):
    fill_in(surgery, url, **TREATED | typed() | {"all_as_planned": "1"})

    with nothing_written():
        refused = fill_in(surgery, sign, password="not this one")

    assert refused.status_code == 400
    assert "This is not your password." in text_of(refused)


def test_what_was_changed_since_the_review_is_shown_and_nothing_is_signed(
    surgery, url, sign, course
):
    ConsentEventFactory(course=course)
    fill_in(surgery, url, **TREATED | typed() | {"all_as_planned": "1"})
    review = surgery.get(sign)
    fill_in(surgery, url, pain_after="9", ended_at="9:25")

    with nothing_written():
        late = surgery.post(sign, boxes(review) | {"password": PASSWORD})

    assert late.status_code == 409
    assert "changed after you opened this page" in text_of(late)
    assert "Pain on movement after, 0 to 10 9 (was: 3)" in text_of(late)
    ended = "2 Mar 2026, 09:25 (was: 2 Mar 2026, 09:20)"
    assert f"Ended at {ended}" in text_of(late)
    signed = surgery.post(sign, boxes(late) | {"password": PASSWORD})
    assert signed.status_code == 302


def test_a_review_that_was_tampered_with_is_no_error(surgery, url, sign):
    fill_in(surgery, url, **TREATED | typed() | {"all_as_planned": "1"})

    for seen in ("", "x", "a:b:c"):
        stale = {"version": "9", "seen": seen, "password": PASSWORD}
        assert surgery.post(sign, stale).status_code == 409


# --- Signed, amended, set aside -----------------------------------------------------


def test_signed_record_has_no_boxes_but_the_amendment_s(surgery, signed, url):
    page = surgery.get(url)

    assert set(boxes(page)) == {"csrfmiddlewaretoken", "submission", "text", "reason"}
    text = text_of(page)
    assert "Dr Alice Cooper · GMC 7012345" in text
    assert signed.signature.hash in text


def test_signed_record_answers_a_late_draft_with_409(surgery, signed, url):
    with nothing_written():
        late = surgery.post(url, TREATED)

    assert late.status_code == 409
    assert "This visit was signed while you were typing." in text_of(late)


def test_record_that_is_not_as_it_was_signed_says_which_part(surgery, signed, url):
    with database.lifted():
        InjectionPoint.objects.filter(number=1).update(given_ml="0.2")

    page = text_of(surgery.get(url))

    assert "Not as it was signed: points." in page
    assert "Checked just now" not in page


def test_amendment_stands_below_the_original_with_who_and_why(surgery, signed, url):
    amend = reverse("sessions:amend", args=[signed.treatment_session_id])
    form = boxes(surgery.get(url)) | {"text": "Felt faint", "reason": "Forgotten"}

    for _ in range(2):
        assert surgery.post(amend, form).status_code == 302

    assert Amendment.objects.count() == 1
    page = text_of(surgery.get(url))
    assert "Mon 02-Mar-2026 09:30 · Dr Alice Cooper Felt faint" in page
    assert "Why: Forgotten" in page
    assert "7 → 4" in page


def test_amendment_without_a_reason_keeps_its_text(surgery, signed):
    amend = reverse("sessions:amend", args=[signed.treatment_session_id])

    with nothing_written():
        refused = surgery.post(amend, {"text": "Felt faint", "reason": ""})

    assert refused.status_code == 400
    assert boxes(refused)["text"] == "Felt faint"


def test_one_amendment_or_more_take_as_many_queries(surgery, signed, url):
    AmendmentFactory(record=signed)
    few = queries(surgery, url)
    for number in range(2, 5):
        amend = reverse("sessions:amend", args=[signed.treatment_session_id])
        surgery.post(amend, {"text": f"More {number}", "reason": "Forgotten"})

    assert queries(surgery, url) == few


def test_visit_that_was_set_aside_says_so(surgery, visit, url):
    TreatmentSession.objects.filter(pk=visit.pk).update(
        status="missed", status_reason="Overslept"
    )

    page = text_of(surgery.get(url))

    assert "Did not attend: this visit was not given." in page
    assert "Overslept" in page
    assert "Sign" not in page


def test_who_may_only_read_records_saves_nothing(client_of, dr_cooper, monkeypatch):
    may = roles.ROLE_PERMISSIONS[roles.Role.CLINICIAN] - {Permission.RECORD_EDIT}
    monkeypatch.setitem(roles.ROLE_PERMISSIONS, roles.Role.CLINICIAN, may)
    session = TreatmentSessionFactory(clinician=dr_cooper)
    address = session.get_absolute_url()

    assert client_of(dr_cooper).get(address).status_code == 200
    assert client_of(dr_cooper).post(address, {"points_count": "8"}).status_code == 403
