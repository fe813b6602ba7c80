"""An invented clinic around today's date: courses at every stage, nobody real.

Made through the same actions as the app uses, so it can hold nothing that the app
would refuse. The same day gives the same clinic.
"""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mesoclinic import staff
from mesoclinic.management.demo_formulary import SALINE, stock_the_shelf
from mesoclinic.models import User
from mesoclinic.vocabulary import (
    AllergyState,
    Answer,
    Change,
    Consent,
    Forearm,
    Judgement,
    LeafletFormat,
    SafetyCheck,
    Side,
)
from patients import actions as patients
from patients.models import Patient
from protocols import actions as protocols
from protocols.models import Indication, LeafletText, PointTemplate, StockLot
from sessions.courses import actions as courses
from sessions.courses.models import Course, TreatmentSession
from sessions.courses.visits import propose
from sessions.outcomes import actions as outcomes
from sessions.recording import actions as recording
from sessions.recording import copying
from sessions.recording.drafts import ComponentDraft, Draft, PointDraft
from sessions.recording.models import Means
from sessions.schedule import actions as schedule
from sessions.schedule import reading
from sessions.schedule.models import Room, Site
from sessions.schedule.timetable import public_holidays
from sessions.schedule.versions import version_of

Status = TreatmentSession.Status

STAFF = (
    ("clinician", "Dr", "Alice", "Cooper", "GMC 7012345", ("clinician",)),
    ("clinician2", "Dr", "Simon", "Levy", "GMC 7054321", ("clinician",)),
    ("reception", "", "Rita", "Vance", "", ("reception",)),
    ("admin", "", "Ada", "Brook", "", ("admin",)),
)

# Family name, given names, title, sex, language. Invented, with the letters that
# paper gets wrong.
PEOPLE = (
    ("Smith", "Anne-Jorun", "Mrs", "female", "en"),
    ("O’Brien", "Patrick", "Mr", "male", "en"),
    ("Łódzka", "Żaneta", "Ms", "female", "pl"),
    ("Ångström", "Björn", "Mr", "male", "en"),
    ("Đặng", "Thị Hồng", "Ms", "female", "en"),
    ("Αθηναίου", "Ελένη", "Ms", "female", "en"),
    ("Київська", "Оксана", "Mrs", "female", "en"),
    ("الحسن", "ليلى", "Mrs", "female", "ar"),
    ("d’Ávila", "Inês", "Ms", "female", "pt"),
    ("García López", "José María", "Mr", "male", "es"),
    ("Müller", "Jürgen", "Dr", "male", "de"),
    ("Lefèvre", "Chloé", "Ms", "female", "fr"),
    ("Bianchi", "Lucia", "Mrs", "female", "it"),
    ("Suharto", "", "Mr", "male", "en"),
    ("Featherstonehaugh-Cholmondeley", "Maximiliana Georgiana", "Lady", "female", "en"),
    ("Okafor", "Chidi", "Mr", "male", "en"),
    ("Nakamura", "Hana", "Ms", "female", "en"),
    ("Kowalski", "Piotr", "Mr", "male", "pl"),
    ("Dubois", "Étienne", "Mr", "male", "fr"),
    ("Schäfer", "Greta", "Mrs", "female", "de"),
    ("Rossi", "Marco", "Mr", "male", "it"),
    ("Silva", "João", "Mr", "male", "pt"),
    ("Haddad", "Omar", "Mr", "male", "ar"),
    ("Johansen", "Liv", "Ms", "female", "en"),
    ("Pearce", "Harold", "Mr", "male", "en"),
    ("Whitcombe", "Edith", "Mrs", "female", "en"),
    ("Adeyemi", "Tola", "Ms", "female", "en"),
    ("Brandt", "Lukas", "Mr", "male", "de"),
    ("Moreau", "Sylvie", "Mrs", "female", "fr"),
    ("Nowak", "Zofia", "Ms", "female", "pl"),
    ("Castro", "Elena", "Ms", "female", "es"),
    ("Hughes", "Gareth", "Mr", "male", "en"),
    ("Ivanova", "Mila", "Ms", "female", "en"),
    ("Patel", "Rohan", "Mr", "male", "en"),
    ("Quigley", "Nora", "Mrs", "female", "en"),
    ("Thorne", "Basil", "Mr", "male", "en"),
    ("Underhill", "Faye", "Ms", "female", "en"),
    ("Voss", "Ingrid", "Mrs", "female", "de"),
    ("Yildiz", "Deniz", "", "other", "en"),
    ("Zanetti", "Paola", "Ms", "female", "it"),
)

