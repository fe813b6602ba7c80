"""When the clinic works, through the pages on which admins say so."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine

from mesoclinic.models import AuditEvent
from sessions.models import (
    Absence,
    Closure,
    ExtraHours,
    OpeningHours,
    Room,
    Site,
    WorkedHoliday,
    WorkingHours,
)
from sessions.schedule import actions, timetable
from sessions.schedule.reading import Shift, opening_week, shifts_of
from sessions.schedule.versions import version_of
from tests.factories import (
    AbsenceFactory,
    ClosureFactory,
    CourseFactory,
    ExtraHoursFactory,
    OpeningHoursFactory,
    RoomFactory,
    SiteFactory,
    WorkedHolidayFactory,
    WorkingHoursFactory,
)
from tests.pages import boxes, fill_in, queries, text_of
from tests.sessions.schedule.clinic import NOW, addresses
from tests.state import nothing_written

pytestmark = pytest.mark.django_db

CLINIC = "/clinic/"
EIGHT, NOON, SIX = dt.time(8), dt.time(12), dt.time(18)
NEW = {"name": "Larkfield", "address": "12 Road", "phone": "020 7946 0100"}


@pytest.fixture(autouse=True)
def early_february():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def office(client_of, ada):
    """An admin, signed in."""
    return client_of(ada)


def at(site, page=""):
    return f"/clinic/sites/{site.pk}/{page}"


def of(clinician, page):
    return f"/clinic/clinicians/{clinician.pk}/{page}/"


def refused(page, field, says):
    assert page.status_code == 400
    assert says in " ".join(page.context["form"].errors[field])
    assert says in text_of(page)


# --- Sites ----------------------------------------------------------------------


def test_first_site_begins_open_on_working_days(office):
    assert "No site yet" in text_of(office.get(CLINIC))

    fill_in(office, "/clinic/sites/new/", **NEW)

    site = Site.objects.get()
    assert (site.name, site.emergency_number) == ("Larkfield", "112")
    assert (site.phone, site.country) == ("+442079460100", "GB")
    week = opening_week(site)
    assert [bool(week[day]) for day in range(7)] == [True] * 5 + [False] * 2
    assert "08:00–18:00" in text_of(office.get(CLINIC))


def test_changed_details_stand_in_the_bar_at_once(office, site):
    sent = fill_in(office, at(site), name="Larkfield")
    assert sent.headers["Location"] == CLINIC

    assert "<bdi>Larkfield</bdi>" in office.get(CLINIC).content.decode()
    assert Site.objects.get().address == site.address


def test_bar_names_the_first_site_of_several(office, site):
    SiteFactory(name="Another")

    bar = office.get(CLINIC).content.decode().partition("<main")[0]
    assert f"<bdi>{site.name}</bdi>" in bar
    assert "Another" in text_of(office.get(CLINIC))


def test_refused_details_keep_what_was_typed(office, site):
    typed = {"name": "", "phone": "12", "address": "1 Street\nTown"}

    with nothing_written():
        page = fill_in(office, at(site), **typed)

    assert page.status_code == 400
    assert "Name: This field is required." in text_of(page)
    assert typed.items() <= boxes(page).items()


def test_region_is_one_of_its_country(office, site):
    fill_in(office, at(site), country="GB", region="ENG")
    assert Site.objects.get().region == "ENG"

    page = fill_in(office, at(site), country="DE")

    refused(page, "region", "Choose a region of that country.")
    assert "Bayern (BY)" in text_of(page)
    assert fill_in(office, at(site), country="DE", region="BY").status_code == 302
    assert fill_in(office, at(site), country="", region="").status_code == 302


def test_action_refuses_a_region_of_another_country(site, ada):
    details = actions.details_of(site) | {"country": "DE", "region": "ENG"}

    with pytest.raises(Exception, match="no region of that country"):
        actions.add_site(by=ada, **details)


def test_zone_stays_while_sessions_are_booked(office, site):
    course = CourseFactory.booked(site=site)

    with nothing_written():
        page = fill_in(office, at(site), time_zone="Europe/Paris")
    refused(page, "time_zone", "Sessions are booked here at times of Europe/London.")

    course.sessions.update(status="cancelled")
    assert fill_in(office, at(site), time_zone="Europe/Paris").status_code == 302
    assert Site.objects.get().zone == ZoneInfo("Europe/Paris")


def test_details_changed_by_another_admin_are_shown(office, site):
    typed = boxes(office.get(at(site))) | {"name": "Mine"}
    fill_in(office, at(site), name="Theirs")

    with nothing_written():
        page = office.post(at(site), typed)

    assert page.status_code == 409
    assert "Theirs, as it is stored now Name Theirs" in text_of(page)
    assert boxes(page)["name"] == "Mine"
    assert office.post(at(site), boxes(page)).status_code == 302
    assert Site.objects.get().name == "Mine"


# --- Rooms ----------------------------------------------------------------------


def test_rooms_are_added_renamed_closed_and_opened_again(office, site, dr_cooper):
    fill_in(office, at(site, "rooms/"), name="Room 1")
    room = Room.objects.get()
    WorkingHoursFactory(site=site, clinician=dr_cooper, room=room)
    fill_in(office, f"/clinic/rooms/{room.pk}/", name="Blue room")
    assert "Blue room" in text_of(office.get(CLINIC))

    office.post(f"/clinic/rooms/{room.pk}/close/")
    room.refresh_from_db()
    assert (room.name, room.is_active) == ("Blue room", False)
    assert WorkingHours.objects.get().room is None
    assert not timetable.timetable_of(site.pk).rooms

    office.post(f"/clinic/rooms/{room.pk}/reopen/")
    assert timetable.timetable_of(site.pk).rooms


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "This field is required."),
        ("ROOM 1", "This site has a room of that name."),
        ("x" * 41, "at most 40 characters"),
        ("\u2800", "nothing to see"),
    ],
)
def test_room_needs_a_name_of_its_own(office, site, name, says):
    RoomFactory(site=site, name="Room 1")
    RoomFactory(site=SiteFactory(), name="Elsewhere")

    with nothing_written():
        page = fill_in(office, at(site, "rooms/"), name=name)

    assert page.status_code == 400
    assert says in text_of(page)


def test_same_room_name_at_two_sites(office, site):
    RoomFactory(site=SiteFactory(), name="Room 1")

    assert fill_in(office, at(site, "rooms/"), name="Room 1").status_code == 302


def test_room_renamed_by_another_admin(office, site):
    url = f"/clinic/rooms/{RoomFactory(site=site, name='Old').pk}/"
    typed = boxes(office.get(url)) | {"name": "Mine"}
    fill_in(office, url, name="Theirs")

    page = office.post(url, typed)

    assert page.status_code == 409
    assert Room.objects.get().name == "Theirs"


# --- Opening hours ----------------------------------------------------------------


def test_opening_hours_are_replaced_as_typed(office, site):
    typed = {f"day_{day}": "" for day in range(7)}
    typed |= {"day_0": "8:30-12:30, 14–18", "day_5": "9-12"}

    assert fill_in(office, at(site, "hours/"), **typed).status_code == 302

    week = opening_week(site)
    assert [len(week[day]) for day in range(7)] == [2, 0, 0, 0, 0, 1, 0]
    shown = boxes(office.get(at(site, "hours/")))
    assert (shown["day_0"], shown["day_1"]) == ("08:30–12:30, 14:00–18:00", "")
    text = text_of(office.get(CLINIC))
    assert "08:30–12:30 14:00–18:00" in text


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("8-6", "Did you mean 08:00–18:00?"),
        ("8-12, 11-14", "overlap"),
        ("8", "Write hours like"),
        ("8-25", "Write a time like 09:30."),
    ],
)
def test_hours_nobody_means(office, site, typed, says):
    with nothing_written():
        page = fill_in(office, at(site, "hours/"), day_2=typed)

    refused(page, "day_2", says)
    assert boxes(page)["day_2"] == typed


def test_site_that_is_never_open_says_so(office, site):
    fill_in(office, at(site, "hours/"), **{f"day_{day}": "" for day in range(7)})

    assert "never open" in text_of(office.get(CLINIC))


def test_hours_changed_by_another_admin_are_shown_not_lost(office, site):
    url = at(site, "hours/")
    typed = boxes(office.get(url)) | {"day_0": "9-17"}
    fill_in(office, url, day_0="7-11", day_1="")

    with nothing_written():
        page = office.post(url, typed)

    assert page.status_code == 409
    text = text_of(page)
    assert "Monday 07:00–11:00" in text
    assert "Tuesday closed" in text
    assert boxes(page)["day_0"] == "9-17"
    assert office.post(url, boxes(page)).status_code == 302
    assert opening_week(site)[0] == ((dt.time(9), dt.time(17)),)


def test_another_admins_work_elsewhere_is_no_conflict(office, site, dr_cooper):
    url = at(site, "hours/")
    typed = boxes(office.get(url)) | {"day_0": "9-17"}
    fill_in(office, at(site), name="Larkfield")
    fill_in(office, of(dr_cooper, "absences"), first_day="1 jun 2026")

    assert office.post(url, typed).status_code == 302


@pytest.mark.parametrize("version", ["", "x", "-1", "1_0", "9" * 30])
def test_version_made_up(office, site, version):
    page = fill_in(office, at(site, "hours/"), version=version, day_0="9-17")

    assert page.status_code in (400, 409)
    assert OpeningHours.objects.filter(starts=dt.time(9)).count() == 0


# --- A clinician's week -----------------------------------------------------------


def test_without_hours_the_page_says_when_they_work(office, site, dr_cooper):
    said = "No hours are entered. So Dr Cooper can be booked whenever a site is open."

    assert said in text_of(office.get(of(dr_cooper, "hours")))
    assert "whenever the site is open" in text_of(office.get(CLINIC))

    fill_in(office, of(dr_cooper, "hours"), **{f"hours_{site.pk}_0": "8-12"})
    assert said not in text_of(office.get(of(dr_cooper, "hours")))
    assert "whenever the site is open" not in text_of(office.get(CLINIC))


def test_weekly_hours_with_a_usual_room(office, site, dr_cooper):
    room = RoomFactory(site=site, name="Room 1")
    hours, usual = f"hours_{site.pk}_1", f"room_{site.pk}_1"
    typed = {hours: "8-12, 14-18", usual: str(room.pk)}

    assert fill_in(office, of(dr_cooper, "hours"), **typed).status_code == 302

    expected = {(site.pk, 1): Shift(((EIGHT, NOON), (dt.time(14), SIX)), room.pk)}
    assert shifts_of(dr_cooper) == expected
    assert boxes(office.get(of(dr_cooper, "hours")))[usual] == str(room.pk)
    assert "08:00–12:00 14:00–18:00 Room 1" in text_of(office.get(CLINIC))

    fill_in(office, of(dr_cooper, "hours"), **{hours: ""})
    assert shifts_of(dr_cooper) == {}


def test_nobody_works_at_two_sites_at_once(office, site, dr_cooper):
    other = SiteFactory(name="Harbour")
    typed = {f"hours_{site.pk}_1": "8-13", f"hours_{other.pk}_1": "12:30-18"}

    with nothing_written():
        page = fill_in(office, of(dr_cooper, "hours"), **typed)

    says = f"At that time they work at {site.name}, 08:00–13:00."
    refused(page, f"hours_{other.pk}_1", says)
    assert "Tuesday at Harbour : At that time" in text_of(page)
    typed[f"hours_{other.pk}_1"] = "13-18"
    assert fill_in(office, of(dr_cooper, "hours"), **typed).status_code == 302


def test_usual_room_is_one_of_the_site(office, site, dr_cooper, ada):
    RoomFactory(site=site)
    elsewhere = RoomFactory(site=SiteFactory(name="Harbour"))
    key = f"room_{site.pk}_0"

    with nothing_written():
        page = fill_in(office, of(dr_cooper, "hours"), **{key: str(elsewhere.pk)})

    refused(page, key, "Choose a room of this site in use.")
    shifts = {(site.pk, 0): Shift(((EIGHT, NOON),), elsewhere.pk)}
    with pytest.raises(Exception, match="no such room"):
        actions.set_working_hours(
            dr_cooper, by=ada, shifts=shifts, version=version_of({})
        )


def test_weekly_hours_changed_by_another_admin(office, site, dr_cooper):
    RoomFactory(site=site, name="Room 1")
    url, key = of(dr_cooper, "hours"), f"hours_{site.pk}_0"
    typed = boxes(office.get(url)) | {key: "8-12"}
    room = str(Room.objects.get().pk)
    fill_in(office, url, **{key: "14-18", f"room_{site.pk}_0": room})

    page = office.post(url, typed)

    assert page.status_code == 409
    assert "Monday 14:00–18:00" in text_of(page)
    assert "Usual room, Monday Room 1" in text_of(page)
    assert shifts_of(dr_cooper)[site.pk, 0].spans[0][0] == dt.time(14)


def test_hours_that_cannot_be_booked_are_pointed_out(office, dr_cooper):
    site = SiteFactory(open=False)
    OpeningHoursFactory(site=site, starts=EIGHT, ends=SIX)
    WorkingHoursFactory(site=site, clinician=dr_cooper, ends=dt.time(20))

    text = text_of(office.get(CLINIC))

    assert "18:00–20:00 is outside opening hours: not booked" in text


def test_nobody_but_clinicians_has_hours(office, site, rita):
    for page in ("hours", "absences", "extra-hours"):
        assert office.get(of(rita, page)).status_code == 404


# --- Closures and absences --------------------------------------------------------


def days_page(kind, site, clinician):
    return at(site, "closures/") if kind == "closures" else of(clinician, "absences")


@pytest.mark.parametrize(
    ("kind", "model"), [("closures", Closure), ("absences", Absence)]
)
def test_days_are_entered_and_removed(office, site, dr_cooper, kind, model):
    url = days_page(kind, site, dr_cooper)
    typed = {"first_day": "24 dec", "last_day": "2 jan 2027", "reason": "Winter break"}

    assert fill_in(office, url, **typed).status_code == 302

    row = model.objects.get()
    assert (row.first_day, row.last_day) == (dt.date(2026, 12, 24), dt.date(2027, 1, 2))
    assert (row.starts, row.ends) == (None, None)
    shown = "Thu 24-Dec-2026 to Sat 02-Jan-2027"
    assert shown in text_of(office.get(url))
    assert shown in text_of(office.get(CLINIC))
    assert not timetable.timetable_of(site.pk).works_on(
        dr_cooper.pk, dt.date(2026, 12, 30)
    )

    office.post(f"/clinic/{kind}/{row.pk}/remove/")
    assert not model.objects.exists()
    assert timetable.timetable_of(site.pk).works_on(dr_cooper.pk, dt.date(2026, 12, 30))
    assert office.post(f"/clinic/{kind}/{row.pk}/remove/").status_code == 404
    events = AuditEvent.objects.filter(event__contains=".").values_list("details")
    assert not any("Winter break" in str(details) for details in events)


@pytest.mark.parametrize("kind", ["closures", "absences"])
@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"first_day": ""}, "first_day", "This field is required."),
        ({"first_day": "32 dec"}, "first_day", "There is no 32 December."),
        ({"first_day": "02/03/2026"}, "first_day", "Write the month in letters"),
        ({"last_day": "23 dec 2026"}, "last_day", "The last day is before the first."),
        ({"last_day": "x"}, "last_day", "Write a date"),
        (
            {"first_day": "3 feb 2026", "last_day": ""},
            "last_day",
            "3 Feb 2026 has passed.",
        ),
        ({"last_day": "24 dec 2029"}, "last_day", "More than two years"),
        (
            {"first_day": "24 dec 2062", "last_day": ""},
            "last_day",
            "More than five years ahead",
        ),
        ({"starts": "8"}, "ends", "Give both times, or none"),
        ({"ends": "8"}, "starts", "Give both times, or none"),
        ({"starts": "8", "ends": "6"}, "ends", "Did you mean 08:00–18:00?"),
        ({"starts": "8", "ends": "8"}, "ends", "ends before it starts"),
        ({"starts": "25", "ends": "26"}, "starts", "Write a time like 09:30."),
        ({"reason": "x" * 121}, "reason", "at most 120 characters"),
        ({"reason": "a\x00b"}, "reason", "cannot be shown"),
    ],
)
def test_days_nobody_means(office, site, dr_cooper, kind, typed, field, says):
    sound = {"first_day": "24 dec", "last_day": "24 dec 2026", "reason": "Break"}

    with nothing_written():
        page = fill_in(office, days_page(kind, site, dr_cooper), **(sound | typed))

    refused(page, field, says)
    for name, value in typed.items():
        assert "\x00" in value or boxes(page)[name] == value


def test_closure_needs_a_reason(office, site):
    page = fill_in(office, at(site, "closures/"), first_day="24 dec")

    refused(page, "reason", "This field is required.")


def test_days_that_have_begun_can_be_entered(office, site, dr_cooper):
    typed = {"first_day": "1 feb 2026", "last_day": "10 feb 2026"}

    assert fill_in(office, of(dr_cooper, "absences"), **typed).status_code == 302


@pytest.mark.parametrize(
    ("kind", "model"), [("closures", Closure), ("absences", Absence)]
)
def test_sent_twice_it_is_entered_once(office, site, dr_cooper, kind, model):
    url = days_page(kind, site, dr_cooper)
    typed = {"first_day": "24 dec", "reason": "Break"}
    fill_in(office, url, **typed)

    page = fill_in(office, url, **typed)

    assert page.status_code == 400
    assert "This is entered already." in text_of(page)
    assert model.objects.count() == 1
    other_half = typed | {"starts": "8", "ends": "12"}
    assert fill_in(office, url, **other_half).status_code == 302


def test_past_days_are_off_the_lists(office, site, dr_cooper):
    past = dt.date(2026, 2, 3)
    ClosureFactory(site=site, first_day=past, reason="Old closure")
    AbsenceFactory(clinician=dr_cooper, first_day=past, reason="Old leave")
    ExtraHoursFactory(site=site, clinician=dr_cooper, day=past)

    assert "Old closure" not in text_of(office.get(at(site, "closures/")))
    assert "Old leave" not in text_of(office.get(of(dr_cooper, "absences")))
    assert "03-Feb-2026" not in text_of(office.get(of(dr_cooper, "extra-hours")))
    assert "Old" not in text_of(office.get(CLINIC))


def test_today_is_the_sites(office):
    """On 4 February 09:00 in London it is still the 3rd in Honolulu."""
    site = SiteFactory(time_zone="Pacific/Honolulu")
    typed = {"first_day": "3 feb 2026", "reason": "Burst pipe"}

    assert fill_in(office, at(site, "closures/"), **typed).status_code == 302


# --- Extra hours ------------------------------------------------------------------

SUNDAY = {"day": "8 mar 2026", "starts": "8", "ends": "12"}


def test_extra_morning_on_a_day_the_site_is_shut(office, dr_cooper):
    site = SiteFactory(open=False)
    room = RoomFactory(site=site, name="Room 1")

    sent = fill_in(office, of(dr_cooper, "extra-hours"), **SUNDAY, room=str(room.pk))

    assert sent.status_code == 302
    row = ExtraHours.objects.get()
    assert (row.site, row.room) == (site, room)
    text = text_of(office.get(of(dr_cooper, "extra-hours")))
    assert "Sun 08-Mar-2026, 08:00–12:00" in text
    office.post(f"/clinic/extra-hours/{row.pk}/remove/")
    assert not ExtraHours.objects.exists()


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"day": ""}, "day", "This field is required."),
        ({"day": "3 feb 2026"}, "day", "3 Feb 2026 has passed."),
        ({"day": "25 dec"}, "day", "is closed then: Christmas Day."),
        ({"day": "24 dec"}, "day", "is closed then: Winter break."),
        ({"starts": ""}, "starts", "This field is required."),
        ({"ends": "7"}, "ends", "Did you mean 08:00–19:00?"),
        ({"day": "2 mar 2026"}, "starts", "they work at Harbour, 08:00–18:00"),
        ({"day": "9 mar 2026"}, "starts", "Extra hours that day already: 08:00–12:00"),
        ({"site": "999"}, "site", "Select a valid choice"),
        ({"site": "1_0"}, "site", "Select a valid choice"),
        ({"room": "999"}, "room", "Select a valid choice"),
    ],
)
def test_extra_hours_nobody_means(office, site, dr_cooper, typed, field, says):
    Site.objects.filter(pk=site.pk).update(country="GB", region="ENG")
    other = SiteFactory(name="Harbour")
    WorkingHoursFactory(site=other, clinician=dr_cooper)
    OpeningHours.objects.filter(site=other, weekday=0).delete()
    ExtraHoursFactory(site=other, clinician=dr_cooper, day=dt.date(2026, 3, 9))
    WorkingHours.objects.update(weekday=0)
    ClosureFactory(site=site, first_day=dt.date(2026, 12, 24), reason="Winter break")
    sound = SUNDAY | {"site": str(site.pk)}

    with nothing_written():
        page = fill_in(office, of(dr_cooper, "extra-hours"), **(sound | typed))

    refused(page, field, says)


def test_extra_hours_in_a_room_of_that_site(office, site, dr_cooper):
    elsewhere = RoomFactory(site=SiteFactory(name="Harbour"))
    typed = SUNDAY | {"site": str(site.pk), "room": str(elsewhere.pk)}

    page = fill_in(office, of(dr_cooper, "extra-hours"), **typed)

    refused(page, "room", "has no such room in use.")


# --- Public holidays ----------------------------------------------------------------


@pytest.fixture
def english(site):
    Site.objects.filter(pk=site.pk).update(country="GB", region="ENG")
    timetable.changed()
    return site


def test_holidays_of_the_year_are_shown_and_switched(office, english):
    text = text_of(office.get(at(english, "holidays/")))
    assert "Fri 25-Dec-2026 Christmas Day Closed" in text
    assert "United Kingdom, England (ENG)" in text

    sent = office.post(at(english, "holidays/2026-12-25/open/"))
    assert sent.headers["Location"] == at(english, "holidays/?year=2026")
    assert "Christmas Day Open" in text_of(office.get(at(english, "holidays/")))
    assert timetable.timetable_of(english.pk).open_on(dt.date(2026, 12, 25))

    office.post(at(english, "holidays/2026-12-25/open/"))
    assert WorkedHoliday.objects.count() == 1
    office.post(at(english, "holidays/2026-12-25/close/"))
    assert not WorkedHoliday.objects.exists()
    assert not timetable.timetable_of(english.pk).open_on(dt.date(2026, 12, 25))


def test_other_years_and_no_year(office, english):
    WorkedHolidayFactory(site=english, day=dt.date(2027, 12, 25))

    text = text_of(office.get(at(english, "holidays/?year=2027")))

    assert "Sat 25-Dec-2027 Christmas Day Open" in text
    for year in ("x", "0", "1999", "2101", "20260", "٢٠٢٦", "2026 ", "-2026", "2_26"):
        page = office.get(at(english, "holidays/"), {"year": year})
        assert page.status_code == 404, year


def test_day_that_is_no_holiday_is_not_switched(office, english):
    with nothing_written():
        page = office.post(at(english, "holidays/2026-12-24/open/"), follow=True)

    assert "24 Dec 2026 is no public holiday here." in text_of(page)
    refused = AuditEvent.objects.filter(event="holiday.opened", outcome="refused")
    assert refused.count() == 1


def test_site_without_a_country_keeps_no_holidays(office, site):
    text = text_of(office.get(at(site, "holidays/")))

    assert "No public holidays are kept" in text
    assert "Public holidays are not kept here" in text_of(office.get(CLINIC))


# --- Every page ---------------------------------------------------------------------


def test_every_change_makes_another_timetable(office, site, dr_cooper):
    """A page that reads a copy sees it at once."""
    room = RoomFactory(site=site)
    closure = ClosureFactory(site=site, first_day=dt.date(2026, 6, 1))
    absence = AbsenceFactory(clinician=dr_cooper, first_day=dt.date(2026, 6, 1))
    extra = ExtraHoursFactory(site=site, clinician=dr_cooper, day=dt.date(2026, 6, 2))
    changes = [
        lambda: fill_in(office, at(site), country="GB", region="ENG"),
        lambda: fill_in(office, at(site, "rooms/"), name="Room 99"),
        lambda: fill_in(office, f"/clinic/rooms/{room.pk}/", name="Room 98"),
        lambda: office.post(f"/clinic/rooms/{room.pk}/close/"),
        lambda: office.post(f"/clinic/rooms/{room.pk}/reopen/"),
        lambda: fill_in(office, at(site, "hours/"), day_0="8-12"),
        lambda: fill_in(
            office, of(dr_cooper, "hours"), **{f"hours_{site.pk}_0": "8-9"}
        ),
        lambda: office.post(f"/clinic/closures/{closure.pk}/remove/"),
        lambda: office.post(f"/clinic/absences/{absence.pk}/remove/"),
        lambda: office.post(f"/clinic/extra-hours/{extra.pk}/remove/"),
        lambda: fill_in(
            office, at(site, "closures/"), first_day="3 jun 2026", reason="x"
        ),
        lambda: fill_in(office, of(dr_cooper, "absences"), first_day="3 jun 2026"),
        lambda: fill_in(office, of(dr_cooper, "extra-hours"), **SUNDAY),
        lambda: office.post(at(site, "holidays/2026-12-25/open/")),
        lambda: office.post(at(site, "holidays/2026-12-25/close/")),
        lambda: fill_in(office, "/clinic/sites/new/", **NEW),
    ]
    seen = [timetable.stamp()]
    entries = AuditEvent.objects.filter(outcome="done")
    for number, change in enumerate(changes):
        before = entries.count()
        assert change().status_code == 302, number
        seen.append(timetable.stamp())
        assert entries.count() == before + 1, number

    assert len(set(seen)) == len(changes) + 1


def test_clinic_page_asks_a_fixed_number_of_queries(
    settings, office, site, dr_cooper, dr_levy
):
    settings.ROOT_URLCONF = addresses(stranded=list)

    def asked():
        timetable.forget()
        cold = queries(office, CLINIC)
        return cold, queries(office, CLINIC)

    WorkingHoursFactory(site=site, clinician=dr_cooper)
    ClosureFactory(site=site)
    first = asked()
    for weekday in range(1, 5):
        WorkingHoursFactory(site=site, clinician=dr_levy, weekday=weekday)
        AbsenceFactory(clinician=dr_levy, first_day=dt.date(2026, 5, weekday))
        RoomFactory(site=site)

    assert asked() == first
    # Session, user, stamp, clinicians, sites, absences, extra hours, name in the bar.
    assert first[1] == 8


def test_sites_that_are_not_there(office, site):
    for page in ("", "rooms/", "hours/", "closures/", "holidays/"):
        assert office.get(f"/clinic/sites/{site.pk + 1}/{page}").status_code == 404
