"""Every leaflet that is shipped, in every format and on both papers, read back."""

import io

import page as pdf_validator
import pypdf
import pytest
from django.urls import reverse
from pypdf.generic import DictionaryObject

from mesoclinic.pdf import Paper
from mesoclinic.vocabulary import LeafletFormat
from protocols.wording import shipped
from sessions.paper.documents import sample_leaflet
from sessions.paper.printing import leaflet_document
from tests.factories import LeafletTextFactory

pytestmark = pytest.mark.django_db

LANGUAGES = tuple(shipped())


def printed(language: str, layout: str, paper: Paper, site) -> bytes:
    text = LeafletTextFactory(language=language)
    content = sample_leaflet(text, leaflet_format=LeafletFormat(layout), site=site)
    return leaflet_document(content, paper=paper).printed().content


def read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


def sizes_in(page: pypdf.PageObject) -> set[float]:
    """The sizes of letters on a page, in points."""
    found: set[float] = set()

    def visit(text: str, _: object, matrix: list[float], font: object, size: float):
        if text.strip():
            found.add(round(abs(matrix[0]) * size, 1))

    page.extract_text(visitor_text=visit)
    return found


@pytest.mark.parametrize("paper", list(Paper))
@pytest.mark.parametrize("layout", list(LeafletFormat))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_leaflet_is_tagged_in_its_language_and_legible(
    language, layout, paper, site
):
    pdf = printed(language, layout, paper, site)
    reader = read(pdf)

    assert pdf_validator.validate_pdf_bytes(pdf, profile="ua1").failures == []
    assert reader.trailer["/Root"]["/Lang"] == language
    assert isinstance(reader.trailer["/Root"]["/StructTreeRoot"], DictionaryObject)
    assert len(reader.pages) <= (1 if layout == LeafletFormat.STANDARD else 2)
    assert min(size for page in reader.pages for size in sizes_in(page)) >= 12
    words = shipped()[language].words
    text = " ".join(page.extract_text() for page in reader.pages)
    if language != "ar":  # its letters are read back in the order they are drawn in
        for key in ("title", "no_cream", "no_ice", "no_massage", "next_visits"):
            assert words[key] in " ".join(text.split()), key
    assert "13:45" in text
    assert "10:20" in text


@pytest.mark.parametrize("paper", list(Paper))
@pytest.mark.parametrize("language", LANGUAGES)
def test_large_print_comes_on_one_page(language, paper, site):
    """Also before it is approved, with both visits and their code."""
    assert len(read(printed(language, "large", paper, site)).pages) == 1


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_a_second_page_has_what_to_look_for_and_whom_to_call(language, site):
    first, second = read(printed(language, "easyread", Paper.A4, site)).pages

    words = shipped()[language].words
    here, there = (" ".join(p.extract_text().split()) for p in (first, second))
    for key in ("next_visits", "no_massage"):
        assert words[key] in here
    for key in ("expect", "call"):
        assert words[key] in there
        assert words[key] not in here
    assert site.name in there


@pytest.mark.parametrize("language", LANGUAGES)
def test_large_print_is_large(language, site):
    first = read(printed(language, "large", Paper.A4, site)).pages[0]

    # The foot and the clinic's name are 12 points; what is said is at least 16.
    body = {size for size in sizes_in(first) if size > 12}
    assert min(body) >= 16


def test_a_sample_before_there_is_a_clinic_names_none(client_of, ada):
    text = LeafletTextFactory()

    page = client_of(ada).get(reverse("sessions:leaflet_sample", args=[text.pk]))

    assert page.status_code == 200
    assert "10:20, with Dr Cooper" in read(page.content).pages[0].extract_text()


def test_admins_print_a_sample_before_they_approve(client_of, ada, site):
    text = LeafletTextFactory()
    sample = reverse("sessions:leaflet_sample", args=[text.pk])
    office = client_of(ada)

    page = office.get(sample, {"format": "easyread", "paper": "letter"})

    reader = read(page.content)
    assert "Draft, to be approved" in reader.pages[0].extract_text()
    assert office.get(sample, {"format": "huge"}).status_code == 404
