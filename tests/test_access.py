"""Every address, every method, every person: who gets in, and that nobody else does.

`EXPECTED` is the whole of it, one line per route. A route that is not in it fails, so
does a line without a route, and so does a view that names no permission. The last
part plants such faults, and holds that the walk finds them.
"""

import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any, NamedTuple

import pypdf
import pytest
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, path, reverse
from django.urls.resolvers import URLPattern, URLResolver

from mesoclinic import urls
from mesoclinic.access import require_permission
from mesoclinic.models import AuditEvent, User
from mesoclinic.pdf import papers
from mesoclinic.roles import ROLE_PERMISSIONS, Permission, Role
from patients.models import Patient
from sessions.diary.feeds.reading import hash_of
from sessions.models import LeafletIssue, TreatmentSession
from tests.factories import (
    DAY_0,
    DAY_0_START,
    PASSWORD,
    AbsenceFactory,
    AllergyClassFactory,
    AllergyFactory,
    AmendmentFactory,
    CalendarFeedFactory,
    ClosureFactory,
    CourseChangeFactory,
    CourseFactory,
    EvaluationFactory,
    ExtraHoursFactory,
    LeafletTextFactory,
    MixtureComponentFactory,
    PatientFactory,
    PointTemplateFactory,
    ProtocolVersionFactory,
    RecipeComponentFactory,
    RecordFindingFactory,
    RoomFactory,
    ScreeningQuestionFactory,
    SessionRecordFactory,
    SheetIssueFactory,
    SheetPhotoFactory,
    SheetPhotoWithdrawalFactory,
    SignatureFactory,
    StockLotFactory,
    SubstanceLimitFactory,
    TreatmentSessionFactory,
)
from tests.state import domain_hash, nothing_written, taken_back

pytestmark = pytest.mark.django_db

# --- Who gets in where ------------------------------------------------------

OK, NO, IN = "gets in", "403", "is sent to sign in"
GET, POST, FORM = ("GET", "HEAD"), ("POST",), ("GET", "HEAD", "POST")
# To print is to hand over: not for a request that wants no body.
ONLY_GET = ("GET",)
# allauth's views answer what Django's class-based views answer; PUT is a POST there.
THEIRS = ("GET", "HEAD", "OPTIONS", "POST", "PUT")
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


class Route(NamedTuple):
    """The methods of an address, what each person gets, and whose `pk` it takes."""

    methods: tuple[str, ...]
    anonymous: str
    nobody: str
    reception: str
    clinician: str
    admin: str
    pk: str = ""


