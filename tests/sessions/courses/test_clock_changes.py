"""Courses across clock changes, leap days and the turn of the year, near and far.

Local time is kept, what the clocks skip or repeat is refused and never offered, and
free times are what a clock on the wall says, minute by minute.
"""

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from mesoclinic.vocabulary import Side
from sessions.courses import actions
from sessions.courses.calendars import Calendars
from sessions.courses.finder import Offer
from sessions.courses.models import Course, TreatmentSession
from sessions.courses.offers import Search, find_courses
from sessions.courses.visits import Visit, propose
from sessions.schedule import minutes
from sessions.schedule.timetable import timetable_of
from tests.factories import (
    IndicationFactory,
    OpeningHoursFactory,
    PatientFactory,
    SiteFactory,
    TreatmentSessionFactory,
    UserFactory,
)
from tests.state import taken_back

pytestmark = pytest.mark.django_db

NINE = dt.time(9)
OFFSETS = (3, 7)
# The local day of each change, in 2026 and 2027: the skipped time, the repeated one.
FORWARD = [
    ("Europe/London", "2027-03-28", "01:30"),
    ("America/New_York", "2027-03-14", "02:30"),
    ("Australia/Lord_Howe", "2027-10-03", "02:15"),
]
BACK = [
    ("Europe/London", "2027-10-31", "01:30"),
    ("America/New_York", "2027-11-07", "01:30"),
    ("Australia/Lord_Howe", "2027-04-04", "01:45"),
]
CHANGES = FORWARD + BACK
AROUND = [
    *(("Europe/London", day, "12:00") for day in ("2028-02-29", "2027-01-01")),
    *(("America/New_York", day, "12:00") for day in ("2028-02-29", "2027-01-01")),
    *(("Australia/Lord_Howe", day, "12:00") for day in ("2028-02-29", "2027-01-01")),
    ("Pacific/Kiritimati", "2027-01-01", "12:00"),
    ("Pacific/Pago_Pago", "2027-01-01", "12:00"),
]
DATES = [*CHANGES, *AROUND]


