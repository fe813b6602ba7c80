"""The lists that admins keep, through their pages."""

import pytest
from django.urls import reverse

from protocols.models import Indication, IndicationGroup, Protocol, ProtocolVersion
from tests.factories import (
    IndicationFactory,
    IndicationGroupFactory,
    ProtocolFactory,
    ProtocolVersionFactory,
    ScreeningQuestionFactory,
)
from tests.pages import boxes, fill_in, queries, text_of
from tests.state import nothing_written

pytestmark = pytest.mark.django_db

LIST, PROTOCOLS = "/protocols/indications/", "/protocols/"
NEW = f"{LIST}new/"


@pytest.fixture
def office(client_of, ada):
    """An admin, signed in."""
    return client_of(ada)


@pytest.fixture
def surgery(client_of, dr_cooper):
    """A clinician, signed in: reads these lists, changes none."""
    return client_of(dr_cooper)


# --- Indications ----------------------------------------------------------------


@pytest.fixture
def tendons(indication) -> list[Indication]:
    """Three of one group, in this order."""
    parts = {"group": indication.group, "protocol": indication.protocol}
    return [
        indication,
        IndicationFactory(name="Plantar fasciitis", position=1, **parts),
        IndicationFactory(name="Tennis elbow", position=2, **parts),
    ]


def names(client) -> list[str]:
    groups = client.get(LIST).context["groups"]
    return [each.name for group in groups for each in group.indications.all()]


def test_list_says_side_protocol_code_and_what_supports_it(surgery, indication):
    IndicationFactory(
        name="Backache",
        group=indication.group,
        protocol=indication.protocol,
        has_side=False,
        basis="studies",
        code_system="ICD-10",
        code="M54.9",
        position=1,
    )

    text = text_of(surgery.get(LIST))

    assert "Achilles tendinopathy Left, right or both · Standard Backache" in text
    assert (
        "Backache No side · Standard ICD-10 M54.9 Supported by studies of pain relief"
        in text
    )


def test_list_offers_changes_to_admins_only(office, surgery, indication):
    assert "Retire Achilles tendinopathy" in text_of(office.get(LIST))
    assert "<form" not in surgery.get(LIST).content.decode().partition("<main")[2]


def test_empty_list_says_what_belongs_there(office, surgery):
    assert "Add the first group" in text_of(office.get(LIST))
    assert "An admin adds what is treated here" in text_of(surgery.get(LIST))


def test_retired_is_marked_until_it_is_brought_back(office, surgery, indication):
    address = indication.get_absolute_url()

    office.post(f"{address}retire/")
    assert "Achilles tendinopathy Retired Left" in text_of(surgery.get(LIST))
    assert "starts no new course" in text_of(surgery.get(LIST))

    office.post(f"{address}bring-back/")
    assert "Retired" not in text_of(surgery.get(LIST))


def test_retire_twice_is_refused_with_a_message(office, indication):
    address = f"{indication.get_absolute_url()}retire/"
    office.post(address)

    with nothing_written():
        page = office.post(address, follow=True)

    assert "This indication is retired already." in text_of(page)


def test_reorder_moves_by_one_and_comes_back_to_the_row(office, tendons):
    plantar = tendons[1]

    answer = office.post(f"{plantar.get_absolute_url()}move/up/")

    assert answer.headers["Location"] == f"{LIST}#indication-{plantar.pk}"
    assert f'id="indication-{plantar.pk}"' in office.get(LIST).content.decode()
    assert names(office)[:2] == ["Plantar fasciitis", "Achilles tendinopathy"]
    office.post(f"{plantar.get_absolute_url()}move/down/")
    office.post(f"{plantar.get_absolute_url()}move/down/")
    assert names(office)[2] == "Plantar fasciitis"


