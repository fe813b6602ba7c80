"""The main job, in a real browser: from a name to the paper, by mouse and by keyboard.

A clinician sees a patient with Achilles tendinopathy on Monday, plans eight points of
0.1 mL at 60 degrees, treats, signs; reception hands over a leaflet that says until
when the dressing stays on and when to come back.
"""

import datetime as dt
import io
import re
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pypdf
import pytest
import time_machine

from mesoclinic import audit
from mesoclinic.vocabulary import SafetyCheck
from protocols import catalogue
from sessions.models import LeafletIssue, SessionRecord
from sessions.recording.sealing import broken_parts
from tests.drafts import lidocaine
from tests.factories import PASSWORD, SiteFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONDON = ZoneInfo("Europe/London")
MONDAY = dt.datetime(2026, 11, 23, 9, 10, tzinfo=LONDON)


@pytest.fixture
def monday() -> Iterator[Any]:
    """It is Monday morning. The clock goes on ticking, and can be put forward."""
    with time_machine.travel(MONDAY, tick=True) as clock:
        yield clock


@pytest.fixture
def clinic(monday: Any, db: None) -> None:
    """A clinic as installed: catalogue, one clinician, reception, an address."""
    catalogue.load()
    SiteFactory(name="Larkfield Clinic", phone="+442079460100")
    UserFactory(
        username="clinician",
        clinician=True,
        title="Dr",
        given_names="Alice",
        family_name="Cooper",
    )
    UserFactory(username="reception", reception=True)
    lidocaine()


def labelled(label: str) -> re.Pattern[str]:
    """A label, whether or not the page says that its field is optional."""
    return re.compile(rf"^{re.escape(label)}(\s*\(optional\))?$")


class Mouse:
    """Points and clicks; types only into what was clicked."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def press(self, name: str, role: str = "button") -> None:
        self.page.get_by_role(role, name=name, exact=False).first.click()

    def fill(self, label: str, text: str) -> None:
        box = self.page.get_by_label(labelled(label)).first
        box.click()
        box.press("Control+a")
        box.press_sequentially(text)

    def choose(self, group: str, label: str) -> None:
        fieldset = self.page.get_by_role("group", name=labelled(group))
        fieldset.get_by_text(label, exact=True).first.click()

    def select(self, label: str, option: str) -> None:
        self.page.get_by_label(labelled(label)).first.select_option(label=option)

    def tick(self, label: str) -> None:
        self.page.get_by_label(labelled(label)).first.check()

    def unfold(self, summary: str) -> None:
        self.page.locator("summary", has_text=summary).click()


class Keyboard:
    """Never touches the mouse: Tab, arrows, letters, space and Enter."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def press(self, name: str, role: str = "button") -> None:
        self._tab_to(self.page.get_by_role(role, name=name, exact=False).first)
        self.page.keyboard.press("Enter")

    def fill(self, label: str, text: str) -> None:
        self._tab_to(self.page.get_by_label(labelled(label)).first)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def choose(self, group: str, label: str) -> None:
        fieldset = self.page.get_by_role("group", name=labelled(group))
        wanted = fieldset.get_by_role("radio", name=label, exact=True)
        self._tab_into(fieldset)
        self.page.keyboard.press("Space")
        for _ in range(15):
            if wanted.is_checked():
                return
            self.page.keyboard.press("ArrowRight")
        raise AssertionError(f"no arrow key reaches {label} of {group}")

    def select(self, label: str, option: str) -> None:
        self._tab_to(self.page.get_by_label(labelled(label)).first)
        # The first word, as people do; a space would open the list.
        self.page.keyboard.type(option.split()[0])
        chosen = self.page.evaluate(
            "document.activeElement.selectedOptions[0].label.trim()"
        )
        assert chosen == option

    def tick(self, label: str) -> None:
        self._tab_to(self.page.get_by_label(labelled(label)).first)
        self.page.keyboard.press("Space")

    def unfold(self, summary: str) -> None:
        self._tab_to(self.page.locator("summary", has_text=summary))
        self.page.keyboard.press("Enter")

    def _tab_to(self, locator: Any) -> None:
        locator.wait_for()
        self._tab_until(lambda: locator.evaluate("e => e === document.activeElement"))

    def _tab_into(self, locator: Any) -> None:
        self._tab_until(
            lambda: locator.evaluate("e => e.contains(document.activeElement)")
        )

    def _tab_until(self, reached: Callable[[], bool]) -> None:
        for _ in range(200):
            if reached():
                return
            self.page.keyboard.press("Tab")
        raise AssertionError("200 tabs do not reach it")


def sign_in(hand: Any, username: str) -> None:
    hand.page.goto("/")
    hand.fill("Username", username)
    hand.fill("Password", PASSWORD)
    hand.press("Sign in")
    hand.page.get_by_role("link", name="Today").first.wait_for()


def register_patient(hand: Any) -> None:
    hand.page.goto("/patients/")
    hand.press("Register", role="link")
    hand.fill("Family name", "Smith")
    hand.fill("Given names", "Anne-Jorun")
    hand.fill("Title", "Mrs")
    hand.fill("Day", "14")
    hand.fill("Month", "aug")
    hand.fill("Year", "1980")
    hand.choose("Sex", "Female")
    hand.press("Register")
    hand.page.wait_for_url(re.compile(r"/patients/MC\d+/$"))


