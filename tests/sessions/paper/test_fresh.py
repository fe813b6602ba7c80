"""Finished documents are kept, and none is ever served stale.

Each thing that goes into a paper is changed in turn, past all actions, and the paper
that is printed then has to be another one. What is not on it changes nothing.
"""

import datetime as dt
import time
from collections.abc import Callable
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import resolve, reverse

from mesoclinic.database import lifted
from mesoclinic.models import User
from mesoclinic.pdf import Document, Paper, documents, papers
from patients.models import Allergy, Patient
from protocols.models import (
    Indication,
    LeafletText,
    Protocol,
    ProtocolVersion,
    ScreeningQuestion,
)
from sessions.models import (
    InjectionPoint,
    MixtureComponent,
    SessionRecord,
    TreatmentSession,
)
from sessions.paper import ahead
from sessions.paper.asked import Asked
from sessions.paper.kinds import LEAFLET, SHEET
from sessions.schedule.models import Site
from tests.factories import (
    AllergyFactory,
    CourseFactory,
    InjectionPointFactory,
    MixtureComponentFactory,
    PatientFactory,
    ScreeningQuestionFactory,
    SessionRecordFactory,
    TreatmentSessionFactory,
)

pytestmark = pytest.mark.django_db

MINUTES_20 = dt.timedelta(minutes=20)
ROOT = "http://testserver/"
ENDS = dt.datetime(2026, 3, 2, 10, 42, tzinfo=dt.UTC)


@pytest.fixture
def visit(site, indication, dr_cooper, english):
    """A draft with all that may stand on a sheet, and a visit after it."""
    indication.views.create(view="heel-back", position=1)
    patient = PatientFactory(family_name="Smith", given_names="Anne", title="Mrs")
    AllergyFactory(patient=patient, substance="latex")
    course = CourseFactory(
        patient=patient, indication=indication, clinician=dr_cooper, site=site
    )
    session = TreatmentSessionFactory(course=course)
    TreatmentSessionFactory(course=course, protocol_day=3)
    with lifted():  # the version is published, and a question is added to it
        ScreeningQuestionFactory(version=course.protocol_version)
    record = SessionRecordFactory(treatment_session=session, points=0, ended_at=ENDS)
    InjectionPointFactory(
        record=record, view="heel-back", view_version=1, side="right", x="0.5", y="0.5"
    )
    MixtureComponentFactory(record=record)
    return session.pk


def change(model: type, **values: object) -> Callable[[], int]:
    return lambda: model.objects.update(**values)


def move_the_next() -> int:
    later = TreatmentSession.objects.filter(protocol_day=3)
    starts_at = ENDS + dt.timedelta(days=4)
    return later.update(starts_at=starts_at, ends_at=starts_at + MINUTES_20)


SHEET_CHANGES = {
    "family name": change(Patient, family_name="Jones"),
    "given names": change(Patient, given_names="Berta"),
    "title": change(Patient, title="Dr"),
    "birth date": change(Patient, birth_date=dt.date(1950, 1, 1)),
    "sex": change(Patient, sex="other"),
    "allergy": change(Allergy, substance="lidocaine"),
    "reaction": change(Allergy, reaction="collapse"),
    "clinic": change(Site, name="Southgate"),
    "zone": change(Site, time_zone="Europe/Paris"),
    "indication": change(Indication, name="Something else"),
    "protocol": change(Protocol, name="Another"),
    "published": change(ProtocolVersion, published_at=ENDS),
    "question": change(ScreeningQuestion, text="Fever?"),
    "clinician": change(User, family_name="Kowalski"),
    "start": lambda: TreatmentSession.objects.filter(protocol_day=0).update(
        starts_at=ENDS - dt.timedelta(hours=2)
    ),
    "deviation": lambda: TreatmentSession.objects.filter(protocol_day=0).update(
        booked_date=dt.date(2026, 3, 3), off_target_reason="closed"
    ),
    "point": change(InjectionPoint, y=Decimal("0.6")),
    "place": change(InjectionPoint, region="elsewhere"),
    "volume": change(InjectionPoint, planned_ml=Decimal("0.2")),
    "given": change(InjectionPoint, given_ml=Decimal("0.1")),
    "remark": change(InjectionPoint, note="small graze"),
    "skipped": change(InjectionPoint, skipped=True, given_ml=None),
    "product": change(MixtureComponent, product_name="Procaine"),
    "lot": change(MixtureComponent, lot_number="X1"),
    "expiry": change(MixtureComponent, expires_on=dt.date(2031, 1, 1)),
    "mixture": change(SessionRecord, mixture="shaken"),
    "drawn up": change(SessionRecord, drawn_up_ml=Decimal("2.5")),
    "needle": change(SessionRecord, needle_length_mm=Decimal("6")),
    "angle": change(SessionRecord, angle_deg=45),
    "consent": change(SessionRecord, consent="refused"),
    "pain": change(SessionRecord, pain_before=9),
    "pain after": change(SessionRecord, pain_after=1),
    "end": change(SessionRecord, ended_at=ENDS + dt.timedelta(hours=1)),
    "note": change(SessionRecord, note="Sleeps well"),
}
LEAFLET_CHANGES = {
    "name": change(Patient, family_name="Jones"),
    "format": change(Patient, leaflet_format="large"),
    "clinic": change(Site, name="Southgate"),
    "address": change(Site, address="2 High Street"),
    "phone": change(Site, phone="+441134960999"),
    "out of hours": change(Site, out_of_hours="Nobody answers"),
    "emergency": change(Site, emergency_number="117"),
    "zone": change(Site, time_zone="Europe/Paris"),
    "indication": change(Indication, name="Something else", catalogue_key=None),
    "dressing": change(ProtocolVersion, dressing_hours=5),
    "end": change(SessionRecord, ended_at=ENDS + dt.timedelta(hours=1)),
    "next visit": move_the_next,
    "called off": lambda: TreatmentSession.objects.filter(protocol_day=3).update(
        status="declined"
    ),
    "with whom": change(User, family_name="Kowalski"),
    "words": lambda: _say(title="Take care"),
    "approved": lambda: LeafletText.objects.update(
        approved_at=ENDS, approved_by=User.objects.first(), review_on=ENDS.date()
    ),
}