def test_reorder_stops_at_either_end(office, tendons):
    before = names(office)

    office.post(f"{tendons[0].get_absolute_url()}move/up/")
    office.post(f"{tendons[2].get_absolute_url()}move/down/")

    assert names(office) == before
    text = office.get(LIST).content.decode()
    assert 'aria-label="Move up: Achilles tendinopathy" disabled' in text
    assert 'aria-label="Move down: Tennis elbow" disabled' in text


def test_groups_are_reordered_too(office, indication):
    spine = IndicationGroupFactory(name="spinal pain", position=1)

    answer = office.post(f"{spine.get_absolute_url()}move/up/")

    assert answer.headers["Location"] == f"{LIST}#indicationgroup-{spine.pk}"
    assert list(IndicationGroup.objects.all()) == [spine, indication.group]


def test_list_asks_as_often_for_few_as_for_many(office, indication):
    few = queries(office, LIST)
    IndicationFactory.create_batch(9, protocol=indication.protocol)

    assert queries(office, LIST) == few


def test_indication_added_comes_last_in_its_group(office, tendons):
    group = tendons[0].group_id

    answer = fill_in(office, NEW, name="Jumper's knee", group=group, has_side=None)

    assert answer.status_code == 302
    assert names(office)[-1] == "Jumper's knee"
    assert not Indication.objects.get(name="Jumper's knee").has_side


def test_indication_changed_keeps_its_place(office, tendons):
    fill_in(office, tendons[1].get_absolute_url(), name="Heel pain")

    assert names(office)[1] == "Heel pain"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"name": "Tennis elbow"}, "Another indication has this name."),
        ({"code": "M76.6"}, "A code needs its system, a system its code."),
        ({"group": ""}, "Group: This field is required."),
    ],
    ids=["taken", "half a code", "no group"],
)
def test_indication_refused_keeps_what_was_typed(office, tendons, typed, says):
    typed = {"movement": "dorsiflexion"} | typed

    with nothing_written():
        page = fill_in(office, tendons[0].get_absolute_url(), **typed)

    assert page.status_code == 400
    assert says in text_of(page)
    assert typed.items() <= boxes(page).items()


def test_group_is_added_and_renamed(office):
    fill_in(office, reverse("protocols:group_new"), name="spine")
    group = IndicationGroup.objects.get()

    fill_in(office, group.get_absolute_url(), name="spinal pain")

    group.refresh_from_db()
    assert group.name == "spinal pain"
    assert "Nothing in this group yet." in text_of(office.get(LIST))


def test_group_refused_keeps_what_was_typed(office, indication):
    with nothing_written():
        page = fill_in(
            office, reverse("protocols:group_new"), name=indication.group.name
        )

    assert page.status_code == 400
    assert "Another group has this name." in text_of(page)
    assert boxes(page)["name"] == indication.group.name


# --- Protocols and their versions --------------------------------------------------


@pytest.fixture
def draft(protocol_version) -> ProtocolVersion:
    return ProtocolVersionFactory(draft=True, protocol=protocol_version.protocol)


def test_protocols_say_which_version_new_courses_start_with(surgery, protocol_version):
    ProtocolVersionFactory(protocol=protocol_version.protocol)

    text = text_of(surgery.get(PROTOCOLS))

    assert "Version 2 Published New courses start with it 6 to 10 points" in text
    assert text.count("New courses start with it") == 1


def test_draft_is_made_once_from_the_newest(office, surgery, protocol_version):
    protocol = protocol_version.protocol
    assert "Make a draft" not in text_of(surgery.get(PROTOCOLS))
    assert "Make a draft of Standard" in text_of(office.get(PROTOCOLS))
    make = reverse("protocols:draft_version", args=[protocol.pk])

    office.post(make)

    assert "Version 2 Draft" in text_of(office.get(PROTOCOLS))
    assert "Make a draft of" not in text_of(office.get(PROTOCOLS))
    with nothing_written():
        assert "There is a draft already." in text_of(office.post(make, follow=True))


