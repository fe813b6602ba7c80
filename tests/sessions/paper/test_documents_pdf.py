"""The sheet and the leaflet, read back from the PDFs that clinics print."""

import io
import re
import socket
from dataclasses import fields, replace
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import page as pdf_validator
import pyphen
import pytest
from django.template.loader import render_to_string
from pypdf import PdfReader

from mesoclinic.pdf import Document, Paper
from mesoclinic.vocabulary import AllergyState
from sessions.paper.content import (
    Allergies,
    CardContent,
    ConsentContent,
    LabelContent,
    LeafletContent,
    PackContent,
    SheetContent,
    SummaryContent,
    Visit,
)
from sessions.paper.printing import label_document, leaflet_document, sheet_document
from sessions.paper.samples import (
    SMITH,
    blank_sheet,
    card,
    consent_form,
    draft_sheet,
    label,
    leaflet,
    pack,
    signed_sheet,
    summary,
)

pytestmark = pytest.mark.no_database

LONDON = ZoneInfo("Europe/London")
both_papers = pytest.mark.parametrize("paper", list(Paper))
IDENTITY = ("SMITH, Anne-Jorun (Mrs)", "14-Aug-1980 (46y)", "Female", "MC 000 123")


OTHERS = {
    CardContent: "card",
    ConsentContent: "consent",
    SummaryContent: "summary",
    LabelContent: "label",
    PackContent: "pack",
}


def print_it(content: Any, paper: Paper = Paper.A4) -> bytes:
    if name := OTHERS.get(type(content)):
        template = f"print/{'consent-form' if name == 'consent' else name}.html"
        document = Document(template, {name: content}, paper, LONDON)
    elif isinstance(content, SheetContent):
        document = sheet_document(content, paper=paper, zone=LONDON)
    else:
        document = leaflet_document(content, paper=paper)
    return document.printed().content


def pages_of(content: Any, paper: Paper = Paper.A4) -> list[str]:
    """Return what each page says, on one line, hard spaces as plain ones."""
    reader = PdfReader(io.BytesIO(print_it(content, paper)))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def text_of(content: Any, paper: Paper = Paper.A4) -> str:
    return " ".join(pages_of(content, paper))


# --- Every document ---------------------------------------------------------

ARABIC = replace(SMITH, name_family="العبدالله", name_given="فاطمة الزهراء")
LONG = replace(SMITH, name_family="Wolfeschlegel" * 9, name_given="Anne-Jorun " * 11)
DOCUMENTS = {
    "blank": blank_sheet(),
    "draft": draft_sheet(),
    "signed": signed_sheet(),
    "tampered": signed_sheet(signature_holds=False),
    "sixty points": draft_sheet(60, larger_zone=True),
    "long name": draft_sheet(identity=LONG),
    "Arabic name": draft_sheet(identity=ARABIC, side=""),
    "void": signed_sheet(void="Written for somebody else"),
    "reception": draft_sheet().for_reception(),
    "card": card(),
    "consent": consent_form(),
    "summary": summary(),
    "label": label(),
    "list": pack(),
    "label, Arabic name": label(identity=ARABIC),
    "summary, long name": summary(identity=LONG),
    "leaflet": leaflet(),
    "leaflet without a code": leaflet(calendar=""),
    "leaflet to write on": leaflet(keep_until="", visits=(), evaluation=""),
    "leaflet reprinted": leaflet(reprint_of="Reprint of the leaflet of 24-Nov-2026"),
    "leaflet, Arabic name": leaflet(patient_name="فاطمة الزهراء العبدالله"),
}


@both_papers
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_pdf_ua(
    name: str, paper: Paper, caplog: pytest.LogCaptureFixture
) -> None:
    report = pdf_validator.validate_pdf_bytes(
        print_it(DOCUMENTS[name], paper), profile="ua1"
    )

    assert [failure.message for failure in report.failures] == []
    assert report.is_compliant
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("paper", "points"), [(Paper.A4, (595, 842)), (Paper.LETTER, (612, 792))]
)
@pytest.mark.parametrize("name", ["draft", "leaflet"])
def test_a_document_has_the_size_of_its_paper(
    name: str, paper: Paper, points: tuple[int, int]
) -> None:
    box = PdfReader(io.BytesIO(print_it(DOCUMENTS[name], paper))).pages[0].mediabox

    assert (round(box.width), round(box.height)) == points


