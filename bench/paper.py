"""What paper costs: a sheet, a leaflet, what is ready already, the papers of a day."""

import gc
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import django

from bench._measure import (
    Costs,
    Figure,
    Spread,
    at_least,
    at_most,
    print_spreads,
    report,
    side_by_side,
)

ROUNDS = 25
CLICKS = 100
VISITS = 60
STYLES = "css/print.css"


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _set_up(folder)
        with _variants(folder) as variants:
            # As in the child processes that print, for both sides: what is there now is
            # not looked through after each document.
            gc.freeze()
            gc.disable()
            costs = side_by_side(variants, rounds=ROUNDS)
            gc.enable()
        figures = [*_figures(costs), *_two_printers(), *_served()]
    return report("paper", costs, figures)


def _set_up(folder: Path) -> None:
    """The demo clinic, and no document made yet: of this run alone."""
    os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'demo.sqlite3'}"
    os.environ["PAPERS_DIR"] = str(folder / "papers")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mesoclinic.settings")
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.DEBUG = False  # or Django keeps every statement that it sends
    call_command("migrate", verbosity=0)
    with open(os.devnull, "w") as nowhere:
        call_command("load_catalogue", stdout=nowhere)
        call_command("seed_demo", stdout=nowhere)


# --- One document -----------------------------------------------------------


@contextmanager
def _variants(folder: Path) -> Iterator[dict[str, Callable[[], object]]]:
    from bench import _drawn_sheet
    from mesoclinic.pdf import Paper, press
    from mesoclinic.pdf.documents import render_to_string
    from sessions.paper.content import qr_code
    from sessions.paper.samples import draft_sheet, leaflet

    sheet, taken_home = draft_sheet(sheet_code="S482-KQX41"), leaflet()
    _drawn_sheet.register_fonts()

    def html() -> str:
        qr_code.cache_clear()  # another visit has another code
        return render_to_string("print/sheet.html", {"sheet": sheet})

    def printed(tagged: bool = True) -> object:
        return press.make(html(), paper=Paper.A4, tagged=tagged)

    def handed_out() -> object:
        qr_code.cache_clear()
        page = render_to_string("print/leaflet.html", {"leaflet": taken_home})
        return press.make(page, paper=Paper.A4)

    def drawn() -> object:
        qr_code.cache_clear()
        return _drawn_sheet.draw_sheet(sheet)

    variants: dict[str, Callable[[], object]] = {
        "sheet": printed,
        "sheet, not tagged": lambda: printed(tagged=False),
        "leaflet": handed_out,
        "drawn by hand": drawn,
    }
    page = _page_for_programs(folder, html())
    program = shutil.which("wkhtmltopdf")
    if program:
        variants["wkhtmltopdf"] = _started_for_each(program, page)
    with _chromium(page) as chromium:
        if chromium:
            variants["Chromium, running already"] = chromium
        yield variants


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


@contextmanager
def _chromium(page: Path) -> Iterator[Callable[[], object] | None]:
    """Give what prints the page in a browser that runs already; None without one."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium")
    if not program:
        yield None
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox"]
        )
        tab = browser.new_page()

        def run() -> None:
            tab.goto(page.as_uri())
            tab.pdf(format="A4", tagged=True)

        yield run
        browser.close()


def _figures(costs: Costs) -> list[Figure]:
    sheet = costs["sheet"]
    by_hand = sheet.cpu / costs["drawn by hand"].cpu
    leaflet = costs["leaflet"].cpu / sheet.cpu
    tags = sheet.cpu / costs["sheet, not tagged"].cpu
    return [
        at_most(8, name="sheet, of one drawn by hand", value=by_hand, unit="times"),
        _against(costs, "wkhtmltopdf", goal=1.5),
        _against(costs, "Chromium, running already"),
        at_most(1 / 3, name="leaflet, of a sheet", value=leaflet, unit="part"),
        at_most(1.15, name="tagged, of not tagged", value=tags, unit="times"),
    ]


def _against(costs: Costs, program: str, goal: float = 0) -> Figure:
    """Wall time: the other program's work is done in a process of its own."""
    name = f"faster than {program}"
    if program not in costs:
        return Figure(name, None, "times", f">= {goal}", holds=not goal)
    value = costs[program].wall / costs["sheet"].wall
    if not goal:
        return Figure(name, round(value, 4), "times", "-", holds=True)
    return at_least(goal, name=name, value=value, unit="times")


# --- Many, on one printer and on two ----------------------------------------


def _two_printers() -> list[Figure]:
    """60 sheets and 60 leaflets, none of them ready, twice: each time other ones."""
    from django.conf import settings

    from mesoclinic.pdf import printers

    took, memory = {}, 0.0
    for count in (1, 2, 1, 2):
        settings.PRINTERS = count
        printers._pool.cache_clear()
        for future in [printers.start(_peak_mib) for _ in range(4 * count)]:
            printers.outcome(future)
        made = time.perf_counter()
        memory = max(memory, _make(f"{count} {len(took)} {made}"))
        wall = time.perf_counter() - made
        took[count] = min(wall, took.get(count, wall))
        print(f"120 documents, {count} printer(s): {wall:.1f} s, {memory:.0f} MiB")
    share = took[2] / took[1]
    return [
        at_most(0.6, name="two printers, of one", value=share, unit="part"),
        at_most(100, name="memory of a printer", value=memory, unit="MiB"),
    ]