def book_course(hand: Any) -> None:
    hand.press("Book course", role="link")
    hand.select("Indication", "Achilles tendinopathy")
    hand.choose("Side", "Right")
    hand.unfold("Choose the dates by hand")
    hand.fill("Day 0, date", "today")
    hand.fill("Day 0, time", "9:00")
    hand.page.keyboard.press("Tab")  # leaving the box is enough: the dates come
    hand.page.get_by_role("button", name="Book these dates").wait_for()
    # Every answer to what was typed is in: nothing is swapped under the hand any more.
    hand.page.wait_for_load_state("networkidle")
    assert hand.page.get_by_text("Thu 26-Nov-2026").first.is_visible()
    assert hand.page.get_by_text("Mon 30-Nov-2026").first.is_visible()
    hand.press("Book these dates")
    hand.page.wait_for_url(re.compile(r"/courses/\d+/$"))


def treat_and_sign(hand: Any) -> int:
    """Plan, record and sign day 0; return the session's key."""
    hand.press("Open", role="link")
    hand.page.wait_for_url(re.compile(r"/sessions/\d+/$"))
    take_consent(hand)
    plan(hand)
    mix(hand)
    ask_and_tick(hand)
    hand.choose("Pain on movement before, 0 to 10", "7")
    hand.choose("Pain on movement after, 0 to 10", "4")
    hand.fill("Ended at", "09:20")
    save(hand, "All as planned")
    hand.press("Review and sign")
    hand.page.wait_for_url(re.compile(r"/sign/$"))
    hand.press("Sign as Dr Cooper")
    hand.page.get_by_text("Signed. The record is locked.").wait_for()
    return int(re.findall(r"/sessions/(\d+)/", hand.page.url)[0])


def take_consent(hand: Any) -> None:
    hand.press("Record consent", role="link")
    hand.page.wait_for_url(re.compile(r"/consent/$"))
    hand.choose("The patient's answer", "Given")
    hand.choose("How", "Signed on paper")
    hand.press("Record the answer")
    hand.page.wait_for_url(re.compile(r"/sessions/\d+/$"))


def plan(hand: Any) -> None:
    """Start from the shipped template: two rows of four."""
    offered = hand.page.locator("#template option").all_inner_texts()
    hand.select("Start from", next(text for text in offered if "rows" in text))
    save(hand, "Place")
    hand.page.get_by_label("Point 8, planned mL").wait_for()


def mix(hand: Any) -> None:
    product, lot = (
        hand.page.locator(f"#id_{name}_1 option").all_inner_texts()
        for name in ("product", "lot")
    )
    hand.select("Product 1", next(text for text in product if "Lidocaine" in text))
    hand.select("Product 1, lot", next(text for text in lot if "LIDO1" in text))
    hand.fill("Product 1, mL", "2")
    hand.fill("Drawn up in all", "2")
    hand.choose("Looks clear", "Yes")


def ask_and_tick(hand: Any) -> None:
    """No to every question, a tick at every check."""
    for question in hand.page.locator(".question legend").all_inner_texts():
        hand.choose(question.removesuffix("(optional)").strip(), "No")
    for check in SafetyCheck:
        hand.tick(check.label)


def save(hand: Any, button: str) -> None:
    hand.press(button)
    hand.page.get_by_text("Draft saved.").wait_for()
    hand.page.wait_for_load_state("networkidle")


def pdf_text(page: Any, path: str) -> str:
    response = page.request.get(path)
    assert response.status == 200
    assert response.headers["content-type"] == "application/pdf"
    reader = pypdf.PdfReader(io.BytesIO(response.body()))
    return " ".join(" ".join(p.extract_text() for p in reader.pages).split())


@pytest.mark.parametrize("hand_of", [Mouse, Keyboard], ids=["mouse", "keyboard"])
def test_from_a_name_to_the_paper(clinic, monday, new_page, hand_of):
    clinician = hand_of(new_page())
    sign_in(clinician, "clinician")
    register_patient(clinician)
    book_course(clinician)
    monday.shift(dt.timedelta(minutes=12))
    key = treat_and_sign(clinician)

    sheet = pdf_text(clinician.page, f"/sessions/{key}/sheet.pdf")
    reception = hand_of(new_page())
    sign_in(reception, "reception")
    reception.page.get_by_role("link", name="Leaflet").first.wait_for()
    leaflet = pdf_text(reception.page, f"/sessions/{key}/leaflet.pdf")

    for words in ("Anne-Jorun", "RIGHT", "0.8 mL", "60°", "Signed record", "12:20"):
        assert words in sheet
    assert "smith" in sheet.casefold()
    assert len(re.findall(r"0\.1 mL 0\.1 mL", sheet)) == 8
    for words in (
        "Mrs Anne-Jorun Smith",
        "right side",
        "Keep the dressing on until 12:20",
        "No cream",
        "No ice",
        "No massage",
        "Thursday 26 November 2026",
        "Monday 30 November 2026",
        "09:00",
        "020 7946 0100",
    ):
        assert words in leaflet
    assert reception.page.request.get(f"/sessions/{key}/sheet.pdf").status == 403
    assert broken_parts(SessionRecord.objects.get()) == []
    assert LeafletIssue.objects.count() == 1
    assert audit.verify().holds