def day_of(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def before(day: dt.date, *, days: int = 20) -> dt.datetime:
    """A moment well before a day, wherever it is."""
    return dt.datetime.combine(day - dt.timedelta(days), NINE, dt.UTC)


@pytest.fixture
def book(rita, dr_cooper, indication):
    def booked(site, visits: Sequence[Visit], **details):
        wanted = {
            "by": rita,
            "patient": PatientFactory(),
            "indication": indication,
            "side": Side.RIGHT,
            "clinician": dr_cooper,
            "site": site,
            "visits": visits,
            "now": before(visits[0].on),
        }
        return actions.book(**{**wanted, **details})

    return booked


@pytest.fixture
def find(dr_cooper, protocol_version):
    def found(site, earliest: dt.date, **details) -> list[Offer]:
        search = Search(
            patient=details.pop("patient", None),
            version=protocol_version,
            clinicians=[dr_cooper],
            earliest=earliest,
            latest=earliest + dt.timedelta(9),
            **details,
        )
        return find_courses(search, timetable_of(site.pk), now=before(earliest)).offers

    return found


def local_times(course) -> list[tuple[dt.date, dt.time]]:
    rows = TreatmentSession.objects.filter(course=course).order_by("protocol_day")
    zone = ZoneInfo(course.site.time_zone)
    starts = [row.starts_at.astimezone(zone) for row in rows]
    return [(start.date(), start.time()) for start in starts]


# --- Booked, moved and found across the change ------------------------------------


@pytest.mark.parametrize(("zone", "day", "_"), DATES)
def test_local_time_is_kept_whichever_visit_the_day_falls_between(zone, day, _, book):
    site = SiteFactory(time_zone=zone)
    for shift in range(8):
        day_0 = day_of(day) - dt.timedelta(shift)
        days = [day_0 + dt.timedelta(offset) for offset in (0, *OFFSETS)]

        course = book(site, propose(day_0, dt.time(9, shift * 7), offsets=OFFSETS))

        assert local_times(course) == [(on, dt.time(9, shift * 7)) for on in days]
        rows = TreatmentSession.objects.filter(course=course)
        assert sorted(rows.values_list("booked_date", flat=True)) == days
        lengths = {row.ends_at - row.starts_at for row in rows}
        assert lengths == {dt.timedelta(minutes=20)}


@pytest.mark.parametrize(("zone", "day", "_"), DATES)
def test_moved_across_the_day_a_course_keeps_its_local_time(zone, day, _, book, rita):
    site, day_0 = SiteFactory(time_zone=zone), day_of(day) - dt.timedelta(10)
    course = book(site, propose(day_0, NINE, offsets=OFFSETS))
    later = day_of(day) - dt.timedelta(2)

    actions.move(
        course,
        by=rita,
        version=1,
        visits=propose(later, NINE, offsets=OFFSETS),
        clinician=course.clinician,
        now=before(day_0),
    )

    days = [later + dt.timedelta(offset) for offset in (0, *OFFSETS)]
    assert local_times(course) == [(on, NINE) for on in days]


@pytest.mark.parametrize(("zone", "day", "_"), DATES)
def test_the_finder_offers_one_local_time_for_all_three(zone, day, _, find, book):
    site = SiteFactory(time_zone=zone, open=False)
    for weekday in range(7):
        OpeningHoursFactory(
            site=site, weekday=weekday, starts=NINE, ends=dt.time(9, 30)
        )

    offers = find(site, day_of(day) - dt.timedelta(8))

    assert len(offers) == 10
    for offer in offers:
        assert {visit.at for visit in offer.visits} == {NINE}
        with taken_back():
            course = book(site, offer.visits)
            assert local_times(course) == [(v.on, v.at) for v in offer.visits]


# --- The hour that is not there, or there twice -----------------------------------


@pytest.mark.parametrize("protocol_day", [0, 3, 7])
@pytest.mark.parametrize(("zone", "day", "at"), CHANGES)
def test_a_time_that_the_clocks_skip_or_repeat_is_refused_at_its_field(
    zone, day, at, protocol_day, book
):
    site, at = SiteFactory(time_zone=zone), dt.time.fromisoformat(at)
    day_0 = day_of(day) - dt.timedelta(protocol_day)
    visits = [
        Visit(
            protocol_day=visit.protocol_day,
            on=visit.on,
            at=at if visit.protocol_day == protocol_day else NINE,
        )
        for visit in propose(day_0, NINE, offsets=OFFSETS)
    ]

    with pytest.raises(ValidationError, match="clocks go") as refused:
        book(site, visits)

    assert list(refused.value.message_dict) == [f"day_{protocol_day}"]
    assert not TreatmentSession.objects.exists()


@pytest.mark.parametrize(("zone", "day", "at"), CHANGES)
def test_a_move_into_such_a_time_is_refused_and_changes_nothing(
    zone, day, at, book, rita
):
    site = SiteFactory(time_zone=zone)
    course = book(site, propose(day_of(day) - dt.timedelta(1), NINE, offsets=OFFSETS))
    stored = local_times(course)
    bad = propose(day_of(day), dt.time.fromisoformat(at), offsets=OFFSETS)

    with pytest.raises(ValidationError, match="clocks go"):
        actions.move(
            course,
            by=rita,
            version=1,
            visits=bad,
            clinician=course.clinician,
            now=before(day_of(day)),
        )

    assert local_times(course) == stored


@pytest.mark.parametrize(("zone", "day", "at"), CHANGES)
def test_such_a_time_is_never_offered(zone, day, at, find, book):
    """Open only in the hours around the change, the site offers what there is."""
    site = SiteFactory(time_zone=zone, open=False)
    for weekday in range(7):
        OpeningHoursFactory(
            site=site, weekday=weekday, starts=dt.time(0, 30), ends=dt.time(4)
        )
    tz, at = ZoneInfo(zone), dt.time.fromisoformat(at)
    window = minutes.between(at, dt.time(4))

    offers = find(site, day_of(day) - dt.timedelta(8), window=window)

    on_the_day = [v for o in offers for v in o.visits if v.on == day_of(day)]
    assert on_the_day
    for visit in on_the_day:
        # Not one minute of it: the clock on the wall shows each of them once.
        start = dt.datetime.combine(visit.on, visit.at)
        shown = [start + dt.timedelta(minutes=n) for n in range(20)]
        assert all(comes_once(moment, tz) for moment in shown), visit
    assert local_times(book(site, offers[0].visits))


def comes_once(wall: dt.datetime, zone: ZoneInfo) -> bool:
    """Whether a wall clock shows a time once, looking at it all day long.

    Offsets from UTC are whole quarters of an hour, from -12 to +14 hours.
    """
    first = wall.replace(tzinfo=dt.UTC) - dt.timedelta(hours=15)
    moments = (first + dt.timedelta(minutes=n) for n in range(0, 30 * 60, 15))
    shown = [moment.astimezone(zone).replace(tzinfo=None) for moment in moments]
    return shown.count(wall) == 1


# --- Free times, against a clock on the wall ---------------------------------------

ZONES = [
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Asia/Kathmandu",
]
quiet = hypothesis_settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
some_days = st.sampled_from(sorted({day for _, day, _ in DATES}))
spans = st.tuples(st.integers(-30 * 60, 50 * 60), st.integers(1, 240))


@quiet
@given(zone=st.sampled_from(ZONES), day=some_days, taken=st.lists(spans, max_size=4))
def test_minutes_of_moments_are_those_that_the_wall_clock_shows(zone, day, taken):
    on, zone = day_of(day), ZoneInfo(zone)
    midnight = dt.datetime.combine(on, dt.time(0), dt.UTC)
    moments = [
        (at, at + dt.timedelta(minutes=length))
        for start, length in taken
        for at in [midnight + dt.timedelta(minutes=start)]
    ]

    found = minutes.of_moments(moments, on=on, zone=zone)

    shown = shown_during(moments, on, zone)
    # Where the clocks go back, more may count as taken, but never less.
    assert found & shown == shown
    clear = minutes.ALL & ~minutes.unclear(on, zone)
    assert found & clear == shown & clear


@quiet
@given(zone=st.sampled_from(ZONES), day=some_days)
def test_unclear_minutes_are_those_shown_never_or_twice(zone, day):
    on, tz = day_of(day), ZoneInfo(zone)
    start = dt.datetime.combine(on, dt.time(0), dt.UTC) - dt.timedelta(hours=15)
    times_shown = dict.fromkeys(range(minutes.DAY), 0)
    for n in range(54 * 60):
        local = (start + dt.timedelta(minutes=n)).astimezone(tz)
        if local.date() == on:
            times_shown[minutes.minute_of(local.time())] += 1

    odd = {minute for minute, count in times_shown.items() if count != 1}

    assert set(minutes.each(minutes.unclear(on, tz))) == odd


def shown_during(moments, on: dt.date, zone: ZoneInfo) -> int:
    """The minutes of a day that a wall clock shows during spans, one at a time."""
    shown = 0
    for starts, ends in moments:
        while starts < ends:
            local = starts.astimezone(zone)
            if local.date() == on:
                shown |= 1 << minutes.minute_of(local.time())
            starts += dt.timedelta(minutes=1)
    return shown


@pytest.fixture
def calendars_of(dr_cooper):
    def read(site, patient=None, *, now: dt.datetime) -> Calendars:
        return Calendars(
            timetable_of(site.pk),
            clinicians={dr_cooper.pk: "Dr Cooper"},
            patient_id=patient.pk if patient else None,
            now=now,
        )

    return read


@pytest.mark.parametrize("zone", ZONES)
def test_free_times_of_a_calendar_are_those_of_the_wall_clock(
    zone, dr_cooper, calendars_of
):
    """Sessions all around the days of every change, some of them past midnight."""
    site = SiteFactory(time_zone=zone)
    tz = ZoneInfo(zone)
    days = sorted({day_of(day) for _, day, _ in DATES})
    moments = []
    for number, day in enumerate(days):
        for start in range(-16 * 60, 40 * 60, 163 + number):
            at = dt.datetime.combine(day, dt.time(0), dt.UTC)
            at += dt.timedelta(minutes=start)
            moments.append((at, at + dt.timedelta(minutes=20 + start % 90)))
    moments.sort()
    who = {
        "course__clinician": dr_cooper,
        "course__patient": PatientFactory(),
        "course__indication": IndicationFactory(),
        "course__booked_by": dr_cooper,
    }
    moments = [a for a, b in pairwise([*moments, moments[-1]]) if a[1] <= b[0]]
    for starts, ends in moments:
        TreatmentSessionFactory(
            course__site=site, **who, starts_at=starts, ends_at=ends
        )

    calendars = calendars_of(site, now=before(days[0]))

    for day in days:
        for on in (day - dt.timedelta(1), day, day + dt.timedelta(1)):
            works = minutes.ALL & ~(1 << 1439) & ~minutes.unclear(on, tz)
            free = works & ~shown_during(moments, on, tz)
            found = calendars.free(dr_cooper.pk, on)
            assert minutes.spans(found) == minutes.spans(free), on


def test_what_is_gone_by_of_today_is_not_free(dr_cooper, calendars_of):
    """Today is the site's: in Kiritimati tomorrow has begun."""
    site = SiteFactory(time_zone="Pacific/Kiritimati")
    now = dt.datetime(2026, 12, 31, 20, 0, tzinfo=dt.UTC)  # 10:00 on 1 January there

    calendars = calendars_of(site, now=now)

    assert not calendars.free(dr_cooper.pk, dt.date(2026, 12, 31))
    free = calendars.free(dr_cooper.pk, dt.date(2027, 1, 1))
    assert minutes.spans(free) == [(10 * 60 + 1, 1439)]


# --- Far away, and past midnight ------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "at", "utc_date"),
    [
        ("Pacific/Kiritimati", "08:30", "2026-12-31"),
        ("Pacific/Pago_Pago", "21:00", "2027-01-02"),
    ],
)
def test_the_booked_date_is_the_one_at_the_site(zone, at, utc_date, book):
    site, at = SiteFactory(time_zone=zone), dt.time.fromisoformat(at)

    course = book(site, propose(dt.date(2027, 1, 1), at, offsets=OFFSETS))

    first = course.in_order[0]
    assert first.booked_date == dt.date(2027, 1, 1)
    assert first.starts_at.astimezone(dt.UTC).date() == day_of(utc_date)


