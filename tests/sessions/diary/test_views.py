"""The day, the list, the week and the board: whose, what is free, what each may do."""

import datetime as dt
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sessions.models import Arrival, TreatmentSession
from tests.factories import (
    DAY_0,
    DAY_0_START,
    AbsenceFactory,
    ArrivalFactory,
    ClosureFactory,
    CourseFactory,
    OpeningHoursFactory,
    PatientFactory,
    RoomFactory,
    SiteFactory,
    TreatmentSessionFactory,
    UserFactory,
    WorkingHoursFactory,
)
from tests.pages import queries, text_of
from tests.state import nothing_written

pytestmark = pytest.mark.django_db

MONDAY = "/diary/2026-03-02/"
ALL, LIST = "?whose=all&view=day", "?whose=all&view=list"
MOST_QUERIES = 4


@pytest.fixture(autouse=True)
def that_monday():
    with time_machine.travel(DAY_0_START, tick=False):
        yield


@pytest.fixture
def site(db):
    """Open on Mondays and Tuesdays from nine to twelve and from one to three."""
    site = SiteFactory(open=False)
    for weekday in (0, 1):
        for starts, ends in ((9, 12), (13, 15)):
            OpeningHoursFactory(
                site=site, weekday=weekday, starts=dt.time(starts), ends=dt.time(ends)
            )
    return site


@pytest.fixture
def book(site, indication):
    """Book a first visit of somebody with a clinician, so many minutes after nine."""

    def visit(family_name, clinician, *, after: int = 0, **details) -> TreatmentSession:
        start = DAY_0_START + dt.timedelta(minutes=after)
        course = CourseFactory(
            patient=PatientFactory(family_name=family_name),
            indication=indication,
            clinician=clinician,
            site=site,
        )
        return TreatmentSessionFactory(course=course, starts_at=start, **details)

    return visit


@pytest.fixture
def smith(book, dr_cooper) -> TreatmentSession:
    return book("Smith", dr_cooper, after=20)


@pytest.fixture
def jones(book, dr_levy) -> TreatmentSession:
    return book("Jones", dr_levy)


def free(page) -> list[str]:
    """What can be booked from a page: the text of each link that books."""
    return re.findall(r'aria-label="(\d\d:\d\d free[^"]*)"', page.content.decode())


# --- Whose --------------------------------------------------------------------


@pytest.mark.parametrize("view", ["day", "list"])
def test_clinician_sees_their_own_visits_and_on_asking_everybody_s(
    client_of, dr_cooper, smith, jones, view
):
    surgery = client_of(dr_cooper)

    own = text_of(surgery.get(f"/?view={view}"))
    everybody_s = text_of(surgery.get(f"/?view={view}&whose=all"))

    assert "Smith" in own
    assert "Jones" not in own
    assert "1 visit with you" in own
    assert "Jones" in everybody_s
    assert "Dr Levy" in everybody_s


def test_what_was_chosen_is_remembered_and_the_address_outranks_it(
    client_of, dr_cooper, smith, jones
):
    surgery = client_of(dr_cooper)

    surgery.get(f"{MONDAY}{LIST}")

    assert "Jones" in text_of(surgery.get("/"))
    assert "Jones" not in text_of(surgery.get("/?whose=mine"))
    assert "Jones" not in text_of(surgery.get("/"))


def test_one_colleague_s_visits_are_looked_at_and_not_remembered(
    client_of, rita, dr_levy, smith, jones
):
    desk = client_of(rita)

    page = text_of(desk.get(f"{MONDAY}?whose={dr_levy.pk}"))

    assert "1 visit with Dr Levy" in page
    assert "Smith" not in page
    assert "Smith" in text_of(desk.get(MONDAY))


@pytest.mark.parametrize(
    "nonsense",
    ["?whose=x&by=y&view=z&site=w", "?whose=999999999999999999&site=9", "?site=٣"],
)
def test_nonsense_in_the_address_shows_the_usual(client_of, rita, smith, nonsense):
    assert client_of(rita).get(MONDAY + nonsense).status_code == 200


