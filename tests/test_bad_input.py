"""Whatever is typed, sent twice, sent late or made up: a message, and no harm done.

All through the pages. Each refusal is the same promise: 400 (409 when somebody else was
faster), a message beside the right field, what was typed still in its box, and every
table of the clinic as it was, which `WatchedClient` holds on each request. Two parts
go wider: bytes that no text has, into every field of every form, and text that
nobody would type, found by Hypothesis.
"""

import datetime as dt
import html
import io
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product
from types import ModuleType
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

import pypdf
import pytest
import time_machine
from django.contrib.auth.decorators import login_not_required
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.http import HttpResponse
from django.test import Client
from django.urls import path, reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from mesoclinic.models import AuditEvent, User
from patients.models import Allergy, Patient
from protocols.forms import LeafletTextForm
from protocols.models import Indication, LeafletText, ProtocolVersion
from sessions.models import (
    Amendment,
    Course,
    Evaluation,
    SessionRecord,
    Signature,
    TreatmentSession,
)
from sessions.schedule.actions import version_of_site
from sessions.schedule.reading import opening_week
from sessions.schedule.versions import version_of
from tests import drafts
from tests.factories import (
    PASSWORD,
    AllergyFactory,
    ConsentEventFactory,
    CourseFactory,
    IndicationFactory,
    IndicationViewFactory,
    InjectionPointFactory,
    LeafletTextFactory,
    PatientFactory,
    ProductFactory,
    ProtocolVersionFactory,
    ScreeningQuestionFactory,
    SessionRecordFactory,
    SheetPhotoFactory,
    SignatureFactory,
    SiteFactory,
    StockLotFactory,
    TreatmentSessionFactory,
    UserFactory,
    jpeg,
)
from tests.state import WatchedClient, domain_hash, taken_back

pytestmark = pytest.mark.django_db

