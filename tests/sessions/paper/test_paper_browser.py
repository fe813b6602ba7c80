"""Reception's morning at the printer, in a real browser."""

import datetime as dt
import io
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pypdf
import pytest
import time_machine

from patients.models import Patient
from protocols import catalogue
from sessions.models import LeafletIssue
from tests.factories import (
    CourseFactory,
    IndicationFactory,
    PatientFactory,
    TreatmentSessionFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MORNING = dt.datetime(2026, 11, 23, 8, 10, tzinfo=ZoneInfo("Europe/London"))


@pytest.fixture
def monday(db: None) -> Iterator[Any]:
    with time_machine.travel(MORNING, tick=True) as clock:
        yield clock


@pytest.fixture
def day(monday, site, dr_cooper) -> None:
    """Two patients this morning; one reads Arabic, in large print."""
    catalogue.load()
    indication = IndicationFactory()
    needs = [("Adler", "en", "standard"), ("Haddad", "ar", "large")]
    for number, (name, language, layout) in enumerate(needs):
        patient = PatientFactory(
            family_name=name, preferred_language=language, leaflet_format=layout
        )
        course = CourseFactory(
            patient=patient, indication=indication, clinician=dr_cooper, site=site
        )
        for day_ in (0, 3, 7):
            starts_at = MORNING + dt.timedelta(days=day_, minutes=50 + 20 * number)
            TreatmentSessionFactory(
                course=course, protocol_day=day_, starts_at=starts_at
            )


def read(page: Any, address: str) -> list[str]:
    """Return the text of each page of what lies behind a link."""
    response = page.request.get(address)
    assert response.headers["content-type"] == "application/pdf", address
    return [
        " ".join(each.extract_text().split())
        for each in pypdf.PdfReader(io.BytesIO(response.body())).pages
    ]


def papers_of_the_day(page: Any) -> list[str]:
    """Press the one button of the diary, and read what comes out."""
    page.goto(page.url.partition("/diary/")[0] + "/diary/2026-11-23/")
    printed: list[bytes] = []

    def keep(route: Any) -> None:
        printed.append(route.fetch().body())
        route.fulfill(status=204)  # there is no printer; the page stays

    page.route("**/pack.pdf*", keep)
    page.get_by_role("link", name="Day’s papers").click()
    for _ in range(600):
        page.wait_for_timeout(100)
        if printed:
            break
    reader = pypdf.PdfReader(io.BytesIO(printed[0]))
    return [" ".join(each.extract_text().split()) for each in reader.pages]


def test_the_papers_of_a_day_then_only_what_changed(day, rita, signed_in_page):
    page = signed_in_page(rita)
    page.goto(page.url.rpartition("/")[0] + "/diary/2026-11-23/")

    list_, *papers = papers_of_the_day(page)

    assert "4 papers below" in list_
    assert "Leaflet, Arabic, large print" in list_
    assert len(papers) in (4, 5)  # large print may need two pages
    page.goto(page.url.partition("/diary/")[0] + "/diary/2026-11-23/pack/")
    page.get_by_text("Nothing new:").wait_for()

    Patient.objects.filter(family_name="Adler").update(family_name="Adler-Kern")
    list_, *papers = papers_of_the_day(page)

    assert len(papers) == 2
    assert all("ADLER-KERN" in text.upper() for text in papers)


def test_a_leaflet_from_the_diary_in_one_click_and_its_reprint(
    day, rita, signed_in_page
):
    page = signed_in_page(rita)
    page.goto(page.url.rpartition("/")[0] + "/diary/2026-11-23/")
    link = page.get_by_role("link", name="Leaflet").first
    address = page.url.partition("/diary/")[0] + str(link.get_attribute("href"))

    with (
        page.context.expect_page() as opened,
        page.context.expect_event(
            "request", lambda sent: sent.url.endswith("/leaflet.pdf")
        ),
    ):
        link.click()
    opened.value.close()
    (again,) = read(page, address)

    assert "Reprint of the leaflet handed over on" in again
    assert "Adler" in again
    assert LeafletIssue.objects.count() == 1


def test_arabic_in_large_print_is_seen_before_it_is_printed(day, rita, signed_in_page):
    page = signed_in_page(rita)
    page.goto(page.url.rpartition("/")[0] + "/diary/2026-11-23/")
    row = LeafletIssue._meta.get_field("treatment_session").related_model
    visit = row.objects.get(patient__family_name="Haddad", protocol_day=0)
    root = page.url.partition("/diary/")[0]

    page.goto(f"{root}/sessions/{visit.pk}/leaflet/")
    picture = page.get_by_role("img", name="Leaflet, page 1")
    picture.wait_for()
    page.wait_for_function("document.querySelector('.paper-page img').complete")

    assert page.get_by_label("Language").input_value() == "ar"
    assert page.get_by_label("Format").input_value() == "large"
    assert picture.evaluate("image => image.naturalWidth") > 800
    assert not LeafletIssue.objects.exists()
    page.get_by_label("Paper").select_option("letter")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**paper=letter**")
    first, *_ = read(page, f"{root}/sessions/{visit.pk}/leaflet.pdf?paper=letter")
    assert "Haddad" in first
    assert LeafletIssue.objects.get().language == "ar"