EXPECTED = {
    #                             methods anonymous nobody reception clinician admin
    "home": Route(GET, IN, NO, OK, OK, OK),
    "healthz": Route(GET, OK, OK, OK, OK, OK),
    "readyz": Route(GET, OK, OK, OK, OK, OK),
    "favicon": Route(GET, OK, OK, OK, OK, OK),
    "staff": Route(GET, IN, NO, NO, NO, OK),
    "staff_new": Route(FORM, IN, NO, NO, NO, OK),
    "staff_edit": Route(FORM, IN, NO, NO, NO, OK, pk="person"),
    "clinic": Route(GET, IN, NO, NO, NO, OK),
    "site_new": Route(FORM, IN, NO, NO, NO, OK),
    "site": Route(FORM, IN, NO, NO, NO, OK, pk="site"),
    "rooms": Route(FORM, IN, NO, NO, NO, OK, pk="site"),
    "room": Route(FORM, IN, NO, NO, NO, OK, pk="room"),
    "room_close": Route(POST, IN, NO, NO, NO, OK, pk="room"),
    "room_reopen": Route(POST, IN, NO, NO, NO, OK, pk="room"),
    "opening_hours": Route(FORM, IN, NO, NO, NO, OK, pk="site"),
    "closures": Route(FORM, IN, NO, NO, NO, OK, pk="site"),
    "closure_remove": Route(POST, IN, NO, NO, NO, OK, pk="closure"),
    "holidays": Route(GET, IN, NO, NO, NO, OK, pk="site"),
    "holiday_open": Route(POST, IN, NO, NO, NO, OK, pk="site"),
    "holiday_close": Route(POST, IN, NO, NO, NO, OK, pk="site"),
    "working_hours": Route(FORM, IN, NO, NO, NO, OK, pk="clinician"),
    "absences": Route(FORM, IN, NO, NO, NO, OK, pk="clinician"),
    "absence_remove": Route(POST, IN, NO, NO, NO, OK, pk="absence"),
    "extra_hours": Route(FORM, IN, NO, NO, NO, OK, pk="clinician"),
    "extra_hours_remove": Route(POST, IN, NO, NO, NO, OK, pk="extra"),
    "audit": Route(GET, IN, NO, NO, NO, OK),
    # Lists
    "protocols:list": Route(GET, IN, NO, NO, OK, OK),
    "protocols:version": Route(GET, IN, NO, NO, OK, OK, pk="draft_version"),
    "protocols:draft_version": Route(POST, IN, NO, NO, NO, OK, pk="protocol"),
    "protocols:edit_version": Route(FORM, IN, NO, NO, NO, OK, pk="draft_version"),
    "protocols:publish_version": Route(POST, IN, NO, NO, NO, OK, pk="draft_version"),
    "protocols:retire_version": Route(POST, IN, NO, NO, NO, OK, pk="draft_version"),
    "protocols:leaflets": Route(GET, IN, NO, NO, OK, OK),
    "protocols:leaflet": Route(GET, IN, NO, NO, OK, OK, pk="leaflet_text"),
    "protocols:leaflet_new": Route(POST, IN, NO, NO, NO, OK),
    "protocols:leaflet_draft": Route(POST, IN, NO, NO, NO, OK, pk="leaflet_text"),
    "protocols:leaflet_edit": Route(FORM, IN, NO, NO, NO, OK, pk="leaflet_text"),
    "protocols:leaflet_approve": Route(POST, IN, NO, NO, NO, OK, pk="leaflet_text"),
    "protocols:indications": Route(GET, IN, NO, NO, OK, OK),
    "protocols:indication_new": Route(FORM, IN, NO, NO, NO, OK),
    "protocols:indication": Route(FORM, IN, NO, NO, NO, OK, pk="indication"),
    "protocols:retire": Route(POST, IN, NO, NO, NO, OK, pk="indication"),
    "protocols:bring_back": Route(POST, IN, NO, NO, NO, OK, pk="indication"),
    "protocols:reorder_indication": Route(POST, IN, NO, NO, NO, OK, pk="indication"),
    "protocols:points": Route(FORM, IN, NO, NO, NO, OK, pk="indication"),
    "protocols:template_new": Route(FORM, IN, NO, NO, NO, OK, pk="indication"),
    "protocols:template": Route(FORM, IN, NO, NO, NO, OK, pk="template"),
    "protocols:template_retire": Route(POST, IN, NO, NO, NO, OK, pk="template"),
    "protocols:template_back": Route(POST, IN, NO, NO, NO, OK, pk="template"),
    "protocols:group_new": Route(FORM, IN, NO, NO, NO, OK),
    "protocols:group": Route(FORM, IN, NO, NO, NO, OK, pk="group"),
    "protocols:reorder_group": Route(POST, IN, NO, NO, NO, OK, pk="group"),
    # The formulary
    "protocols:questions": Route(FORM, IN, NO, NO, NO, OK, pk="draft_version"),
    "protocols:question": Route(FORM, IN, NO, NO, NO, OK, pk="question"),
    "protocols:question_remove": Route(POST, IN, NO, NO, NO, OK, pk="question"),
    "protocols:question_move": Route(POST, IN, NO, NO, NO, OK, pk="question"),
    "protocols:formulary": Route(GET, IN, NO, NO, OK, OK),
    "protocols:allergy_classes": Route(GET, IN, NO, NO, OK, OK),
    "protocols:allergy_class_new": Route(FORM, IN, NO, NO, NO, OK),
    "protocols:allergy_class": Route(FORM, IN, NO, NO, NO, OK, pk="allergy_class"),
    "protocols:substance_new": Route(FORM, IN, NO, NO, NO, OK),
    "protocols:substance": Route(GET, IN, NO, NO, OK, OK, pk="substance"),
    "protocols:substance_edit": Route(FORM, IN, NO, NO, NO, OK, pk="substance"),
    "protocols:limit_new": Route(FORM, IN, NO, NO, NO, OK, pk="substance"),
    "protocols:limit_close": Route(POST, IN, NO, NO, NO, OK, pk="limit"),
    "protocols:product_new": Route(FORM, IN, NO, NO, NO, OK),
    "protocols:product": Route(GET, IN, NO, NO, OK, OK, pk="product"),
    "protocols:product_edit": Route(FORM, IN, NO, NO, NO, OK, pk="product"),
    "protocols:withdraw": Route(FORM, IN, NO, NO, NO, OK, pk="product"),
    "protocols:product_back": Route(POST, IN, NO, NO, NO, OK, pk="product"),
    "protocols:lots": Route(GET, IN, NO, NO, OK, OK),
    "protocols:lot_new": Route(FORM, IN, NO, NO, OK, OK),
    "protocols:lot_scan": Route(FORM, IN, NO, NO, OK, OK),
    "protocols:lot": Route(GET, IN, NO, NO, OK, OK, pk="lot"),
    "protocols:lot_correct": Route(FORM, IN, NO, NO, OK, OK, pk="lot"),
    "protocols:lot_opened": Route(POST, IN, NO, NO, OK, OK, pk="lot"),
    "protocols:lot_used_up": Route(POST, IN, NO, NO, OK, OK, pk="lot"),
    "protocols:lot_restock": Route(POST, IN, NO, NO, OK, OK, pk="lot"),
    "protocols:recipes": Route(GET, IN, NO, NO, OK, OK),
    "protocols:recipe_new": Route(FORM, IN, NO, NO, NO, OK),
    "protocols:recipe": Route(GET, IN, NO, NO, OK, OK, pk="recipe"),
    "protocols:recipe_edit": Route(FORM, IN, NO, NO, NO, OK, pk="recipe"),
    "protocols:recipe_retire": Route(POST, IN, NO, NO, NO, OK, pk="recipe"),
    "protocols:recipe_back": Route(POST, IN, NO, NO, NO, OK, pk="recipe"),
    "protocols:pairs": Route(GET, IN, NO, NO, OK, OK),
    "protocols:pair": Route(FORM, IN, NO, NO, NO, OK),
    "sessions:recall": Route(GET, IN, NO, NO, OK, NO, pk="lot"),
    "sessions:recall_csv": Route(GET, IN, NO, NO, OK, NO, pk="lot"),
    # Patients
    "patients:find": Route(GET, IN, NO, OK, OK, NO),
    "patients:quick": Route(GET, IN, NO, OK, OK, NO),
    "patients:register": Route(FORM, IN, NO, OK, OK, NO),
    "patient": Route(GET, IN, NO, OK, OK, NO, pk="patient"),
    "patients:edit": Route(FORM, IN, NO, OK, OK, NO, pk="patient"),
    "patients:allergies": Route(FORM, IN, NO, NO, OK, NO, pk="patient"),
    "patients:allergies_state": Route(POST, IN, NO, NO, OK, NO, pk="patient"),
    "patients:allergy_close": Route(FORM, IN, NO, NO, OK, NO, pk="patient"),
    # Courses and the diary
    "sessions:course_new": Route(FORM, IN, NO, OK, OK, NO),
    "sessions:dates": Route(POST, IN, NO, OK, OK, NO),
    "sessions:course": Route(GET, IN, NO, OK, OK, NO, pk="course"),
    "sessions:move": Route(FORM, IN, NO, OK, OK, NO, pk="course"),
    "sessions:cancel": Route(FORM, IN, NO, OK, OK, NO, pk="course"),
    "sessions:earlier": Route(FORM, IN, NO, OK, OK, NO, pk="course"),
    "sessions:not_earlier": Route(POST, IN, NO, OK, OK, NO, pk="course"),
    "sessions:undo": Route(POST, IN, NO, OK, OK, NO, pk="change"),
    "sessions:waiting": Route(GET, IN, NO, OK, OK, NO),
    "sessions:rebook": Route(GET, IN, NO, OK, OK, NO),
    "sessions:outdated_leaflets": Route(GET, IN, NO, OK, OK, NO),
    "sessions:close": Route(FORM, IN, NO, NO, OK, NO, pk="course"),
    "sessions:evaluate": Route(FORM, IN, NO, NO, OK, NO, pk="course"),
    "sessions:set_aside": Route(FORM, IN, NO, OK, OK, NO, pk="planned"),
    "sessions:go": Route(GET, IN, NO, OK, OK, NO),
    "sessions:day": Route(GET, IN, NO, OK, OK, NO),
    "sessions:week": Route(GET, IN, NO, OK, OK, NO),
    "sessions:board": Route(GET, IN, NO, OK, OK, NO),
    "sessions:arrival": Route(POST, IN, NO, OK, OK, NO, pk="planned"),
    "sessions:feed": Route(FORM, IN, NO, NO, OK, NO),
    "sessions:feed_revoke": Route(POST, IN, NO, NO, OK, NO),
    "sessions:feed_ics": Route(GET, OK, OK, OK, OK, OK),
    # One visit and its paper
    "sessions:session": Route(FORM, IN, NO, NO, OK, NO, pk="planned"),
    "sessions:check": Route(POST, IN, NO, NO, OK, NO, pk="planned"),
    "sessions:sign": Route(FORM, IN, NO, NO, OK, NO, pk="planned"),
    "sessions:amend": Route(POST, IN, NO, NO, OK, NO, pk="signed"),
    "sessions:void": Route(POST, IN, NO, NO, OK, NO, pk="signed"),
    "sessions:consent": Route(FORM, IN, NO, NO, OK, NO, pk="planned"),
    "sessions:side": Route(FORM, IN, NO, NO, OK, NO, pk="planned"),
    "sessions:favourite": Route(FORM, IN, NO, NO, OK, NO, pk="planned"),
    "sessions:favourite_drop": Route(POST, IN, NO, NO, OK, NO, pk="planned"),
    "sessions:sheet": Route(ONLY_GET, IN, NO, NO, OK, NO, pk="signed"),
    "sessions:sheet_preview": Route(GET, IN, NO, NO, OK, NO, pk="signed"),
    "sessions:sheet_picture": Route(GET, IN, NO, NO, OK, NO, pk="signed"),
    "sessions:sheet_of_code": Route(FORM, IN, NO, NO, OK, NO),
    "sessions:pack": Route(GET, IN, NO, OK, OK, NO),
    "sessions:pack_begin": Route(GET, IN, NO, OK, OK, NO),
    "sessions:pack_pdf": Route(ONLY_GET, IN, NO, OK, OK, NO),
    "sessions:pack_progress": Route(GET, IN, NO, OK, OK, NO),
    "sessions:card": Route(ONLY_GET, IN, NO, OK, OK, NO, pk="signed"),
    "sessions:card_preview": Route(GET, IN, NO, OK, OK, NO, pk="signed"),
    "sessions:card_picture": Route(GET, IN, NO, OK, OK, NO, pk="signed"),
    "sessions:consent-form": Route(ONLY_GET, IN, NO, OK, OK, NO, pk="signed"),
    "sessions:consent-form_preview": Route(GET, IN, NO, OK, OK, NO, pk="signed"),
    "sessions:consent-form_picture": Route(GET, IN, NO, OK, OK, NO, pk="signed"),
    "sessions:summary": Route(ONLY_GET, IN, NO, NO, OK, NO, pk="signed"),
    "sessions:summary_preview": Route(GET, IN, NO, NO, OK, NO, pk="signed"),
    "sessions:summary_picture": Route(GET, IN, NO, NO, OK, NO, pk="signed"),
    "sessions:label": Route(ONLY_GET, IN, NO, NO, OK, NO, pk="signed"),
    "sessions:label_preview": Route(GET, IN, NO, NO, OK, NO, pk="signed"),
    "sessions:label_picture": Route(GET, IN, NO, NO, OK, NO, pk="signed"),
    "sessions:leaflet_sample": Route(GET, IN, NO, NO, OK, OK, pk="leaflet_text"),
    "sessions:leaflet": Route(ONLY_GET, IN, NO, OK, OK, NO, pk="signed"),
    "sessions:leaflet_preview": Route(GET, IN, NO, OK, OK, NO, pk="signed"),
    "sessions:leaflet_picture": Route(GET, IN, NO, OK, OK, NO, pk="signed"),
    "sessions:photos": Route(FORM, IN, NO, NO, OK, NO, pk="signed"),
    "sessions:photo": Route(GET, IN, NO, NO, OK, NO, pk="photo"),
    "sessions:photo_withdraw": Route(FORM, IN, NO, NO, OK, NO, pk="photo"),
    # One's own account: whoever is signed in, whatever the role
    "account_login": Route(THEIRS, OK, OK, OK, OK, OK),
    "account_logout": Route(THEIRS, OK, OK, OK, OK, OK),
    "account_inactive": Route(THEIRS, OK, OK, OK, OK, OK),
    "account_signup": Route(THEIRS, OK, OK, OK, OK, OK),
    "account_reauthenticate": Route(THEIRS, IN, OK, OK, OK, OK),
    "account_change_password": Route(THEIRS, IN, OK, OK, OK, OK),
    "mfa_index": Route(THEIRS, IN, OK, OK, OK, OK),
    "mfa_authenticate": Route(THEIRS, IN, OK, OK, OK, OK),
    "mfa_reauthenticate": Route(THEIRS, IN, OK, OK, OK, OK),
    "mfa_activate_totp": Route(THEIRS, IN, OK, OK, OK, OK),
    "mfa_deactivate_totp": Route(THEIRS, IN, OK, OK, OK, OK),
    "mfa_view_recovery_codes": Route(THEIRS, IN, OK, OK, OK, OK),
    "mfa_generate_recovery_codes": Route(THEIRS, IN, OK, OK, OK, OK),
    "mfa_download_recovery_codes": Route(THEIRS, IN, OK, OK, OK, OK),
}

