"""Every drawing on paper and as a picture, by one command."""

import io

import pypdf
import pytest
from django.core.management import CommandError, call_command

from mesoclinic.management import contact_sheets
from protocols import drawings
from protocols.shipped_points import TEMPLATES


def draw(folder) -> list[str]:
    out = io.StringIO()
    call_command("draw_views", str(folder), stdout=out)
    return out.getvalue().split()


def text_of(pdf) -> str:
    return " ".join(
        " ".join(page.extract_text().split()) for page in pypdf.PdfReader(pdf).pages
    )


def test_all_drawings_and_all_templates_are_drawn(tmp_path):
    written = draw(tmp_path / "sheets")

    text = text_of(tmp_path / "sheets" / "drawings.pdf")
    for drawing in drawings.all_drawings():
        sides = ("RIGHT", "LEFT") if drawing.is_sided else ("",)
        for side in sides:
            assert f"{drawing.title}: {side}".removesuffix(": ") in text
    points = text_of(tmp_path / "sheets" / "points.pdf")
    for template in TEMPLATES:
        assert template.name in points
        assert template.source in points
    pages = len(pypdf.PdfReader(tmp_path / "sheets" / "drawings.pdf").pages)
    pictures = [path for path in written if "drawings-" in path]
    assert len(pictures) == pages


def test_missing_poppler_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(contact_sheets.shutil, "which", lambda name: None)

    with pytest.raises(CommandError, match="install poppler-utils"):
        draw(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "taken").write_text("")

    with pytest.raises(CommandError, match="cannot be written"):
        draw(tmp_path / "taken")
