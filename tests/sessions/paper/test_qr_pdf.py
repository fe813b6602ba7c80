"""The codes on paper, read from the printed page as a phone or a scanner reads them."""

import base64
import io
from typing import Any

import pytest
import zxingcpp
from icalendar import Calendar
from PIL import Image, ImageDraw

from mesoclinic.pdf import pictures
from sessions.paper.content import qr_code
from sessions.paper.samples import card, draft_sheet, leaflet
from tests.sessions.paper.test_documents_pdf import print_it

pytestmark = pytest.mark.no_database

URL = "https://clinic.example/sessions/482/"


def scanned(content: Any) -> list[str]:
    """What is read from the first page, as a screen would show it."""
    png = pictures.draw(print_it(content), 1)
    return [code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))]


def test_the_code_on_a_sheet_leads_to_its_record() -> None:
    assert scanned(draft_sheet(record_url=URL)) == [URL]


@pytest.mark.parametrize(
    ("paper", "visits"),
    [
        (leaflet(), 1),
        (leaflet(format="large"), 1),
        (leaflet(format="easyread"), 1),
        (leaflet(direction="rtl", language="ar"), 1),
        (card(), 3),
    ],
    ids=["leaflet", "large print", "easy read", "right to left", "card"],
)
def test_the_code_for_a_phone_is_a_calendar(paper: Any, visits: int) -> None:
    (text,) = scanned(paper)

    assert text == paper.calendar
    assert len(Calendar.from_ical(text).events) == visits


def test_a_leaflet_without_visits_has_no_code() -> None:
    assert scanned(leaflet(calendar="")) == []


@pytest.mark.parametrize(
    "clinic", ["Clinique de l'Étoile", "Łódź", "Αθήνα", "Київ", "عيادة الشمال", "王"]
)
def test_a_code_holds_utf_8(clinic: str) -> None:
    code = code_read(picture_of(clinic))

    assert (code.text, code.bytes) == (clinic, clinic.encode())


def test_a_code_of_medium_level_is_read_with_a_stain_on_it() -> None:
    assert code_read(stained(picture_of(URL), 20)).text == URL


def test_the_reader_does_not_read_what_is_not_there() -> None:
    """The control: with half of it covered, nothing is read."""
    assert code_read(stained(picture_of(URL), 80)) is None


def picture_of(text: str) -> Image.Image:
    png = qr_code(text).removeprefix("data:image/png;base64,")
    return Image.open(io.BytesIO(base64.b64decode(png)))


def stained(code: Image.Image, size: int) -> Image.Image:
    middle = code.width // 2
    ImageDraw.Draw(code).rectangle((middle, middle, middle + size, middle + size), 0)
    return code


def code_read(code: Image.Image) -> Any:
    return zxingcpp.read_barcode(code)
