"""The smaller papers say what the rows say: card, consent form, summary and label."""

import io
from typing import Any

import pytest
from django.urls import reverse
from icalendar import Calendar
from pypdf import PdfReader

from mesoclinic.database import lifted
from mesoclinic.models import User
from protocols.models import ProtocolVersion
from sessions.courses import actions as courses
from sessions.models import TreatmentSession
from sessions.paper.documents import (
    appointment_card,
    consent_form,
    tray_label,
    treatment_summary,
)
from sessions.recording import actions as recording
from tests.factories import AllergyFactory, ConsentEventFactory

pytestmark = pytest.mark.django_db


def summed_up(course: Any) -> Any:
    whole = list(TreatmentSession.objects.for_paper().of_course(course))
    return treatment_summary(whole[0], whole)


@pytest.fixture
def printed(client_of):
    """The text of a paper, as a click gives it."""

    def text(kind: str, session: TreatmentSession, by: User) -> str:
        answer = client_of(by).get(reverse(f"sessions:{kind}", args=[session.pk]))
        assert answer.status_code == 200
        reader = PdfReader(io.BytesIO(answer.content))
        return " ".join(" ".join(p.extract_text() for p in reader.pages).split())

    return text


# --- The appointment card -------------------------------------------------------------


def test_a_card_has_all_visits_with_weekday_date_and_time(
    course, rita, english, printed
):
    card = appointment_card(course.in_order[1], text=english)

    days = [(visit.label, visit.day, visit.time) for visit in card.visits]
    assert days == [
        ("Day 0", "Monday 2 March 2026", "09:00"),
        ("Day 3", "Thursday 5 March 2026", "09:00"),
        ("Day 7", "Monday 9 March 2026", "09:00"),
    ]
    assert len(Calendar.from_ical(card.calendar).events) == 3
    text = printed("card", course.in_order[1], rita)
    for _, day, time in days:
        assert f"{day}, {time}" in text


def test_a_card_leaves_out_a_visit_that_was_called_off(course, rita, english):
    courses.set_aside(course.sessions.get(protocol_day=3), by=rita, status="declined")

    card = appointment_card(course.in_order[0], text=english)

    assert [visit.day for visit in card.visits] == [
        "Monday 2 March 2026",
        "Monday 9 March 2026",
    ]
    assert len(Calendar.from_ical(card.calendar).events) == 2


# --- The consent form -----------------------------------------------------------------


def test_a_consent_form_has_the_clinics_words_and_the_plan(course, rita, printed):
    with lifted():  # the version is published
        ProtocolVersion.objects.update(consent_text="You may stop.\n\nAsk us.")
    event = ConsentEventFactory(course=course)

    session = TreatmentSession.objects.with_visits().get(protocol_day=0)
    form = consent_form(session)

    assert form.text == ("You may stop.", "Ask us.")
    assert form.facts[:3] == (
        "Small injections close to the pain: 6 to 10 points, 0.1 mL each",
        "Needle of 4 mm at 60°, up to the stop",
        "Visits on day 0, 3, 7; then we look at how well it worked",
    )
    assert len(form.answers) == 1
    assert event.recorded_by.short_name in form.answers[0]
    text = printed("consent-form", session, rita)
    for words in ("You may stop.", "SMITH, Anne", form.side, *form.facts):
        assert words in text


# --- The summary ----------------------------------------------------------------------


def test_a_summary_counts_what_was_given_and_no_more(treat, course, dr_cooper, printed):
    session = treat()

    first, second, _ = summed_up(course).rows

    assert (first.points, first.total) == ("8", "0.8 mL")
    assert (first.mixture, first.pain) == ("Lidocaine 1 % 2\u00a0mL", "7 → 4")
    assert (second.state, second.points, second.total) == ("not signed", "", "")
    text = printed("summary", session, dr_cooper)
    for words in ("SMITH, Anne", "0.8 mL", "7 → 4", "not signed"):
        assert words in text


def test_a_summary_counts_nothing_of_a_void_record(treat, course, dr_cooper):
    recording.void(treat().record, by=dr_cooper, reason="the other side")

    row = summed_up(course).rows[0]

    assert row.state == "record void: does not count"
    assert (row.points, row.total, row.mixture, row.pain) == ("", "", "", "")


def test_a_summary_has_what_was_added_later(treat, course, dr_cooper):
    record = treat().record
    recording.amend(record, by=dr_cooper, text="Lot was X2.", reason="misread")

    assert "Day 0, added later: Lot was X2." in summed_up(course).notes


# --- The label ------------------------------------------------------------------------


def test_a_label_says_whose_what_and_what_not(treat, course, dr_cooper, printed):
    session = treat()
    AllergyFactory(patient=session.patient, substance="latex")

    label = tray_label(TreatmentSession.objects.for_paper().get(pk=session.pk))

    assert (label.code, label.side) == (session.code, "RIGHT")
    assert label.drawn_up == "2 mL"
    (row,) = label.mixture
    assert (row.medicine, row.lot) == ("Lidocaine 1 %", "LIDO1")
    assert [words.partition(" ")[0] for words in label.allergies.known] == ["latex"]
    text = printed("label", session, dr_cooper)
    for words in ("SMITH, Anne", "RIGHT", "latex", "Lidocaine 1 %", "LIDO1", "2 mL"):
        assert words in text


def test_a_label_before_the_plan_is_to_be_written_on(course, dr_cooper, printed):
    session = TreatmentSession.objects.for_paper().get(protocol_day=3)

    label = tray_label(session)

    assert (label.mixture, label.drawn_up) == ((), "")
    assert "SMITH, Anne" in printed("label", session, dr_cooper)


def test_no_label_is_made_of_a_void_record(treat, dr_cooper):
    session = treat()
    recording.void(session.record, by=dr_cooper, reason="the other patient")

    label = tray_label(TreatmentSession.objects.for_paper().get(pk=session.pk))

    assert (label.mixture, label.drawn_up) == ((), "")
