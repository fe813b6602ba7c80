"""Drawings and points that are shipped: loaded once, and then the clinic's."""

import pytest
from django.utils import timezone

from protocols import catalogue, shipped_points
from protocols.models import Indication, PointTemplate
from protocols.shipped_points import TEMPLATES, VIEWS
from tests.factories import IndicationViewFactory, PointTemplateFactory

pytestmark = pytest.mark.django_db


def shipped(key: str) -> Indication:
    return Indication.objects.get(catalogue_key=key)


def test_every_indication_has_its_drawings_and_points():
    catalogue.load()

    assert Indication.objects.count() == len(VIEWS)
    for key, views in VIEWS.items():
        assert [each.view for each in shipped(key).views.all()] == list(views)
    for each in TEMPLATES:
        template = PointTemplate.objects.get(catalogue_key=each.key)
        assert template.indication == shipped(each.indication)
        assert [(p.number, p.view, p.x, p.y) for p in template.points.all()] == [
            (number, *point) for number, point in enumerate(each.points, start=1)
        ]


def test_loading_twice_adds_nothing():
    catalogue.load()

    assert catalogue.load() == 0
    assert PointTemplate.objects.count() == len(TEMPLATES)


@pytest.fixture
def before_points(monkeypatch):
    """The catalogue as it was before it knew of drawings and points."""
    with monkeypatch.context() as then:
        then.setattr(shipped_points, "VIEWS", {})
        then.setattr(shipped_points, "TEMPLATES", ())
        catalogue.load()


def test_an_indication_that_was_there_gets_drawings_and_points(before_points):
    ecu = shipped("extensor-carpi-ulnaris")
    assert not ecu.views.exists()

    catalogue.load()

    assert ecu.views.count() == 2
    assert PointTemplate.objects.count() == len(TEMPLATES)
    asking = Indication.objects.filter(asks_forearm=True)
    assert asking.get() == ecu


def test_what_the_clinic_changed_stays():
    catalogue.load()
    ankle = shipped("ankle-sprain-sequelae")
    ankle.views.all().delete()
    IndicationViewFactory(indication=ankle, view="body-front")
    ecu = shipped("extensor-carpi-ulnaris")
    ecu.asks_forearm = False
    ecu.save()
    first = PointTemplate.objects.get(catalogue_key=TEMPLATES[0].key)
    first.name = "Renamed"
    first.save()

    assert catalogue.load() == 0

    assert [each.view for each in ankle.views.all()] == ["body-front"]
    assert not shipped("extensor-carpi-ulnaris").asks_forearm
    first.refresh_from_db()
    assert first.name == "Renamed"


def test_a_name_that_the_clinic_has_taken_stays_its_own(before_points):
    first = TEMPLATES[0]
    own = PointTemplateFactory(indication=shipped(first.indication), name=first.name)

    catalogue.load()

    assert PointTemplate.objects.get(name=first.name) == own


def test_a_retired_template_does_not_come_back(ada):
    catalogue.load()
    first = PointTemplate.objects.get(catalogue_key=TEMPLATES[0].key)
    first.retired_at, first.retired_by = timezone.now(), ada
    first.save()

    assert catalogue.load() == 0


def test_bilateral_templates_lie_on_both_sides():
    for each in TEMPLATES:
        sides = {x > 0.5 for _, x, _ in each.points}
        if each.spread == "both":
            assert len(sides) == 2, each.key