@pytest.mark.parametrize("name", DOCUMENTS)
def test_fonts_are_embedded_and_the_title_tells_no_name(name: str) -> None:
    reader = PdfReader(io.BytesIO(print_it(DOCUMENTS[name])))
    fonts = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    ]

    assert fonts
    assert all("/FontFile2" in font or "/FontFile3" in font for font in fonts)
    assert reader.metadata is not None
    assert reader.metadata.title in {
        "Session sheet S-000482",
        "After your treatment",
        "Your next visits",
        "Consent form S-000482",
        "Treatment summary S-000482",
        "Label S-000482",
        "Papers of a day",
    }


def hostile(content: Any, text: str) -> Any:
    """Return `content` with `text` in each of its text fields, however deep."""
    changes: dict[str, Any] = {}
    for field in fields(content):
        value = getattr(content, field.name)
        if type(value) is str:
            changes[field.name] = text
        elif field.name == "maps":
            continue  # nobody types what is on a drawing
        elif isinstance(value, tuple):
            changes[field.name] = tuple(
                text if isinstance(item, str) else hostile(item, text) for item in value
            )
        elif hasattr(value, "__dataclass_fields__"):
            changes[field.name] = hostile(value, text)
    return replace(content, **changes)


@pytest.mark.parametrize(
    "name",
    ["draft", "signed", "leaflet", "card", "consent", "summary", "label", "list"],
)
@pytest.mark.parametrize(
    "text",
    [
        "<img src=http://127.0.0.1:{port}/x>",
        "<img src=file:///etc/passwd>",
        "<style>@import 'http://127.0.0.1:{port}/x'</style>",
        '"><p style="background:url(http://127.0.0.1:{port}/x)">',
        "</title></svg><link rel=stylesheet href=//127.0.0.1:{port}/x>",
        "{{{{ settings }}}} {{% include 'base.html' %}}",
        "<script>fetch('http://127.0.0.1:{port}/x')</script>",
        "<iframe src=http://127.0.0.1:{port}/x></iframe>",
        "<svg><image href='http://127.0.0.1:{port}/x'/></svg>",
        "<object data=http://127.0.0.1:{port}/x>",
        "<a rel=attachment href=file:///etc/passwd>",
        "<base href=http://127.0.0.1:{port}/><meta http-equiv=refresh>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'http://127.0.0.1:{port}/x'>]>&x;&nbsp;",
        "]]><![CDATA[<?xml-stylesheet href='http://127.0.0.1:{port}/x'?>-->",
    ],
)
def test_what_people_type_is_printed_and_never_fetched(name: str, text: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        text = text.format(port=listener.getsockname()[1])
        printed = text_of(hostile(DOCUMENTS[name], text))

        with pytest.raises(BlockingIOError):
            listener.accept()
    assert squeezed(text) in squeezed(printed)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_that_people_type_stay_lines(end: str) -> None:
    typed = end.join(("first of two", "second of two"))
    amended = replace(signed_sheet().amendments[0], text=typed)
    sheet = signed_sheet(note=typed, mixture_note=typed, amendments=(amended,))

    for content, times in ((sheet, 3), (summary(evaluation=(typed,)), 1)):
        text = PdfReader(io.BytesIO(print_it(content))).pages[0].extract_text()
        assert re.sub(r"\s*\n\s*", "|", text).count("first of two|second") == times


def squeezed(text: str) -> str:
    """Return `text` as it is whatever the case and wherever a line was broken."""
    return "".join(text.split()).lower()


@both_papers
@pytest.mark.parametrize("name", ["card", "consent", "summary", "label", "list"])
def test_a_smaller_paper_is_one_page_and_says_who(name: str, paper: Paper) -> None:
    (page,) = pages_of(DOCUMENTS[name], paper)

    assert "SMITH" in page.upper()
    assert "MC 000 123" in page


def test_a_long_name_leaves_it_one_label() -> None:
    (text,) = label_texts(label(identity=LONG))

    assert squeezed(LONG.name_family) in squeezed(text)
    assert "Prepared" in text


def test_a_label_that_goes_on_says_whose_it_is() -> None:
    known = tuple(f"substance {n} – rash and swelling all over" for n in range(9))
    allergies = Allergies(state=AllergyState.KNOWN, known=known)

    _, *others = label_texts(label(identity=LONG, allergies=allergies))

    assert others
    for text in others:
        for words in ("MC 000 123", "14-Aug-1980", "S-000482, continued"):
            assert words in text


def label_texts(content: LabelContent) -> list[str]:
    document = label_document(content, paper=Paper.A4, zone=LONDON)
    reader = PdfReader(io.BytesIO(document.printed().content))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def test_a_label_is_as_large_as_a_label_whatever_the_paper() -> None:
    content = print_it(label(), Paper.LETTER)

    box = PdfReader(io.BytesIO(content)).pages[0].mediabox
    assert (round(box.width), round(box.height)) == (252, 102)


def test_a_card_names_no_diagnosis_and_a_void_visit_no_numbers() -> None:
    assert "Achilles" not in text_of(card())
    assert "not signed" in text_of(summary())


# --- The session sheet ------------------------------------------------------


@both_papers
def test_a_draft_says_who_what_where_and_that_it_is_one(paper: Paper) -> None:
    text = text_of(draft_sheet(), paper)

    for words in (
        *IDENTITY,
        "DRAFT – not signed",
        "KNOWN ALLERGIES: lidocaine – rash (recorded 02-Nov-2026)",
        "RIGHT",
        "Achilles tendinopathy",
        "session 2 of 3; planned Tue 24-Nov-2026 10:20; Dr Cooper",
        "Mesotherapy protocol, version 1, published 02-Nov-2026",
        "SIDE marked: RIGHT",
        "Infection or fever now?",
        "2 cm above the heel bone 0.1 mL",
        "0.8 mL",
        "Needle 4 mm at 60°, to the stop: depth 3.5 mm",
        "Procaine 2 % 20 mg/mL 1 mL (20 mg) PR2231 30-Jun-2027",
        "Heel and calf, seen from behind: RIGHT",
        "Clinician Signature Date and time",
        "S-000482 Mesotherapy protocol, version 1, published 02-Nov-2026 as of ",
        "Page 1 of 1",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (AllergyState.NONE_KNOWN, "No known allergies"),
        (AllergyState.NOT_RECORDED, "Allergies not recorded"),
        (AllergyState.UNAVAILABLE, "Allergies unavailable"),
    ],
)
def test_each_state_of_the_allergies_is_told_in_words(
    state: AllergyState, words: str
) -> None:
    text = text_of(draft_sheet(allergies=Allergies(state=state)))

    assert words in text
    assert "KNOWN ALLERGIES" not in text