# GET writes nothing, with one exception: to print is to hand over, and what was handed
# over is kept (R20). The print is a link in a page, so it is a GET; a second one while
# nothing has changed is a reprint and adds no row.
WRITES_ON_GET = {"sessions:leaflet", "sessions:sheet", "sessions:pack_pdf"}

# --- The walk ---------------------------------------------------------------


def routes(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, Any]]:
    """Every route below a resolver, as (name with namespace, pattern)."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{entry.namespace}:" if entry.namespace else ""
            yield from routes(entry, namespace + inner)
        else:
            yield f"{namespace}{entry.name}", entry


def faults_of_declaration(resolver: URLResolver) -> list[str]:
    """What does not agree between the addresses, EXPECTED and the roles."""
    found = list(routes(resolver))
    faults = [f"{name} is not declared" for name, _ in found if name not in EXPECTED]
    faults += [f"{name} is no route" for name in EXPECTED.keys() - dict(found).keys()]
    for name, entry in found:
        if name in EXPECTED:
            faults += _faults_of_permission(name, entry.callback)
    return faults


def _faults_of_permission(name: str, view: Any) -> list[str]:
    line = EXPECTED[name]
    if not hasattr(view, "required_permission"):
        module = getattr(view, "view_class", view).__module__
        theirs = module.startswith("allauth.") and line.methods == THEIRS
        return [] if theirs else [f"{name} names no permission"]
    needed = view.required_permission
    if needed is None:
        return [] if line.anonymous == OK else [f"{name} is public"]
    if line.anonymous != IN or line.nobody != NO:
        return [f"{name} needs {needed}, and EXPECTED lets in who has no role"]
    return [
        f"{name} needs {needed}, and EXPECTED says {role} {getattr(line, role)}"
        for role in Role
        if (getattr(line, role) == OK) != (needed in ROLE_PERMISSIONS[role])
    ]


CANARIES = ("Kanarienvogel", "zilpzalp")


class Scene(NamedTuple):
    """The rows that addresses are made with, by the name EXPECTED gives them."""

    keys: dict[str, Any]
    evaluated: int
    withheld: int

    def url(self, name: str, **instead: Any) -> str:
        entry = dict(routes(get_resolver()))[name]
        given = {"pk": self.keys.get(EXPECTED[name].pk), **self.keys, **instead}
        takes = entry.pattern.converters
        address = reverse(name, kwargs={key: given[key] for key in takes})
        return address + self.keys["query"].get(name, "")


@pytest.fixture(autouse=True)
def calm(caplog) -> Iterator[None]:
    """No word of refusals: two thousand are asked for here, and Django warns of each.
    No count of sign-ins per minute either: the walk posts to that page all the time."""
    caplog.set_level("ERROR", "django.request")
    yield
    cache.clear()


@pytest.fixture
def scene(site, indication, dr_cooper, ada) -> Scene:
    """One patient with a signed session, a planned one, and what reception must not
    read: every clinical text holds the second canary, the name the first."""
    patient = PatientFactory(family_name=CANARIES[0], reception_notes="call after 5")
    allergy = AllergyFactory(
        patient=patient, substance="zilpzalp-caine", reaction="zilpzalp rash"
    )
    AllergyFactory(patient=patient, closed=True, closed_reason="zilpzalp test")
    course = CourseFactory(
        patient=patient, indication=indication, clinician=dr_cooper, site=site
    )
    signed = _signed_session(course)
    planned = TreatmentSessionFactory(course=course, protocol_day=3)
    SessionRecordFactory(
        treatment_session=planned, mixture="zilpzalp 2 mL", note="zilpzalp note"
    )
    withheld = TreatmentSessionFactory(
        course=course,
        protocol_day=7,
        status=TreatmentSession.Status.WITHHELD,
        status_reason="zilpzalp fever",
    )
    evaluated = _evaluated_course(course)
    protocol = indication.protocol
    draft = ProtocolVersionFactory(draft=True, protocol=protocol)
    lot = _lot_in(planned)
    substance = lot.product.substance
    token = "an-address-in-force"
    papers().set(f"making.{token}", {"a-key": "the list"}, 600)
    sheet = SheetIssueFactory(treatment_session=planned)
    CalendarFeedFactory(clinician=dr_cooper, token_hash=hash_of(token))
    photo = SheetPhotoFactory(treatment_session=signed)
    SheetPhotoWithdrawalFactory(
        photo__treatment_session=planned, reason="zilpzalp sheet"
    )
    keys = {
        "photo": photo.pk,
        "leaflet_text": LeafletTextFactory().pk,
        "site": site.pk,
        "room": RoomFactory(site=site).pk,
        "closure": ClosureFactory(site=site).pk,
        "clinician": dr_cooper.pk,
        "absence": AbsenceFactory(clinician=dr_cooper).pk,
        "extra": ExtraHoursFactory(clinician=dr_cooper, site=site).pk,
        "person": ada.pk,
        "protocol": protocol.pk,
        "draft_version": draft.pk,
        "question": ScreeningQuestionFactory(version=draft).pk,
        "allergy_class": AllergyClassFactory().pk,
        "substance": substance.pk,
        "limit": SubstanceLimitFactory(substance=substance).pk,
        "product": lot.product_id,
        "lot": lot.pk,
        "recipe": RecipeComponentFactory(product=lot.product).recipe_id,
        "indication": indication.pk,
        "template": PointTemplateFactory(indication=indication).pk,
        "template_pk": PointTemplateFactory(indication=indication, owner=dr_cooper).pk,
        "group": indication.group_id,
        "patient": patient.pk,
        "allergy_pk": allergy.pk,
        "course": course.pk,
        "change": CourseChangeFactory(course=course).pk,
        "signed": signed.pk,
        "planned": planned.pk,
        "page": 1,
        "code": str(sheet),
        "way": "up",
        "day": planned.booked_date,
        "week": DAY_0,
        "token": token,
        "query": {"sessions:course_new": f"?patient={patient.number}"},
    }
    return Scene(keys, evaluated.pk, withheld.pk)


def _lot_in(session):
    """A lot that stands in the plan of a session."""
    lot = StockLotFactory(product__multi_dose=True, product__opened_days=28)
    MixtureComponentFactory(record=session.record, product=lot.product, lot=lot)
    return lot


def _signed_session(course):
    session = TreatmentSessionFactory(course=course, given=True)
    record = SessionRecordFactory(
        treatment_session=session,
        given=True,
        mixture="zilpzalp 2 mL",
        note="zilpzalp note",
    )
    RecordFindingFactory(
        record=record, statement="zilpzalp finding", given_reason="zilpzalp reason"
    )
    SignatureFactory(record=record)
    AmendmentFactory(record=record, text="zilpzalp amendment", reason="zilpzalp slip")
    return session


def _evaluated_course(course):
    before = DAY_0_START - dt.timedelta(days=60)
    old = CourseFactory(
        patient=course.patient,
        indication=course.indication,
        clinician=course.clinician,
        site=course.site,
    )
    for day in (0, 3, 7):
        starts_at = before + dt.timedelta(days=day)
        TreatmentSessionFactory(
            course=old, protocol_day=day, given=True, starts_at=starts_at
        )
    EvaluationFactory(course=old, note="zilpzalp judgement")
    type(old).objects.filter(pk=old.pk).update(
        closed_as="evaluated", closed_at=DAY_0_START, closed_by=course.clinician
    )
    return old


# Beside the five columns of EXPECTED: what becomes of sessions that are still open.
COLUMN = {"disabled": "anonymous", "former clinician": "nobody"}
PEOPLE = ("anonymous", "nobody", "reception", "clinician", "admin", *COLUMN)


@pytest.fixture
def client_as(nobody, rita, dr_cooper, dr_levy, ada, client_of):
    """Give the client of one of PEOPLE; the last two have lost something since."""
    users = {"nobody": nobody, "reception": rita, "clinician": dr_cooper, "admin": ada}

    def client_as(person: str) -> Client:
        if person == "anonymous":
            return Client()
        client = client_of(users.get(person, dr_levy))
        if person == "disabled":
            User.objects.filter(pk=dr_levy.pk).update(is_active=False)
        elif person == "former clinician":
            User.objects.filter(pk=dr_levy.pk).update(is_clinician=False)
        return client

    return client_as


def send(client: Client, method: str, url: str) -> HttpResponse:
    """Send a request from a browser like this client's, which keeps its cookies."""
    another = Client()
    another.cookies = client.cookies.copy()
    if method == "POST":
        # A field that nothing knows: with none at all, a page is only shown.
        return another.post(url, {"nonsense": "1"})
    return another.generic(method, url)