def test_today_and_what_has_passed_are_the_sites(book):
    """Noon UTC on 31 December: still the 31st in Pago Pago, 2 a.m. in Kiritimati."""
    now = dt.datetime(2026, 12, 31, 12, 0, tzinfo=dt.UTC)
    visits = propose(dt.date(2026, 12, 31), dt.time(9), offsets=OFFSETS)

    with pytest.raises(ValidationError, match="This day has passed"):
        book(SiteFactory(time_zone="Pacific/Kiritimati"), visits, now=now)

    assert book(SiteFactory(time_zone="Pacific/Pago_Pago"), visits, now=now)


@pytest.mark.parametrize("zone", ZONES)
def test_a_session_past_midnight_takes_the_next_mornings_time(
    zone, dr_cooper, calendars_of
):
    """As one that was booked before the hours changed may."""
    site = SiteFactory(time_zone=zone)
    evening = dt.datetime(2027, 6, 1, 23, 50, tzinfo=ZoneInfo(zone))
    TreatmentSessionFactory(
        course__clinician=dr_cooper,
        course__site=site,
        starts_at=evening.astimezone(dt.UTC),
        ends_at=(evening + dt.timedelta(minutes=20)).astimezone(dt.UTC),
    )

    calendars = calendars_of(site, now=before(dt.date(2027, 6, 1)))

    assert minutes.spans(calendars.free(dr_cooper.pk, dt.date(2027, 6, 1))) == [
        (0, 23 * 60 + 50)
    ]
    assert minutes.spans(calendars.free(dr_cooper.pk, dt.date(2027, 6, 2))) == [
        (10, 1439)
    ]