# Day 0 of the booked course has just been given.
NOW = dt.datetime(2026, 3, 2, 10, 0, tzinfo=dt.UTC)
URLENCODED = "application/x-www-form-urlencoded"
ON_THE_ANKLE = {
    "view": "ankle-outer",
    "view_version": 1,
    "side": "left",
    "x": Decimal("0.5"),
    "y": Decimal("0.5"),
}
IN_JANUARY = dt.datetime(2026, 1, 5, 9, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def that_morning(caplog) -> Iterator[None]:
    caplog.set_level("ERROR", "django.request")
    caplog.set_level("ERROR", "django.security")
    with time_machine.travel(NOW, tick=False):
        yield


@dataclass(frozen=True)
class Upload:
    """A file that is chosen in a form; unlike an open one, it can be sent twice."""

    name: str
    content: bytes

    def read(self) -> bytes:
        return self.content


@dataclass(frozen=True, repr=False)
class Form:
    """A page with a form, who fills it in, and what it takes."""

    client: Client
    url: str
    data: dict[str, str]
    # Where free text goes: everything but choices, ticks and hidden fields.
    typed: tuple[str, ...]
    files: tuple[tuple[str, Upload], ...] = ()

    def post(self, **instead: str | Upload) -> HttpResponse:
        return self.client.post(self.url, self.data | dict(self.files) | instead)

    def post_raw(self, **instead: bytes) -> HttpResponse:
        """Send bytes that need not be text."""
        pairs = [*self.data.items(), *instead.items()]
        return self.client.post(
            self.url,
            "&".join(f"{name}={quote(value)}" for name, value in dict(pairs).items()),
            content_type=URLENCODED,
        )


def watched(user: User) -> WatchedClient:
    client = WatchedClient()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


@dataclass(frozen=True)
class Scene:
    patient: Patient
    course: Course
    session: TreatmentSession
    forms: dict[str, Form]


def make_scene() -> Scene:
    """One patient with a course that starts today and one that can be evaluated."""
    cooper = UserFactory(username="clinician", clinician=True, family_name="Cooper")
    rita = UserFactory(username="reception", reception=True)
    ada = UserFactory(username="admin", admin=True)
    site = SiteFactory()
    indication = IndicationFactory(name="Achilles tendinopathy")
    IndicationViewFactory(indication=indication, view="ankle-outer")
    patient = PatientFactory(family_name="Vale", given_names="Jo")
    parts = {"patient": patient, "clinician": cooper, "site": site}
    course = CourseFactory.booked(indication=indication, **parts)
    old = _course_from_january(parts)
    draft = ProtocolVersionFactory(draft=True, protocol=indication.protocol)
    rows = {
        "patient": patient,
        "course": course,
        "session": course.first_session,
        "old": old,
        "draft": draft,
        "indication": indication,
        "allergy": AllergyFactory(patient=patient, substance="latex"),
        "newcomer": PatientFactory(family_name="Newcomer"),
        "cooper": cooper,
        "site": site,
        "english": LeafletTextFactory(),
    }
    desk, clinic, office = watched(rita), watched(cooper), watched(ada)
    forms = _desk_forms(desk, rows) | _clinical_forms(clinic, rows)
    forms |= _admin_forms(office, rows) | _formulary_forms(office, rows)
    return Scene(patient, course, course.first_session, forms)


def _course_from_january(parts: dict[str, Any]) -> Course:
    """Day 0 given and signed, the rest withheld: waits for its evaluation."""
    old = CourseFactory(side="left", **parts)
    given = TreatmentSessionFactory(course=old, given=True, starts_at=IN_JANUARY)
    record = SessionRecordFactory(treatment_session=given, given=True, points=0)
    InjectionPointFactory(record=record, given_ml=Decimal("0.1"), **ON_THE_ANKLE)
    SignatureFactory(record=record)
    for day in (3, 7):
        starts_at = IN_JANUARY + dt.timedelta(days=day)
        TreatmentSessionFactory(
            course=old, protocol_day=day, starts_at=starts_at, status="withheld"
        )
    return old


PERSON = {
    "family_name": "O’Neill",
    "given_names": "Maeve",
    "title": "Ms",
    "birth_date_day": "14",
    "birth_date_month": "8",
    "birth_date_year": "1980",
    "sex": "female",
    "phone": "020 7946 0958",
    "email": "maeve@example.com",
    "preferred_language": "en",
    "leaflet_format": "large",
    "reception_notes": "Rings\nafter five",
}
VISITS = {
    "day_0": "10 mar 2026",
    "time_0": "9:00",
    "day_3": "13 mar 2026",
    "time_3": "9:00",
    "day_7": "17 mar 2026",
    "time_7": "9:00",
}
REASONS = {"day_3_reason": "", "day_7_reason": ""}
RECORD = {
    "version": "0",
    "points_count": "6",
    "volume_per_point_ml": "0.1",
    "angle_deg": "60",
    "needle_length_mm": "4",
    "mixture": "procaine 1 %",
    "pain_before": "7",
    "pain_after": "3",
    "given_on": "2 mar 2026",
    "ended_at": "9:20",
    "note": "Went well",
} | {f"planned_{n}": "0.1" for n in range(1, 7)}
_CHOSEN = {"version", "pain_before", "pain_after"}
TYPED_RECORD = (*sorted(RECORD.keys() - _CHOSEN), "given_1")
VERSION = {
    "points_min": "6",
    "points_max": "10",
    "volume_per_point_ml": "0.1",
    "slip_factor": "5",
    "angle_deg": "60",
    "needle_length_mm": "4",
    "first_follow_up_day": "3",
    "second_follow_up_day": "7",
    "tolerance_days": "1",
    "session_duration_min": "20",
    "dressing_hours": "3",
    "responder_points": "2",
    "responder_percent": "30",
    "strong_percent": "50",
    "consent_required": "on",
    "consent_text": "I agree.",
    "mixing_policy": "at_most",
    "mixing_most": "3",
}
STAFF = {
    "username": "newcomer",
    "title": "Dr",
    "given_names": "Nadia",
    "family_name": "Khan",
    "registration_number": "GMC 1",
    "email": "nadia@example.com",
    "password": "correct horse battery",
}


def _desk_forms(client: Client, rows: dict[str, Any]) -> dict[str, Form]:
    patient, course = rows["patient"], rows["course"]
    person = tuple(PERSON.keys() - {"sex", "preferred_language", "leaflet_format"})
    visits = (*VISITS, *REASONS)
    booking = VISITS | {
        "indication": str(rows["indication"].pk),
        "side": "right",
        "clinician": str(rows["cooper"].pk),
        "early_reason": "",
        "submission": str(uuid4()),
    }
    return {
        "register": Form(
            client,
            reverse("patients:register"),
            PERSON | {"submission": str(uuid4())},
            person,
        ),
        "edit": Form(
            client,
            reverse("patients:edit", args=[patient.pk]),
            PERSON | {"version": "1"},
            person,
        ),
        "book": Form(
            client,
            f"{reverse('sessions:course_new')}?patient={rows['newcomer'].number}",
            booking,
            (*visits, "early_reason"),
        ),
        "dates": Form(client, reverse("sessions:dates"), booking, visits),
        "move": Form(
            client,
            reverse("sessions:move", args=[course.pk]),
            VISITS | {"version": "1", "clinician": str(rows["cooper"].pk)},
            visits,
        ),
        "set_aside": Form(
            client,
            reverse("sessions:set_aside", args=[course.in_order[1].pk]),
            {"status": "missed", "reason": "ill"},
            ("reason",),
        ),
    }


def _clinical_forms(client: Client, rows: dict[str, Any]) -> dict[str, Form]:
    patient, session, old = rows["patient"], rows["session"], rows["old"]
    close_allergy = {"pk": patient.pk, "allergy_pk": rows["allergy"].pk}
    return {
        "allergy": Form(
            client,
            reverse("patients:allergies", args=[patient.pk]),
            {"substance": "lidocaine", "reaction": "rash"},
            ("substance", "reaction"),
        ),
        "allergy_close": Form(
            client,
            reverse("patients:allergy_close", kwargs=close_allergy),
            {"reason": "Tested negative"},
            ("reason",),
        ),
        "session": Form(
            client,
            reverse("sessions:session", args=[session.pk]),
            RECORD,
            TYPED_RECORD,
        ),
        "check": Form(
            client, reverse("sessions:check", args=[session.pk]), RECORD, TYPED_RECORD
        ),
        "amend": Form(
            client,
            reverse("sessions:amend", args=[old.first_session.pk]),
            {"text": "Felt faint", "reason": "Forgotten", "submission": str(uuid4())},
            ("text", "reason"),
        ),
        "void": Form(
            client,
            reverse("sessions:void", args=[old.first_session.pk]),
            {"reason": "Recorded for somebody else"},
            ("reason",),
        ),
        "favourite": Form(
            client,
            reverse("sessions:favourite", args=[old.first_session.pk]),
            {"name": "Behind the bone"},
            ("name",),
        ),
        "consent": Form(
            client,
            reverse("sessions:consent", args=[session.pk]),
            {"answer": "given", "person": "Jo Vale", "means": "paper"},
            ("person",),
        ),
        "photo": Form(
            client,
            reverse("sessions:photos", args=[session.pk]),
            {},
            (),
            (("picture", Upload("sheet.jpg", jpeg())),),
        ),
        "photo_withdraw": Form(
            client,
            reverse(
                "sessions:photo_withdraw",
                args=[SheetPhotoFactory(treatment_session=old.first_session).pk],
            ),
            {"reason": "Sheet of another patient"},
            ("reason",),
        ),
        "side": Form(
            client,
            reverse("sessions:side", args=[session.pk]),
            {"version": "1", "side": "left"},
            (),
        ),
        "close": Form(
            client,
            reverse("sessions:close", args=[old.pk]),
            {"reason": "Moved away"},
            ("reason",),
        ),
        "evaluate": Form(
            client,
            reverse("sessions:evaluate", args=[old.pk]),
            {
                "pain_then": "7",
                "pain_now": "3",
                "range_of_motion": "better",
                "stiffness": "same",
                "pain_relief": "better",
                "judgement": "yes",
                "note": "Back at work",
            },
            ("note",),
        ),
    }


DRAWINGS = {
    "shown_ankle-outer": "on",
    "order_ankle-outer": "2",
    "shown_sole": "on",
    "order_sole": "1",
}
TEMPLATE = {
    "name": "Round the bone",
    "source": "clinic’s own",
    "spread": "one",
    "points_count": "1",
    "view_1": "ankle-outer",
    "side_1": "right",
    "x_1": "0.3",
    "y_1": "0.5",
}


def _admin_forms(client: Client, rows: dict[str, Any]) -> dict[str, Form]:
    indication = rows["indication"]
    fields = {
        "group": str(indication.group_id),
        "name": "Tennis elbow",
        "has_side": "on",
        "basis": "technique",
        "movement": "grip",
        "protocol": str(indication.protocol_id),
        "code_system": "ICD-10",
        "code_version": "2019",
        "code": "M77.1",
        "code_display": "Lateral epicondylitis",
    }
    codes = ("code_system", "code_version", "code", "code_display")
    return {
        **_clinic_forms(client, rows),
        "staff_new": Form(client, reverse("staff_new"), STAFF, tuple(STAFF)),
        "staff_edit": Form(
            client,
            reverse("staff_edit", args=[rows["cooper"].pk]),
            STAFF | {"password": "", "is_clinician": "on", "is_active": "on"},
            tuple(STAFF),
        ),
        "indication": Form(
            client,
            reverse("protocols:indication_new"),
            fields,
            ("name", "movement", *codes),
        ),
        "drawings": Form(
            client,
            reverse("protocols:points", args=[indication.pk]),
            DRAWINGS,
            ("order_ankle-outer", "order_sole"),
        ),
        "template": Form(
            client,
            reverse("protocols:template_new", args=[indication.pk]),
            TEMPLATE,
            ("name", "source"),
        ),
        "group": Form(
            client, reverse("protocols:group_new"), {"name": "pain of a rib"}, ("name",)
        ),
        **_leaflet_forms(client, rows["english"]),
        "version": Form(
            client,
            reverse("protocols:edit_version", args=[rows["draft"].pk]),
            VERSION,
            tuple(VERSION.keys() - {"consent_required"}),
        ),
    }


def _leaflet_forms(client: Client, text: LeafletText) -> dict[str, Form]:
    """A draft as shipped; what is ticked or hidden is not typed."""
    form = LeafletTextForm(text=text)
    words = {name: str(form[name].value() or "") for name in form.fields}
    words = {
        name: text for name, text in words.items() if not name.startswith("advice_")
    }
    edit, approve = (
        reverse(f"protocols:leaflet_{name}", args=[text.pk])
        for name in ("edit", "approve")
    )
    review = {"review_on": "2 mar 2027"}
    return {
        "leaflet_edit": Form(
            client, edit, words | {"word_title": "After it"}, tuple(words)
        ),
        "leaflet_approve": Form(client, approve, review, ("review_on",)),
        "leaflet_new": Form(
            client, reverse("protocols:leaflet_new"), {"language": "fr"}, ()
        ),
    }


def _clinic_forms(client: Client, rows: dict[str, Any]) -> dict[str, Form]:
    site, cooper = rows["site"], rows["cooper"]
    details = {
        "name": "Larkfield",
        "address": "1 Sample Street\nLondon",
        "phone": "020 7946 0000",
        "out_of_hours": "Call 111",
        "emergency_number": "112",
    }
    choices = {"time_zone": "Europe/London", "country": "GB", "region": "ENG"}
    days = {"first_day": "1 jun 2026", "last_day": "2 jun 2026"}
    times = {"starts": "8", "ends": "12:30"}
    closure = {**days, **times, "reason": "Training"}
    week = {f"day_{day}": "0-12, 12-23:59" for day in range(7)}
    shift = {f"hours_{site.pk}_{day}": "0-23:59" for day in range(7)}
    extra = {"site": str(site.pk), "day": "1 jun 2026", **times}
    new, versions = (
        reverse("site_new"),
        {
            "clinic": str(version_of_site(site)),
            "week": str(version_of(opening_week(site))),
            "shifts": str(version_of({})),
        },
    )

    def form(name: str, row: Any, data: dict[str, str], *untyped: str) -> Form:
        typed = tuple(data.keys() - set(untyped))
        return Form(client, reverse(name, args=[row.pk]), data, typed)

    return {
        "site_new": Form(client, new, details | choices, tuple(details)),
        "clinic": form(
            "site",
            site,
            details | choices | {"version": versions["clinic"]},
            *choices,
            "version",
        ),
        "room_new": form("rooms", site, {"name": "Room 9"}),
        "opening_hours": form(
            "opening_hours", site, week | {"version": versions["week"]}, "version"
        ),
        "working_hours": form(
            "working_hours", cooper, shift | {"version": versions["shifts"]}, "version"
        ),
        "closure": form("closures", site, closure),
        "absence": form("absences", cooper, closure),
        "extra_hours": form("extra_hours", cooper, extra, "site"),
    }


def _formulary_forms(client: Client, rows: dict[str, Any]) -> dict[str, Form]:
    """What an admin enters of substances, products, lots, recipes, and a checklist."""
    lot = StockLotFactory(product__multi_dose=True, product__opened_days=28)
    product, other = lot.product, ProductFactory()
    question = ScreeningQuestionFactory(version=rows["draft"], position=1)
    box = {"product": str(other.pk), "number": "A1234", "expires_on": "12-2028"}
    names = {"name": "procaine", "also_called": "novocaine"}
    # By address: the form's data, and which of it is chosen and not typed.
    entered = {
        "allergy_class": (("allergy_class_new",), names, ()),
        "substance": (
            ("substance_new",),
            names | {"doping": "permitted", "note": "Ester"},
            ("doping",),
        ),
        "limit": (
            ("limit_new", product.substance_id),
            {
                "per": "day",
                "most_mg": "200",
                "source": "Handbook, p. 3",
                "reviewed_on": "today",
            },
            ("per",),
        ),
        "product": (
            ("product_new",),
            {
                "substance": str(product.substance_id),
                "name": "Procaine 2 %",
                "strength_mg_per_ml": "20",
                "container": "vial",
                "container_ml": "10",
                "multi_dose": "on",
                "opened_days": "28",
                "storage": "Below 25 °C",
                "gtin": "9501101530003",
                "note": "Shake",
            },
            ("substance", "container", "multi_dose"),
        ),
        "withdraw": (("withdraw", other.pk), {"reason": "Recalled"}, ()),
        "lot": (("lot_new",), box, ("product",)),
        "scanned_lot": (
            ("lot_new",),
            box | {"gtin": "09501101530003"},
            ("product", "gtin"),
        ),
        "scan": (("lot_scan",), {"code": "0109501101530003172812311012AB"}, ()),
        "lot_correct": (("lot_correct", lot.pk), box, ("product",)),
        "lot_opened": (("lot_opened", lot.pk), {"opened_on": "today"}, ()),
        "recipe": (
            ("recipe_new",),
            {
                "name": "Half and half",
                "note": "Draw up the saline first",
                "product_1": str(product.pk),
                "volume_1": "1",
            },
            ("product_1",),
        ),
        "pair": (
            ("pair",),
            {
                "first": str(product.substance_id),
                "second": str(other.substance_id),
                "verdict": "ok",
                "source": "Handbook, p. 9",
            },
            ("first", "second", "verdict"),
        ),
        "question_new": (
            ("questions", rows["draft"].pk),
            {"text": "Pacemaker?", "yes_means": "caution"},
            ("yes_means",),
        ),
        "question": (
            ("question", question.pk),
            {"text": "Fever?", "yes_means": "postpone"},
            ("yes_means",),
        ),
    }
    return {
        name: Form(
            client,
            reverse(f"protocols:{route}", args=keys),
            data,
            tuple(data.keys() - set(chosen)),
        )
        for name, ((route, *keys), data, chosen) in entered.items()
    }


FORM_NAMES = (
    *("register", "edit", "book", "dates", "move", "set_aside"),
    *("allergy", "allergy_close", "session", "check", "amend", "close", "evaluate"),
    *("void", "favourite", "consent", "side", "photo", "photo_withdraw"),
    *("staff_new", "staff_edit", "clinic", "indication", "group", "version"),
    *("site_new", "room_new", "opening_hours", "working_hours"),
    *("closure", "absence", "extra_hours"),
    *("allergy_class", "substance", "limit", "product", "withdraw", "pair", "recipe"),
    *("lot", "scanned_lot", "scan", "lot_correct", "lot_opened"),
    *("question_new", "question", "drawings", "template"),
    *("leaflet_edit", "leaflet_approve", "leaflet_new"),
)
# Nothing is typed on these: one chooses.
UNTYPED = {"side", "leaflet_new", "photo"}
# They show what is being typed, whatever it is, and store nothing.
LIVE = {"dates", "check", "scan"}


@pytest.fixture
def scene() -> Scene:
    return make_scene()


@pytest.fixture
def forms(scene) -> dict[str, Form]:
    return scene.forms


def shown(response: HttpResponse) -> str:
    """What the page says, its entities read."""
    return html.unescape(response.content.decode())


def refused(form: Form, /, *, at: str, says: str = "", **typed: str) -> HttpResponse:
    """Send the form with `typed` in it: a message at a field, and the text is kept."""
    response = form.post(**typed)
    assert response.status_code == 400, typed
    errors = response.context["form"].errors
    assert at in errors, (typed, errors)
    page = shown(response)
    for message in errors[at]:
        assert message in page, typed
    assert says in " ".join(errors[at]), typed
    for name, value in typed.items():
        # No browser has a NUL to show.
        if name in form.typed and name != "password" and "\x00" not in value:
            assert value in page, f"{name} was lost: {value}"
    return response


def accepted(form: Form, /, **typed: str) -> HttpResponse:
    response = form.post(**typed)
    found = getattr(response, "context", None) or {}
    assert response.status_code == 302, found and found["form"].errors
    return response


# --- The forms themselves ----------------------------------------------------


def test_all_forms_are_named(forms):
    assert set(forms) == set(FORM_NAMES)


@pytest.mark.parametrize("name", FORM_NAMES)
def test_form_takes_what_it_should(forms, name):
    """Were it refused as it stands, its refusals below would prove nothing."""
    before = domain_hash()

    response = forms[name].post()

    assert response.status_code == (200 if name in LIVE else 302)
    assert (domain_hash() == before) == (name in LIVE)


def test_watched_client_tells_on_a_refusal_that_wrote(settings):
    """The control of everything here: a view that writes first and refuses then."""

    @login_not_required
    def view(request: Any) -> HttpResponse:
        IndicationFactory()
        return HttpResponse(status=400)

    settings.ROOT_URLCONF = ModuleType("planted")
    settings.ROOT_URLCONF.urlpatterns = [path("", view)]

    with pytest.raises(AssertionError, match="was refused, yet"):
        WatchedClient().get("/")


# --- Numbers ------------------------------------------------------------------

NO_COUNT = ["NaN", "-1", "1e9", "1_0", "7.0", "٧", "７", "7\u200b", "+7"]
NO_COUNT += ["0x7", "seven", "0", "61", "9" * 400, "7 8", "½"]


def test_points_are_a_whole_number_from_1_to_60(forms):
    for typed in [*NO_COUNT, "", " "]:
        refused(forms["session"], at="points_count", points_count=typed)


@pytest.mark.parametrize(
    ("count", "code"), [("5", "points.below"), ("11", "points.above")]
)
def test_points_outside_the_protocol_take_a_reason(scene, count, code):
    form, reason = scene.forms["session"], f"reason_{code}"
    more = {f"planned_{n}": "0.1" for n in range(7, int(count) + 1)}

    refused(form, at="points_count", says="6 to 10", points_count=count, **more)
    refused(form, at="points_count", points_count=count, **more, **{reason: " "})
    accepted(form, points_count=count, **more, **{reason: "Small zone"})

    finding = scene.session.record.findings.get(code=code)
    assert finding.given_reason == "Small zone"


NO_VOLUME = ["0", "0.00", "0_1", ".1", ",1", "0.100", "1.000", "1,000", "1e-1", "0.1ml"]
NO_VOLUME += ["0.1 mL", "0,1 cc", "-0.1", "00.1", "0.1.1", "NaN", "Infinity", "٠٫١"]
NO_VOLUME += ["０.１", "1/10", "½", "0.1\u200b", "9" * 400, "100", "0 .1", "+0.1"]


def test_volume_is_read_in_one_way_or_not_at_all(forms):
    for typed in NO_VOLUME:
        volumes = dict.fromkeys(("volume_per_point_ml", "planned_1", "given_1"), typed)
        response = refused(forms["session"], at="given_1", **volumes)
        assert volumes.keys() <= response.context["form"].errors.keys(), typed


def test_volume_with_its_unit_is_told_to_leave_it_out(forms):
    for typed in ("0.1ml", "0,1 mL", "0.1cc"):
        refused(
            forms["session"],
            at="planned_1",
            says="Leave out the unit: 0",
            planned_1=typed,
        )


@pytest.mark.parametrize("typed", ["0.1", "0,1", "0.10", " 0.1 "])
def test_ways_to_type_a_tenth(scene, typed):
    form = scene.forms["session"]
    accepted(form, planned_1=typed, volume_per_point_ml=typed)

    record = scene.session.record
    assert record.volume_per_point_ml == Decimal("0.1")
    assert record.points.get(number=1).planned_ml == Decimal("0.1")
    page = shown(form.client.get(form.url))
    assert 'value="0.1"' in page
    assert 'value="0.10"' not in page


@pytest.mark.parametrize("field", ["planned_1", "given_1"])
def test_tenfold_slip_is_blocked_whatever_the_reason(forms, field):
    reasons = {"reason_volume.slip": "Yes", "reason_volume.mean": "Yes"}
    for typed in ("1.0", "1", "0.5", "99.99"):
        refused(
            forms["session"],
            at="volume_per_point_ml",
            says="decimal sign",
            larger_zone="on",
            **{field: typed},
            **reasons,
        )


def test_given_and_skipped_at_once(forms):
    refused(forms["session"], at="given_1", given_1="0.1", skipped_1="on")


def test_angle_is_a_whole_number_from_1_to_90(forms):
    for typed in ("-60", "45°", "0", "91", "60.0", "６０", "6_0", ""):
        refused(forms["session"], at="angle_deg", angle_deg=typed)


def test_angle_off_the_protocol_takes_a_reason(forms):
    form = forms["session"]

    refused(form, at="angle_deg", says="61°: the protocol says 60°", angle_deg="61")
    accepted(form, angle_deg="61", **{"reason_angle.other": "Thin skin"})


def test_pain_is_0_to_10(forms):
    for typed in ("11", "-1", "1_0", "٧", "7.0", "NaN", "seven"):
        for name in ("pain_before", "pain_after"):
            refused(forms["session"], at=name, **{name: typed})
        for name in ("pain_then", "pain_now"):
            refused(forms["evaluate"], at=name, **{name: typed})


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("points_min", "0"),
        ("points_max", "1_0"),
        ("volume_per_point_ml", "1e-1"),
        ("volume_per_point_ml", "5.01"),
        ("needle_length_mm", "4.55"),
        ("needle_length_mm", "4 mm"),
        ("dressing_hours", "2"),
        ("slip_factor", "1"),
        ("session_duration_min", "9" * 30),
        ("angle_deg", "٦٠"),
    ],
)
def test_protocol_numbers_stay_inside_their_limits(forms, field, typed):
    refused(forms["version"], at=field, **{field: typed})


