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
# Everybody signs once within this time, at a moment of their own.
SECONDS = 60
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
            _one_minute(browsers, visits[1:])
    took = {kind: Spread.of(_all(browsers, kind)) for kind in browsers[0].took}
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


def _all(browsers: list[Browser], kind: str) -> list[float]:
    return [took for browser in browsers for took in browser.took[kind]]


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


def _one_minute(browsers: list[Browser], visits: list[Any]) -> None:
    """Everybody polls the board, writes a visit down and signs it; an error ends it."""
    chance, errors = random.Random(11), []  # noqa: S311
    people = [
        threading.Thread(target=_work, args=(*each, chance.random(), errors))
        for each in zip(browsers, visits, strict=True)
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()
    if errors:
        raise errors[0]


def _work(browser: Browser, visit: Any, moment: float, errors: list[Exception]) -> None:
    """One person's minute; `moment` says when in it the visit is written and signed."""
    from bench._pages import seen_of

    ends = time.monotonic() + SECONDS
    signs_at = ends - SECONDS + moment * (SECONDS - (CHECKS + 2) * CHECKED_EVERY_S)
    polls_at = ends - SECONDS + moment * POLLED_S
    try:
        seen = seen_of(browser.get("/board/"))
        while time.monotonic() < ends:
            if signs_at <= polls_at:
                time.sleep(max(0, signs_at - time.monotonic()))
                _record_and_sign(browser, visit.get_absolute_url())
                signs_at = ends + SECONDS
            else:
                time.sleep(max(0, polls_at - time.monotonic()))
                headers = {"X-Seen": seen, "HX-Request": "true"}
                news = browser.get("/board/", "board polled", **headers)
                seen = seen_of(news) if news else seen
                polls_at += POLLED_S
    except Exception as error:  # noqa: BLE001  raised again where all have ended
        errors.append(error)


def _record_and_sign(browser: Browser, address: str) -> None:
    """As at the chair: open, change, watch the findings, save, look again, sign."""
    typed = boxes_of(browser.get(address, "recording page"))
    for _ in range(CHECKS):
        browser.post(f"{address}check/", "check", typed, 200)
        time.sleep(CHECKED_EVERY_S)
    browser.post(address, "draft saved", typed | {"autosave": "1"}, 200)
    shown = boxes_of(browser.get(f"{address}sign/", "page to sign"))
    browser.post(f"{address}sign/", "sign", shown | {"password": PASSWORD}, 302)
