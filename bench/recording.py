"""What a clinician waits for at the chair: the page, its findings, a signature."""

import random
import threading
import time
from typing import Any

from bench._measure import Figure, Spread, at_most, print_spreads, report
from bench._scale import scaled_database
from bench._server import Browser, boxes_of, running_server
from bench._visits import one_of_each_indication, ready_to_sign

CLINICIANS = 192
# As many points as the shipped protocols plan, and as many as a session may have.
USUAL, MOST = 10, 60
# A visit takes 20 minutes: of those signed in, one in WRITERS writes and signs one
# within this time, each at a moment of their own, which is once in nine minutes.
SECONDS, WRITERS = 180, 3
# Every open page asks that often whether there is news.
POLLED_S = 10
# While a visit is written down: so often, so far apart.
CHECKS, CHECKED_EVERY_S = 5, 3
ALONE = 60
PASSWORD = "measured-and-thrown-away"  # noqa: S105


def main() -> int:
    with scaled_database():
        visits = ready_to_sign(CLINICIANS + 1, password=PASSWORD)
        with running_server() as port:
            usual, most = (_heaviest_page(port, points) for points in (USUAL, MOST))
            alone = _alone(port, visits[0])
            browsers = [Browser(port, each.clinician.username) for each in visits[1:]]
            _some_minutes(browsers, visits[1:])
    took = {kind: Spread.of(_all(browsers, kind)) for kind in _kinds(browsers)}
    found = {"findings, one clinician": alone} | {
        f"{kind}, {CLINICIANS} signed in": spread for kind, spread in took.items()
    }
    print_spreads("recording", found)
    return report(
        "recording",
        {},
        [
            at_most(150, name=f"page, {USUAL} points", unit="kB", value=usual),
            Figure(f"page, {MOST} points", most, "kB", "-", True),
            at_most(150, name="findings, one, p95", unit="ms", value=alone.p95),
            at_most(150, name="findings, all, p95", unit="ms", value=took["check"].p95),
            at_most(700, name="signing, p95", unit="ms", value=took["sign"].p95),
        ],
    )


def _kinds(browsers: list[Browser]) -> list[str]:
    return sorted({kind for browser in browsers for kind in browser.took})


def _all(browsers: list[Browser], kind: str) -> list[float]:
    return [took for browser in browsers for took in browser.took.get(kind, ())]


def _heaviest_page(port: int, points: int) -> float:
    """Of all indications, with that many points: kB, not compressed."""
    return (
        max(
            len(Browser(port, visit.clinician.username).get(visit.get_absolute_url()))
            for visit in one_of_each_indication(points)
        )
        / 1000
    )


def _alone(port: int, visit: Any) -> Spread:
    """One clinician types, nobody else is there: milliseconds of each answer."""
    browser = Browser(port, visit.clinician.username)
    address = visit.get_absolute_url()
    typed = boxes_of(browser.get(address))
    for _ in range(ALONE):
        browser.post(f"{address}check/", "check", typed, 200)
    return Spread.of(browser.took["check"])


def _some_minutes(browsers: list[Browser], visits: list[Any]) -> None:
    """All poll the board, some write a visit down and sign it; an error ends it."""
    chance, errors = random.Random(11), []  # noqa: S311
    people = [
        threading.Thread(target=_work, args=(browser, visit, chance.random(), errors))
        for browser, visit in zip(browsers, _every_third(visits), strict=True)
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()
    if errors:
        raise errors[0]


def _every_third(visits: list[Any]) -> list[Any]:
    return [None if number % WRITERS else visit for number, visit in enumerate(visits)]


def _work(browser: Browser, visit: Any, moment: float, errors: list[Exception]) -> None:
    """One person's minutes; `moment` says when in them a visit is written."""
    begins = time.monotonic()
    ends = begins + SECONDS
    signs_at = begins + moment * (SECONDS - (CHECKS + 2) * CHECKED_EVERY_S)
    polls_at = begins + moment * POLLED_S
    seen = ""
    try:
        while polls_at < ends:
            if visit and signs_at <= polls_at:
                _wait_until(signs_at)
                _record_and_sign(browser, visit.get_absolute_url())
                visit = None
            _wait_until(polls_at)
            seen = _poll(browser, seen)
            polls_at = max(polls_at + POLLED_S, time.monotonic())
    except Exception as error:  # noqa: BLE001  raised again where all have ended
        errors.append(error)


def _wait_until(moment: float) -> None:
    time.sleep(max(0, moment - time.monotonic()))


def _poll(browser: Browser, seen: str) -> str:
    """Ask whether there is news, or for the page at first; what was seen then."""
    from bench._pages import seen_of

    if not seen:
        return seen_of(browser.get("/board/", "board"))
    headers = {"X-Seen": seen, "HX-Request": "true"}
    news = browser.get("/board/", "board polled", **headers)
    return seen_of(news) if news else seen


def _record_and_sign(browser: Browser, address: str) -> None:
    """As at the chair: open, change, watch the findings, save, look again, sign."""
    typed = boxes_of(browser.get(address, "recording page"))
    for _ in range(CHECKS):
        browser.post(f"{address}check/", "check", typed, 200)
        time.sleep(CHECKED_EVERY_S)
    browser.post(address, "draft saved", typed | {"autosave": "1"}, 200)
    shown = boxes_of(browser.get(f"{address}sign/", "page to sign"))
    browser.post(f"{address}sign/", "sign", shown | {"password": PASSWORD}, 302)