def test_protocol_numbers_agree_with_each_other(forms):
    crossed = forms["version"].post(points_min="11")
    swapped = forms["version"].post(first_follow_up_day="8")

    assert "The fewest points are more than the most." in shown(crossed)
    assert "The second follow-up comes after the first one." in shown(swapped)
    assert (crossed.status_code, swapped.status_code) == (400, 400)


# --- Dates --------------------------------------------------------------------

NO_DATE = ["2025-02-29", "30 feb 2026", "31.4.2026", "2026-13-01", "0001-01-01"]
NO_DATE += ["9999-12-31", "02/03/2026", "2.3.26", "١٠ mar 2026", "10 mar 2026\u202e"]
NO_DATE += ["1e3", "soon", "0", "+99999", "10 mar 20266", "9" * 400]


def test_first_date_is_in_the_calendar_and_unmistakable(forms):
    for typed in NO_DATE:
        for name in ("book", "move"):
            refused(forms[name], at="day_0", day_0=typed)
        assert forms["dates"].post(day_0=typed).status_code == 200


def test_day_of_a_treatment_is_in_the_calendar(forms):
    for typed in NO_DATE:
        refused(forms["session"], at="given_on", given_on=typed)


def test_time_is_on_the_24_hour_clock(forms):
    for typed in ("24:00", "9:60", "9 am", "٩:٠٠", "9:00:00", "-1"):
        refused(forms["book"], at="time_0", time_0=typed)
        refused(forms["session"], at="ended_at", ended_at=typed)


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"day_0": "1 mar 2026"}, "day_0", "This day has passed."),
        ({"day_0": "1 jan 1970"}, "day_0", "before the patient’s birth"),
        ({"day_3": "9 mar 2026"}, "day_3", "it comes after day 0"),
        (
            {"day_3": "18 mar 2026", "day_3_reason": "Away"},
            "day_7",
            "it comes after day 3",
        ),
        ({"day_3": "14 mar 2026"}, "day_3_reason", "day 4, protocol: day 3"),
        ({"day_7": "30 mar 2026"}, "day_7_reason", "more than 1 day off"),
    ],
)
def test_dates_of_a_course_in_their_order(forms, typed, field, says):
    response = refused(forms["book"], at=field, **typed)

    messages = " ".join(response.context["form"].errors[field]).replace("'", "’")
    assert says in messages