def test_protocol_without_a_version_says_what_to_do(office):
    ProtocolFactory(name="New way")

    assert "New way Make a draft of New way No version yet" in text_of(
        office.get(PROTOCOLS)
    )


def test_protocols_ask_as_often_for_few_as_for_many(office, protocol_version):
    few = queries(office, PROTOCOLS)
    for protocol in ProtocolFactory.create_batch(4):
        ProtocolVersionFactory.create_batch(2, protocol=protocol)
    ProtocolVersionFactory.create_batch(3, protocol=protocol_version.protocol)

    assert queries(office, PROTOCOLS) == few


def test_version_shows_its_numbers_with_their_units(surgery, draft):
    ScreeningQuestionFactory(version=draft, text="Fever now?", yes_means="postpone")

    text = text_of(surgery.get(draft.get_absolute_url()))

    for words in (
        "Points 6 to 10",
        "Volume per point 0.1 mL",
        "Needle angle 60°",
        "Needle’s free length 4 mm",
        "Follow-ups day 3 and day 7",
        "Tolerance 1 day either way",
        "Length of a session 20 min",
        "Dressing stays on for at least 3 h",
        "Responder pain down by 2 points or 30 %",
        "Strong response pain down by 50 %",
        "Fever now? Postpone",
    ):
        assert words in text
    assert "Publish" not in text


def test_version_asks_as_often_for_few_questions_as_for_many(surgery, draft):
    ScreeningQuestionFactory(version=draft)
    few = queries(surgery, draft.get_absolute_url())
    ScreeningQuestionFactory.create_batch(9, version=draft)

    assert queries(surgery, draft.get_absolute_url()) == few


def test_draft_is_edited_then_published_then_retired(office, draft, ada):
    page = draft.get_absolute_url()

    fill_in(office, f"{page}edit/", angle_deg="45", volume_per_point_ml="0.2")
    assert "What publishing means: these numbers are frozen" in text_of(
        office.get(page)
    )

    office.post(f"{page}publish/")
    text = text_of(office.get(page))
    assert "Volume per point 0.2 mL" in text
    assert "Needle angle 45°" in text
    assert f"by {ada.display_name}" in text
    assert "Publish " not in text

    office.post(f"{page}retire/")
    assert "Retired Published" in text_of(office.get(page))
    assert "<form" not in office.get(page).content.decode().partition("<main")[2]


def test_draft_refused_keeps_what_was_typed(office, draft):
    typed = {"points_min": "12", "needle_length_mm": "4 mm", "consent_text": "I do."}

    with nothing_written():
        page = fill_in(office, f"{draft.get_absolute_url()}edit/", **typed)

    assert page.status_code == 400
    assert "Leave out the unit: 4." in text_of(page)
    assert typed.items() <= boxes(page).items()


def test_published_version_takes_no_edit(office, protocol_version):
    edit = f"{protocol_version.get_absolute_url()}edit/"

    with nothing_written():
        page = fill_in(office, edit, angle_deg="45")

    assert page.status_code == 400
    assert "A published version does not change. Make a new draft." in text_of(page)
    assert "Frozen:" in text_of(page)
    assert boxes(page)["angle_deg"] == "45"


@pytest.mark.parametrize(
    ("state", "does", "says"),
    [
        ({}, "publish", "Only a draft can be published."),
        ({"draft": True}, "retire", "Only a published version can be retired."),
        ({"retired": True}, "retire", "Only a published version can be retired."),
    ],
    ids=["publish twice", "retire a draft", "retire twice"],
)
def test_version_refuses_what_its_state_does_not_allow(office, state, does, says):
    version = ProtocolVersionFactory(**state)

    with nothing_written():
        page = office.post(f"{version.get_absolute_url()}{does}/", follow=True)

    assert says in text_of(page)


def test_protocol_knows_its_draft_and_its_current_version(protocol_version, draft):
    protocol = Protocol.objects.with_versions().get()

    assert (protocol.current, protocol.draft) == (protocol_version, draft)
