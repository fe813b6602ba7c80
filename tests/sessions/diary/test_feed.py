"""A clinician's calendar, as a calendar program reads it."""

import datetime as dt
import re
import time
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mesoclinic.models import AuditEvent, User
from sessions.diary.feeds import actions
from sessions.diary.feeds.ical import Entry, calendar
from sessions.diary.feeds.reading import hash_of
from sessions.models import CalendarFeed, TreatmentSession
from tests.factories import (
    CalendarFeedFactory,
    CourseFactory,
    IndicationFactory,
    PatientFactory,
    RoomFactory,
    SiteFactory,
    TreatmentSessionFactory,
)
from tests.pages import boxes, text_of
from tests.state import nothing_written
from tests.test_accessibility import violations

pytestmark = pytest.mark.django_db

TOKEN = "K" * 43
ZONES = ("Europe/London", "America/New_York", "Australia/Lord_Howe")
CLOCK_CHANGES = {
    "Europe/London": ((2026, 3, 29), (2026, 10, 25)),
    "America/New_York": ((2026, 3, 8), (2026, 11, 1)),
    "Australia/Lord_Howe": ((2026, 4, 5), (2026, 10, 4)),
}


def ics(token: str = TOKEN) -> str:
    return f"/feeds/{token}.ics"


def read(token: str = TOKEN, client: Client | None = None) -> icalendar.Calendar:
    response = (client or Client()).get(ics(token))
    assert response.status_code == 200
    return icalendar.Calendar.from_ical(response.content)


def only_event() -> icalendar.Event:
    (event,) = read().events
    return event


def in_days(days: float) -> dt.datetime:
    now = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    return now + dt.timedelta(days=days)


@pytest.fixture
def feed(dr_cooper) -> CalendarFeed:
    return CalendarFeedFactory(clinician=dr_cooper, token_hash=hash_of(TOKEN))


@pytest.fixture
def booked(dr_cooper, site) -> TreatmentSession:
    """A session next week, of somebody whom no calendar may name."""
    course = CourseFactory(
        patient=PatientFactory(
            family_name="Kanarienvogel",
            given_names="Zilpzalp",
            phone="+442079461234",
            reception_notes="zilpzalp note",
        ),
        indication=IndicationFactory(name="Zilpzalp tendinopathy"),
        side="left",
        clinician=dr_cooper,
        site=site,
    )
    return TreatmentSessionFactory(
        course=course,
        room=RoomFactory(site=site, name="Room 2"),
        starts_at=in_days(7),
        status_reason="zilpzalp reason",
        status_at=in_days(-1),
    )


# --- What an entry says -------------------------------------------------------


def test_entry_says_when_where_and_which(feed, booked, site):
    event = only_event()

    assert event.start == booked.starts_at
    assert event.end == booked.ends_at
    assert event["DTSTART"].params["TZID"] == site.time_zone
    assert event["DTEND"].params["TZID"] == site.time_zone
    assert event["SUMMARY"] == "Treatment session"
    assert event["LOCATION"] == "Room 2, Sample Clinic"
    assert event["DESCRIPTION"] == booked.code
    assert event["STATUS"] == "CONFIRMED"
    assert event["SEQUENCE"] == booked.sequence
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == booked.status_at


def test_no_patient_no_diagnosis(feed, booked):
    body = Client().get(ics()).content.decode().replace("\r\n ", "").lower()

    patient = booked.patient
    secrets = ("kanarienvogel", "zilpzalp", "tendinopathy", "left", "9461234")
    assert [word for word in (*secrets, patient.number.lower()) if word in body] == []
    assert "cooper" not in body
    assert body.count("begin:vevent") == 1


def test_uid_stays_and_sequence_grows_when_moved(feed, booked, settings):
    before = only_event()
    TreatmentSession.objects.filter(pk=booked.pk).update(
        starts_at=booked.starts_at + dt.timedelta(hours=2),
        ends_at=booked.ends_at + dt.timedelta(hours=2),
        sequence=booked.sequence + 1,
        status_at=timezone.now(),
    )
    settings.ALLOWED_HOSTS = ["clinic.example"]
    settings.AUDIT_KEY = "another-key-" * 4
    client = Client(headers={"host": "clinic.example"})

    (after,) = read(client=client).events
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] == before["SEQUENCE"] + 1
    assert after.start == before.start + dt.timedelta(hours=2)
    assert after["DTSTAMP"].dt > before["DTSTAMP"].dt