@pytest.mark.parametrize("name", ["book", "move"])
def test_blank_is_as_good_as_empty(forms, name):
    """A follow-up with a space in its box is proposed, and not booked yet."""
    for blank in ("", " ", "\n", "\u00a0"):
        before = domain_hash()
        response = forms[name].post(day_3=blank)
        assert response.status_code == 200
        assert response.context["form"]["day_3"].value() == "13 Mar 2026"
        assert domain_hash() == before


@pytest.mark.parametrize(
    ("day_0", "says"),
    [("29 mar 2026", "the clocks go forward"), ("25 oct 2026", "the clocks go back")],
)
def test_time_that_the_clock_skips_or_shows_twice(forms, day_0, says):
    on = dt.datetime.strptime(day_0, "%d %b %Y").replace(tzinfo=dt.UTC)
    visits = {
        f"day_{day}": f"{on + dt.timedelta(days=day):%d %b %Y}" for day in (0, 3, 7)
    }

    refused(forms["book"], at="day_0", says=says, time_0="1:30", **visits)
    accepted(forms["book"], time_0="2:30", **visits)


def test_treatment_cannot_have_been_in_the_future(forms):
    refused(forms["session"], at="ended_at", says="not come yet", ended_at="10:01")
    refused(forms["session"], at="ended_at", given_on="3 mar 2026")