def test_nonsense_in_the_cookie_shows_the_usual(client_of, rita, smith):
    desk = client_of(rita)
    desk.cookies["diary"] = "whose=;by=%00&&&site=-1"

    assert "Smith" in text_of(desk.get("/"))


# --- The day ------------------------------------------------------------------


def test_card_says_when_who_what_which_side_and_how_far(client_of, dr_cooper, smith):
    page = text_of(client_of(dr_cooper).get(MONDAY))

    assert "Monday 02-Mar-2026" in page
    assert "09:20 Booked" in page
    assert "Smith, Erika (Ms)" in page
    assert "RIGHT Achilles tendinopathy" in page
    assert f"Day 0 · {smith.patient.number_spaced} · 45y" in page


def test_free_times_are_links_with_everything_filled_in(client_of, dr_cooper, smith):
    page = client_of(dr_cooper).get(MONDAY)

    assert free(page)[:3] == [
        "09:00 free. Book Dr Cooper, Mon 02 Mar, 09:00",
        "09:40 free. Book Dr Cooper, Mon 02 Mar, 09:40",
        "10:00 free. Book Dr Cooper, Mon 02 Mar, 10:00",
    ]
    assert (
        f'href="/courses/new/?site={smith.site_id}&amp;clinician={dr_cooper.pk}'
        '&amp;day=2026-03-02&amp;time=09:40"'
    ) in page.content.decode()


def test_usual_room_is_filled_in_where_it_is_free(
    client_of, dr_cooper, dr_levy, site, book
):
    red, blue = (RoomFactory(site=site, name=name) for name in ("Red", "Blue"))
    WorkingHoursFactory(clinician=dr_cooper, site=site, weekday=0, room=red)
    book("Smith", dr_levy, after=60, room=red)

    page = client_of(dr_cooper).get(MONDAY).content.decode()

    assert f"room={red.pk}&amp;day=2026-03-02&amp;time=09:40" in page
    assert f"clinician={dr_cooper.pk}&amp;day=2026-03-02&amp;time=10:00" in page
    assert f"room={blue.pk}" not in page


def test_nothing_is_free_where_every_room_is_taken(
    client_of, dr_cooper, dr_levy, site, book
):
    red = RoomFactory(site=site, name="Red")
    book("Smith", dr_levy, after=20, room=red)

    offered = [label[:5] for label in free(client_of(dr_cooper).get(MONDAY))]

    assert offered[:2] == ["09:00", "09:40"]


def test_rooms_are_columns_on_asking(client_of, rita, dr_cooper, site, book):
    red = RoomFactory(site=site, name="Red room")
    RoomFactory(site=site, name="Blue room")
    WorkingHoursFactory(clinician=dr_cooper, site=site, weekday=0, room=red)
    book("Smith", dr_cooper, after=20, room=red)

    page = client_of(rita).get(f"{MONDAY}?by=room")

    assert "Red room 1 visit" in text_of(page)
    assert "09:00 free. Book Red room, Mon 02 Mar, 09:00" in free(page)
    assert "09:20 free. Book Blue room, Mon 02 Mar, 09:20" not in free(page)
    assert f"clinician={dr_cooper.pk}&amp;room={red.pk}" in page.content.decode()


def test_past_times_and_past_days_offer_nothing(client_of, dr_cooper, site):
    surgery = client_of(dr_cooper)

    with time_machine.travel(DAY_0_START + dt.timedelta(minutes=45), tick=False):
        assert free(surgery.get(MONDAY))[0][:5] == "10:00"
    with time_machine.travel(DAY_0_START + dt.timedelta(days=1), tick=False):
        assert free(surgery.get(MONDAY)) == []


