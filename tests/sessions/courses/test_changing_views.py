"""Moving, cancelling, setting aside and undoing a course, through the pages."""

import datetime as dt
import json
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from mesoclinic.models import User
from patients.models import Patient
from sessions.models import Course, LeafletIssue, TreatmentSession
from tests.factories import (
    DAY_0,
    DAY_0_START,
    ClosureFactory,
    CourseFactory,
    PatientFactory,
    RoomFactory,
    SiteFactory,
    TreatmentSessionFactory,
    WorkingHoursFactory,
)
from tests.pages import boxes, fill_in, queries, text_of
from tests.state import nothing_written

pytestmark = pytest.mark.django_db

A_WEEK_BEFORE = DAY_0_START - dt.timedelta(days=7)

END_OF_TIME = json.dumps(
    {"v": [[day, "9999-12-31", "09:00", None, None, ""] for day in (0, 3, 7)]}
)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(A_WEEK_BEFORE, tick=False) as clock:
        yield clock


@pytest.fixture
def desk(client_of, rita):
    return client_of(rita)


@pytest.fixture
def surgery(client_of, dr_cooper):
    return client_of(dr_cooper)


@pytest.fixture
def patient(db) -> Patient:
    return PatientFactory(family_name="Smith", given_names="Anne-Jorun")


@pytest.fixture
def course(patient, indication, dr_cooper, rita, site) -> Course:
    return CourseFactory.booked(
        patient=patient,
        indication=indication,
        clinician=dr_cooper,
        booked_by=rita,
        site=site,
    )


@pytest.fixture
def other(indication, dr_cooper, rita, site) -> Course:
    """Another patient's course, whose day 0 stands on Tuesday at 09:00."""
    other = CourseFactory(
        indication=indication, clinician=dr_cooper, booked_by=rita, site=site
    )
    for day in (0, 3, 7):
        put(other, day, DAY_0_START + dt.timedelta(days=day + 1))
    return other


def put(course: Course, day: int, starts_at: dt.datetime) -> TreatmentSession:
    return TreatmentSessionFactory(course=course, protocol_day=day, starts_at=starts_at)


@pytest.fixture
def move(course) -> str:
    return reverse("sessions:move", args=[course.pk])


def move_to(client, url: str, **typed: Any):
    """Type, look at what changes, then move."""
    preview = fill_in(client, url, **typed)
    assert preview.status_code == 200, text_of(preview)
    return client.post(url, boxes(preview))


def page_of(client, course: Course) -> str:
    return text_of(client.get(course.get_absolute_url()))


def days_of(course: Course) -> list[int]:
    sessions = course.sessions.order_by("protocol_day")
    return [session.booked_date.day for session in sessions]


def give_day_0(course: Course) -> None:
    course.sessions.filter(protocol_day=0).update(status="given", given_date=DAY_0)


# --- Move: before and after, then together ------------------------------------


def test_move_of_day_0_shows_before_and_after_first(desk, move, course):
    with nothing_written():
        page = fill_in(desk, move, day_0="4 mar 2026")

    text = text_of(page)
    assert "Nothing is moved yet." in text
    assert "Mon 02-Mar-2026 09:00" in text
    assert "moves to Wed 04-Mar-2026 09:00" in text
    assert "moves to Sat 07-Mar-2026 09:00" in text
    assert desk.post(move, boxes(page)).status_code == 302
    assert days_of(course) == [4, 7, 11]


def test_move_derives_the_follow_ups_again_when_day_0_is_typed_again(
    desk, move, course
):
    page = fill_in(desk, move, day_0="4 mar 2026")

    again = desk.post(move, boxes(page) | {"day_0": "5 mar 2026"})

    assert "moves to Sun 08-Mar-2026" in text_of(again)
    desk.post(move, boxes(again))
    assert days_of(course) == [5, 8, 12]


def test_move_moves_nothing_that_was_not_shown(desk, move, course):
    page = fill_in(desk, move, day_0="4 mar 2026")

    with nothing_written():
        other = desk.post(move, boxes(page) | {"time_7": "15"})

    assert other.status_code == 200
    assert "Wed 11-Mar-2026 15:00" in text_of(other)