def test_a_signed_record_says_what_was_done_and_why() -> None:
    text = text_of(signed_sheet())

    for words in (
        "Signed record, amended",
        "0.7 mL",
        "skipped",
        "small graze",
        "Infection or fever now? no",
        "Deviation, because: the sore area is small today",
        "Deviation: given on day 4, protocol: day 3. The clinic was closed.",
        "I carried out this session as recorded.",
        "Dr Helen Cooper, Consultant, GMC 7012345, Tue 24-Nov-2026 10:47",
        "the record matches its signature",
        "Lot of the procaine was PR2232. Because: misread the label",
        "Patient called: bruise of 2 cm, fading. Because: phone call",
    ):
        assert words in text
    assert "DRAFT" not in text


def test_what_a_signed_record_lacks_is_said_not_left_to_write_in() -> None:
    text = text_of(signed_sheet(consent="", pain_before="", mixture=""))

    assert text.count("not recorded") == 3
    assert "medicine, strength, volume" not in text


def test_a_record_that_was_tampered_with_says_so_loudly() -> None:
    text = text_of(signed_sheet(signature_holds=False))

    assert "THE RECORD DOES NOT MATCH ITS SIGNATURE" in text
    assert "the record matches its signature" not in text


@both_papers
@pytest.mark.parametrize("points", [1, 8, 12])
def test_up_to_twelve_points_stay_on_one_page(points: int, paper: Paper) -> None:
    assert len(pages_of(draft_sheet(points), paper)) == 1
    assert len(pages_of(blank_sheet(points), paper)) == 1


@both_papers
def test_sixty_points_come_in_order_with_a_name_on_every_page(paper: Paper) -> None:
    pages = pages_of(draft_sheet(60), paper)

    numbers = [
        int(number)
        for page in pages
        for number in re.findall(r"\b(\d+) (?:2 cm above|inner|outer|where it)", page)
    ]
    assert numbers == list(range(1, 61))
    assert len(pages) <= 4
    for number, page in enumerate(pages, start=1):
        for words in (*IDENTITY, "DRAFT – not signed"):
            assert words in page
        assert "Pt Where Plan Given Note" in page or "Clinician" in page
        assert f"Page {number} of {len(pages)}" in page


