"""A change that would strand booked sessions: shown first, saved when agreed to."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mesoclinic.models import AuditEvent
from sessions.models import Absence, Closure, OpeningHours, Room
from tests.factories import (
    ClosureFactory,
    CourseFactory,
    ExtraHoursFactory,
    PatientFactory,
    RoomFactory,
    TreatmentSessionFactory,
    UserFactory,
    WorkedHolidayFactory,
)
from tests.pages import boxes, fill_in, text_of
from tests.sessions.schedule.clinic import NOW
from tests.state import nothing_written

pytestmark = pytest.mark.django_db

CLOSED = {"reason": "Training", "first_day": "5 mar 2026", "last_day": "12 mar 2026"}


@pytest.fixture(autouse=True)
def early_february():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def office(client_of, ada):
    return client_of(ada)


@pytest.fixture
def course(site, dr_cooper):
    """Day 0 on Monday 2 March 2026 at 9, day 3 and day 7 likewise."""
    patient = PatientFactory(family_name="Kanarienvogel")
    return CourseFactory.booked(site=site, clinician=dr_cooper, patient=patient)


def closures(site):
    return f"/clinic/sites/{site.pk}/closures/"


def test_nothing_is_saved_before_it_is_agreed_to(office, site, course):
    entries = AuditEvent.objects.count()

    with nothing_written():
        page = fill_in(office, closures(site), **CLOSED)

    assert page.status_code == 200
    assert AuditEvent.objects.count() == entries
    text = text_of(page)
    assert "Not saved yet 2 booked sessions would no longer fit." in text
    day_3 = course.in_order[1]
    assert f"Thu 05-Mar-2026 09:00 Dr Cooper {day_3.code}" in text
    assert f"{site.name} is closed that day: Training" in text


def test_saved_anyway_it_is_saved_as_typed(office, site, course):
    page = fill_in(office, closures(site), **CLOSED)

    sent = office.post(closures(site), boxes(page) | {"confirmed": "1"}, follow=True)

    closure = Closure.objects.get()
    assert (closure.reason, str(closure.last_day)) == ("Training", "2026-03-12")
    assert "Saved. 2 booked sessions no longer fit." in text_of(sent)
    events = AuditEvent.objects.filter(event="closure.added", outcome="done")
    assert events.count() == 1


def test_back_leads_to_the_form_as_it_was_typed(office, site, course):
    page = fill_in(office, closures(site), **CLOSED)

    with nothing_written():
        back = office.post(closures(site), boxes(page) | {"back": "1"})

    assert back.status_code == 200
    assert boxes(back).items() >= CLOSED.items()
    assert "There is a problem" not in text_of(back)


def test_back_from_a_button_leads_to_the_page_it_was_on(office, site, course):
    room = RoomFactory(site=site)

    with nothing_written():
        back = office.post(f"/clinic/rooms/{room.pk}/close/", {"back": "1"})

    assert back.headers["Location"] == f"/clinic/sites/{site.pk}/rooms/"


def test_what_strands_nobody_is_saved_at_once(office, site, course):
    dates = {"first_day": "16 mar 2026", "last_day": ""}

    sent = fill_in(office, closures(site), **(CLOSED | dates))

    assert sent.status_code == 302
    assert Closure.objects.get().last_day == Closure.objects.get().first_day


def test_sessions_stranded_before_are_not_shown_again(office, site, course):
    ClosureFactory(site=site, first_day=course.in_order[1].booked_date)

    page = fill_in(office, closures(site), **CLOSED)

    assert "1 booked session would no longer fit." in text_of(page)


def test_agreeing_does_not_agree_to_a_refused_form(office, site, course):
    with nothing_written():
        page = fill_in(
            office,
            closures(site),
            **(CLOSED | {"last_day": "1 mar 2026"}),
            confirmed="1",
        )

    assert page.status_code == 400


def test_an_admin_sees_no_patient(office, site, course):
    page = fill_in(office, closures(site), **CLOSED)

    assert "Kanarienvogel" not in page.content.decode()


def test_who_may_see_patients_sees_whose_sessions_they_are(client_of, site, course):
    both = client_of(UserFactory(admin=True, reception=True))

    assert "Kanarienvogel" in fill_in(both, closures(site), **CLOSED).content.decode()


def test_the_list_is_not_endless(office, site, dr_cooper):
    for number in range(52):
        TreatmentSessionFactory(
            course=CourseFactory(site=site, clinician=UserFactory(clinician=True)),
            protocol_day=number % 2 * 3,
        )

    page = fill_in(office, closures(site), **(CLOSED | {"first_day": "1 mar 2026"}))

    assert "52 booked sessions would no longer fit." in text_of(page)
    assert "and 2 more" in text_of(page)


def test_the_list_asks_no_query_for_each_line(office, site, dr_cooper):
    def asked(sessions):
        for _ in range(sessions):
            clinician = UserFactory(clinician=True)
            TreatmentSessionFactory(
                course=CourseFactory(site=site, clinician=clinician),
                room=RoomFactory(site=site),
            )
        with CaptureQueriesContext(connection) as captured:
            assert "Not saved yet" in text_of(office.post(closures(site), day))
        return len(captured)

    day = CLOSED | {"first_day": "1 mar 2026"}
    asked(1)

    assert asked(2) == asked(20)


# --- Whatever is changed --------------------------------------------------------


def opening_hours(office, site, course):
    return fill_in(office, f"/clinic/sites/{site.pk}/hours/", day_3="10-18")


def working_hours(office, site, course):
    url = f"/clinic/clinicians/{course.clinician_id}/hours/"
    return fill_in(office, url, **{f"hours_{site.pk}_0": "8-12"})


def absence(office, site, course):
    url = f"/clinic/clinicians/{course.clinician_id}/absences/"
    return fill_in(office, url, first_day="5 mar 2026", starts="8", ends="9:05")


def country(office, site, course):
    TreatmentSessionFactory(
        course=CourseFactory(site=site, clinician=course.clinician),
        starts_at=NOW.replace(month=4, day=3),  # Good Friday
        ends_at=NOW.replace(month=4, day=3, minute=20),
    )
    url = f"/clinic/sites/{site.pk}/"
    return fill_in(office, url, country="GB", region="ENG")


def worked_holiday(office, site, course):
    # Liberation Day of Bulgaria, on which this site works.
    type(site).objects.filter(pk=site.pk).update(country="BG")
    day = course.in_order[0].booked_date.replace(day=3)
    WorkedHolidayFactory(site=site, day=day)
    TreatmentSessionFactory(
        course=CourseFactory(site=site, clinician=course.clinician),
        starts_at=NOW.replace(month=3, day=3),
        ends_at=NOW.replace(month=3, day=3, minute=20),
    )
    return office.post(f"/clinic/sites/{site.pk}/holidays/{day}/close/")


def room(office, site, course):
    row = RoomFactory(site=site)
    course.sessions.update(room=row)
    return office.post(f"/clinic/rooms/{row.pk}/close/")


def extra_hours(office, site, course):
    OpeningHours.objects.filter(weekday=3).delete()
    day_3 = course.in_order[1]
    row = ExtraHoursFactory(
        site=site, clinician=course.clinician, day=day_3.booked_date
    )
    return office.post(f"/clinic/extra-hours/{row.pk}/remove/")


@pytest.mark.parametrize(
    "change",
    [
        opening_hours,
        working_hours,
        absence,
        country,
        worked_holiday,
        room,
        extra_hours,
    ],
)
def test_every_change_is_tried_out_first(office, site, course, change):
    page = change(office, site, course)

    assert page.status_code == 200
    assert "would no longer fit" in text_of(page)
    assert not Absence.objects.exists()
    assert not Room.objects.filter(is_active=False).exists()
    sent = office.post(page.wsgi_request.path, boxes(page) | {"confirmed": "1"})
    assert sent.status_code == 302


# --- The clinic page ------------------------------------------------------------


def test_clinic_page_counts_what_is_to_be_rebooked(office, site, course, dr_cooper):
    assert "to re-book" not in text_of(office.get("/clinic/"))

    ClosureFactory(site=site, first_day=course.in_order[1].booked_date)

    assert "1 session to re-book:" in text_of(office.get("/clinic/"))