def _say(**words: str) -> int:
    (text,) = LeafletText.objects.all()
    text.says["words"] |= words
    return LeafletText.objects.update(says=text.says)


def document(kind, pk: int) -> Document:
    row = kind.rows().get(pk=pk)
    return kind.build(row, Asked(paper=Paper.A4, root=ROOT), None).document


@pytest.mark.parametrize("what", SHEET_CHANGES)
def test_a_sheet_is_another_one_once_this_has_changed(visit, what):
    is_another_one(SHEET, visit, SHEET_CHANGES[what])


@pytest.mark.parametrize("what", LEAFLET_CHANGES)
def test_a_leaflet_is_another_one_once_this_has_changed(visit, what):
    is_another_one(LEAFLET, visit, LEAFLET_CHANGES[what])


def is_another_one(kind, visit: int, make_the_change: Callable[[], int]) -> None:
    before = document(kind, visit).key
    assert document(kind, visit).key == before

    with lifted():
        assert make_the_change()

    assert document(kind, visit).key != before


def test_what_is_not_on_a_paper_changes_nothing(visit):
    before = document(SHEET, visit).printed()

    Patient.objects.update(reception_notes="call after 5")
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)):
        assert document(SHEET, visit).printed() == before


def test_a_new_version_of_styles_or_templates_makes_documents_anew(visit, monkeypatch):
    before = document(SHEET, visit).key
    monkeypatch.setattr(documents, "_program", lambda: "the next version")

    assert document(SHEET, visit).key != before


# --- Ahead ----------------------------------------------------------------------


def test_papers_are_ready_once_somebody_has_paused(visit, settings, monkeypatch):
    settings.PAPER_AHEAD = True
    monkeypatch.setattr(ahead, "PAUSE_S", 60)

    ahead.make_soon(visit, root=ROOT)
    ahead.make_soon(visit, root=ROOT)
    (timer,) = ahead._waiting.values()
    timer.cancel()
    ahead._waiting.clear()
    ahead.make_now(visit, root=ROOT)

    for kind in (SHEET, LEAFLET):
        wait_for(document(kind, visit))


def wait_for(made: Document) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Document, "start", None)  # nobody else makes it
        for _ in range(200):
            if made.is_ready:
                return
            time.sleep(0.05)
    raise AssertionError("it was never made")


@pytest.mark.parametrize("name", ["session", "sign", "amend", "void", "side"])
def test_what_changes_a_visit_has_its_papers_made(name):
    assert resolve(reverse(f"sessions:{name}", args=[1])).func.makes_papers


def test_what_is_ready_is_not_made_again(visit, client_of, dr_cooper, monkeypatch):
    client: Client = client_of(dr_cooper)
    sheet = reverse("sessions:sheet", args=[visit])
    first = client.get(sheet)
    monkeypatch.setattr(Document, "start", None)

    assert client.get(sheet).content == first.content
    papers().clear()
    with pytest.raises(TypeError):
        client.get(sheet)