def test_a_long_name_is_never_cut() -> None:
    pages = pages_of(draft_sheet(60, identity=LONG))

    for page in pages:
        assert squeezed(LONG.name_family) in squeezed(page)
        assert squeezed(LONG.name_given) in squeezed(page)
        assert "DRAFT – not signed" in page


def test_the_qr_code_is_described_by_where_it_leads() -> None:
    html = render_to_string("print/sheet.html", {"sheet": draft_sheet()})

    assert 'alt="QR code: https://clinic.example/sessions/482/"' in html


# --- The leaflet ------------------------------------------------------------


def test_a_leaflet_says_everything_in_the_order_in_which_it_matters() -> None:
    reader = PdfReader(io.BytesIO(print_it(leaflet())))
    # As it lies on the page: floats come first in the file.
    lines = reader.pages[0].extract_text(extraction_mode="layout")
    text = " ".join(lines.split())

    places = [
        text.index(words)
        for words in (
            "Northgate Pain Clinic",
            "Anne-Jorun Smith",
            "MC 000 123",
            "Achilles tendon, RIGHT side",
            "Tuesday 24 November 2026",
            "Keep the dressing on until 13:45",
            "at least 3 hours",
            "No cream. No ice. No massage.",
            "Day 7: Saturday 28 November 2026, 10:20",
            "What you may see",
            "Call us if",
            "Call 999 at once if",
            "0113 496 0123",
            "Closed? Call 111.",
        )
    ]
    assert places == sorted(places)


def test_a_leaflet_without_an_end_time_leaves_room_to_write_it() -> None:
    text = text_of(leaflet(keep_until="", dressing_hours=4))

    assert "Keep the dressing on until This is at least 4 hours." in text


def test_a_reprint_says_that_it_is_one() -> None:
    words = "Reprint of the leaflet handed over on Tue 24-Nov-2026 10:50"

    assert words in text_of(leaflet(reprint_of=words))
    assert "Reprint" not in text_of(leaflet())


@both_papers
def test_a_full_leaflet_stays_on_one_page(paper: Paper) -> None:
    visits = tuple(
        Visit(
            label=f"Day {day}",
            day=f"Wednesday {20 + day} September 2026",
            time="10:20",
            place="Northgate Pain Clinic, Leeds",
            clinician="Dr Cooper-Featherstone",
        )
        for day in (3, 7)
    )
    content = leaflet(
        keep_until="tomorrow, Wednesday 30 September, 01:10",
        reprint_of="Reprint of the leaflet handed over on Tue 24-Nov-2026 10:50",
        out_of_hours="Evenings and weekends: call 111, or 0113 496 0999 until 22:00.",
        visits=visits,
    )

    assert len(pages_of(content, paper)) == 1


def test_nothing_promises_that_nothing_can_happen() -> None:
    text = text_of(leaflet()).lower()

    assert "adverse" not in text
    assert "fantastic" not in text


def test_a_leaflet_reads_easily() -> None:
    sentences = sentences_of(leaflet())
    words = [re.findall(r"[A-Za-z']+", sentence) for sentence in sentences]
    count = sum(map(len, words))
    syllables = sum(
        len(HYPHENS.inserted(word).split("-")) for line in words for word in line
    )

    grade = 0.39 * count / len(sentences) + 11.8 * syllables / count - 15.59

    assert count > 80
    assert max(map(len, words)) <= 15
    assert grade <= 6


HYPHENS = pyphen.Pyphen(lang="en_GB", left=1, right=1)


def sentences_of(content: LeafletContent) -> list[str]:
    """Return the sentences of the page: of each block, at each full stop.

    A list is read with the line above it: "Call us if you have a fever".
    """
    html = unescape(render_to_string("print/leaflet.html", {"leaflet": content}))
    body = html[html.index("<h1>") : html.index('<p class="contact">')]
    parts = re.split(r"<(?:h1|h2|p|li|br)\b[^>]*>|(?<=[.?])\s", body)
    plain = (" ".join(re.sub(r"<[^>]+>", " ", part).split()) for part in parts)
    return [sentence for sentence in plain if sentence]
