"""What a session sheet costs: against one drawn by hand, against a program that is
started for each document, and against printing the same sheet again."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import django

from bench._measure import Costs, Figure, at_least, at_most, report, side_by_side

ROUNDS = 25
STYLES = "css/print.css"


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mesoclinic.settings")
    django.setup()
    with tempfile.TemporaryDirectory() as folder:
        costs = side_by_side(_variants(Path(folder)), rounds=ROUNDS)
    return report("paper", costs, _figures(costs))


def _variants(folder: Path) -> dict[str, Callable[[], object]]:
    from bench import _drawn_sheet
    from mesoclinic.pdf import Paper, make_pdf, render_pdf, render_to_string
    from sessions.paper.content import qr_code
    from tests.sessions.paper.samples import draft_sheet

    sheet = draft_sheet()
    template, context = "print/sheet.html", {"sheet": sheet}
    _drawn_sheet.register_fonts()

    def printed() -> bytes:
        qr_code.cache_clear()  # another visit has another code
        return make_pdf(render_to_string(template, context), paper=Paper.A4)

    def drawn() -> bytes:
        qr_code.cache_clear()
        return _drawn_sheet.draw_sheet(sheet)

    def reprinted() -> bytes:
        return render_pdf(template, context, paper=Paper.A4)

    variants = {"sheet": printed, "drawn by hand": drawn, "reprint": reprinted}
    program = shutil.which("wkhtmltopdf")
    if program:
        page = _page_for_programs(folder, render_to_string(template, context))
        variants["wkhtmltopdf"] = _started_for_each(program, page)
    return variants


def _page_for_programs(folder: Path, html: str) -> Path:
    """Lay the page and all it needs into `folder`, for a program that reads files.

    Without the running heads, which such a program would print into the text: that
    is work spared to it, not to us.
    """
    from django.contrib.staticfiles import finders

    styles = Path(str(finders.find(STYLES))).read_text(encoding="utf-8")
    for part in (STYLES, *re.findall(r'url\("\.\./(.+?)"\)', styles)):
        target = folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(str(finders.find(part)), target)
    style = (
        '<link rel="stylesheet" href="css/print.css">'
        "<style>.running-head, .running-foot { display: none }</style>"
    )
    page = folder / "page.html"
    page.write_text(html.replace("</head>", f"{style}</head>"), encoding="utf-8")
    return page


def _started_for_each(program: str, page: Path) -> Callable[[], object]:
    command = [program, "--quiet", "--page-size", "A4", "--enable-local-file-access"]

    def run() -> None:
        subprocess.run(
            [*command, page, page.with_suffix(".pdf")], check=True, capture_output=True
        )

    return run


def _figures(costs: Costs) -> list[Figure]:
    sheet = costs["sheet"]
    by_hand = sheet.cpu / costs["drawn by hand"].cpu
    share = costs["reprint"].cpu / sheet.cpu
    return [
        at_most(8, name="sheet, of one drawn by hand", value=by_hand, unit="times"),
        _against_program(costs),
        at_most(0.02, name="reprint, of a sheet", value=share, unit="part"),
    ]


def _against_program(costs: Costs) -> Figure:
    """Wall time: the other program's work is done in a process of its own."""
    name = "faster than wkhtmltopdf"
    if "wkhtmltopdf" not in costs:
        return Figure(name, None, "times", ">= 1.5", holds=False)
    value = costs["wkhtmltopdf"].wall / costs["sheet"].wall
    return at_least(1.5, name=name, value=value, unit="times")
