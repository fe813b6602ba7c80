"""The words of the leaflets: drafted, changed, approved and then frozen (R19)."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from mesoclinic.models import AuditEvent
from protocols import actions, catalogue, wording
from protocols.models import LeafletText
from tests.factories import LeafletTextFactory
from tests.pages import boxes, fill_in, text_of
from tests.state import nothing_written

pytestmark = pytest.mark.django_db

IN_A_YEAR = dt.date(2028, 3, 2)


@pytest.fixture
def office(client_of, ada):
    return client_of(ada)


@pytest.fixture
def edit(english) -> str:
    return reverse("protocols:leaflet_edit", args=[english.pk])


def says(text: LeafletText, **changes):
    return {name: text.says[name] for name in ("words", "lists", "advice", "sites")} | (
        changes
    )


def test_every_shipped_language_comes_as_a_draft_and_once():
    catalogue.load()
    catalogue.load()

    texts = LeafletText.objects.all()
    assert sorted(text.language for text in texts) == sorted(wording.shipped())
    assert not any(text.is_approved or text.says["advice"] for text in texts)


def test_an_approved_text_is_frozen_and_the_next_is_a_draft(english, ada):
    actions.approve_leaflet(english, by=ada, review_on=IN_A_YEAR)

    with pytest.raises(ValidationError, match="does not change"):
        actions.amend_leaflet(english, by=ada, **says(english))
    with pytest.raises(IntegrityError), transaction.atomic():
        LeafletText.objects.filter(pk=english.pk).update(says={})
    draft = actions.draft_leaflet("en", by=ada)
    assert (draft.number, draft.is_approved) == (2, False)
    assert LeafletText.objects.in_force()["en"] == english
    actions.approve_leaflet(draft, by=ada, review_on=IN_A_YEAR)
    assert LeafletText.objects.in_force()["en"] == draft
    assert AuditEvent.objects.filter(event="leaflet_text.approved").count() == 2


def test_there_is_one_draft_at_a_time(english, ada):
    with nothing_written(), pytest.raises(ValidationError, match="a draft already"):
        actions.draft_leaflet("en", by=ada)


def test_a_review_lies_ahead(english, ada):
    with nothing_written(), pytest.raises(ValidationError):
        actions.approve_leaflet(english, by=ada, review_on=dt.date(2020, 1, 1))


@pytest.mark.parametrize(
    ("field", "line"),
    [
        ("lines_advice", "Put some ice on it."),
        ("lines_expect", "Massage helps."),
        ("lines_call", "you need arnica gel"),
        ("word_other_formats", "Remove the dressing after one hour."),
    ],
)
def test_a_line_that_contradicts_is_refused_at_its_field(office, edit, field, line):
    with nothing_written():
        page = fill_in(office, edit, **{field: line})

    assert page.status_code == 400
    assert list(page.context["form"].errors) == [field]
    assert boxes(page)[field] == line


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("word_evaluation", "We look whether it helped."),
        ("word_evaluation", "After {day} we look."),
        ("word_title", ""),
        ("lines_call", ""),
        ("lines_advice", "x\n" * 13),
        ("lines_advice", "x" * 161),
    ],
)
def test_what_cannot_be_printed_is_refused_at_its_field(office, edit, field, typed):
    with nothing_written():
        page = fill_in(office, edit, **{field: typed})

    assert page.status_code == 400
    assert field in page.context["form"].errors


def test_an_admin_switches_a_line_on_and_adds_one(office, edit, english):
    page = fill_in(
        office, edit, advice_shower="on", lines_advice="Drink enough.\nWalk a little."
    )

    assert page.status_code == 302
    english.refresh_from_db()
    assert english.says["advice"] == [
        "Do not shower or bathe today.",
        "Drink enough.",
        "Walk a little.",
    ]
    assert boxes(office.get(edit))["lines_advice"] == "Drink enough.\nWalk a little."


def test_the_fixed_block_stays_whatever_is_sent(office, edit, english, ada):
    fill_in(office, edit, word_no_ice="Ice is fine.", word_at_least="One hour.")
    changed = english.says["words"] | {"no_cream": "Cream is fine."}
    actions.amend_leaflet(english, by=ada, **says(english, words=changed))

    english.refresh_from_db()
    fixed = wording.fixed_words("en")
    assert {key: english.says["words"][key] for key in fixed} == fixed


def test_a_clinic_adds_a_language_without_a_developer(office, english):
    page = office.post(reverse("protocols:leaflet_new"), {"language": "uk"})

    added = LeafletText.objects.get(language="uk")
    assert page.headers["Location"] == reverse(
        "protocols:leaflet_edit", args=[added.pk]
    )
    assert added.says == english.says
    fill_in(office, page.headers["Location"], word_no_ice="Без льоду.")
    added.refresh_from_db()
    assert added.says["words"]["no_ice"] == "Без льоду."


def test_the_list_says_what_is_printed_and_what_is_drafted(office, ada):
    LeafletTextFactory(language="fr", approved=True)
    LeafletTextFactory(language="fr", number=2)
    LeafletTextFactory()

    page = text_of(office.get(reverse("protocols:leaflets")))

    assert page.index("English") < page.index("French")
    assert "Approved FR 1, draft of FR 2" in page


def test_approving_on_the_page(office, english):
    page = office.get(english.get_absolute_url())
    approve = reverse("protocols:leaflet_approve", args=[english.pk])

    assert office.post(approve, {"review_on": "yesterday"}).status_code == 400
    office.post(approve, boxes(page))

    english.refresh_from_db()
    assert english.is_approved
    shown = text_of(office.get(english.get_absolute_url()))
    assert "Approved" in shown
    assert "Approve these words" not in shown