def test_treatment_cannot_have_been_before_birth(forms):
    refused(forms["session"], at="given_on", says="birth", given_on="13 aug 1980")


@pytest.mark.parametrize("day", ["2026-02-30", "9999-12-31", "0001-01-01", "2026-3-2"])
def test_day_that_the_diary_does_not_have(forms, day):
    client = forms["register"].client

    assert client.get(f"/diary/{day}/").status_code == 404
    assert client.get("/diary/", {"day": day}).status_code in (302, 404)


@pytest.mark.parametrize("day", ["1000-01-01", "2999-12-31"])
def test_day_at_either_end_of_the_diary(forms, day):
    assert forms["register"].client.get(f"/diary/{day}/").status_code == 200


# --- People -------------------------------------------------------------------

NAMES = ["O'Brien", "d’Ávila", "محمد", "כהן", "Ng", "Ann 😀", "A" * 120]
NAMES += ["Ł" * 120, "😀" * 120, "<script>alert(1)</script>", "{{7*7}}"]
NAMES += ["{% debug %}", "Robert'); --"]
NAMES += ["&amp;", "=1+1", "%s%n", "../../etc/passwd", "null", "ﷺ" * 120, "à́̂̃" * 20]


def test_name_is_kept_as_it_is_written(forms):
    for name in NAMES:
        with taken_back():
            _registers_as(forms["register"], name)


@pytest.mark.parametrize("name", ["李", "漢" * 120, "สมชาย", "Ann \ue000"])
def test_name_that_no_paper_can_print_is_refused_at_its_field(forms, name):
    """It would be a box, or nothing, on the morning on which it is needed."""
    refused(
        forms["register"],
        at="family_name",
        says="No paper can be printed with",
        family_name=name,
    )


def _registers_as(form: Form, name: str) -> None:
    url = accepted(form, family_name=name, given_names=name).headers["Location"]

    patient = Patient.objects.latest("pk")
    assert (patient.family_name, patient.given_names) == (name, name)
    page = form.client.get(url).content.decode()
    assert name in html.unescape(page), name
    assert "<script>alert" not in page
    found = form.client.get(reverse("patients:find"), {"q": name})
    assert name in [each.family_name for each in found.context["patients"]], name


def test_name_is_printed_as_it_is_written(scene):
    Patient.objects.filter(pk=scene.patient.pk).update(
        family_name="{{7*7}}", given_names="<b>{% debug %}"
    )
    client = scene.forms["session"].client

    for paper in ("sheet", "leaflet"):
        pdf = client.get(reverse(f"sessions:{paper}", args=[scene.session.pk]))
        pages = pypdf.PdfReader(io.BytesIO(pdf.content)).pages
        text = " ".join(page.extract_text() for page in pages)
        assert "{{7*7}}" in text
        assert "<b>{% debug %}" in text


def test_one_name_is_enough(forms):
    accepted(forms["register"], given_names="")

    assert Patient.objects.latest("pk").listed_name == "O’Neill (Ms)"


NO_NAME = ["", " ", "\u200b", "\u200b\u2060\ufeff", "\u3164", "Ann\u202ebob", "Ann\x00"]
NO_NAME += ["A" * 121, "A" * 400, "Ann\nbob", "Ann\tbob", "Ann\x1b[31m", "\u2066Ann"]


def test_name_with_nothing_to_see_or_too_much(forms):
    for name in NO_NAME:
        refused(forms["register"], at="family_name", family_name=name)
        refused(forms["edit"], at="family_name", family_name=name)


def test_name_composed_or_not_is_one_name(forms):
    accepted(forms["register"], family_name="Rene\u0301")

    assert Patient.objects.latest("pk").family_name == "Ren\u00e9"
    client = forms["register"].client
    for text in ("Rene\u0301", "Ren\u00e9", "rene"):
        page = client.get(reverse("patients:find"), {"q": text})
        assert "Ren\u00e9" in shown(page)


NO_BIRTH = [("30", "2", "1980"), ("29", "2", "2025"), ("1", "13", "1980")]
NO_BIRTH += [("1", "1", "1"), ("1", "1", "0001"), ("1", "1", "1899")]
NO_BIRTH += [("3", "3", "2026"), ("31", "12", "9999"), ("1", "1", "80")]
NO_BIRTH += [("", "1", "1980"), ("1", "1", "")]
NO_BIRTH += [("١", "١", "١٩٨٠"), ("1_0", "1", "1980"), ("1", "x", "1980")]
NO_BIRTH += [("-1", "1", "1980"), ("1", "1", "1980\x00"), ("9" * 400, "1", "1980")]