def test_closed_time_is_shaded_and_says_why(client_of, dr_cooper, site):
    AbsenceFactory(
        clinician=dr_cooper, starts=dt.time(10), ends=dt.time(11), reason="teaching"
    )
    ClosureFactory(
        site=site, starts=dt.time(14), ends=dt.time(15), reason="Staff training"
    )

    page = client_of(dr_cooper).get(MONDAY)

    cells = re.findall(r'class="closed">([^<]*)<', page.content.decode())
    assert cells == ["Away: teaching", "Lunch", "Closed: Staff training"]
    offered = {label[:5] for label in free(page)}
    assert not offered & {"10:00", "10:20", "10:40", "12:00", "14:00"}


def test_closed_day_says_why(client_of, rita, dr_cooper, site):
    page = text_of(client_of(rita).get("/diary/2026-03-04/"))

    assert "The clinic is closed on Wednesdays" in page


def test_visit_on_a_closed_day_is_shown_all_the_same(client_of, rita, smith):
    ClosureFactory(site=smith.site, reason="Burst pipe")

    page = client_of(rita).get(MONDAY)

    assert "Smith" in text_of(page)
    assert "Closed: Burst pipe" in text_of(page)
    assert free(page) == []


def test_whoever_is_away_all_day_is_named(client_of, rita, dr_cooper, dr_levy, site):
    AbsenceFactory(clinician=dr_levy, reason="on leave")

    page = text_of(client_of(rita).get(MONDAY))

    assert "Dr Levy: away, on leave" in page


def test_visits_outside_of_hours_and_of_people_who_left_are_shown(
    client_of, rita, dr_cooper, book
):
    gone = UserFactory(clinician=True, family_name="Gone", is_active=False)
    book("Early", gone, after=-90)

    page = text_of(client_of(rita).get(MONDAY))

    assert "Dr Gone 1 visit" in page
    assert "Early" in page


def test_overbooked_pair_stands_in_one_cell_and_says_so(
    client_of, dr_cooper, smith, book
):
    book(
        "Pain",
        dr_cooper,
        after=20,
        overbooked_reason="In pain",
        overbooked_at=DAY_0_START,
        overbooked_by=dr_cooper,
    )

    page = client_of(dr_cooper).get(MONDAY)

    assert text_of(page).count("Overbooked") == 1
    cell = re.search(r'<td rowspan="2" class="visit">(.*?)</td>', page.content.decode())
    assert cell
    assert "Smith" in cell[1]
    assert "Pain" in cell[1]


def test_whoever_is_not_coming_is_listed_below(client_of, rita, smith):
    TreatmentSession.objects.update(status="missed")

    page = client_of(rita).get(MONDAY)

    table, below = page.content.decode().split("Not coming today")
    assert "Smith" not in table
    assert "Did not attend" in below
    assert "Leaflet" not in below


def test_now_is_marked_on_the_day_itself_only(client_of, rita, smith):
    desk = client_of(rita)

    assert '<b class="now-word">now</b>' in desk.get(MONDAY).content.decode()
    assert "now-word" not in desk.get("/diary/2026-03-03/").content.decode()


def test_names_are_text_whatever_they_look_like(client_of, dr_cooper, book):
    name = '<img src=x onerror="alert(1)">'
    dr_cooper.family_name = '"><script>alert(2)</script>'
    dr_cooper.save()
    book(name, dr_cooper, after=20)
    surgery = client_of(dr_cooper)

    for address in (
        MONDAY,
        f"{MONDAY}{LIST}",
        "/board/",
        "/diary/2026-W10/?whose=mine",
    ):
        page = surgery.get(address).content.decode()
        assert "&lt;img src=x" in page
        assert "<img" not in page
        assert "<script>" not in page


