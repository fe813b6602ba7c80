"""What was handed over is kept; a reprint says the same and is marked (R18, R20)."""

import datetime as dt
from dataclasses import replace

import pytest
import time_machine
from django.urls import reverse
from icalendar import Calendar

from mesoclinic.models import AuditEvent
from patients import actions as patients
from patients.models import Patient
from sessions.courses import actions as courses
from sessions.models import LeafletIssue, SheetIssue, TreatmentSession
from sessions.paper.actions import keep
from sessions.paper.current import leaflet_now, sheet_now
from sessions.paper.documents import session_sheet
from sessions.recording import actions as recording
from tests.drafts import written
from tests.factories import LeafletTextFactory
from tests.pages import text_of
from tests.sessions.paper.handing import issue_leaflet
from tests.sessions.recording.test_actions import ENDED, MONDAY, NOW

pytestmark = pytest.mark.django_db


def fresh(session: TreatmentSession) -> TreatmentSession:
    return TreatmentSession.objects.complete().get(pk=session.pk)


def test_leaflet_says_until_when_what_never_and_when_to_come_back(treat, rita):
    leaflet = issue_leaflet(treat(), by=rita)

    assert leaflet.keep_until == "12:15"
    assert leaflet.site == "Achilles tendinopathy, right side"
    assert [(visit.day, visit.time) for visit in leaflet.visits] == [
        ("Thursday 5 March 2026", "09:00"),
        ("Monday 9 March 2026", "09:00"),
    ]


@pytest.mark.parametrize(
    ("ended_at", "keep_until"),
    [
        ("10:42", "13:45"),
        ("10:45", "13:45"),
        ("10:45:01", "13:50"),
        ("22:10", "tomorrow, Tuesday 3 March 2026, 01:10"),
    ],
)
def test_leaflet_prints_the_worked_examples_of_r18(treat, rita, ended_at, keep_until):
    end = dt.datetime.combine(MONDAY, dt.time.fromisoformat(ended_at), tzinfo=dt.UTC)

    assert issue_leaflet(treat(end), by=rita).keep_until == keep_until


def test_leaflet_before_the_end_is_recorded_leaves_the_time_to_be_written(course, rita):
    leaflet = issue_leaflet(fresh(course.in_order[0]), by=rita)

    assert leaflet.keep_until == ""


def test_reprint_carries_the_same_words_and_is_marked(treat, rita, dr_cooper):
    session = treat()
    first = issue_leaflet(session, by=rita)

    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(hours=2)):
        again = issue_leaflet(fresh(session), by=dr_cooper)

    assert again.reprint_of.startswith("Reprint of the leaflet handed over on")
    assert replace(again, reprint_of="") == first
    assert LeafletIssue.objects.count() == 1
    assert AuditEvent.objects.filter(event="leaflet.printed").count() == 2


def test_two_who_print_the_same_at_once_hand_over_one(treat, rita, dr_cooper):
    session = treat()
    papers = [
        (leaflet_now(session), sheet_now(session)),
        (leaflet_now(session), sheet_now(session)),
    ]

    for by, both in zip((rita, dr_cooper), papers, strict=True):
        assert all(paper.is_new for paper in both)
        keep(both, by=by)

    assert LeafletIssue.objects.get().issued_by == rita
    assert SheetIssue.objects.get().printed_by == rita
    reprints = AuditEvent.objects.filter(event="leaflet.printed").order_by("sequence")
    assert [event.details["reprint"] for event in reprints] == [False, True]


def test_a_moved_visit_makes_a_new_leaflet_and_keeps_the_old_one(treat, course, rita):
    session = treat()
    issue_leaflet(session, by=rita)
    day_3 = course.sessions.get(protocol_day=3)

    courses.set_aside(day_3, by=rita, status="declined")
    leaflet = issue_leaflet(fresh(session), by=rita)

    assert [visit.label for visit in leaflet.visits] == ["Day 7"]
    assert not leaflet.reprint_of
    assert LeafletIssue.objects.count() == 2


def test_sheet_of_a_signed_record_carries_all_of_it(treat, dr_cooper):
    sheet = session_sheet(treat())

    assert (sheet.side, sheet.total_given) == ("RIGHT", "0.8 mL")
    assert len(sheet.points) == 8
    assert "60°" in sheet.needle
    assert "depth 3.5 mm" in sheet.needle
    assert sheet.signature_holds
    assert sheet.signature.registration == dr_cooper.registration_number


def test_sheet_before_signing_says_so(course, dr_cooper):
    session = fresh(course.in_order[0])

    blank = session_sheet(session)
    recording.save_draft(
        session, by=dr_cooper, version=0, draft=written(ENDED), now=NOW
    )
    draft = session_sheet(fresh(session))

    assert blank.state.name == "BLANK"
    assert draft.state == "DRAFT – not signed"
    assert draft.signature is None


