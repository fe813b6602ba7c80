"""The clinic's details, through their page."""

import pytest

from sessions.models import Site
from tests.pages import boxes, fill_in, queries, text_of
from tests.state import nothing_written

pytestmark = pytest.mark.django_db

CLINIC = "/clinic/"


@pytest.fixture
def office(client_of, ada):
    """An admin, signed in."""
    return client_of(ada)


def test_first_details_make_the_site(office):
    fill_in(office, CLINIC, name="Larkfield", address="12 Road", phone="020 7946 0100")

    site = Site.objects.get()
    assert (site.name, site.emergency_number) == ("Larkfield", "112")
    assert site.phone == "+442079460100"


def test_changed_details_stand_in_the_bar_at_once(office, site):
    page = fill_in(office, CLINIC, name="Larkfield").wsgi_request
    assert page.path == CLINIC

    assert "<bdi>Larkfield</bdi>" in office.get(CLINIC).content.decode()
    assert Site.objects.get().address == site.address


def test_refused_details_keep_what_was_typed(office, site):
    typed = {"name": "", "phone": "12", "address": "1 Street\nTown"}

    with nothing_written():
        page = fill_in(office, CLINIC, **typed)

    assert page.status_code == 400
    assert "Name: This field is required." in text_of(page)
    assert typed.items() <= boxes(page).items()


def test_clinic_asks_a_fixed_number_of_queries(office, site):
    assert queries(office, CLINIC) == 4  # session, user, details, name in the bar