def test_reception_prints_leaflets_and_opens_no_record(client_of, rita, smith):
    page = client_of(rita).get(MONDAY)

    assert f"/sessions/{smith.pk}/leaflet.pdf" in page.content.decode()
    assert "sheet.pdf" not in page.content.decode()
    assert f'href="/sessions/{smith.pk}/"' not in page.content.decode()


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/London", "2026-03-29"),
        ("Europe/London", "2026-10-25"),
        ("America/New_York", "2026-11-01"),
        ("Australia/Lord_Howe", "2026-10-04"),
        ("Europe/London", "2028-02-29"),
        ("Europe/London", "2026-12-31"),
    ],
)
def test_day_stands_whatever_the_clocks_do(client_of, rita, dr_cooper, zone, day):
    SiteFactory(time_zone=zone)

    page = client_of(rita).get(f"/diary/{day}/")

    offered = [label[:5] for label in free(page)]
    assert page.status_code == 200
    assert len(offered) == len(set(offered)) > 60
    changes = day in ("2026-12-31", "2028-02-29")
    assert ("The clocks change" in text_of(page)) is not changes


@pytest.mark.parametrize("day", ["1000-01-01", "2999-12-31", "2026-03-02"])
def test_first_and_last_day_of_the_diary(client_of, rita, site, day):
    assert client_of(rita).get(f"/diary/{day}/").status_code == 200


def test_installation_without_a_site_says_what_is_missing(client_of, rita, db):
    for address in ("/", "/board/", "/diary/2026-W10/"):
        assert "no site yet" in text_of(client_of(rita).get(address))


def test_another_site_has_a_day_of_its_own(client_of, rita, smith, indication):
    other = SiteFactory(name="Hill House")
    away = TreatmentSessionFactory(
        course__site=other,
        course__indication=indication,
        course__patient__family_name="Elsewhere",
        course__clinician=smith.clinician,
        starts_at=DAY_0_START + dt.timedelta(hours=3),
    )

    desk = client_of(rita)

    assert "Elsewhere" not in text_of(desk.get(MONDAY))
    page = text_of(desk.get(f"{MONDAY}?site={other.pk}"))
    assert "Elsewhere" in page
    assert "Smith" not in page
    assert away.site_id == other.pk


# --- The list -----------------------------------------------------------------


def test_line_says_when_who_what_and_which_side(client_of, dr_cooper, smith):
    page = text_of(client_of(dr_cooper).get(f"{MONDAY}?view=list"))

    assert "09:20" in page
    assert smith.patient.number_spaced in page
    assert "RIGHT Achilles tendinopathy Day 0 · Dr Cooper" in page
    assert "Booked Arrived Open Leaflet Sheet Move" in page


def test_empty_list_says_what_belongs_there(client_of, rita, dr_cooper, site):
    page = text_of(client_of(rita).get(f"/diary/2026-03-04/{LIST}"))

    assert "No visits on this day" in page
    assert "Find a patient" in page


def test_days_lead_to_one_another_and_keep_whose_they_are(client_of, dr_cooper, site):
    page = client_of(dr_cooper).get(f"{MONDAY}{LIST}").content.decode()

    for day in ("2026-03-01", "2026-03-03"):
        assert f'href="/diary/{day}/?by=clinician&amp;whose=all&amp;view=list"' in page


@pytest.mark.parametrize(
    ("picked", "address"),
    [
        ("?day=2026-03-09", "/diary/2026-03-09/"),
        ("?day=", "/diary/2026-03-02/"),
        ("?day=soon", "/diary/2026-03-02/"),
        ("?day=2026-03-11&to=week", "/diary/2026-W11/"),
        ("?to=week", "/diary/2026-W10/"),
        ("?day=1000-01-01&to=week", "/diary/1000-01-01/"),
    ],
)
def test_go_leads_to_what_was_picked_or_to_today(client_of, rita, picked, address):
    answer = client_of(rita).get(f"/diary/{picked}")

    assert answer.headers["Location"] == address