def test_move_leaves_what_is_given_where_it_is(desk, move, course):
    give_day_0(course)

    page = desk.get(move)

    assert "Given: it stays where it is." in text_of(page)
    assert "Next courses that fit" not in text_of(page)
    assert "day_0" not in boxes(page)
    assert move_to(desk, move, time_3="11").status_code == 302
    assert [s.starts_at.hour for s in course.sessions.all()] == [9, 11, 9]


def test_move_of_day_3_leaves_day_7_alone_and_asks_why(desk, move, course):
    give_day_0(course)

    with nothing_written():
        refused = fill_in(desk, move, day_3="6 mar 2026")

    assert refused.status_code == 400
    assert "day 4, protocol: day 3" in text_of(refused)
    moved = desk.post(move, boxes(refused) | {"day_3_reason": "At a wedding"})
    assert moved.status_code == 302
    assert days_of(course) == [2, 6, 9]
    assert "At a wedding" in page_of(desk, course)


def test_move_offers_the_next_courses_that_fit(desk, move, course):
    page = desk.get(move)
    offers = [line for line in page.context["offers"] if hasattr(line, "text")]

    assert len(offers) == 5
    with nothing_written():
        preview = desk.post(move, {"version": "1", "offer": offers[0].text})
    assert "Nothing is moved yet." in text_of(preview)
    assert desk.post(move, boxes(preview)).status_code == 302
    assert course.sessions.get(protocol_day=0).booked_date == offers[0].day_0


@pytest.mark.parametrize(
    "offer",
    [
        "soon",
        "{}",
        '{"v": [[0, "2026-03-04", "09:00", null, null, ""]]}',
        END_OF_TIME,
        '{"v": ' + "[" * 3000,
        "\x00",
    ],
)
def test_move_to_an_offer_that_no_page_made_is_refused(desk, move, course, offer):
    with nothing_written():
        refused = desk.post(move, {"version": "1", "offer": offer, "seen": offer})

    assert refused.status_code == 400


def test_move_from_an_old_page_shows_both_and_moves_nothing(
    surgery, desk, move, course
):
    mine = boxes(desk.get(move)) | {"time_3": "8"}
    move_to(surgery, move, time_3="10")

    with nothing_written():
        late = desk.post(move, mine)

    assert late.status_code == 409
    text = text_of(late)
    assert "Somebody else changed this" in text
    assert "Day 3, time 10:00" in text
    assert boxes(late)["time_3"] == "8"
    assert desk.post(move, boxes(late)).status_code == 302


def test_move_sent_twice_moves_once(desk, move, course):
    sent = boxes(fill_in(desk, move, day_0="4 mar 2026"))

    answers = [desk.post(move, sent), desk.post(move, sent)]

    assert [answer.status_code for answer in answers] == [302, 302]
    course.refresh_from_db()
    assert (course.version, course.changes.count()) == (2, 1)


def test_move_of_nothing_says_so(desk, move):
    with nothing_written():
        page = fill_in(desk, move)

    assert page.status_code == 400
    assert "This is how it is booked already." in text_of(page)


def test_move_to_another_clinician_names_both(desk, move, course, dr_levy):
    preview = fill_in(desk, move, clinician=str(dr_levy.pk))

    assert "Dr Cooper" in text_of(preview)
    assert "Dr Levy" in text_of(preview)
    desk.post(move, boxes(preview))
    assert set(course.sessions.values_list("clinician", flat=True)) == {dr_levy.pk}
    assert "Room or clinician changed" in page_of(desk, course)


def test_move_to_another_room_names_both(desk, move, course, site):
    first, second = RoomFactory(site=site, name="Blue"), RoomFactory(site=site)
    course.sessions.update(room=first)

    preview = fill_in(desk, move, room_3=str(second.pk))

    assert "Blue" in text_of(preview)
    desk.post(move, boxes(preview))
    rooms = course.sessions.order_by("protocol_day").values_list("room", flat=True)
    assert list(rooms) == [first.pk, second.pk, first.pk]