NEEDS = {
    "الحسن": LeafletFormat.LARGE,
    "Whitcombe": LeafletFormat.LARGE,
    "Quigley": LeafletFormat.EASY,
}

INDICATIONS = (
    ("achilles", Side.RIGHT),
    ("plantar-fasciitis", Side.LEFT),
    ("ankle-sprain-sequelae", Side.RIGHT),
    ("lumbago", Side.NONE),
    ("torticollis", Side.LEFT),
    ("facet-syndrome", Side.BOTH),
    ("extensor-carpi-ulnaris", Side.RIGHT),
    ("quadricipital", Side.LEFT),
    ("backache", Side.NONE),
    ("degenerative-arthritis", Side.RIGHT),
)

A_TENTH = Decimal("0.1")
ROOMS = ("Room 1", "Room 2", "Room 3")
# Weekends too: the demo has visits on whatever day it is loaded.
_LONG, _SHORT = (dt.time(8), dt.time(18, 30)), (dt.time(8), dt.time(15))
OPENING = {day: (_SHORT if day > 4 else _LONG,) for day in range(7)}


@dataclass(frozen=True)
class Stage:
    """How far a course is: where day 0 lies from today, and what became of each day."""

    day_0: int
    outcome: tuple[str, ...] = ()
    ending: str = ""


BOOKED_TODAY = Stage(0)
STAGES = (
    *[BOOKED_TODAY] * 6,
    *[Stage(-3, (Status.GIVEN,))] * 5,
    Stage(-7, (Status.GIVEN, Status.GIVEN)),
    Stage(-7, (Status.GIVEN, Status.GIVEN)),
    Stage(-7, (Status.GIVEN, Status.DECLINED)),
    Stage(-7, (Status.GIVEN, Status.MISSED)),
    Stage(-10, (Status.GIVEN, Status.GIVEN, Status.GIVEN)),
    Stage(-11, (Status.GIVEN, Status.NOT_NEEDED, Status.NOT_NEEDED)),
    Stage(-14, (Status.GIVEN, Status.GIVEN, Status.WITHHELD)),
    *[Stage(-21, (Status.GIVEN, Status.GIVEN, Status.GIVEN), "evaluated")] * 6,
    Stage(-30, (Status.GIVEN, Status.MISSED, Status.MISSED), "lost"),
    Stage(-2, (Status.MISSED,)),
    *[Stage(day) for day in (1, 1, 2, 3, 4, 7)],
)


def is_loaded() -> bool:
    return User.objects.filter(username="clinician").exists()


@transaction.atomic
def load(password: str) -> None:
    """Fill an empty clinic. Call once; `is_loaded` tells."""
    chance = random.Random(20261122)  # noqa: S311  the same clinic every time
    team = {row[0]: _add_staff(row, password) for row in STAFF}
    site = _add_site(team)
    people = [_register(person, chance, team) for person in PEOPLE]
    today = timezone.now().astimezone(site.zone).date()
    stock_the_shelf(by=team["admin"], today=today)
    _approve_english(team["admin"], today)
    _book_all(people, site, team, chance)


def _approve_english(admin: User, today: dt.date) -> None:
    """The other languages stay drafts, as they are shipped."""
    in_a_year = today + dt.timedelta(days=365)
    english = LeafletText.objects.get(language="en")
    protocols.approve_leaflet(english, by=admin, review_on=in_a_year)


def set_passwords(password: str) -> None:
    """Let the demo people sign in with this password from now on."""
    for user in User.objects.filter(username__in=[row[0] for row in STAFF]):
        if not user.check_password(password):
            user.set_password(password)
            user.save(update_fields=["password"])


def _add_staff(row: tuple[str, str, str, str, str, tuple[str, ...]], pw: str) -> User:
    username, title, given_names, family_name, registration, roles = row
    return staff.add(
        by=None,
        password=pw,
        username=username,
        title=title,
        given_names=given_names,
        family_name=family_name,
        registration_number=registration,
        email="",
        is_clinician="clinician" in roles,
        is_reception="reception" in roles,
        is_admin="admin" in roles,
    )