@pytest.mark.parametrize("view", ["day", "list"])
def test_clinician_is_told_today_which_evaluations_are_due(
    client_of, dr_cooper, site, indication, view
):
    course = CourseFactory(
        patient=PatientFactory(family_name="Nakamura"),
        indication=indication,
        clinician=dr_cooper,
        site=site,
    )
    for day in (0, 3, 7):
        before = DAY_0_START + dt.timedelta(days=day - 14)
        TreatmentSessionFactory(
            course=course, protocol_day=day, starts_at=before, given=True
        )
    surgery = client_of(dr_cooper)

    today = surgery.get(f"/?view={view}")
    tomorrow = surgery.get(f"/diary/2026-03-03/?view={view}")

    assert "Evaluation due Nakamura" in text_of(today)
    assert "Nakamura" not in text_of(tomorrow)


# --- The week -----------------------------------------------------------------


def test_week_says_how_full_each_clinician_s_days_are(
    client_of, rita, smith, jones, dr_cooper
):
    page = text_of(client_of(rita).get("/diary/2026-W10/"))

    assert "Week 10" in page
    assert "Mon 2 Mar today" in page
    assert "Dr Cooper 1 visit 14 free 15 free Closed on Wednesdays" in page


def test_week_of_one_clinician_has_their_visits(client_of, dr_cooper, smith, jones):
    page = text_of(client_of(dr_cooper).get("/diary/2026-W10/"))

    assert "09:20 Smith, Erika (Ms) RIGHT Achilles tendinopathy · Day 0" in page
    assert "Jones" not in page


@pytest.mark.parametrize(
    ("week", "status"),
    [
        ("2026-W53", 200),
        ("2027-W53", 404),
        ("2026-W00", 404),
        ("2026-W54", 404),
        ("1000-W01", 404),
        ("1000-W02", 200),
        ("2999-W52", 200),
        ("2026-w10", 404),
    ],
)
def test_only_weeks_that_exist_are_pages(client_of, rita, site, week, status):
    assert client_of(rita).get(f"/diary/{week}/").status_code == status


# --- The board ----------------------------------------------------------------


def group(page, title: str) -> str:
    """What stands in one group of the board."""
    parts = re.split(r"(?=<section)", page.content.decode())
    found = next(part for part in parts if f"{title} <span" in part)
    return " ".join(re.sub(r"<[^>]*>", " ", found).split())


def test_board_puts_everybody_where_they_are(client_of, rita, dr_cooper, book):
    names = ("Coming", "Waiting", "Treated", "Gone", "Signed", "Absent")
    visits = {
        name: book(name, dr_cooper, after=20 * number)
        for number, name in enumerate(names, start=1)
    }
    early = DAY_0_START - dt.timedelta(minutes=20)
    ArrivalFactory(treatment_session=visits["Waiting"], arrived_at=early)
    steps = {"arrived_at": early, "roomed_at": early, "roomed_by": rita}
    ArrivalFactory(treatment_session=visits["Treated"], **steps)
    ArrivalFactory(
        treatment_session=visits["Gone"], **steps, done_at=early, done_by=rita
    )
    pks = {name: visit.pk for name, visit in visits.items()}
    sessions = TreatmentSession.objects
    sessions.filter(pk=pks["Signed"]).update(status="given", given_date=DAY_0)
    sessions.filter(pk=pks["Absent"]).update(status="missed")

    page = client_of(rita).get("/board/")

    assert "Coming" in group(page, "Booked")
    assert "Waiting" in group(page, "Arrived")
    assert "20 min" in group(page, "Arrived")
    assert 'dy-wait is-long" data-waited="20"' in page.content.decode()
    assert "Treated" in group(page, "In the room")
    assert "Gone" in group(page, "Done")
    assert "Signed" in group(page, "Done")
    assert "Absent" in group(page, "Did not attend")


def test_who_should_have_begun_is_late_by_itself(client_of, rita, jones):
    desk = client_of(rita)

    assert "Jones" in group(desk.get("/board/"), "Booked")
    with time_machine.travel(DAY_0_START + dt.timedelta(minutes=1), tick=False):
        page = desk.get("/board/")
    assert "Jones" in group(page, "Late")
    assert f"/sessions/{jones.pk}/set-aside/" in page.content.decode()


