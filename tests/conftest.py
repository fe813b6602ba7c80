"""The cast, their clients and browsers, and what no test may do."""

import os
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, TransactionTestCase

from mesoclinic import database
from mesoclinic.models import User
from protocols.models import Indication, LeafletText, ProtocolVersion
from sessions.models import Site
from sessions.schedule import timetable
from tests.factories import (
    IndicationFactory,
    LeafletTextFactory,
    SiteFactory,
    UserFactory,
)


def pytest_configure() -> None:
    """Let a stopped run end like an interrupted one: workers, browser and all."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


# --- What no test may do ----------------------------------------------------


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Refuse every connection that leaves this machine."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _only_here(getattr(socket.socket, name)))
        yield


def _only_here(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        here = {"127.0.0.1", "::1", "localhost"}
        if self.family != socket.AF_UNIX and address[0] not in here:
            raise AssertionError(f"a test wanted to connect to {address[0]}")
        return connect(self, address)

    return guarded


# --- Clearing tables that refuse to be cleared ------------------------------

_clear_tables = TransactionTestCase._fixture_teardown


def _clear_tables_past_the_guards(case: TransactionTestCase) -> None:
    """Lift the guards while Django empties all tables after a test with commits.

    It does so on SQLite by DELETE, which they refuse; PostgreSQL's TRUNCATE asks no
    row trigger. A test that left the guards off would let every later one pass.
    """
    if connection.vendor == "sqlite":
        with database.lifted():
            _clear_tables(case)
    else:
        _clear_tables(case)
    assert not database.missing()


TransactionTestCase._fixture_teardown = _clear_tables_past_the_guards


# --- What a process remembers -------------------------------------------------


@pytest.fixture(autouse=True)
def no_timetable_of_another_test() -> None:
    timetable.forget()


# --- The cast ---------------------------------------------------------------


@pytest.fixture
def dr_cooper(db: None) -> User:
    return UserFactory(
        username="clinician",
        clinician=True,
        given_names="Alice",
        family_name="Cooper",
        registration_number="GMC 7012345",
    )


@pytest.fixture
def dr_levy(db: None) -> User:
    """A second clinician, for whatever is the other one's."""
    return UserFactory(
        username="clinician2",
        clinician=True,
        given_names="Ben",
        family_name="Levy",
        registration_number="GMC 7054321",
    )


@pytest.fixture
def rita(db: None) -> User:
    """Reception."""
    return UserFactory(
        username="reception", reception=True, given_names="Rita", family_name="Ortiz"
    )


@pytest.fixture
def ada(db: None) -> User:
    """Admin, and nothing else."""
    return UserFactory(
        username="admin", admin=True, given_names="Ada", family_name="Novak"
    )


@pytest.fixture
def nobody(db: None) -> User:
    """May sign in, and has no role."""
    return UserFactory(username="nobody", given_names="Noah", family_name="Body")


ClientOf = Callable[[User], Client]


@pytest.fixture
def client_of() -> ClientOf:
    """Give the signed-in client of a user: `client_of(rita).get("/")`."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


# --- The clinic -------------------------------------------------------------


@pytest.fixture
def site(db: None) -> Site:
    return SiteFactory()


@pytest.fixture
def english(db: None) -> LeafletText:
    """The leaflet's words in English, as shipped: a draft."""
    return LeafletTextFactory()


@pytest.fixture
def indication(db: None) -> Indication:
    """Has a side, and a published protocol version."""
    return IndicationFactory(
        name="Achilles tendinopathy",
        group__name="inflammation of a tendon",
        protocol__name="Standard",
    )


@pytest.fixture
def protocol_version(indication: Indication) -> ProtocolVersion:
    """The published version that courses of `indication` start with."""
    return indication.protocol.current


# --- Browser ----------------------------------------------------------------

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One headless Chromium for all browser tests."""
    executable = next(filter(None, map(shutil.which, _CHROMIUM)), None)
    if executable is None:
        pytest.skip("no Chromium is installed")
    from playwright.sync_api import sync_playwright

    # Playwright's sync API leaves an event loop running in this thread, and Django
    # then takes every query of a test for one made inside async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    # Chromium's own sandbox does not start for root.
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=executable, args=_QUIET + root
        )
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser: Any, live_server: Any) -> Iterator[Callable[..., Any]]:
    """Open pages of the running server: `new_page(width=768, height=1024)`.

    Further options go to Playwright's `new_context`. A script error on any page fails
    the test.
    """
    contexts: list[Any] = []
    errors: list[str] = []

    def open_page(*, width: int = 1280, height: int = 800, **options: Any) -> Any:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            locale="en-GB",
            **options,
        )
        context.set_default_timeout(30_000)  # ms; what takes longer never comes
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors


@pytest.fixture
def signed_in_page(
    new_page: Callable[..., Any], client_of: ClientOf, live_server: Any
) -> Callable[..., Any]:
    """Open a page with a user's sign-in cookie: `signed_in_page(rita)`."""

    def open_page(user: User, **options: Any) -> Any:
        page = new_page(**options)
        name = settings.SESSION_COOKIE_NAME
        value = client_of(user).cookies[name].value
        cookie = {"name": name, "value": value, "url": live_server.url}
        page.context.add_cookies([cookie])
        return page

    return open_page