def _add_site(team: dict[str, User]) -> Site:
    admin = team["admin"]
    site = schedule.add_site(
        by=admin,
        name="Larkfield Clinic",
        address="12 Larkfield Road\nLondon N1 9ZZ",
        phone="+442079460100",
        out_of_hours="Call 111 when we are closed.",
        emergency_number="999",
        time_zone=settings.TIME_ZONE,
        country="GB",
        region="ENG",
    )
    rooms = [schedule.add_room(site, by=admin, name=name) for name in ROOMS]
    week = reading.opening_week(site)
    schedule.set_opening_hours(
        site, by=admin, week=dict(OPENING), version=version_of(week)
    )
    for room, username in zip(rooms, ("clinician", "clinician2"), strict=False):
        _add_hours(team[username], site, room, admin)
    _work_on_holidays(site, admin)
    return site


def _add_hours(clinician: User, site: Site, room: Room, admin: User) -> None:
    """Let somebody work whenever the site is open, in a room of their own."""
    shifts = {
        (site.pk, day): reading.Shift(spans, room.pk) for day, spans in OPENING.items()
    }
    schedule.set_working_hours(
        clinician, by=admin, shifts=shifts, version=version_of({})
    )


def _work_on_holidays(site: Site, admin: User) -> None:
    """Open on the holidays near today: the demo's courses begin on any day."""
    today = timezone.now().astimezone(site.zone).date()
    near = (today + dt.timedelta(days=n) for n in range(-40, 22))
    holidays = public_holidays(site.country, site.region)
    for day in filter(holidays.get, near):
        schedule.open_on_holiday(site, by=admin, day=day)


def _register(
    person: tuple[str, str, str, str, str], chance: random.Random, team: dict[str, User]
) -> Patient:
    family_name, given_names, title, sex, language = person
    patient = patients.register(
        by=team["reception"],
        family_name=family_name,
        given_names=given_names,
        title=title,
        birth_date=dt.date(1936, 1, 1) + dt.timedelta(days=chance.randrange(25_000)),
        sex=sex,
        # 020 7946 0xxx is set aside for stories: it rings nowhere.
        phone=f"+4420794600{chance.randrange(10, 99)}",
        email="",
        preferred_language=language,
        leaflet_format=NEEDS.get(family_name, LeafletFormat.STANDARD),
        reception_notes=chance.choice(["", "", "", "Hard of hearing."]),
    )
    _tell_allergies(patient, chance, team["clinician"])
    return patient


def _tell_allergies(patient: Patient, chance: random.Random, by: User) -> None:
    draw = chance.random()
    if draw < 0.2:
        patients.record_allergy(patient, by=by, substance="penicillin", reaction="rash")
    elif draw < 0.25:
        patients.record_allergy(
            patient, by=by, substance="lidocaine", reaction="swelling"
        )
    elif draw < 0.85:
        patients.state_allergies(patient, by=by, state=AllergyState.NONE_KNOWN)


