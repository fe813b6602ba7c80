"""An indication's drawings and point templates, through the pages of the admin."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from mesoclinic.models import AuditEvent
from protocols.actions.points import choose_views, save_template
from protocols.models import PointTemplate
from tests.factories import (
    IndicationViewFactory,
    PointTemplateFactory,
    TemplatePointFactory,
    UserFactory,
)
from tests.pages import boxes, fill_in, queries, text_of
from tests.state import nothing_written

pytestmark = pytest.mark.django_db

ONE = {
    "name": "Round the bone",
    "source": "clinic's own",
    "spread": "one",
    "points_count": "1",
    "view_1": "ankle-outer",
    "side_1": "right",
    "x_1": "0.3",
    "y_1": "0.55",
}


@pytest.fixture
def office(client_of, ada):
    return client_of(ada)


@pytest.fixture
def ankle(indication):
    IndicationViewFactory(indication=indication, view="ankle-outer")
    IndicationViewFactory(indication=indication, view="sole", position=1)
    return indication


@pytest.fixture
def url(ankle) -> str:
    return f"{ankle.get_absolute_url()}points/"


def views_of(indication) -> list[str]:
    return [each.view for each in indication.views.all()]


def points_of(template) -> list[tuple[int, str, str, str]]:
    return [(p.number, p.view, str(p.x), str(p.y)) for p in template.points.all()]


# --- Drawings ---------------------------------------------------------------------


def test_page_shows_which_drawings_there_are_and_which_are_chosen(office, url):
    stands = boxes(office.get(url))

    chosen = {name for name in stands if name.startswith("shown_")}
    assert chosen == {"shown_ankle-outer", "shown_sole"}
    assert (stands["order_ankle-outer"], stands["order_sole"]) == ("1", "2")
    assert "No templates yet" in text_of(office.get(url))


def test_drawings_are_chosen_and_put_in_order(office, url, ankle):
    choice = {"shown_sole": None, "shown_foot-top": "on", "order_foot-top": "1"}
    page = fill_in(office, url, **choice, **{"order_ankle-outer": "2"})

    assert page.status_code == 302
    assert views_of(ankle) == ["foot-top", "ankle-outer"]
    event = AuditEvent.objects.latest("pk")
    assert event.event == "indication.views_chosen"


def test_no_drawing_at_all_is_refused(office, url, ankle):
    with nothing_written():
        page = fill_in(office, url, **{"shown_sole": None, "shown_ankle-outer": None})

    assert page.status_code == 400
    assert "Choose at least one drawing." in text_of(page)
    assert views_of(ankle) == ["ankle-outer", "sole"]


def test_a_drawing_with_points_of_a_template_stays(office, url, ankle):
    PointTemplateFactory(indication=ankle, name="Arc")

    with nothing_written():
        page = fill_in(office, url, **{"shown_ankle-outer": None})

    assert page.status_code == 400
    assert "Arc has points on Ankle, outer side" in text_of(page)


def test_an_odd_order_is_refused_with_what_was_typed(office, url):
    with nothing_written():
        page = fill_in(office, url, **{"order_sole": "first"})

    assert page.status_code == 400
    assert boxes(page)["order_sole"] == "first"


def test_no_views_at_all_by_another_way_are_refused(ankle, ada):
    with pytest.raises(ValidationError, match="at least one"):
        choose_views(ankle, by=ada, views=[])


# --- Templates --------------------------------------------------------------------


def test_a_template_is_made(office, url, ankle):
    page = office.post(f"{url}new/", ONE, follow=True)

    template = PointTemplate.objects.get()
    assert (template.indication, template.source) == (ankle, "clinic's own")
    assert points_of(template) == [(1, "ankle-outer", "0.3000", "0.5500")]
    text = text_of(page)
    assert "Round the bone 1 point · Ankle, outer side · One side" in text


def test_a_template_is_changed_and_keeps_its_place(office, ankle):
    template = PointTemplateFactory(indication=ankle, name="Arc", position=4)

    stands = boxes(office.get(template.get_absolute_url()))
    assert (stands["points_count"], stands["x_1"]) == ("8", "0.3100")
    fill_in(office, template.get_absolute_url(), points_count="2", x_1="0.35")

    template.refresh_from_db()
    assert template.position == 4
    assert points_of(template) == [
        (1, "ankle-outer", "0.3500", "0.5000"),
        (2, "ankle-outer", "0.3200", "0.5000"),
    ]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"source": ""}, "This field is required."),
        ({"name": ""}, "This field is required."),
        ({"points_count": "0"}, "Place at least one point"),
        ({"points_count": "61"}, "Write a number from 0 to 60."),
        ({"points_count": "two"}, "points"),
        ({"x_1": ""}, "Point 1 is not placed."),
        ({"x_1": "NaN"}, "This is not a place on the picture."),
        ({"x_1": "1000000000"}, "This is not a place on the picture."),
        ({"y_1": "-0.1"}, "This is not a place on the picture."),
        ({"x_1": "0.01", "y_1": "0.01"}, "Point 1 lies outside the outline."),
        ({"view_1": "body-front"}, "Point 1 is on another drawing."),
        ({"view_1": "../secrets"}, "Select a valid choice."),
        ({"spread": "three"}, "Select a valid choice."),
    ],
)
def test_a_template_with_an_error_is_refused(office, url, typed, says):
    with nothing_written():
        page = office.post(f"{url}new/", ONE | typed)

    assert page.status_code == 400
    assert says in text_of(page)
    stands = boxes(page)
    assert stands["name"] == (ONE | typed)["name"]
    if typed.get("points_count", "1") == "1":
        assert stands["x_1"] == (ONE | typed)["x_1"]


def test_a_name_is_taken_once(office, url, ankle):
    PointTemplateFactory(indication=ankle, name=ONE["name"])

    with nothing_written():
        page = office.post(f"{url}new/", ONE)

    assert "There is a template of this name already." in text_of(page)


def test_retire_and_bring_back(office, url, ankle):
    template = PointTemplateFactory(indication=ankle, name="Arc")
    address = template.get_absolute_url()

    page = office.post(f"{address}retire/", follow=True)
    assert "Arc Retired" in text_of(page)
    with nothing_written():
        assert fill_in(office, address, name="Other").status_code == 400
        again = office.post(f"{address}retire/", follow=True)
    assert "retired already" in text_of(again)

    page = office.post(f"{address}back/", follow=True)
    assert "Retired" not in text_of(page)


def test_what_no_longer_fits_is_not_brought_back(office, ankle):
    template = PointTemplateFactory(indication=ankle, name="Arc")
    address = template.get_absolute_url()
    office.post(f"{address}retire/")
    PointTemplateFactory(indication=ankle, name="Arc")

    with nothing_written():
        page = office.post(f"{address}back/", follow=True)

    assert "There is a template of this name already." in text_of(page)


def test_a_favourite_is_not_the_admins_to_see(office, url, ankle):
    owner = UserFactory(clinician=True)
    favourite = PointTemplateFactory(indication=ankle, owner=owner, name="Mine")

    assert office.get(favourite.get_absolute_url()).status_code == 404
    assert "Mine" not in text_of(office.get(url))


def test_save_refuses_a_template_without_points(ankle, ada):
    template = PointTemplate(indication=ankle)

    with pytest.raises(ValidationError, match="at least one point"):
        save_template(
            template, by=ada, name="Empty", source="own", spread="one", points=[]
        )


def test_points_of_the_middle_are_drawn_as_they_are(office, indication):
    IndicationViewFactory(indication=indication, view="back")
    template = PointTemplateFactory(indication=indication, points=0, spread="both")
    TemplatePointFactory(template=template, view="back", x=Decimal("0.5"))

    stands = boxes(office.get(template.get_absolute_url()))

    assert (stands["view_1"], stands["side_1"]) == ("back", "none")


def test_the_list_costs_the_same_however_many_there_are(office, url, ankle):
    PointTemplateFactory(indication=ankle)
    few = queries(office, url)
    PointTemplateFactory.create_batch(4, indication=ankle)

    assert queries(office, url) == few


def test_indication_says_whether_the_forearm_is_asked(office, indication):
    fill_in(office, indication.get_absolute_url(), asks_forearm="on")

    indication.refresh_from_db()
    assert indication.asks_forearm
