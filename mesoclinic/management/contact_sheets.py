"""Contact sheets of the body drawings, for a clinician to look at and sign off."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.template.loader import render_to_string

from mesoclinic.pdf import Paper, make_pdf
from mesoclinic.vocabulary import Side
from protocols import drawings
from protocols.maps import Map, Mark
from protocols.models.points import Spread
from protocols.shipped_points import TEMPLATES, ShippedTemplate

DOTS_PER_INCH = 110
TEMPLATE = "print/contact_sheet.html"


class PopplerMissingError(Exception):
    """There is no `pdftoppm` on this machine to make pictures of a PDF."""


@dataclass(frozen=True)
class Row:
    """Pictures side by side under one heading: right, then left."""

    heading: str
    remark: str
    maps: tuple[Map, ...]


def write(folder: Path) -> list[Path]:
    """Write the sheets as PDF and as pictures, and return what was written.

    Raises PopplerMissingError where the pictures cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for name, title, rows in (
        ("drawings", "Body drawings", list(views())),
        ("points", "Points that are shipped to start from", list(templates())),
    ):
        pdf = folder / f"{name}.pdf"
        html = render_to_string(TEMPLATE, {"title": title, "rows": rows})
        pdf.write_bytes(make_pdf(html, paper=Paper.A4))
        written += [pdf, *_pictures(pdf)]
    return written


def views() -> Iterator[Row]:
    """Every drawing, right and left; one of the middle once."""
    for drawing in drawings.all_drawings():
        yield Row(
            heading=f"{drawing.title} ({drawing.key}, version {drawing.version})",
            remark=drawing.description,
            maps=tuple(Map(drawing=drawing, side=side) for side in _sides(drawing)),
        )


def templates() -> Iterator[Row]:
    """Every template that is shipped, on each of its drawings."""
    for template in TEMPLATES:
        for view in dict.fromkeys(view for view, *_ in template.points):
            drawing = drawings.get(view)
            yield Row(
                heading=f"{template.name} ({template.indication})",
                remark=template.source,
                maps=tuple(
                    Map(drawing=drawing, side=side, marks=marks)
                    for side, marks in _shown(template, drawing)
                ),
            )


def _sides(drawing: drawings.Drawing) -> tuple[Side, ...]:
    return (Side.RIGHT, Side.LEFT) if drawing.is_sided else (Side.NONE,)


def _shown(
    template: ShippedTemplate, drawing: drawings.Drawing
) -> Iterator[tuple[Side, tuple[Mark, ...]]]:
    """The template's points on a drawing as they lie for the right, then the left."""
    right = tuple(
        Mark(number=number, x=x, y=y)
        for number, (view, x, y) in enumerate(template.points, start=1)
        if view == drawing.key
    )
    left = tuple(Mark(number=m.number, x=1 - m.x, y=m.y) for m in right)
    if drawing.is_sided:
        yield Side.RIGHT, right
        yield Side.LEFT, left
    else:
        yield Side.NONE, right
        if template.spread == Spread.ONE_SIDE:
            yield Side.NONE, left


def _pictures(pdf: Path) -> list[Path]:
    tool = shutil.which("pdftoppm")
    if tool is None:
        raise PopplerMissingError(
            "pdftoppm is not installed, so there are PDFs and no pictures: "
            "install poppler-utils."
        )
    for old in pdf.parent.glob(f"{pdf.stem}-*.png"):
        old.unlink()
    stem = pdf.with_suffix("")
    command = [tool, "-r", str(DOTS_PER_INCH), "-png", str(pdf), str(stem)]
    subprocess.run(command, check=True)  # noqa: S603  our own file
    return sorted(pdf.parent.glob(f"{pdf.stem}-*.png"))
