"""Every paper in every language, format and size, about an invented patient."""

from collections.abc import Iterator
from math import ceil
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw

from mesoclinic.pdf import Document, Paper, picture
from mesoclinic.vocabulary import LeafletFormat
from protocols.models import LeafletText
from protocols.wording import shipped
from sessions.paper import samples
from sessions.paper.documents import sample_leaflet
from sessions.paper.printing import leaflet_document, sheet_document
from sessions.schedule.models import Site

UTC = ZoneInfo("UTC")
CLINIC = Site(
    pk=1,
    name="Northgate Pain Clinic",
    address="12 North Gate, Leeds LS1 4AB",
    phone="+441134960123",
    out_of_hours="Closed? Call 111.",
    emergency_number="999",
)
# Of the contact sheets, in pixels.
THUMB_WIDTH, THUMB_HEIGHT, CAPTION, COLUMNS, ROWS = 420, 600, 22, 6, 3


def write(folder: Path) -> Iterator[Path]:
    """Write each as PDF, and contact sheets of all their pages as PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    thumbs = []
    for name, document in documents():
        printed = document.printed()
        path = folder / f"{name}.pdf"
        path.write_bytes(printed.content)
        yield path
        for page in range(1, printed.pages + 1):
            file = folder / f"{name}-{page}.png"
            file.write_bytes(picture(document, page))
            thumbs.append(file)
    yield from _contact_sheets(folder, thumbs)


def documents() -> Iterator[tuple[str, Document]]:
    """Yield every paper with its name: `sheet-draft-a4`, `leaflet-ar-large-letter`."""
    for paper in Paper:
        for name, sheet in _sheets().items():
            document = sheet_document(sheet, paper=paper, zone=UTC)
            yield f"sheet-{name}-{paper}", document
        for name, context in _others().items():
            template = f"print/{name}.html"
            yield f"{name}-{paper}", Document(template, context, paper, UTC)
        for language in shipped():
            yield from _leaflets(language, paper)


def _sheets() -> dict[str, samples.SheetContent]:
    return {
        "blank": samples.blank_sheet(12),
        "draft": samples.draft_sheet(),
        "draft-60": samples.draft_sheet(60, larger_zone=True),
        "signed": samples.signed_sheet(),
        "void": samples.signed_sheet(void="Written for somebody else (Dr Cooper)"),
        "tampered": samples.signed_sheet(signature_holds=False),
        "reception": samples.draft_sheet().for_reception(),
    }


def _others() -> dict[str, dict[str, object]]:
    return {
        "card": {"card": samples.card()},
        "consent-form": {"consent": samples.consent_form()},
        "summary": {"summary": samples.summary()},
        "label": {"label": samples.label()},
        "pack": {"pack": samples.pack()},
    }


def _leaflets(language: str, paper: Paper) -> Iterator[tuple[str, Document]]:
    words = shipped()[language]
    text = LeafletText(language=language, number=1, says=words.as_json())
    for layout in LeafletFormat:
        content = sample_leaflet(text, leaflet_format=layout, site=CLINIC)
        document = leaflet_document(content, paper=paper)
        yield f"leaflet-{language}-{layout}-{paper}", document


def _contact_sheets(folder: Path, pages: list[Path]) -> Iterator[Path]:
    each = COLUMNS * ROWS
    for number in range(ceil(len(pages) / each)):
        some = pages[number * each : (number + 1) * each]
        size = (COLUMNS * THUMB_WIDTH, ROWS * (THUMB_HEIGHT + CAPTION))
        sheet = Image.new("RGB", size, "#888")
        for place, page in enumerate(some):
            row, column = divmod(place, COLUMNS)
            at = (column * THUMB_WIDTH, row * (THUMB_HEIGHT + CAPTION))
            _paste(sheet, page, at)
        path = folder / f"contact-sheet-{number + 1:02}.png"
        sheet.save(path)
        yield path


def _paste(sheet: Image.Image, page: Path, at: tuple[int, int]) -> None:
    left, top = at
    with Image.open(page) as picture_of_page:
        picture_of_page.thumbnail((THUMB_WIDTH - 8, THUMB_HEIGHT))
        sheet.paste(picture_of_page, (left + 4, top + CAPTION))
    ImageDraw.Draw(sheet).text((left + 6, top + 4), page.stem, fill="white")