def _make(run: str) -> float:
    """Make all of them; return the most memory that a child had, in MiB."""
    from zoneinfo import ZoneInfo

    from mesoclinic.pdf import Paper, make_all, printers
    from sessions.paper.printing import leaflet_document, sheet_document
    from sessions.paper.samples import SMITH, draft_sheet, leaflet

    documents = []
    for number in range(VISITS):
        name = f"Anne {run} {number}"
        sheet = draft_sheet(identity=replace(SMITH, name_given=name))
        zone = ZoneInfo("Europe/London")
        documents.append(sheet_document(sheet, paper=Paper.A4, zone=zone))
        documents.append(leaflet_document(leaflet(patient_name=name), paper=Paper.A4))
    assert not make_all(documents)
    return max(printers.run(_peak_mib) for _ in range(4))


def _peak_mib() -> float:
    """Runs in a child: the most memory that it has had, in MiB.

    Not by getrusage, which counts what its parent had when it was started.
    """
    status = Path("/proc/self/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1024


# --- From the click to the first byte ---------------------------------------


def _served() -> list[Figure]:
    from bench._server import Browser, running_server

    day, draft, signed = _full_day()
    with running_server() as port:
        desk, chair = Browser(port, "reception"), Browser(port, "clinician")
        papers = {
            "draft sheet": f"/sessions/{draft}/sheet.pdf",
            "signed sheet": f"/sessions/{signed}/sheet.pdf",
            "leaflet": f"/sessions/{signed}/leaflet.pdf",
        }
        for kind, address in papers.items():
            _wait_until_ready(chair, address)
            for _ in range(CLICKS):
                chair.get(address, kind)
        pack = _pack(desk, f"/diary/{day}/pack")
    found = {kind: Spread.of(chair.took[kind]) for kind in papers}
    print_spreads("ready, click to last byte", found)
    return [
        *(
            at_most(20, name=f"{kind}, ready", unit="ms", value=spread.p50)
            for kind, spread in found.items()
        ),
        *pack,
    ]


def _wait_until_ready(browser: Any, address: str) -> None:
    """A leaflet is a reprint from the second on; each process of the server is warm."""
    for _ in range(2):
        for _ in range(40):
            browser.get(address, "made")
        time.sleep(4)


def _pack(desk: Any, address: str) -> list[Figure]:
    desk.get(f"{address}/", "begin")
    page = desk.get(f"{address}/begin/", "begin").decode()
    (asked,) = re.findall(r'hx-get="([^"?]+)', page)
    begun = time.perf_counter()
    desk.get(asked, "progress")
    while b"hx-get" in desk.get(asked, "progress"):
        time.sleep(0.2)
    print(f"papers of a day, made in {time.perf_counter() - begun:.1f} s")
    desk.get(f"{address}.pdf", "pack")
    first_sign = sum(desk.took["begin"]) / 1000
    pack = desk.took["pack"][0] / 1000
    return [
        at_most(1, name="60 sheets, 60 leaflets, ready", value=pack, unit="s"),
        at_most(1, name="their progress is shown in", value=first_sign, unit="s"),
    ]


def _full_day() -> tuple[Any, int, int]:
    """A day far ahead with 60 visits; a draft and a signed visit of the demo clinic."""
    import datetime as dt

    from mesoclinic.models import User
    from sessions.courses.models import Course, TreatmentSession
    from tests.factories import CourseFactory, PatientFactory, TreatmentSessionFactory

    like = Course.objects.order_by("pk").first()
    assert like is not None
    starts_at = dt.datetime.now(dt.UTC).replace(hour=5, minute=0, second=0)
    starts_at += dt.timedelta(days=200)
    team = list(User.objects.filter(is_clinician=True))[:2]
    for number in range(VISITS):
        course = CourseFactory(
            patient=PatientFactory(),
            indication=like.indication,
            side=like.side,
            protocol_version=like.protocol_version,
            clinician=team[number % 2],
            site=like.site,
        )
        first = starts_at + dt.timedelta(minutes=20 * (number // 2))
        for protocol_day in (0, 3, 7):  # the leaflet has a code with what is to come
            TreatmentSessionFactory(
                course=course,
                protocol_day=protocol_day,
                starts_at=first + dt.timedelta(days=protocol_day),
            )
    written = TreatmentSession.objects.filter(record__isnull=False).order_by("pk")
    draft = written.filter(record__signature__isnull=True).first()
    signed = written.filter(record__signature__isnull=False).first()
    draft = draft or TreatmentSession.objects.filter(status="booked").first()
    assert draft is not None
    assert signed is not None
    return starts_at.date(), draft.pk, signed.pk