def test_birth_date_is_in_the_past_and_in_the_calendar(forms):
    for boxes in NO_BIRTH:
        parts = zip(("day", "month", "year"), boxes, strict=True)
        typed = {f"birth_date_{part}": text for part, text in parts}
        refused(forms["register"], at="birth_date", **typed)


def test_born_on_a_leap_day_or_today(forms):
    leap_day = {
        "birth_date_day": "29",
        "birth_date_month": "2",
        "birth_date_year": "2024",
    }
    today = {
        "birth_date_day": "2",
        "birth_date_month": "mar",
        "birth_date_year": "2026",
    }

    accepted(forms["register"], **leap_day)
    assert Patient.objects.latest("pk").age_on(dt.date(2026, 3, 1)) == 2
    accepted(forms["register"], **today, submission=str(uuid4()), somebody_else="on")
    assert Patient.objects.latest("pk").birth_date == dt.date(2026, 3, 2)


@pytest.mark.parametrize(
    "typed", ["+44 20 7946 0958", "(020) 7946 0958", "020-7946-0958", "٠٢٠٧٩٤٦٠٩٥٨"]
)
def test_phone_is_stored_in_one_form(forms, typed):
    accepted(forms["register"], phone=typed)

    assert str(Patient.objects.latest("pk").phone) == "+442079460958"


def test_phone_that_cannot_be_rung(forms):
    for typed in ("abc", "123", "+", "1" * 400, "020\x00", "<b>", "-1"):
        refused(forms["register"], at="phone", phone=typed)


def test_mail_address_that_cannot_be(forms):
    for typed in ("a", "a@b", "a b@c.de", "@", "a@b.c\x00", "a" * 400):
        refused(forms["register"], at="email", email=typed)
        refused(forms["staff_new"], at="email", email=typed)


def test_mail_address_longer_than_its_column(forms):
    long = f"{'a' * 60}@{'.'.join(['b' * 60] * 4)}.com"

    refused(forms["register"], at="email", email=long)
    refused(forms["staff_new"], at="email", email=long)


def test_somebody_like_this_is_registered_already(forms):
    accepted(forms["register"], phone="")
    again = {"phone": "", "family_name": "Oneill", "submission": str(uuid4())}

    response = refused(forms["register"], at="somebody_else", **again)
    assert "O’Neill" in shown(response)
    accepted(forms["register"], **again, somebody_else="on")


@pytest.mark.parametrize("name", FORM_NAMES)
def test_no_text_is_longer_than_its_column(forms, name):
    """SQLite would take it; PostgreSQL would not, in its own words."""
    form = forms[name]
    for field in form.typed:
        text = form.data.get(field, "") + "x" * 5000
        response = form.post(**{field: text})
        # A password has no column: its hash is always as long.
        if name not in LIVE and field != "password":
            assert response.status_code == 400, field
            assert text in shown(response), f"{field} was lost"


# --- Staff --------------------------------------------------------------------


def test_user_name_is_one_word_and_nobody_elses(forms):
    for name in ("CLINICIAN", "two words", "<b>", "", "A" * 61):
        response = forms["staff_new"].post(username=name)
        assert response.status_code == 400, name
        assert name in shown(response)


def test_password_too_weak_is_not_shown_again(forms):
    for password in ("", "short", "1234567890", "password12", "x\x00" * 9):
        response = refused(forms["staff_new"], at="password", password=password)
        assert not password or f'"{password}"' not in shown(response)


def test_admin_keeps_the_role_that_gives_it_back(forms, scene):
    ada = User.objects.get(username="admin")
    mine = replace(forms["staff_edit"], url=reverse("staff_edit", args=[ada.pk]))

    response = mine.post(username="admin", is_reception="on")

    assert response.status_code == 400
    assert "You cannot take the admin role from yourself." in shown(response)


# --- Bytes that no text has ---------------------------------------------------


TICKS = {
    "has_side",
    "consent_required",
    "is_clinician",
    "is_active",
    "multi_dose",
    "shown_sole",
    "shown_ankle-outer",
}


@pytest.mark.parametrize("name", FORM_NAMES)
def test_bytes_that_no_text_has_in_any_field(forms, name):
    form, is_live = forms[name], name in LIVE
    fields = form.data.keys() | form.typed
    for field in fields:
        nul = form.post_raw(**{field: b"a\x00b"})
        assert is_live or field in TICKS or nul.status_code == 400, field
    # A lone surrogate, half a character, Latin 1: each is read as "cannot be read".
    for given_bytes in (b"a\xed\xa0\x80b", b"\xc3", b"caf\xe9"):
        with taken_back():
            form.post_raw(**dict.fromkeys(fields, given_bytes))
    twice = [*form.data.items(), *((field, "\x00") for field in form.data)]
    again = form.client.post(form.url, urlencode(twice), content_type=URLENCODED)
    assert is_live or again.status_code == 400


UNREADABLE = ["%00", "a%00b", "%ED%A0%80", "%FF", "%C3", "%E2%80%AE", "%u0000"]
ADDRESSES = ["/patients/?q=", "/diary/?day=", "/courses/new/?patient=", "/audit/?page="]
ADDRESSES += ["/?all=", "/accounts/login/?next=", "/patients/", "/diary/", "/sessions/"]


@pytest.mark.parametrize("name", ["session", "version"])
def test_unreadable_address(forms, name):
    for address, text in product(ADDRESSES, UNREADABLE):
        response = forms[name].client.get(address + text)
        assert "%00" not in text or response.status_code == 400, address


def test_nul_in_a_cookie():
    """A quoted cookie may carry one as an octal escape; a session is a row by it."""
    for cookie in ('sessionid="aaaaaaaa\\000aa"', 'csrftoken="\\000"', 'x="\\000"'):
        response = WatchedClient().get("/", headers={"cookie": cookie})
        assert response.status_code == 400


@pytest.mark.parametrize("name", ["", "\x00", "a" * 10**5, "' OR 1=1 --", "\udc80"])
def test_nonsense_at_the_sign_in(name):
    form = {"login": name, "password": name}
    body = urlencode(form, errors="surrogatepass")

    response = WatchedClient().post(
        reverse("account_login"),
        body,
        content_type=URLENCODED,
        headers={"x-forwarded-for": "nowhere, 999.1.1.1", "user-agent": "x" * 5000},
    )

    assert response.status_code in (200, 400)


def test_nonsense_in_the_headers_of_live_checks(forms):
    for name in LIVE:
        for value in ("%00", "é", "x" * 5000, "day_0"):
            headers = {"hx-request": "true", "hx-trigger-name": value}
            client = forms[name].client
            response = client.post(forms[name].url, forms[name].data, headers=headers)
            assert response.status_code == 200


# --- Addresses ----------------------------------------------------------------