def faults_of_answer(
    client: Client, person: str, name: str, method: str, url: str
) -> list[str]:
    """What is wrong with the answer to one request."""
    line = EXPECTED[name]
    wanted = getattr(line, COLUMN.get(person, person))
    denials = AuditEvent.objects.filter(outcome="denied")
    before = denials.count()
    response = send(client, method, url)
    faults = _wrong_status(response, wanted, method, name)
    if response.status_code in (403, 404, 405) or wanted == IN:
        content = response.content + str(response.headers).encode()
        faults += [f"shows {c}" for c in CANARIES if c.encode() in content]
    if denials.count() - before != int(response.status_code == 403):
        faults.append(f"{denials.count() - before} denials in the audit trail")
    signed_in = COLUMN.get(person, person) != "anonymous"
    faults += _wrong_headers(response, signed_in=signed_in)
    return [f"{person} {method} {name}: {fault}" for fault in faults]


def _wrong_status(
    response: HttpResponse, wanted: str, method: str, name: str
) -> list[str]:
    status, methods = response.status_code, EXPECTED[name].methods
    to_sign_in = status == 302 and response.headers["Location"].startswith(
        reverse(settings.LOGIN_URL)
    )
    if wanted == IN:
        return [] if to_sign_in else [f"{status} instead of the way to sign in"]
    if to_sign_in:
        return [] if name == "account_logout" else ["sent to sign in"]
    if methods is THEIRS:
        # What one has to one's account, no codes say, may be nothing yet: 404.
        return ["403"] if status == 403 else []
    if method not in methods:
        return [] if status == 405 else [f"{status} instead of 405"]
    if wanted == NO:
        return [] if status == 403 else [f"{status} instead of 403"]
    return [f"{status} instead of a page"] if status in (403, 404, 405) else []