def test_sheet_of_a_signed_record_shows_the_patient_as_signed(treat, dr_cooper):
    session = treat()

    patients.record_allergy(session.patient, by=dr_cooper, substance="latex")
    Patient.objects.update(family_name="Jones")
    sheet = session_sheet(fresh(session))

    assert sheet.identity.name_family == "Smith"
    assert sheet.allergies.known == ()


def test_sheet_says_where_what_from_which_lot_and_that_it_is_void(treat, dr_cooper):
    session = treat()
    recording.void(session.record, by=dr_cooper, reason="Written for somebody else")

    sheet = session_sheet(fresh(session))

    (part,) = sheet.mixture
    assert (part.medicine, part.volume) == ("Lidocaine 1 %", "2 mL (20 mg)")
    assert (part.lot, part.expiry) == ("LIDO1", "31-Dec-2030")
    assert sheet.mixture_note == "Drawn up: 2 mL"
    assert sheet.state_words == "VOID – Signed record"
    assert sheet.void.startswith("Written for somebody else (Dr Alice Cooper")
    assert sheet.signature_holds


# --- Language and format --------------------------------------------------------------


def test_leaflet_is_in_the_language_and_format_that_the_patient_needs(treat, rita):
    LeafletTextFactory(language="ar")
    session = treat()
    Patient.objects.update(preferred_language="ar", leaflet_format="large")

    leaflet = issue_leaflet(fresh(session), by=rita)

    assert (leaflet.language, leaflet.direction, leaflet.format) == (
        "ar",
        "rtl",
        "large",
    )
    assert leaflet.words["no_ice"] == "لا ثلج."
    assert leaflet.treated_on == "الاثنين 2 مارس 2026"
    assert leaflet.not_approved
    issue = LeafletIssue.objects.get()
    assert (issue.language, issue.leaflet_format) == ("ar", "large")


def test_another_format_is_a_leaflet_of_its_own_and_each_is_reprinted(treat, rita):
    session = treat()

    for leaflet_format in ("standard", "large", "standard", "large"):
        leaflet = issue_leaflet(fresh(session), by=rita, leaflet_format=leaflet_format)

    assert leaflet.reprint_of
    assert LeafletIssue.objects.count() == 2


def test_an_approved_leaflet_is_no_draft_and_names_its_version(treat, rita, english):
    session = treat()
    LeafletTextFactory(number=2, approved=True)

    leaflet = issue_leaflet(session, by=rita)

    assert (leaflet.version, leaflet.not_approved) == ("EN 2", "")


def test_a_language_that_the_clinic_does_not_have_is_said_before(
    treat, rita, client_of
):
    session = treat()
    Patient.objects.update(preferred_language="uk")
    desk = client_of(rita)
    leaflet = reverse("sessions:leaflet", args=[session.pk])

    asked = desk.get(leaflet)

    assert asked.headers["Location"] == reverse(
        "sessions:leaflet_preview", args=[session.pk]
    )
    assert "No leaflet in Ukrainian" in text_of(desk.get(asked.headers["Location"]))
    assert not LeafletIssue.objects.exists()
    handed_over = desk.get(leaflet, {"lang": "en", "format": "easyread"})
    assert handed_over.headers["Content-Type"] == "application/pdf"
    assert LeafletIssue.objects.get().leaflet_format == "easyread"


@pytest.mark.parametrize("query", [{"lang": "xx"}, {"format": "huge"}, {"paper": "a5"}])
def test_what_is_not_offered_is_asked_again(treat, rita, client_of, query):
    session = treat()

    answer = client_of(rita).get(reverse("sessions:leaflet", args=[session.pk]), query)

    assert answer.status_code == 302
    assert not LeafletIssue.objects.exists()


# --- For a phone ----------------------------------------------------------------------


def test_the_code_on_a_leaflet_is_a_calendar_without_a_diagnosis(treat, rita):
    session = treat()

    leaflet = issue_leaflet(session, by=rita)

    events = Calendar.from_ical(leaflet.calendar).events
    assert [event["dtstart"].dt.isoformat() for event in events] == [
        "2026-03-05T09:00:00+00:00",
        "2026-03-09T09:00:00+00:00",
    ]
    assert {str(event["summary"]) for event in events} == {session.course.site.name}
    assert len({event["uid"] for event in events}) == 2
    for secret in ("Smith", "Anne", "Achilles", "right", "MC", "treat"):
        assert secret.lower() not in leaflet.calendar.lower()


def test_a_leaflet_without_visits_has_no_code(treat, rita, course):
    session = treat()
    course.sessions.filter(protocol_day__gt=0).update(status="withheld")

    leaflet = issue_leaflet(fresh(session), by=rita)

    assert (leaflet.calendar, leaflet.qr) == ("", "")