def test_uid_is_unlike_another_clinics(feed, booked):
    here = only_event()["UID"]
    first = User.objects.order_by("pk").first()
    User.objects.filter(pk=first.pk).update(
        joined_at=first.joined_at + dt.timedelta(microseconds=1)
    )

    assert only_event()["UID"] != here


@pytest.mark.parametrize("status", TreatmentSession.Status.values)
def test_only_what_takes_place_is_confirmed(feed, booked, status):
    given_date = booked.booked_date if status == "given" else None
    TreatmentSession.objects.filter(pk=booked.pk).update(
        status=status, given_date=given_date
    )

    event = only_event()
    takes_place = status in ("booked", "given")
    assert event["STATUS"] == ("CONFIRMED" if takes_place else "CANCELLED")
    assert event["TRANSP"] == ("OPAQUE" if takes_place else "TRANSPARENT")
    assert event["SUMMARY"].startswith("Cancelled: ") is not takes_place
    # Why it does not take place is nobody's business.
    assert status in ("booked", "given", "cancelled") or status not in str(event)


def test_month_back_to_a_year_ahead(feed, dr_cooper, site):
    for days in (-40, -32, -29, 0.5, 364, 366):
        course = CourseFactory(clinician=dr_cooper, site=site)
        TreatmentSessionFactory(course=course, starts_at=in_days(days))

    starts = [event.start for event in read().events]
    assert starts == [in_days(days) for days in (-29, 0.5, 364)]


def test_colleagues_sessions_are_not_shown(feed, booked, dr_levy):
    TreatmentSession.objects.filter(pk=booked.pk).update(clinician=dr_levy)

    assert read().events == []


def test_names_are_escaped_and_folded(feed, booked):
    name = 'Quay; North, "Łódź" \\ ' + "é" * 90
    type(booked.site).objects.filter(pk=booked.site_id).update(name=name)

    body = Client().get(ics()).content
    assert only_event()["LOCATION"] == f"Room 2, {name}"
    assert max(map(len, body.split(b"\r\n"))) <= 75
    assert b"\n" not in body.replace(b"\r\n", b"")


def test_site_without_rooms_is_the_place(feed, booked):
    TreatmentSession.objects.filter(pk=booked.pk).update(room=None)

    assert only_event()["LOCATION"] == "Sample Clinic"


# --- Local time and the clocks ------------------------------------------------


def entry(starts_at: dt.datetime, zone: str, minutes: int = 30) -> Entry:
    utc = starts_at.astimezone(dt.UTC)
    return Entry(
        pk=1,
        starts_at=utc,
        ends_at=utc + dt.timedelta(minutes=minutes),
        zone=zone,
        site="Sample Clinic",
        room=None,
        takes_place=True,
        sequence=0,
        changed_at=utc,
    )


def parsed(*entries: Entry) -> icalendar.Calendar:
    return icalendar.Calendar.from_ical(calendar(entries, clinic="c"))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("change", [0, 1])
@pytest.mark.parametrize("days", [-1, 0, 1])
def test_nine_is_nine_on_both_sides_of_a_clock_change(zone, change, days):
    day = dt.date(*CLOCK_CHANGES[zone][change]) + dt.timedelta(days=days)
    nine = dt.datetime.combine(day, dt.time(9), ZoneInfo(zone))

    (event,) = parsed(entry(nine, zone)).events
    assert event["DTSTART"].to_ical() == f"{day:%Y%m%d}T090000".encode()
    assert event.start == nine
    assert event.end - event.start == dt.timedelta(minutes=30)


@pytest.mark.parametrize("zone", [*ZONES, "Europe/Dublin", "Asia/Kolkata", "UTC"])
def test_vtimezone_alone_tells_the_offset(zone):
    """Read by the text of the calendar, not by the zone's name, hour by hour."""
    noon = dt.datetime(2026, 7, 1, 12, tzinfo=ZoneInfo(zone))
    (component,) = parsed(entry(noon, zone)).timezones
    onsets = sorted(
        (
            part["DTSTART"].dt.replace(tzinfo=dt.UTC) - part["TZOFFSETFROM"].td,
            part["TZOFFSETTO"].td,
        )
        for part in component.subcomponents
    )

    moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    while moment.year == 2026:
        told = [offset for onset, offset in onsets if onset <= moment][-1]
        assert told == moment.astimezone(ZoneInfo(zone)).utcoffset(), moment
        moment += dt.timedelta(minutes=30)