def _wrong_headers(response: HttpResponse, *, signed_in: bool) -> list[str]:
    faults = []
    cache = response.headers.get("Cache-Control", "")
    # Whoever has just signed out is nobody by now.
    signed_in &= response.wsgi_request.user.is_authenticated
    if signed_in and not {"no-store", "private"} <= set(cache.split(", ")):
        faults.append(f"Cache-Control: {cache}")
    policy = response.headers.get("Content-Security-Policy", "")
    if "default-src 'self'" not in policy or "unsafe-" in policy:
        faults.append(f"Content-Security-Policy: {policy}")
    return faults


def may_write(name: str, method: str, person: str) -> bool:
    line = EXPECTED[name]
    gets_in = getattr(line, COLUMN.get(person, person)) == OK
    writes = method in ("POST", "PUT") or (method == "GET" and name in WRITES_ON_GET)
    return gets_in and writes and method in line.methods


def faults_of_walk(
    client: Client, person: str, scene: Scene, *, names: Iterable[str] = EXPECTED
) -> list[str]:
    """Go to every address with every method as one person."""
    faults = []
    before = domain_hash()
    for name in names:
        url = scene.url(name)
        for method in METHODS:
            if may_write(name, method, person):
                with taken_back():
                    faults += faults_of_answer(client, person, name, method, url)
            else:
                faults += faults_of_answer(client, person, name, method, url)
        if domain_hash() != before:
            faults.append(f"{person} {name}: wrote")
            before = domain_hash()
    return faults


