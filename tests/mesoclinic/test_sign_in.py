"""Signing in as people do: in a browser, through the form."""

import pytest

from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sign_in_page(new_page):
    """The page that somebody who is not signed in is sent to, and its complaints."""
    page = new_page(width=768, height=1024)
    page.complaints = complaints = []

    def listen(said):
        if said.type == "error":
            complaints.append(said.text)

    page.on("console", listen)
    page.goto("/accounts/password/")
    return page


def fill(page, username, password):
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_sign_in_leads_to_the_page_that_was_asked_for(sign_in_page, rita):
    fill(sign_in_page, rita.username, PASSWORD)

    sign_in_page.wait_for_url("**/accounts/password/")
    assert sign_in_page.complaints == []


def test_wrong_password_is_said_and_kept_out(sign_in_page, rita):
    fill(sign_in_page, rita.username, "not this one")

    assert "/accounts/login/" in sign_in_page.url
    assert sign_in_page.get_by_role("alert").is_visible()
    sign_in_page.goto("/accounts/password/")
    assert "/accounts/login/" in sign_in_page.url


def test_cookie_of_a_test_signs_in_too(signed_in_page, ada):
    page = signed_in_page(ada)

    page.goto("/accounts/password/")

    assert page.url.endswith("/accounts/password/")