HUGE = str(10**20)
NOWHERE = [f"/patients/MC{HUGE}/", "/patients/MC000000/", "/patients/MC0000001/"]
NOWHERE += ["/patients/1/", "/patients/mc000001/", "/patients/MC000001 /"]
NOWHERE += ["/patients/x/"]
NOWHERE += [f"/sessions/{HUGE}/", "/sessions/0/", "/sessions/-1/", "/sessions/1_0/"]
NOWHERE += [f"/sessions/{10**17}/", "/sessions/١/", f"/courses/{HUGE}/"]
NOWHERE += ["/courses/1e3/"]
NOWHERE += [f"/sessions/{HUGE}/sheet.pdf", "/sessions/../", "/nowhere/", "/admin/"]


def test_address_of_nothing(forms):
    for address in NOWHERE:
        response = forms["session"].client.get(quote(address))
        assert response.status_code == 404, address


def test_page_that_the_audit_trail_does_not_have(forms):
    for page in (HUGE, "0", "-1", "abc", "1_0", "١", "1.0", "2", " ", ""):
        response = forms["version"].client.get(reverse("audit"), {"page": page})
        assert response.status_code == 404, page


def test_paper_that_nobody_has(scene):
    client = scene.forms["session"].client
    for paper in ("x", "A4", "../a4", "a4;letter", "a" * 5000):
        for name in ("sheet", "leaflet"):
            url = reverse(f"sessions:{name}", args=[scene.session.pk])
            chosen_again = client.get(url, {"paper": paper}, follow=True)
            assert chosen_again.status_code == 400, paper
            assert "not one of the available choices" in shown(chosen_again), paper


def test_course_for_nobody_asks_who_it_is(forms):
    client, url = forms["book"].client, reverse("sessions:course_new")
    for number in ("", "MC", "x", HUGE, f"MC{HUGE}", "MC999999999999", "' OR '1'='1"):
        response = client.get(url, {"patient": number})
        assert "Who is it?" in shown(response), number


def test_search_for_next_to_nothing_finds_nobody(forms):
    for text in ("%", "_", "\\", "'", "0000", "()", "MC", "0" * 200, "*"):
        page = forms["register"].client.get(reverse("patients:find"), {"q": text})
        assert page.context["patients"] == [], text


# --- Made-up fields -----------------------------------------------------------

NO_KEY = [HUGE, "-1", "abc", "\x00", "1_0", "١", "1.0", "9" * 400, "99999", "None"]


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ("book", "indication"),
        ("book", "clinician"),
        ("move", "clinician"),
        ("indication", "group"),
        ("indication", "protocol"),
    ],
)
def test_key_of_no_row(forms, form, field):
    for key in [*NO_KEY, ""]:
        refused(forms[form], at=field, **{field: key})


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ("register", "sex"),
        ("register", "preferred_language"),
        ("book", "side"),
        ("session", "looks_clear"),
        ("set_aside", "status"),
        ("consent", "answer"),
        ("consent", "means"),
        ("side", "side"),
        ("evaluate", "judgement"),
        ("evaluate", "stiffness"),
        ("indication", "basis"),
        ("clinic", "time_zone"),
        ("clinic", "country"),
        ("clinic", "region"),
        ("extra_hours", "site"),
    ],
)
def test_choice_that_is_not_offered(forms, form, field):
    for choice in ("x", "\x00", "none", "0", "Female", "../UTC"):
        refused(forms[form], at=field, **{field: choice})


@pytest.mark.parametrize("form", ["edit", "move", "session", "side"])
def test_tampered_version(forms, form):
    for version in ("abc", "", "-1", "1_0", HUGE, "\x00", "1.0", "٢"):
        refused(forms[form], at="version", version=version)


@pytest.mark.parametrize("form", ["register", "book", "amend"])
def test_tampered_submission(forms, form):
    for number in ("x", HUGE, "\x00", "-1", "null", "0" * 31):
        refused(forms[form], at="submission", submission=number)


EXTRA = {
    "id": "1",
    "pk": "1",
    "is_admin": "on",
    "is_superuser": "on",
    "role": "admin",
    "signed_at": "2026-03-02",
    "signed_by": "1",
    "protocol_version": "1",
    "status": "given",
    "patient": "1",
    "registered_by": "1",
    "search_name": "x",
    "allergy_statement": "none_known",
    "closed_as": "evaluated",
    "published_at": "2026-03-02",
    "retired_at": "2026-03-02",
    "catalogue_key": "x",
    "_method": "DELETE",
    "_connector": "OR",
}


@pytest.mark.parametrize("name", [name for name in FORM_NAMES if name not in LIVE])
def test_fields_that_no_form_has_are_not_heard(forms, name):
    """With them and without them, the same is stored."""
    form = forms[name]
    extra = {key: value for key, value in EXTRA.items() if key not in form.data}
    if name.startswith("staff"):
        del extra["is_admin"]  # a box of that form
    stored = []
    for data in ({}, extra):
        with taken_back():
            accepted(form, **data)
            stored.append(_stored())

    assert stored[0] == stored[1]


def _stored() -> list[list[dict[str, Any]]]:
    """All rows, but for keys that grow and hashes that cover them."""
    kept = (Patient, Allergy, Course, TreatmentSession, SessionRecord, Signature)
    kept += (Amendment, Evaluation, User, Indication, ProtocolVersion)
    changing = {"id", "hash", "password", "content", "course_id"}
    return [
        [
            {key: value for key, value in row.items() if key not in changing}
            for row in model.objects.order_by("pk").values()
        ]
        for model in kept
    ]


def test_601_fields(forms):
    extra = {f"x{n}": "1" for n in range(601)}
    for name in ("register", "session", "staff_new"):
        assert forms[name].post(**extra).status_code == 400


def test_three_megabytes(forms):
    for name in ("register", "session", "staff_new"):
        field = forms[name].typed[0]
        response = forms[name].post(**{field: "x" * 3 * 1024 * 1024})
        assert response.status_code in (400, 413)
        body = f"{field}={'x' * 3 * 1024 * 1024}"
        response = forms[name].client.post(
            forms[name].url, body, content_type=URLENCODED
        )
        assert response.status_code in (400, 413)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data; boundary=x", b"--y\r\nnothing"),
        ("multipart/form-data", b"--x"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: x="\r\n\r\n'),
        ("application/x-www-form-urlencoded; charset=utf-7", b"family_name=%2BADw-"),
        ("application/json", b'{"family_name": "\\ud800"}'),
        ("text/xml", b"<x/>"),
        ("", b"family_name=Vale"),
    ],
)
def test_body_that_is_no_form(forms, content_type, body):
    for name in ("register", "edit", "session", "allergy"):
        client, url = forms[name].client, forms[name].url
        before = domain_hash()
        response = client.generic("POST", url, body, content_type)
        assert response.status_code in (200, 400)
        assert domain_hash() == before


def test_host_that_is_not_ours(forms):
    client = forms["register"].client

    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


# --- State --------------------------------------------------------------------


def test_retired_indication_keeps_its_course_and_starts_none(scene):
    Indication.objects.update(retired_at=NOW)

    refused(scene.forms["book"], at="indication")
    accepted(scene.forms["move"])
    version = str(Course.objects.get(pk=scene.course.pk).version)
    assert version == "2"