# --- Who gets in: the tests -------------------------------------------------


def test_every_route_is_declared_and_names_its_permission():
    assert faults_of_declaration(get_resolver()) == []


@pytest.mark.parametrize("person", PEOPLE)
def test_every_address_every_method(person, client_as, scene):
    assert faults_of_walk(client_as(person), person, scene) == []


def test_denial_is_recorded_with_who_and_where(rita, client_of, scene):
    url = scene.url("sessions:session")

    client_of(rita).get(url)

    entry = AuditEvent.objects.get(outcome="denied")
    assert (entry.by_id, entry.event) == (rita.pk, "page.record_view")
    assert entry.details == {"path": url}


def test_denial_says_nothing_about_what_exists(rita, client_of, scene):
    real = scene.url("sessions:session")
    unreal = scene.url("sessions:session", pk=10**17)

    pages = [client_of(rita).get(url) for url in (real, unreal)]

    assert [page.status_code for page in pages] == [403, 403]
    assert len({_without_token(page) for page in pages}) == 1


def _without_token(response):
    return re.sub(r"\b[A-Za-z0-9]{64}\b", "", response.content.decode())


def test_roles_add_up(client_of, scene, rita):
    User.objects.filter(pk=rita.pk).update(is_admin=True)
    client = client_of(rita)

    for name in ("staff", "patient"):
        assert client.get(scene.url(name)).status_code == 200
    assert client.get(scene.url("sessions:session")).status_code == 403


# --- POST needs the token that its page carried ------------------------------


def test_nothing_is_posted_without_the_token(dr_cooper, scene):
    User.objects.filter(pk=dr_cooper.pk).update(is_admin=True, is_reception=True)
    client = Client(enforce_csrf_checks=True)
    client.force_login(dr_cooper, "django.contrib.auth.backends.ModelBackend")

    with nothing_written():
        for name, line in EXPECTED.items():
            for method in set(line.methods) & {"POST", "PUT"}:
                response = client.generic(method, scene.url(name))
                assert response.status_code == 403, name


# --- What each role must not read -------------------------------------------