def _slots() -> Iterator[tuple[str, dt.time]]:
    """A clinician and a time of day for each course, so that none overlap."""
    for index in range(60):
        minutes = 8 * 60 + 30 + 20 * (index // 2)
        yield ("clinician", "clinician2")[index % 2], dt.time(*divmod(minutes, 60))


def _book_all(
    people: list[Patient], site: Site, team: dict[str, User], chance: random.Random
) -> None:
    today = timezone.now().astimezone(site.zone).date()
    shipped = {row.catalogue_key: row for row in Indication.objects.active()}
    plans = zip(people, STAGES, _slots(), strict=False)
    for index, (patient, stage, (username, at)) in enumerate(plans):
        key, side = INDICATIONS[index % len(INDICATIONS)]
        day_0 = today + dt.timedelta(days=stage.day_0)
        course = courses.book(
            by=team["reception"],
            patient=patient,
            indication=shipped[key],
            side=side,
            clinician=team[username],
            site=site,
            visits=propose(day_0, at, offsets=(3, 7)),
            now=_at(day_0, dt.time(8), site) - dt.timedelta(days=1),
        )
        _carry_out(course, stage, chance)


def _at(day: dt.date, at: dt.time, site: Site) -> dt.datetime:
    return dt.datetime.combine(day, at, tzinfo=site.zone)


def _carry_out(course: Course, stage: Stage, chance: random.Random) -> None:
    pain = chance.randrange(5, 10)
    for session, status in zip(course.in_order, stage.outcome, strict=False):
        if status == Status.GIVEN:
            after = max(0, pain - chance.randrange(1, 4))
            _give(session, chance, pain, after)
            pain = after
        else:
            by = session.clinician
            courses.set_aside(session, by=by, status=status, now=session.starts_at)
    if stage.ending:
        _end(course, stage, pain)


def _give(
    session: TreatmentSession, chance: random.Random, before: int, after: int
) -> None:
    ended = session.starts_at + dt.timedelta(minutes=chance.randrange(8, 18))
    by, now = session.clinician, ended + dt.timedelta(minutes=3)
    if session.is_first:
        recording.record_consent(
            session.course,
            by=by,
            answer=Consent.GIVEN,
            person=session.patient.spoken_name,
            means=Means.PAPER,
            now=session.starts_at,
        )
    points = _points(session, chance)
    questions = session.course.protocol_version.questions.all()
    draft = Draft(
        volume_per_point_ml=A_TENTH,
        larger_zone=False,
        angle_deg=60,
        needle_length_mm=Decimal(4),
        points=points,
        forearm=_forearm(session.course),
        components=_syringe(),
        drawn_up_ml=Decimal(2),
        looks_clear=Answer.YES,
        answers={question.pk: Answer.NO for question in questions},
        ticks=frozenset(SafetyCheck),
        pain_rest_before=max(0, before - 3),
        pain_before=before,
        pain_rest_after=max(0, after - 3),
        pain_after=after,
        started_at=session.starts_at,
        ended_at=ended,
        reaction=Answer.NO,
        reasons=_reasons(len(points)),
    )
    recording.save_draft(session, by=by, version=0, draft=draft, now=now)
    recording.sign(session, by=by, version=1, now=now)


def _forearm(course: Course) -> Forearm:
    asks = course.indication.asks_forearm
    return Forearm.NEUTRAL if asks else Forearm.NOT_RECORDED


def _reasons(points: int) -> dict[str, str]:
    if points > 10:
        return {"points.above": "The whole tendon is tender."}
    return {"points.below": "A small zone."} if points < 6 else {}


def _points(session: TreatmentSession, chance: random.Random) -> tuple[PointDraft, ...]:
    """Points of a template, all given as planned; somewhere, where there is none."""
    course = session.course
    offered = PointTemplate.objects.offered_to(session.clinician, course.indication)
    templates = list(offered)
    planned = (
        copying.of_template(chance.choice(templates), course, volume_ml=A_TENTH)
        if templates
        else [PointDraft(planned_ml=A_TENTH)] * chance.choice([6, 8, 8, 8, 10, 12])
    )
    return tuple(
        replace(point, given_ml=point.planned_ml, confirmed=True) for point in planned
    )


def _syringe() -> tuple[ComponentDraft, ...]:
    """2 mL of saline: nobody is allergic to it."""
    lot = StockLot.objects.in_stock().filter(product__name=SALINE)[0]
    return (ComponentDraft(product=lot.product, volume_ml=Decimal(2), lot=lot),)


def _end(course: Course, stage: Stage, pain: int) -> None:
    closing = course.in_order[-1].starts_at + dt.timedelta(days=3)
    if stage.ending == "lost":
        reason = "Did not come back and could not be reached."
        courses.close_as_lost(course, by=course.clinician, reason=reason, now=closing)
        return
    outcomes.evaluate(
        course,
        by=course.clinician,
        now=closing,
        pain_then=max(pain + 4, 6) if pain < 6 else 10,
        pain_now=pain,
        range_of_motion=Change.BETTER,
        stiffness=Change.BETTER if pain < 4 else Change.SAME,
        pain_relief=Change.BETTER if pain < 4 else Change.SAME,
        judgement=Judgement.YES if pain < 4 else Judgement.PARTLY,
        note="",
    )
