"""The session sheet drawn by hand: what the template is measured against.

The same words, boxes and fonts as templates/print/sheet.html for a draft of eight
points, at coordinates that somebody would have to keep by hand. What a clinic types
may need several lines, so those texts wrap here as well.
"""

import io
import re
from base64 import b64decode
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from reportlab.lib.colors import HexColor, black, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from sessions.paper.content import SheetContent, qr_code

AS_OF = "Tue 24-Nov-2026 10:05"
PLAIN, STRONG = "Sheet", "Sheet-SemiBold"
BODY = ParagraphStyle("body", fontName=PLAIN, fontSize=10.5, leading=13.1)
BOLD = ParagraphStyle("bold", parent=BODY, fontName=STRONG)
RED = HexColor("#a3161f")
WIDTH, HEIGHT = A4
LEFT, RIGHT = 12 * mm, WIDTH - 12 * mm
# The points, right of a drawing.
TABLE = LEFT + 64 * mm
COLUMNS = [TABLE, TABLE + 9 * mm, RIGHT - 59 * mm, RIGHT - 40.5 * mm, RIGHT - 22 * mm]
COLUMNS.append(RIGHT)
PARTS = [LEFT + part * mm for part in (0, 57, 79, 105, 129, 149, 167.5)] + [RIGHT]
MAP_WIDTH = 60 * mm
ROW = 8.5 * mm


def register_fonts() -> None:
    for name, path in (
        (PLAIN, "vendor/noto-sans-400/NotoSans_400Regular.ttf"),
        (STRONG, "vendor/noto-sans-600/NotoSans_600SemiBold.ttf"),
    ):
        pdfmetrics.registerFont(TTFont(name, Path(str(finders.find(path)))))
    pdfmetrics.registerFontFamily(PLAIN, normal=PLAIN, bold=STRONG)