def test_move_keeps_another_clinician_of_a_follow_up(desk, move, course, dr_levy):
    course.sessions.filter(protocol_day=7).update(clinician=dr_levy)

    move_to(desk, move, day_0="4 mar 2026")

    assert course.sessions.get(protocol_day=7).clinician == dr_levy


def test_move_of_a_course_whose_clinician_left_asks_who_treats(
    desk, move, course, dr_levy
):
    User.objects.filter(pk=course.clinician_id).update(is_active=False)

    assert boxes(desk.get(move))["clinician"] == ""
    with nothing_written():
        refused = fill_in(desk, move, time_0="10")
    assert "clinician" in refused.context["form"].errors
    assert move_to(desk, move, clinician=str(dr_levy.pk)).status_code == 302


# --- Move: what stands in the way ---------------------------------------------


def refused_move(client, url: str, **typed: Any):
    """A move that is refused before anybody pressed "Move": with nothing written."""
    with nothing_written():
        page = fill_in(client, url, **typed)
    assert page.status_code == 400
    kept = boxes(page)
    assert {name: kept[name] for name in typed if name in kept} == typed
    return page


def test_move_names_a_conflict_and_free_times_before_it_moves(desk, move, other):
    page = refused_move(desk, move, day_0="3 mar 2026", time_0="9:10")

    assert list(page.context["form"].errors) == ["day_0"]
    text = text_of(page)
    assert "Dr Cooper has another session on Tue 03-Mar-2026 at 09:10" in text
    assert "Free nearby: 08:40, 09:20, 09:30" in text or "Free nearby:" in text


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"day_0": "3 jan 2026"}, "day_0", "This day has passed."),
        ({"day_0": "3 jan 1950"}, "day_0", "before the patient's birth"),
        (
            {"day_0": "29 mar 2026", "time_0": "01:30"},
            "day_0",
            "There is no 01:30 on Sun 29-Mar-2026",
        ),
        (
            {"day_0": "25 oct 2026", "time_0": "01:30"},
            "day_0",
            "01:30 comes twice on Sun 25-Oct-2026",
        ),
        (
            {"day_3": "10 mar 2026", "day_3_reason": "Away"},
            "day_7",
            "Day 7",
        ),
    ],
)
def test_move_offers_free_times_beside_a_day_that_cannot_be(
    desk, move, course, typed, field, said
):
    page = refused_move(desk, move, **typed)

    [message] = page.context["form"].errors[field]
    assert said in message
    assert message.partition(" Free: ")[2].count(", ") == 2


def test_move_names_a_closed_day_and_free_times(desk, move, course, site):
    ClosureFactory(site=site, first_day=DAY_0 + dt.timedelta(days=1))

    page = refused_move(desk, move, day_0="3 mar 2026")

    assert "Sample Clinic is closed on Tue 03-Mar-2026" in text_of(page)
    assert "Free nearby: " in text_of(page)


def test_move_names_hours_and_free_times(desk, move, course, site, dr_cooper):
    for weekday in range(7):
        WorkingHoursFactory(clinician=dr_cooper, site=site, weekday=weekday)

    page = refused_move(desk, move, time_0="19")

    assert "hours that day are 08:00–18:00" in text_of(page)
    assert "Free nearby: 17:40, 17:30, 17:20" in text_of(page) or (
        "Free nearby: 17:20, 17:30, 17:40" in text_of(page)
    )


def test_move_refuses_a_room_of_another_site(desk, move, course, site):
    RoomFactory(site=site)
    elsewhere = RoomFactory(site=SiteFactory(name="Another"))

    with nothing_written():
        page = fill_in(desk, move, room_0=str(elsewhere.pk), time_0="10")

    assert page.status_code == 400
    assert "room_0" in page.context["form"].errors


def test_move_refuses_a_clinician_who_left(desk, move, course, dr_levy):
    typed = boxes(desk.get(move)) | {"clinician": str(dr_levy.pk), "time_0": "10"}
    User.objects.filter(pk=dr_levy.pk).update(is_active=False)

    with nothing_written():
        page = desk.post(move, typed)

    assert page.status_code == 400
    assert "clinician" in page.context["form"].errors