def test_deactivated_clinician_is_not_booked_and_stays_on_the_record(scene):
    User.objects.filter(username="clinician").update(is_active=False)

    refused(scene.forms["book"], at="clinician")
    refused(scene.forms["move"], at="clinician")
    assert Signature.objects.get().signer_name.endswith("Cooper")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(username="clinician")._raw_delete("default")


def test_time_that_is_taken_says_whose_and_what_is_free(scene):
    taken = {"day_0": "5 mar 2026", "day_3": "8 mar 2026", "day_7": "12 mar 2026"}

    refused(scene.forms["book"], at="day_0", says="Free nearby: ", **taken)


def test_second_course_before_the_evaluation_says_why(scene):
    form = scene.forms["book"]
    patient = f"{reverse('sessions:course_new')}?patient={scene.patient.number}"
    form = replace(form, url=patient)

    refused(form, at="early_reason", says="Evaluate it first")
    accepted(form, early_reason="The other tendon")


def test_same_allergy_twice(forms):
    response = forms["allergy"].post(substance="LATEX")

    assert response.status_code == 400
    assert "This allergy is recorded already." in shown(response)


def test_course_closed_while_its_form_was_open(forms):
    accepted(forms["evaluate"])

    for name in ("evaluate", "close"):
        response = forms[name].post()
        assert response.status_code == 400
        assert "This course is closed already." in shown(response)


def test_many_allergies_matching_the_mixture(scene):
    """One finding names them all; it has to fit where findings are kept."""
    substances = [f"{'procaine ' * 12}{n}" for n in range(9)]
    for substance in substances:
        AllergyFactory(patient=scene.patient, substance=substance.strip())
    form, mixture = scene.forms["session"], ". ".join(substances)[:1000]

    refused(form, at="mixture", mixture=mixture)
    form.post(mixture=mixture, **{"reason_allergy.match": "Tolerated before"})


# --- Late and twice -----------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "field", "mine", "theirs"),
    [
        ("edit", "family_name", "Mine-Vale", "Theirs-Vale"),
        ("session", "note", "mine: faint", "theirs: fine"),
    ],
)
def test_somebody_was_faster(forms, name, field, mine, theirs):
    form = forms[name]
    accepted(form, **{field: theirs})

    late = form.post(**{field: mine})

    assert late.status_code == 409
    page = shown(late)
    assert mine in page
    assert theirs in page
    # The form that came back has seen theirs; sent again, it is saved.
    seen = str(late.context["form"]["version"].value())
    accepted(form, **{field: mine}, version=seen)


def test_somebody_moved_the_course_first(scene):
    form = scene.forms["move"]
    later = {"day_0": "11 mar 2026", "day_3": "14 mar 2026", "day_7": "18 mar 2026"}
    accepted(form, **later)

    late = form.post()

    assert late.status_code == 409
    assert "10 mar 2026" in shown(late)
    assert "11" in " ".join(text for _, text in late.context["form"].theirs)


def recorded(scene: Scene) -> Form:
    """Fill in the visit; what signs it then."""
    form = scene.forms["session"]
    ConsentEventFactory(course=scene.session.course)
    accepted(form, **{f"given_{n}": "0.1" for n in range(1, 7)}, **drafts.typed())
    sign = reverse("sessions:sign", args=[scene.session.pk])
    return Form(form.client, sign, {"version": "1", "password": PASSWORD}, ())


def test_signed_record_takes_no_late_draft(scene):
    form, sign = scene.forms["session"], recorded(scene)
    assert sign.post(version="9").status_code == 409
    assert sign.post().status_code == 302

    assert form.post(version="1").status_code == 409
    assert sign.post().status_code in (302, 409)
    assert (
        Signature.objects.filter(record__treatment_session=scene.session).count() == 1
    )


@pytest.mark.parametrize("name", ["register", "book", "amend"])
def test_same_form_sent_again_later(forms, name):
    first, second = accepted(forms[name]), accepted(forms[name])

    assert first.headers["Location"] == second.headers["Location"]


def sent_twice_at_once(form: Form) -> list[HttpResponse]:
    answers: list[HttpResponse] = []

    def send() -> None:
        client = Client()
        client.cookies = form.client.cookies.copy()
        barrier.wait()
        answers.append(client.post(form.url, form.data))
        connection.close()

    barrier = threading.Barrier(2)
    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.parametrize(
    ("name", "model"), [("register", Patient), ("book", Course), ("amend", Amendment)]
)
@pytest.mark.django_db(transaction=True)
def test_same_form_sent_twice_at_once(name, model):
    form = make_scene().forms[name]
    before = model.objects.count()

    answers = sent_twice_at_once(form)

    assert [answer.status_code for answer in answers] == [302, 302]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert model.objects.count() == before + 1


@pytest.mark.django_db(transaction=True)
def test_signing_twice_at_once_signs_once():
    scene = make_scene()
    form = recorded(scene)
    before = Signature.objects.count()

    answers = sent_twice_at_once(form)

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Signature.objects.count() == before + 1


def test_refusal_is_in_the_audit_trail(scene):
    scene.forms["book"].post(day_0="1 mar 2026")

    entry = AuditEvent.objects.get(event="course.booked")
    assert entry.outcome == "refused"
    assert entry.details == {"fields": ["day_0"]}


# --- Text that nobody would type ----------------------------------------------

NASTY = ["\x00", "\ufffd", "\u202e", "\u200b", "\u2028", "\x85", "İ", "ß", "ﷺ" * 60]
NASTY += ["😀" * 120, "1_0", "٧", "²", "½", "Ⅷ", "𝟘", "0.1", "1e400", "-0", "NaN"]
NASTY += ["9" * 400, "30 feb", "+9999", "29 feb", "31/12/2100", "2100-12-31"]
NASTY += ["24:00", "0:00", "()", "{{7*7}}", "{% x %}", "<script>", "%", "%00"]
NASTY += ["\\", "'", '"', "MC000001", "\n"]

_text = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(codec="utf-8"), max_size=40),
    st.text("0123456789.,-+:/ eE_", max_size=12),
    st.from_regex(
        r"[0-9]{1,2}[ ./-]([0-9]{1,2}|[a-z]{3})[ ./-][0-9]{1,4}", fullmatch=True
    ),
)
_fuzz = hypothesis_settings(
    max_examples=15,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.parametrize("name", [n for n in FORM_NAMES if n not in UNTYPED])
@_fuzz
@given(data=st.data())
def test_any_text_in_any_field(forms, name, data):
    """An answer, whatever it is; `WatchedClient` refuses 500 and half-stored rows."""
    form = forms[name]
    fields = data.draw(st.sets(st.sampled_from(sorted(form.typed)), min_size=1))
    typed = {field: data.draw(_text) for field in sorted(fields)}
    with taken_back():
        response = form.post(**typed)
    assert response.status_code in (200, 302, 400, 409)


@_fuzz
@given(text=_text)
def test_any_text_in_any_address(forms, text):
    client, sent = forms["session"].client, quote(text, safe="")
    for address in (*ADDRESSES, "/sessions/1/sheet.pdf?paper="):
        client.get(address + sent)
