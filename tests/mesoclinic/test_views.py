"""Staff and the audit trail, through the pages of an admin."""

import pytest
from django.urls import reverse

from mesoclinic import audit
from mesoclinic.models import User
from mesoclinic.views import EVENTS_PER_PAGE
from tests.factories import UserFactory
from tests.pages import boxes, fill_in, queries, text_of
from tests.state import nothing_written

pytestmark = pytest.mark.django_db

STAFF, NEW, TRAIL = "/staff/", "/staff/new/", "/audit/"
NADIA = {
    "username": "nadia",
    "title": "Dr",
    "given_names": "Nadia",
    "family_name": "Khan",
    "registration_number": "GMC 7",
    "is_clinician": "on",
    "is_admin": "on",
}


@pytest.fixture
def office(client_of, ada):
    """An admin, signed in."""
    return client_of(ada)


# --- The first page ---------------------------------------------------------------


def test_home_of_an_admin_is_the_list(office):
    assert office.get("/").headers["Location"] == reverse("protocols:indications")


# --- Staff -----------------------------------------------------------------------


def test_staff_lists_names_roles_and_who_cannot_sign_in(office, rita):
    UserFactory(family_name="Gone", is_active=False)

    text = text_of(office.get(STAFF))

    assert "Rita Ortiz reception Reception Can sign in" in text
    assert "Ada Novak you admin Admin Can sign in" in text
    assert "No role yet: may open nothing Cannot sign in" in text


def test_staff_asks_as_often_for_few_as_for_many(office):
    few = queries(office, STAFF)
    UserFactory.create_batch(9, clinician=True)

    assert queries(office, STAFF) == few


def test_person_added_has_the_password_and_the_roles_that_were_ticked(office):
    fill_in(office, NEW, **NADIA, password="correct horse battery")

    nadia = User.objects.get(username="nadia")
    assert sorted(nadia.roles) == ["admin", "clinician"]
    assert nadia.check_password("correct horse battery")


def test_person_refused_keeps_all_that_was_typed_but_the_password(office, rita):
    typed = NADIA | {"username": "RECEPTION"}

    with nothing_written():
        page = fill_in(office, NEW, **typed, password="short")

    assert page.status_code == 400
    assert "Password: This password is too short." in text_of(page)
    assert typed.items() <= boxes(page).items()
    assert "short" not in boxes(page).values()


def test_user_name_is_taken_whatever_its_case(office, rita):
    with nothing_written():
        page = fill_in(
            office,
            NEW,
            **NADIA | {"username": "RECEPTION"},
            password="correct horse battery",
        )

    assert "Another user has this user name." in text_of(page)


def test_person_changed_keeps_the_password_and_what_was_not_touched(office, rita):
    before = User.objects.filter(pk=rita.pk).values().get()

    fill_in(office, rita.get_absolute_url(), is_clinician="on")

    after = User.objects.filter(pk=rita.pk).values().get()
    assert {k for k in after if after[k] != before[k]} == {"is_clinician"}


def test_person_who_leaves_cannot_sign_in_and_keeps_the_name(office, rita):
    fill_in(office, rita.get_absolute_url(), is_active=None)

    rita.refresh_from_db()
    assert not rita.is_active
    assert "Rita Ortiz reception Reception Cannot sign in" in text_of(office.get(STAFF))


def test_admin_does_not_take_the_role_from_themselves(office, ada):
    with nothing_written():
        page = fill_in(office, ada.get_absolute_url(), is_admin=None, title="Ms")

    assert page.status_code == 400
    assert "You cannot take the admin role from yourself." in text_of(page)
    assert boxes(page)["title"] == "Ms"
    assert "is_admin" not in boxes(page)


# --- The audit trail -----------------------------------------------------------------


def test_trail_shows_who_did_what_newest_first(office, rita):
    audit.record("patient.amended", rita, by=rita, patient_id=7, changed=["phone"])
    audit.record("page.record_view", by=rita, outcome=audit.Outcome.DENIED)

    text = text_of(office.get(TRAIL))

    older = "patient.amended mesoclinic.User"
    assert text.index("Rita Ortiz page.record_view Not allowed") < text.index(older)
    assert f"{older} {rita.pk} changed: phone Done MC000007" in text


def test_trail_is_read_page_by_page(office, rita):
    for found in range(EVENTS_PER_PAGE + 1):
        audit.record("patients.searched", by=rita, found=found)

    first, last = office.get(TRAIL), office.get(TRAIL, {"page": "2"})

    assert "found: 50" in text_of(first)
    assert "1 to 50 of 51" in text_of(first)
    assert 'href="?page=2" rel="next"' in first.content.decode()
    assert "found: 0" in text_of(last)
    assert office.get(TRAIL, {"page": "3"}).status_code == 404


def test_trail_asks_as_often_for_few_as_for_many(office, rita):
    audit.record("patients.searched", by=rita, found=0)
    few = queries(office, TRAIL)
    for found in range(EVENTS_PER_PAGE):
        audit.record("patients.searched", by=rita, found=found)

    assert queries(office, TRAIL) == few


def test_empty_trail_says_what_will_be_there(office):
    assert "No entries yet" in text_of(office.get(TRAIL))


def test_details_stand_in_one_line(rita):
    entry = audit.record("x", by=rita, changed=["phone", "title"], found=3)

    assert entry.details_text == "changed: phone, title; found: 3"
