"""axe finds nothing at level A or AA on the pages of the main job, wide and narrow."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from mesoclinic.management import demo
from mesoclinic.models import User
from protocols import actions, catalogue
from protocols.models import Protocol, Recipe
from sessions.models import Course, MixtureComponent, Signature, TreatmentSession
from tests.factories import PASSWORD, SheetPhotoFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SITE_PAGES = ("", "rooms/", "hours/", "closures/", "holidays/")
STAFF_PAGES = ("hours", "absences", "extra-hours")
LEVELS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def pages(db) -> dict[str, list[str]]:
    """The demo clinic's pages, by who opens them."""
    catalogue.load()
    demo.load(PASSWORD)
    booked = TreatmentSession.objects.filter(status="booked", protocol_day=0).first()
    signed = Signature.objects.select_related("record").first().record
    patient = booked.patient
    course = f"/courses/{booked.course_id}/"
    due = Course.objects.filter(closed_as="", sessions__status="withheld").first()
    photo = SheetPhotoFactory(treatment_session=signed.treatment_session)
    given = signed.components.all()[0]
    desk = ["/", f"/patients/{patient.number}/", course, f"{course}move/"]
    desk += [f"{course}cancel/", f"{course}earlier/"]
    desk += ["/waiting/", "/rebook/", "/leaflets/outdated/"]
    return {
        "clinician": [
            *desk,
            "/patients/?q=smith",
            "/patients/new/",
            f"/patients/{patient.number}/allergies/",
            f"/courses/new/?patient={patient.number}",
            f"/sessions/{booked.pk}/",
            f"/sessions/{booked.pk}/set-aside/",
            f"/sessions/{booked.pk}/sheet/",
            f"/sessions/{booked.pk}/leaflet/",
            f"/diary/{booked.booked_date}/pack/",
            f"/sessions/{signed.treatment_session_id}/",
            f"/sessions/{signed.treatment_session_id}/photos/",
            f"/photos/{photo.pk}/withdraw/",
            f"/courses/{due.pk}/evaluate/",
            "/protocols/formulary/lots/scan/",
            f"/recall/{given.lot_id}/",
        ],
        "reception": desk,
        "admin": [
            "/protocols/indications/",
            "/protocols/indications/new/",
            "/protocols/",
            *_formulary(given),
            "/staff/",
            "/clinic/",
            "/clinic/sites/new/",
            *(f"/clinic/sites/{booked.site_id}/{page}" for page in SITE_PAGES),
            *(f"/clinic/clinicians/{booked.clinician_id}/{p}/" for p in STAFF_PAGES),
            "/audit/",
        ],
    }


def _formulary(given: MixtureComponent) -> list[str]:
    """Every page of the formulary, of what went into one mixture."""
    lot, product = given.lot, given.product
    recipe = Recipe.objects.get()
    draft = actions.draft_version(
        Protocol.objects.get(), by=User.objects.get(username="admin")
    )
    pages = ["", "classes/", "classes/new/", "lots/", "lots/new/", "recipes/", "pairs/"]
    pages += ["recipes/new/", "pairs/judge/", "substances/new/", "products/new/"]
    of_rows = [product.substance, product, lot, recipe]
    return [
        *(f"/protocols/formulary/{page}" for page in pages),
        *(row.get_absolute_url() for row in of_rows),
        f"{product.substance.get_absolute_url()}limit/",
        f"{product.get_absolute_url()}withdraw/",
        f"/protocols/versions/{draft.pk}/questions/",
    ]


def violations(page) -> list[str]:
    found = Axe().run(page, options=LEVELS).response["violations"]
    return [f"{page.url}: {v['id']} {v['nodes'][0]['html'][:120]}" for v in found]


@pytest.mark.parametrize("width", [1280, 768])
def test_axe_finds_nothing_on_the_pages_of_the_main_job(pages, signed_in_page, width):
    found = []
    for username, addresses in pages.items():
        user = User.objects.get(username=username)
        page = signed_in_page(user, width=width, height=1024)
        for address in addresses:
            assert page.goto(address).status == 200
            found += violations(page)

    assert found == []


def test_axe_finds_nothing_where_nobody_is_signed_in(new_page, db):
    page = new_page()
    page.goto("/accounts/login/")

    assert violations(page) == []


def test_axe_would_find_a_page_without_a_language(new_page, db):
    page = new_page()
    page.goto("/accounts/login/")
    page.evaluate("document.documentElement.removeAttribute('lang')")

    assert "html-has-lang" in violations(page)[0]