def pages_open_to(person: str, scene: Scene) -> Iterator[tuple[str, str]]:
    """Every page that a person may open, in each state it can be in."""
    for name, line in EXPECTED.items():
        if getattr(line, person) != OK or line.methods == THEIRS:
            continue
        yield name, scene.url(name)
        if line.pk == "course":
            yield name, scene.url(name, pk=scene.evaluated)
        if line.pk in ("planned", "signed"):
            for pk in (scene.keys["planned"], scene.keys["signed"], scene.withheld):
                yield name, scene.url(name, pk=pk)


def text_of(response: HttpResponse) -> str:
    """What a person can read in a page, or in a PDF."""
    kind = response.headers.get("Content-Type", "")
    if kind.startswith("image/"):
        return ""
    if kind != "application/pdf":
        return response.getvalue().decode()
    pdf = pypdf.PdfReader(io.BytesIO(response.content))
    return "\n".join(page.extract_text() for page in pdf.pages) + str(pdf.metadata)


def readings(client: Client, person: str, scene: Scene) -> Iterator[tuple[str, str]]:
    """Every text that a person gets to see, from pages and from refused forms."""
    for name, url in pages_open_to(person, scene):
        for method in set(EXPECTED[name].methods) - {"HEAD"}:
            with taken_back():
                yield f"{method} {url}", text_of(send(client, method, url))


def test_clinician_reads_the_canaries(dr_cooper, client_of, scene):
    """The next tests look for what is really there to be seen."""
    pages = readings(client_of(dr_cooper), "clinician", scene)
    seen = "".join(text for _, text in pages)

    said = ("caine", "rash", "test", "note", "finding", "reason", "amendment", "sheet")
    for text in said:
        assert re.search(f"(?i)zilpzalp[ -]{text}", seen), text


def test_reception_reads_nothing_clinical(rita, client_of, scene):
    for where, text in readings(client_of(rita), "reception", scene):
        assert "zilpzalp" not in text.lower(), where
        # These are forms with such words on them, and nothing of the patient's.
        if not where.partition("?")[0].endswith(("pack.pdf", "consent-form.pdf")):
            assert not re.search(r"(?i)\b(pain|score|mixture|allerg)", text), where


def test_reception_searches_nothing_clinical(rita, client_of, scene):
    for words in ("zilpzalp", "zilpzalp-caine", "Achilles"):
        page = client_of(rita).get(reverse("patients:find"), {"q": words})
        assert "Kanarienvogel" not in page.content.decode()


def test_reception_says_only_who_did_not_come(rita, client_of, scene):
    client, url = client_of(rita), scene.url("sessions:set_aside")

    with nothing_written():
        response = client.post(url, {"status": "withheld"})

    assert response.status_code == 400


def test_admin_reads_nothing_of_a_patient(ada, rita, client_of, scene):
    # The audit trail has something to say about the patient.
    client_of(rita).get(scene.url("patient"))

    for where, text in readings(client_of(ada), "admin", scene):
        for canary in CANARIES:
            assert canary.lower() not in text.lower(), where


@pytest.mark.parametrize("person", ["reception", "clinician", "admin"])
def test_no_page_offers_what_its_reader_may_not_open(person, client_as, scene):
    client = client_as(person)
    offered = {
        href.partition("#")[0]: where
        for where, text in readings(client, person, scene)
        for href in re.findall(r'(?:href|action|hx-(?:get|post))="(/[^"]*)"', text)
        if not href.startswith((settings.STATIC_URL, reverse("account_logout")))
    }

    for href, where in offered.items():
        with taken_back():
            assert send(client, "GET", href).status_code in (200, 302, 405), where


def test_an_allergy_is_closed_only_on_its_own_patient(dr_cooper, client_of, scene):
    client = client_of(dr_cooper)
    url = scene.url("patients:allergy_close", pk=PatientFactory().pk)

    with nothing_written():
        response = client.post(url, {"reason": "Tested negative"})

    assert response.status_code == 404


# --- Accounts ---------------------------------------------------------------


def test_fresh_install_has_nobody_in_it():
    assert not User.objects.exists()


def test_nobody_signs_up():
    url = reverse("account_signup")
    form = {"username": "eve", "password1": PASSWORD, "password2": PASSWORD}

    with nothing_written():
        pages = [Client().get(url), Client().post(url, form)]

    assert all("/accounts/signup/" not in page.content.decode() for page in pages)


def sign_in(name: str, password: str, **fields: str) -> HttpResponse:
    form = {"login": name, "password": password, **fields}
    return Client().post(reverse("account_login"), form)


def test_five_wrong_passwords_lock_a_user_name(dr_cooper, rita):
    for _ in range(5):
        sign_in("clinician", "wrong")

    locked = [sign_in(name, PASSWORD) for name in ("clinician", "CLINICIAN")]

    assert [page.status_code for page in locked] == [429, 429]
    assert sign_in("reception", PASSWORD).headers["Location"] == reverse("home")
    tries = AuditEvent.objects.filter(event="user.sign_in", outcome="refused")
    assert {entry.details["username"] for entry in tries} == {"clinician"}
    assert tries.count() >= 5
    assert [e.by_id for e in AuditEvent.objects.filter(event="user.signed_in")] == [
        rita.pk
    ]


def test_guessing_at_the_signature_locks_too(dr_cooper, client_of, scene):
    client, url = client_of(dr_cooper), scene.url("sessions:sign")

    with nothing_written():
        for password in ["wrong"] * 5 + [PASSWORD]:
            response = client.post(url, {"version": "1", "password": password})

    assert response.status_code in (400, 429)