def test_move_at_the_end_of_the_calendar_is_refused(desk, move, course):
    refused_move(desk, move, day_0="28 dec 9999")


def test_move_at_the_end_of_the_calendar_into_closed_days_is_refused(
    desk, move, course, site, dr_cooper
):
    WorkingHoursFactory(clinician=dr_cooper, site=site, weekday=0)

    refused_move(desk, move, day_0="20 dec 9999")


# --- Overbooking --------------------------------------------------------------


def test_a_clinician_may_put_it_there_anyway_with_a_reason(
    surgery, move, course, other
):
    page = refused_move(surgery, move, day_0="3 mar 2026")
    assert "Move it anyway?" in text_of(page)

    with nothing_written():
        unexplained = surgery.post(move, boxes(page) | {"anyway": "1"})
    assert "Say why it is put there anyway." in text_of(unexplained)
    assert "Move it anyway?" in text_of(unexplained)
    done = surgery.post(
        move, boxes(unexplained) | {"anyway": "1", "overbooked_reason": "In pain"}
    )

    assert done.status_code == 302
    assert days_of(course) == [3, 6, 10]
    text = page_of(surgery, course)
    assert text.count("Overbooked") == 3
    assert "In pain" in text
    first = course.sessions.get(protocol_day=0)
    assert first.overbooked_by == course.clinician


def test_a_reason_without_the_button_overbooks_nothing(surgery, move, course, other):
    with nothing_written():
        page = fill_in(surgery, move, day_0="3 mar 2026", overbooked_reason="In pain")

    assert page.status_code == 400


def test_reception_is_told_whom_to_ask(desk, move, course, other):
    page = refused_move(desk, move, day_0="3 mar 2026")

    assert "Ask a clinician" in text_of(page)
    assert "overbooked_reason" not in boxes(page)
    with nothing_written():
        forced = desk.post(
            move, boxes(page) | {"anyway": "1", "overbooked_reason": "In pain"}
        )
    assert "Only a clinician can decide to overbook." in text_of(forced)


@pytest.mark.parametrize("what", ["patient", "closed", "past"])
def test_nobody_goes_past_the_patient_a_closed_day_or_the_past(
    surgery, move, course, other, site, what
):
    typed = {"day_0": "3 mar 2026"}
    if what == "patient":
        theirs = CourseFactory(patient=course.patient, site=site)
        put(theirs, 0, DAY_0_START + dt.timedelta(days=1))
    elif what == "closed":
        ClosureFactory(site=site, first_day=DAY_0 + dt.timedelta(days=1))
    else:
        typed = {"day_0": "3 feb 2026"}

    page = refused_move(surgery, move, **typed)

    assert "anyway?" not in text_of(page)
    with nothing_written():
        forced = surgery.post(
            move, boxes(page) | {"anyway": "1", "overbooked_reason": "In pain"}
        )
    assert forced.status_code == 400
    assert "day_0" in forced.context["form"].errors


# --- Cancel -------------------------------------------------------------------


@pytest.fixture
def cancel(course) -> str:
    return reverse("sessions:cancel", args=[course.pk])


def test_cancel_shows_what_becomes_free_and_frees_it(desk, cancel, course):
    page = desk.get(cancel)

    assert "Mon 02-Mar-2026 · 09:00" in text_of(page)
    done = fill_in(desk, cancel, reason="Moved away")
    assert done.headers["Location"] == course.get_absolute_url()
    course.refresh_from_db()
    assert (course.closed_as, course.closed_reason) == ("cancelled", "Moved away")
    assert set(course.sessions.values_list("status", flat=True)) == {"cancelled"}
    assert "Cancelled before it began" in page_of(desk, course)