@pytest.mark.parametrize("zone", ZONES)
def test_hour_that_comes_twice_is_told_apart(zone):
    """From midnight until well after the clocks go back, every ten minutes."""
    day = dt.date(*CLOCK_CHANGES[zone][zone != "Australia/Lord_Howe"])
    local = dt.datetime.combine(day, dt.time(), ZoneInfo(zone))
    midnight = local.astimezone(dt.UTC)
    for minutes in range(0, 240, 10):
        starts_at = midnight + dt.timedelta(minutes=minutes)
        (event,) = parsed(entry(starts_at, zone)).events
        assert event.start.astimezone(dt.UTC) == starts_at
        assert event.end.astimezone(dt.UTC) == starts_at + dt.timedelta(minutes=30)
        assert (event["DTSTART"].params.get("TZID") is None) == (
            event["DTEND"].params.get("TZID") is None
        )


def test_sites_in_two_zones_have_a_vtimezone_each(feed, dr_cooper):
    for zone in ZONES[:2]:
        course = CourseFactory(clinician=dr_cooper, site=SiteFactory(time_zone=zone))
        hours = ZONES.index(zone)
        TreatmentSessionFactory(course=course, starts_at=in_days(3 + hours))

    found = read()
    assert {zone["TZID"] for zone in found.timezones} == set(ZONES[:2])
    assert found.get_missing_tzids() == set()


# --- Who reads it ---------------------------------------------------------------


def test_every_address_without_a_calendar_gets_one_answer(feed, booked, dr_cooper):
    def answer(token: str) -> tuple[int, bytes, dict[str, str]]:
        response = Client().get(ics(token))
        return response.status_code, response.content, dict(response.headers)

    unknown = answer("A" * 43)
    malformed = [
        answer(t) for t in ("x", "%20", "é" * 200, "a.ics", "'" * 9, TOKEN[1:])
    ]
    CalendarFeed.objects.update(revoked_at=timezone.now(), revoked_by=dr_cooper)
    revoked = answer(TOKEN)
    CalendarFeed.objects.update(revoked_at=None, revoked_by=None)
    User.objects.filter(pk=dr_cooper.pk).update(is_active=False)
    left = answer(TOKEN)
    User.objects.filter(pk=dr_cooper.pk).update(is_active=True, is_clinician=False)
    no_clinician = answer(TOKEN)

    assert unknown[0] == 404
    assert {str(a) for a in (*malformed, revoked, left, no_clinician)} == {str(unknown)}
    assert b"KKK" not in unknown[1]


def test_reading_leaves_no_trace(feed, booked, client_of, dr_cooper):
    signed_in = client_of(dr_cooper)
    entries = AuditEvent.objects.count()

    with nothing_written(), CaptureQueriesContext(connection) as captured:
        for client in (Client(), signed_in):
            response = client.get(ics())
            assert not response.cookies
    assert AuditEvent.objects.count() == entries
    assert not re.search(r"INSERT|UPDATE|DELETE", " ".join(map(str, captured)))


def test_headers_keep_it_out_of_caches_and_searches(feed, booked):
    response = Client().get(ics())

    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Cache-Control"] == "private, no-store"
    assert "noindex" in response["X-Robots-Tag"]
    assert Client().head(ics()).content == b""


def test_unchanged_calendar_is_not_sent_again(feed, booked):
    etag = Client().get(ics())["ETag"]
    again = Client(headers={"if-none-match": etag})

    answer = again.get(ics())
    assert (answer.status_code, answer.content) == (304, b"")
    TreatmentSession.objects.filter(pk=booked.pk).update(status="missed")
    assert again.get(ics()).status_code == 200


def test_three_queries_however_many_entries(feed, dr_cooper, site):
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            read()
        return len(captured)

    assert count() == 3
    for days in range(12):
        course = CourseFactory(clinician=dr_cooper, site=site)
        TreatmentSessionFactory(course=course, starts_at=in_days(days))
    assert count() == 3


def test_ten_thousand_entries_take_no_seconds():
    noon = in_days(1)
    many = [
        entry(noon + dt.timedelta(hours=n), "Europe/London")._replace(pk=n + 1)
        for n in range(10_000)
    ]
    calendar(many[:1], clinic="c")

    started = time.process_time()
    calendar(many, clinic="c")
    assert time.process_time() - started < 2