def test_signing_in_goes_nowhere_else(rita):
    there = sign_in("reception", PASSWORD, next="https://example.com/")

    assert there.headers["Location"] == reverse("home")


def test_unknown_name_and_wrong_password_look_alike(rita):
    pages = [sign_in(name, "wrong") for name in ("reception", "nosuchperson")]

    wrong, unknown = (_without_token(page) for page in pages)
    assert wrong.replace("reception", "") == unknown.replace("nosuchperson", "")


def test_sign_in_cookie_is_kept_from_scripts_and_other_sites(rita):
    cookie = sign_in("reception", PASSWORD).cookies[settings.SESSION_COOKIE_NAME]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


# --- What the browser is told -----------------------------------------------


@pytest.mark.parametrize("person", ["anonymous", "reception", "clinician", "admin"])
def test_pages_need_no_inline_script_or_style(person, client_as, scene):
    client = client_as(person)
    texts = list(readings(client, person, scene)) if person != "anonymous" else []
    texts.append(("sign-in", text_of(Client().get(reverse("account_login")))))

    for where, text in texts:
        assert not re.search(r"(?i)<script(?![^>]*\bsrc=)", text), where
        assert not re.search(r"(?i)<style|<[^>]+\s(style|on[a-z]+)=", text), where
        assert not re.search(r"""(?i)(src|href)=["']?(https?:)?//""", text), where


@pytest.mark.parametrize("name", ["sessions:sheet", "sessions:leaflet"])
def test_paper_is_not_stored_and_names_nobody(name, dr_cooper, client_of, scene):
    paper = client_of(dr_cooper).get(scene.url(name))

    assert paper.headers["Content-Type"] == "application/pdf"
    assert {"no-store", "private"} <= set(paper.headers["Cache-Control"].split(", "))
    assert paper.headers["X-Content-Type-Options"] == "nosniff"
    code = TreatmentSession.objects.get(pk=scene.keys["signed"]).code
    kind = name.partition(":")[2]
    name = f'inline; filename="{kind}-{code}.pdf"'
    assert paper.headers["Content-Disposition"] == name
    patient = Patient.objects.get(pk=scene.keys["patient"])
    for words in (patient.family_name, patient.number):
        assert words not in str(paper.headers)


def test_leaflet_printed_twice_is_one_leaflet(rita, client_of, scene):
    """The exception to "GET writes nothing" ends here."""
    for _ in range(2):
        client_of(rita).get(scene.url("sessions:leaflet"))

    assert LeafletIssue.objects.count() == 1


# --- Planted faults: the walk finds each of them -----------------------------


def planted(*entries: URLPattern, without: str = "") -> ModuleType:
    """The addresses of the app, with some added in front and one left out."""
    module = ModuleType("planted")
    kept = [e for e in urls.urlpatterns if getattr(e, "name", None) != without]
    module.urlpatterns = [*entries, *kept]
    return module


def test_planted_undeclared_route_is_found():
    view = require_permission(Permission.HOME)(lambda request: HttpResponse())
    module = planted(path("planted/", view, name="planted"))

    assert faults_of_declaration(get_resolver(module)) == ["planted is not declared"]


def test_planted_stale_line_is_found():
    assert faults_of_declaration(get_resolver(planted(without="staff"))) == [
        "staff is no route"
    ]


def test_planted_view_without_permission_is_found():
    bare = path("staff/", lambda request: HttpResponse(), name="staff")
    module = planted(bare, without="staff")

    assert faults_of_declaration(get_resolver(module)) == ["staff names no permission"]


def test_planted_wrong_permission_is_found():
    view = require_permission(Permission.HOME)(lambda request: HttpResponse())
    module = planted(path("staff/", view, name="staff"), without="staff")

    faults = faults_of_declaration(get_resolver(module))
    assert [fault.partition("says ")[2] for fault in faults] == [
        "clinician 403",
        "reception 403",
    ]


def test_planted_hole_is_found(settings, client_as, scene):
    """A view that still says what it needs, and no longer asks."""

    def hole(request: Any, pk: int) -> HttpResponse:
        Patient.objects.filter(pk=pk).update(title="Prof")
        return HttpResponse("Kanarienvogel")

    hole.required_permission = Permission.PATIENT_VIEW
    entry = path("patients/<patient:pk>/", hole, name="patient")
    settings.ROOT_URLCONF = planted(entry, without="patient")
    assert faults_of_declaration(get_resolver()) == []

    faults = faults_of_walk(client_as("admin"), "admin", scene, names=["patient"])

    assert "admin GET patient: 200 instead of 403" in faults
    assert "admin patient: wrote" in faults


def test_planted_public_page_is_found(settings, client_as, scene):
    @login_not_required
    def hole(request: Any, pk: int) -> HttpResponse:
        return HttpResponse("Kanarienvogel")

    hole.required_permission = Permission.PATIENT_VIEW
    entry = path("patients/<patient:pk>/", hole, name="patient")
    settings.ROOT_URLCONF = planted(entry, without="patient")

    client = client_as("anonymous")
    faults = faults_of_walk(client, "anonymous", scene, names=["patient"])

    assert "anonymous GET patient: 200 instead of the way to sign in" in faults
    assert "anonymous GET patient: shows Kanarienvogel" in faults