def test_booked_past_midnight_is_refused_where_the_day_ends_then(book):
    with pytest.raises(ValidationError, match="hours that day are 00:00–23:59") as no:
        book(
            SiteFactory(),
            propose(dt.date(2027, 6, 1), dt.time(23, 50), offsets=OFFSETS),
        )

    assert "day_0" in no.value.message_dict


FAR_APART = [
    ("Pacific/Kiritimati", "Pacific/Pago_Pago"),
    ("Europe/London", "Australia/Lord_Howe"),
    ("America/New_York", "Europe/London"),
]


@pytest.mark.parametrize(("one", "other"), FAR_APART)
def test_a_patient_is_never_at_two_sites_at_once(one, other, book, find, dr_levy):
    """Whatever the two clocks say, and on whichever date."""
    here, there = SiteFactory(time_zone=one), SiteFactory(time_zone=other)
    patient = PatientFactory()
    first = book(
        here,
        propose(dt.date(2027, 3, 10), NINE, offsets=OFFSETS),
        patient=patient,
        clinician=UserFactory(clinician=True),
    )
    taken = [(row.starts_at, row.ends_at) for row in first.in_order]
    start = first.in_order[0].starts_at.astimezone(there.zone)

    with pytest.raises(ValidationError, match="The patient has another session"):
        book(
            there,
            propose(start.date(), start.time(), offsets=OFFSETS),
            patient=patient,
            clinician=dr_levy,
            side=Side.LEFT,
        )

    offers = find(there, start.date(), patient=patient, starts_at=start.time()) + find(
        there, start.date() - dt.timedelta(3), patient=patient
    )
    assert offers
    for visit in (visit for offer in offers for visit in offer.visits):
        starts, ends = visit.span(there.zone, 20)
        assert all(ends <= a or b <= starts for a, b in taken), visit


def test_a_course_of_another_site_blocks_the_clinician_too(book, dr_cooper):
    """One clinician at two sites: the same moment, on different dates."""
    here = SiteFactory(time_zone="Pacific/Kiritimati")
    there = SiteFactory(time_zone="Pacific/Pago_Pago")
    first = book(here, propose(dt.date(2027, 3, 10), NINE, offsets=OFFSETS))
    start = first.in_order[0].starts_at.astimezone(there.zone)
    assert start.date() == dt.date(2027, 3, 9)

    with pytest.raises(ValidationError, match="Dr Cooper has another session"):
        book(there, propose(start.date(), start.time(), offsets=OFFSETS))

    assert Course.objects.count() == 1