# --- The page -------------------------------------------------------------------


@pytest.fixture
def client(client_of, dr_cooper) -> Client:
    return client_of(dr_cooper)


def address_in(page) -> str:
    found = re.search(
        r'value="(http://testserver/feeds/[\w-]{43}\.ics)"', str(page.content)
    )
    return found[1] if found else ""


def test_address_is_made_and_shown_once(client, dr_cooper, booked):
    assert "There is no address" in text_of(client.get("/feed/"))

    page = client.post("/feed/", boxes(client.get("/feed/")))
    address = address_in(page)
    assert len(icalendar.Calendar.from_ical(client.get(address).content).events) == 1
    assert "no-store" in page["Cache-Control"]
    assert "feeds/" not in client.get("/feed/").content.decode()

    token = address.rpartition("/")[2].removesuffix(".ics")
    feed = CalendarFeed.objects.get()
    assert feed.token_hash == hash_of(token)
    made = AuditEvent.objects.get(event="feed.made")
    assert (made.by_id, made.target_id) == (dr_cooper.pk, str(feed.pk))
    assert token not in str(AuditEvent.objects.values())


def test_taken_back_it_stops_at_once(client, dr_cooper):
    token = actions.make(by=dr_cooper, replacing=0)
    assert Client().get(ics(token)).status_code == 200

    page = client.post("/feed/revoke/", follow=True)
    assert "was taken back" in text_of(page)
    assert Client().get(ics(token)).status_code == 404
    assert AuditEvent.objects.filter(event="feed.revoked").count() == 1
    client.post("/feed/revoke/")
    assert AuditEvent.objects.filter(event="feed.revoked").count() == 1


def test_new_address_replaces_the_old_one(client, dr_cooper, booked):
    old = actions.make(by=dr_cooper, replacing=0)
    uid = read(old).events[0]["UID"]

    page = client.post("/feed/", boxes(client.get("/feed/")))
    address = address_in(page)
    new = icalendar.Calendar.from_ical(client.get(address).content)
    assert new.events[0]["UID"] == uid
    assert Client().get(ics(old)).status_code == 404
    events = AuditEvent.objects.values_list("event", flat=True)
    assert list(events)[-2:] == ["feed.revoked", "feed.made"]


def test_form_sent_twice_leaves_the_first_address_alone(client):
    sent = boxes(client.get("/feed/"))
    address = address_in(client.post("/feed/", sent))

    page = client.post("/feed/", sent)
    assert page.status_code == 409
    assert "was changed since this page was opened" in text_of(page)
    assert client.get(address).status_code == 200
    assert CalendarFeed.objects.count() == 1
    # The page that comes back can be sent.
    assert client.post("/feed/", boxes(page)).status_code == 200


@pytest.mark.parametrize("version", ["", "x", "-1", "1_0", "9" * 30, "7"])
def test_nonsense_makes_nothing(client, version):
    assert client.post("/feed/", {"version": version}).status_code in (400, 409)
    assert not CalendarFeed.objects.exists()


def test_only_clinicians_are_offered_one(client, client_of, rita):
    assert "Calendar on your phone" in client.get("/").content.decode()
    assert "Calendar on your phone" not in client_of(rita).get("/").content.decode()
    assert client_of(rita).get("/feed/").status_code == 403
    assert client_of(rita).post("/feed/revoke/").status_code == 403


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_page_is_for_everybody_in_each_of_its_states(signed_in_page, dr_cooper, site):
    page = signed_in_page(dr_cooper, width=390)
    page.goto("/feed/")
    found = violations(page)
    page.get_by_role("button", name="Make an address").click()
    page.get_by_role("textbox", name="Address").wait_for()
    found += violations(page)
    page.get_by_role("button", name="Take the address back").click()
    page.get_by_text("The last one was taken back").wait_for()

    assert found + violations(page) == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_button_copies_the_address(signed_in_page, dr_cooper, site):
    page = signed_in_page(dr_cooper, permissions=["clipboard-read", "clipboard-write"])
    page.goto("/feed/")
    page.get_by_role("button", name="Make an address").click()
    page.get_by_role("button", name="Copy the address").click()
    page.get_by_role("button", name="Copied").wait_for()

    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.get_by_role("textbox", name="Address").input_value()