def draw_sheet(sheet: SheetContent) -> bytes:
    """Return the sheet as a PDF of one A4 page."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, pageCompression=1, lang="en")
    canvas.setTitle(f"Session sheet {sheet.code}")
    y = _head(canvas, sheet, HEIGHT - 6 * mm)
    y = _subject(canvas, sheet, y)
    y = _before(canvas, sheet, y)
    y = _points(canvas, sheet, y)
    _after(canvas, sheet, y)
    foot = f"{sheet.code}   {sheet.sheet_code}   {sheet.protocol}   as of {AS_OF}"
    _text(canvas, LEFT, 6 * mm, foot, size=8)
    canvas.setFont(PLAIN, 8)
    canvas.drawRightString(RIGHT, 6 * mm, "Page 1 of 1")
    canvas.save()
    return target.getvalue()


def _text(
    canvas: Canvas, x: float, y: float, text: str, *, size: float = 10.5, font: str = ""
) -> float:
    """Write one line and return where it ends."""
    canvas.setFont(font or PLAIN, size)
    canvas.drawString(x, y, text)
    return x + pdfmetrics.stringWidth(text, font or PLAIN, size)


def _wrapped(
    canvas: Canvas, x: float, top: float, width: float, text: str, style: ParagraphStyle
) -> float:
    """Write text that may need several lines and return where it ends."""
    paragraph = Paragraph(text, style)
    _, height = paragraph.wrap(width, HEIGHT)
    paragraph.drawOn(canvas, x, top - height)
    return top - height


def _head(canvas: Canvas, sheet: SheetContent, top: float) -> float:
    canvas.setLineWidth(1.5)
    canvas.rect(LEFT, top - 5.3 * mm, RIGHT - LEFT, 5.3 * mm)
    canvas.setFont(STRONG, 10.5)
    canvas.drawCentredString(WIDTH / 2, top - 4 * mm, sheet.state_words)
    y = top - 10 * mm
    _text(canvas, LEFT, y, f"{sheet.clinic}   Session sheet {sheet.code}", size=9)
    _qr(canvas, sheet.record_url, RIGHT - 17 * mm, top - 24.5 * mm, 18 * mm)
    who = sheet.identity
    name = f"{who.name_family.upper()}, {who.name_given} ({who.title})"
    _text(canvas, LEFT, y - 7 * mm, name, size=17, font=STRONG)
    x, y = LEFT, y - 12.5 * mm
    for label, value in (
        ("Born ", f"{who.born} ({who.age})"),
        ("Gender ", who.sex),
        ("No. ", who.number),
    ):
        x = _text(canvas, _text(canvas, x, y, label), y, value, font=STRONG) + 5 * mm
    canvas.setLineWidth(1)
    canvas.line(LEFT, y - 2 * mm, RIGHT, y - 2 * mm)
    return y - 3.5 * mm


def _qr(canvas: Canvas, text: str, x: float, y: float, size: float) -> None:
    png = b64decode(qr_code(text).partition(",")[2])
    canvas.drawImage(ImageReader(io.BytesIO(png)), x, y, size, size)


def _subject(canvas: Canvas, sheet: SheetContent, top: float) -> float:
    canvas.setLineWidth(2.5)
    canvas.rect(RIGHT - 26 * mm, top - 9 * mm, 26 * mm, 9 * mm)
    canvas.setFont(STRONG, 17)
    canvas.drawCentredString(RIGHT - 13 * mm, top - 6.6 * mm, sheet.side)
    _text(canvas, LEFT, top - 4.5 * mm, sheet.indication, size=13, font=STRONG)
    y = _wrapped(canvas, LEFT, top - 6 * mm, 155 * mm, sheet.session_line, BODY)
    y -= 1.5 * mm
    text = f"<b>KNOWN ALLERGIES:</b> {'; '.join(sheet.allergies.known)}"
    bottom = _wrapped(canvas, LEFT + 9 * mm, y - 2 * mm, 174 * mm, text, BODY)
    canvas.setStrokeColor(RED)
    canvas.rect(LEFT, bottom - 2 * mm, RIGHT - LEFT, y - bottom + 2 * mm)
    _triangle(canvas, LEFT + 2.5 * mm, bottom - 0.5 * mm)
    canvas.setStrokeColor(black)
    return bottom - 3.5 * mm


def _triangle(canvas: Canvas, x: float, y: float) -> None:
    path = canvas.beginPath()
    path.moveTo(x, y)
    path.lineTo(x + 5 * mm, y)
    path.lineTo(x + 2.5 * mm, y + 4.5 * mm)
    path.close()
    canvas.setFillColor(RED)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.setFillColor(white)
    canvas.rect(x + 2.25 * mm, y + 1.5 * mm, 0.5 * mm, 1.5 * mm, stroke=0, fill=1)
    canvas.rect(x + 2.25 * mm, y + 0.5 * mm, 0.5 * mm, 0.5 * mm, stroke=0, fill=1)
    canvas.setFillColor(black)


def _before(canvas: Canvas, sheet: SheetContent, top: float) -> float:
    canvas.setLineWidth(0.75)
    y, x = top - 4 * mm, LEFT + 24 * mm
    _text(canvas, LEFT, y, "Before", font=STRONG)
    for item in sheet.before:
        if x + 8 * mm + pdfmetrics.stringWidth(item, PLAIN, 10.5) > RIGHT:
            x, y = LEFT + 24 * mm, y - 5.7 * mm
        canvas.rect(x, y - 1 * mm, 4.5 * mm, 4.5 * mm)
        x = _text(canvas, x + 6 * mm, y, item) + 4 * mm
    y -= 6.5 * mm
    _text(canvas, LEFT, y, "Screening: ring yes or no", font=STRONG)
    small = ParagraphStyle("small", parent=BODY, fontSize=9.5, leading=12)
    for number, row in enumerate(sheet.screening):
        x = LEFT + 93 * mm * (number % 2)
        if number % 2 == 0:
            y -= 5.2 * mm
        _text(canvas, x, y, "yes   no", size=9.5)
        _wrapped(canvas, x + 14 * mm, y + 3.2 * mm, 79 * mm, row.question, small)
    return y - 2.5 * mm


def _points(canvas: Canvas, sheet: SheetContent, top: float) -> float:
    map_bottom = _map(canvas, sheet, top)
    tops = [top, top - 5 * mm]
    for x, title in zip(
        COLUMNS, ("Pt", "Where", "Plan", "Given", "Note"), strict=False
    ):
        _text(canvas, x + 1.5 * mm, top - 3.8 * mm, title, font=STRONG)
    small = ParagraphStyle("where", parent=BODY, fontSize=8.5, leading=9.8)
    for point in sheet.points:
        y = tops[-1]
        cells = (point.number, point.region, point.planned, point.given, point.note)
        styles = (BOLD, small, BOLD, BOLD, small)
        for column, (text, style) in enumerate(zip(cells, styles, strict=True)):
            width = COLUMNS[column + 1] - COLUMNS[column] - 3 * mm
            x = COLUMNS[column] + 1.5 * mm
            _wrapped(canvas, x, y - 2 * mm, width, text, style)
        tops.append(y - ROW)
    canvas.setLineWidth(0.5)
    canvas.grid(COLUMNS, tops)
    bottom = tops[-1] - 6.5 * mm
    canvas.grid([COLUMNS[0], *COLUMNS[2:]], [tops[-1], bottom])
    canvas.setLineWidth(1.5)
    canvas.line(TABLE, tops[-1], RIGHT, tops[-1])
    _text(canvas, TABLE + 1.5 * mm, bottom + 2 * mm, "Total", font=STRONG)
    x = COLUMNS[2] + 1.5 * mm
    _text(canvas, x, bottom + 2 * mm, sheet.total_planned, font=STRONG)
    bottom -= 4.6 * mm
    _text(canvas, TABLE, bottom + 1 * mm, sheet.needle.capitalize(), size=9)
    return min(bottom, map_bottom) - 1.5 * mm


def _map(canvas: Canvas, sheet: SheetContent, top: float) -> float:
    """Draw the body and the points on it; the curves are kept, read once."""
    (drawn,) = sheet.maps
    canvas.setFont(STRONG, 9)
    canvas.drawCentredString(LEFT + 31 * mm, top - 3.5 * mm, drawn.title)
    scale = MAP_WIDTH / 300
    canvas.saveState()
    canvas.translate(LEFT + 1 * mm, top - 5 * mm)
    canvas.scale(scale, -scale)
    for line in drawn.drawing.seen:
        ink = HexColor(line.stroke) if line.stroke != "none" else black
        canvas.setStrokeColor(ink)
        canvas.setLineWidth(float(line.stroke_width))
        canvas.setDash(
            *([float(d) for d in line.dashes.split()],) if line.dashes else ()
        )
        path = canvas.beginPath()
        for command, numbers in _curves(line.d):
            getattr(path, command)(*numbers)
        canvas.drawPath(path, stroke=1, fill=0)
    canvas.setDash()
    canvas.restoreState()
    height = drawn.drawing.height
    for word in drawn.words:
        x, y = LEFT + 1 * mm + word.x * scale, top - 5 * mm - word.y * scale
        canvas.setFont(PLAIN, float(word.size) * scale)
        canvas.drawCentredString(x, y, word.text)
    for mark in drawn.marks:
        x = LEFT + 1 * mm + float(mark.x) * MAP_WIDTH
        y = top - 5 * mm - float(mark.y) * height * scale
        canvas.setLineWidth(1.4 * scale)
        canvas.setStrokeColor(black)
        canvas.setFillColor(white)
        canvas.circle(x, y, 9 * scale, stroke=1, fill=1)
        canvas.setFillColor(black)
        canvas.setFont(STRONG, 11.5 * scale)
        canvas.drawCentredString(x, y - 4 * scale, str(mark.number))
    return top - 5 * mm - height * scale


@cache
def _curves(d: str) -> list[tuple[str, tuple[float, ...]]]:
    """Return a path of the drawings, which have only M, L, C and Z, as calls."""
    names = {"M": ("moveTo", 2), "L": ("lineTo", 2), "C": ("curveTo", 6)}
    calls: list[tuple[str, tuple[float, ...]]] = []
    for letter, said in re.findall(r"([MLCZ])([^MLCZ]*)", d):
        if letter == "Z":
            calls.append(("close", ()))
            continue
        name, count = names[letter]
        numbers = [float(each) for each in said.split()]
        calls += [
            (name, tuple(numbers[place : place + count]))
            for place in range(0, len(numbers), count)
        ]
    return calls


def _after(canvas: Canvas, sheet: SheetContent, top: float) -> None:
    y = _mixture(canvas, sheet, top) - 1.2 * mm
    labels = (
        "Consent",
        "Pain before, 0–10",
        "Pain after, 0–10",
        "End, dressing on",
        "Dressing on until",
    )
    y = _boxes(canvas, y, labels, (0, 0.17, 0.34, 0.51, 0.68, 1)) - 1.5 * mm
    _text(canvas, LEFT, y - 4 * mm, "Note", font=STRONG)
    x = LEFT + 24 * mm
    canvas.rect(x, y - 7.3 * mm, RIGHT - x, 7.3 * mm)
    for label in ("leaflet given", "no reaction", "reaction:"):
        canvas.rect(x + 2 * mm, y - 5.8 * mm, 4.5 * mm, 4.5 * mm)
        x = _text(canvas, x + 8 * mm, y - 5 * mm, label) + 4 * mm
    labels = ("Clinician", "Signature", "Date and time")
    _boxes(canvas, y - 9 * mm, labels, (0, 1 / 3, 2 / 3, 1))


def _mixture(canvas: Canvas, sheet: SheetContent, top: float) -> float:
    titles = "Mixture", "Strength", "Volume", "Lot", "Expiry", "Drawn up", "Checked"
    for x, title in zip(PARTS, titles, strict=False):
        _text(canvas, x + 1.5 * mm, top - 3.8 * mm, title, size=8.5, font=STRONG)
    tops = [top, top - 5 * mm]
    small = ParagraphStyle("part", parent=BODY, fontSize=9, leading=10.4)
    for part in sheet.mixture:
        cells = (part.medicine, part.strength, part.volume, part.lot, part.expiry)
        for column, text in enumerate(cells):
            width = PARTS[column + 1] - PARTS[column] - 3 * mm
            x = PARTS[column] + 1.5 * mm
            _wrapped(canvas, x, tops[-1] - 2 * mm, width, text, small)
        tops.append(tops[-1] - ROW)
    tops += [tops[-1] - ROW for _ in sheet.mixture_to_write]
    canvas.setLineWidth(0.5)
    canvas.grid(PARTS, tops)
    return tops[-1]


def _boxes(
    canvas: Canvas, top: float, labels: tuple[str, ...], parts: tuple[float, ...]
) -> float:
    """Draw labelled boxes to write in and return where they end."""
    edges = [LEFT + part * (RIGHT - LEFT) for part in parts]
    for x, label in zip(edges, labels, strict=False):
        _text(canvas, x + 1.5 * mm, top - 3 * mm, label, size=8.5)
    canvas.grid(edges, [top, top - 12 * mm])
    return top - 12 * mm