def test_cancel_sent_twice_cancels_once(desk, cancel, course):
    sent = boxes(desk.get(cancel))

    answers = [desk.post(cancel, sent), desk.post(cancel, sent)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert course.changes.count() == 1


def test_cancel_is_not_for_a_course_that_began(desk, cancel, course):
    sent = boxes(desk.get(cancel))
    give_day_0(course)

    assert "Cancel the course" not in boxes(desk.get(cancel))
    with nothing_written():
        refused = desk.post(cancel, sent)
    assert refused.status_code == 400
    assert "Day 0 was given" in text_of(refused)
    assert "Cancel course" not in page_of(desk, course)


def test_cancel_from_an_old_page_is_refused(desk, cancel, course):
    sent = boxes(desk.get(cancel))
    Course.objects.filter(pk=course.pk).update(version=5)

    with nothing_written():
        assert desk.post(cancel, sent).status_code == 409


# --- Not given ----------------------------------------------------------------


@pytest.fixture
def day_3(course) -> TreatmentSession:
    return course.sessions.get(protocol_day=3)


def test_set_aside_keeps_why_a_visit_was_not_given(surgery, day_3):
    url = reverse("sessions:set_aside", args=[day_3.pk])

    answer = fill_in(surgery, url, status="declined", reason="Is better")

    assert answer.headers["Location"] == day_3.course.get_absolute_url()
    assert "Declined by the patient" in page_of(surgery, day_3.course)
    assert "Is better" in page_of(surgery, day_3.course)


def test_set_aside_lets_reception_say_only_that_nobody_came(desk, day_3):
    url = reverse("sessions:set_aside", args=[day_3.pk])

    assert "Declined" not in text_of(desk.get(url))
    with nothing_written():
        assert desk.post(url, {"status": "declined"}).status_code == 400
    assert desk.post(url, {"status": "missed"}).status_code == 302


def test_a_missed_day_0_says_what_falls_away_and_what_can_be_done(desk, course):
    first = course.sessions.get(protocol_day=0)
    url = reverse("sessions:set_aside", args=[first.pk])

    page = text_of(desk.get(url))
    assert "its follow-ups fall away with it" in page
    assert "Thu 05-Mar-2026" in page
    assert "Mon 09-Mar-2026" in page
    desk.post(url, {"status": "missed"})

    text = page_of(desk, course)
    assert "Nothing is booked" in text
    assert "Find new dates" in text
    assert "Cancel the course" in text


def test_new_dates_after_a_missed_day_0_bring_everything_back(desk, move, course):
    first = course.sessions.get(protocol_day=0)
    desk.post(reverse("sessions:set_aside", args=[first.pk]), {"status": "missed"})

    preview = fill_in(desk, move, day_0="4 mar 2026")

    assert text_of(preview).count("booked again") == 3
    desk.post(move, boxes(preview))
    assert set(course.sessions.values_list("status", flat=True)) == {"booked"}
    assert days_of(course) == [4, 7, 11]


# --- Close --------------------------------------------------------------------


def test_close_needs_a_reason_and_nothing_booked(surgery, course):
    url = reverse("sessions:close", args=[course.pk])

    with nothing_written():
        unexplained = surgery.post(url, {"reason": ""})
        too_early = surgery.post(url, {"reason": "Moved away"})
    course.sessions.update(status="missed")
    closed = surgery.post(url, {"reason": "Moved away"})

    assert (unexplained.status_code, too_early.status_code) == (400, 400)
    assert "There are booked sessions." in text_of(too_early)
    assert closed.status_code == 302
    assert "Lost to follow-up" in page_of(surgery, course)


# --- Undo ---------------------------------------------------------------------


def undo_of(course: Course) -> str:
    return reverse("sessions:undo", args=[course.changes.latest("pk").pk])


def test_the_page_after_a_move_says_what_moved_and_offers_undo(desk, move, course):
    move_to(desk, move, day_0="4 mar 2026")

    text = page_of(desk, course)
    assert "Moved to Wed 04-Mar 09:00, Sat 07-Mar 09:00, Wed 11-Mar 09:00" in text
    assert "Rita Ortiz" in text
    assert "Undo" in text
    answer = desk.post(undo_of(course), follow=True)

    assert "Undone." in answer.content.decode()
    assert days_of(course) == [2, 5, 9]
    assert "Undo" not in page_of(desk, course)


def test_undo_pressed_twice_undoes_once_and_says_so(desk, move, course):
    move_to(desk, move, day_0="4 mar 2026")
    url = undo_of(course)
    desk.post(url)

    with nothing_written():
        again = desk.post(url, follow=True)

    assert "This is undone already." in again.content.decode()
    assert days_of(course) == [2, 5, 9]


def test_undo_is_gone_after_ten_minutes(desk, move, course, clock):
    move_to(desk, move, day_0="4 mar 2026")
    clock.shift(dt.timedelta(minutes=10, seconds=1))

    assert "Undo" not in page_of(desk, course)
    with nothing_written():
        late = desk.post(undo_of(course), follow=True)
    assert "for ten minutes only" in late.content.decode()


def test_undo_of_a_time_that_somebody_took_says_whose(desk, move, course, other):
    move_to(desk, move, day_0="4 mar 2026")
    first = other.sessions.get(protocol_day=0)
    other.sessions.filter(pk=first.pk).update(
        starts_at=DAY_0_START,
        ends_at=DAY_0_START + dt.timedelta(minutes=20),
        booked_date=DAY_0,
        target_date=DAY_0,
    )

    with nothing_written():
        refused = desk.post(undo_of(course), follow=True)

    assert "has another session on Mon 02-Mar-2026" in refused.content.decode()


def test_undo_of_a_cancelled_course_opens_it_again(desk, course):
    fill_in(desk, reverse("sessions:cancel", args=[course.pk]), reason="By mistake")
    assert "Cancelled" in page_of(desk, course)

    desk.post(undo_of(course))

    course.refresh_from_db()
    assert course.is_open
    assert set(course.sessions.values_list("status", flat=True)) == {"booked"}


def test_undo_of_a_missed_visit_books_it_again(desk, day_3, course):
    desk.post(reverse("sessions:set_aside", args=[day_3.pk]), {"status": "missed"})
    assert "Day 3: did not attend" in page_of(desk, course)

    desk.post(undo_of(course))

    assert course.sessions.get(protocol_day=3).is_booked


def test_undo_is_a_form_that_works_without_scripts(desk, move, course):
    move_to(desk, move, day_0="4 mar 2026")

    page = desk.get(course.get_absolute_url()).content.decode()

    assert f'<form method="post" action="{undo_of(course)}">' in page
    assert desk.get(undo_of(course)).status_code == 405


# --- Who would come earlier, and whose leaflet is wrong -----------------------


def test_what_comes_free_names_how_many_would_come_earlier(desk, move, course, other):
    earlier = reverse("sessions:earlier", args=[other.pk])
    fill_in(desk, earlier, part_of_day="morning", note="Retired")
    assert "would take an earlier day" not in page_of(desk, course)

    move_to(desk, move, day_0="4 mar 2026")

    assert "1 person would take an earlier day." in page_of(desk, course)


def test_a_leaflet_handed_over_before_a_move_is_to_be_printed_again(
    desk, move, course, english
):
    give_day_0(course)
    day_0 = course.sessions.get(protocol_day=0)
    leaflet = reverse("sessions:leaflet", args=[day_0.pk])
    assert desk.get(leaflet).status_code == 200
    assert "Wrong by now" not in page_of(desk, course)

    preview = fill_in(desk, move, time_3="11")
    assert "wrong once this is done: the leaflet of day 0" in text_of(preview)
    desk.post(move, boxes(preview))

    assert "Wrong by now" in page_of(desk, course)
    desk.get(leaflet)
    assert "Wrong by now" not in page_of(desk, course)
    assert LeafletIssue.objects.count() == 2


def test_course_asks_as_many_queries_when_much_is_to_be_said(desk, move, course):
    plain = queries(desk, course.get_absolute_url())
    move_to(desk, move, day_0="4 mar 2026")

    # One more: how many wait for the time that came free.
    assert queries(desk, course.get_absolute_url()) == plain + 1