def press(client, visit, step, *, page="board", **headers):
    return client.post(
        f"/sessions/{visit.pk}/arrival/",
        {"step": step, "page": page, "whose": "all", "view": "list"},
        follow=True,
        headers=headers,
    )


def test_check_in_and_undo_without_javascript(client_of, rita, jones):
    desk = client_of(rita)

    arrived = press(desk, jones, "forward:booked")
    assert "Jones" in group(arrived, "Arrived")
    undone = press(desk, jones, "back:arrived")

    assert "Jones" in group(undone, "Booked")
    assert Arrival.objects.get().step == ""


def test_button_of_the_list_leads_back_to_the_list(client_of, rita, jones):
    answer = press(client_of(rita), jones, "forward:booked", page="day")

    assert answer.redirect_chain[-1][0].startswith(f"{MONDAY}?")
    assert "view=list" in answer.redirect_chain[-1][0]
    assert "Arrived" in text_of(answer)


@pytest.mark.parametrize("page", ["https://evil.example/", "//evil.example", "", "x"])
def test_button_leads_back_to_pages_of_the_diary_only(client_of, rita, jones, page):
    answer = press(client_of(rita), jones, "forward:booked", page=page)

    assert answer.redirect_chain[-1][0].startswith("/board/")


def test_second_press_is_said_quietly_and_changes_nothing(client_of, rita, jones):
    desk = client_of(rita)
    press(desk, jones, "forward:booked")

    with nothing_written():
        page = press(desk, jones, "forward:booked")

    assert "That was done already." in text_of(page)


@pytest.mark.parametrize("step", ["", "forward:done", "back:booked", "x", "forward"])
def test_button_that_is_not_there_changes_nothing(client_of, rita, jones, step):
    desk = client_of(rita)

    with nothing_written():
        page = press(desk, jones, step)

    assert "Nothing was changed." in text_of(page)


def test_step_of_another_day_is_refused_with_its_date(client_of, rita, jones):
    with time_machine.travel(DAY_0_START + dt.timedelta(days=1), tick=False):
        page = press(client_of(rita), jones, "forward:booked")

    assert "is booked for Mon 02-Mar-2026, not for today" in text_of(page)
    assert not Arrival.objects.exists()


def test_htmx_is_given_only_the_part_that_changes(client_of, rita, jones):
    page = press(client_of(rita), jones, "forward:booked", hx_request="true")

    assert "<html" not in page.content.decode()
    assert "Jones" in group(page, "Arrived")


def test_other_days_have_no_buttons(client_of, rita, jones):
    with time_machine.travel(DAY_0_START - dt.timedelta(days=1), tick=False):
        for query in (ALL, LIST):
            page = client_of(rita).get(MONDAY + query).content.decode()
            assert "Jones" in page
            assert "formaction" not in page


# --- What it costs -------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        f"{MONDAY}{ALL}",
        f"{MONDAY}?by=room&whose=all",
        f"{MONDAY}{LIST}",
        "/board/",
        "/diary/2026-W10/?whose=all",
    ],
)
def test_one_visit_or_many_take_four_queries(client_of, dr_cooper, rita, book, address):
    book("First", dr_cooper)
    clients = [client_of(dr_cooper), client_of(rita)]
    for client in clients:
        client.get(address)
    assert [queries(client, address) for client in clients] == [MOST_QUERIES] * 2
    for number in range(1, 12):
        book(f"Another-{number}", UserFactory(clinician=True), after=20 * number)

    assert [queries(client, address) for client in clients] == [MOST_QUERIES] * 2
    assert TreatmentSession.objects.on_day(DAY_0).count() == 12


def test_asking_for_news_takes_four_queries_and_renders_nothing(client_of, rita, jones):
    desk = client_of(rita)
    seen = desk.get(MONDAY).headers["X-Seen"]

    with CaptureQueriesContext(connection) as captured:
        answer = desk.get(MONDAY, headers={"x-seen": seen, "hx-request": "true"})

    assert answer.status_code == 204
    assert answer.content == b""
    assert len(captured) == MOST_QUERIES
