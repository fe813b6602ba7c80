"""The demo clinic can be made on whatever day it is, and nothing in it is amiss."""

import datetime as dt

import pytest
import time_machine

from mesoclinic.management import demo
from protocols import catalogue
from sessions.courses.stranded import stranded
from sessions.models import TreatmentSession
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "day",
    [
        dt.date(2026, 11, 25),  # day 3 is a Saturday
        dt.date(2026, 12, 24),  # two holidays and a weekend come next
        dt.date(2027, 3, 27),  # the clocks go forward tomorrow
        dt.date(2026, 10, 18),  # and back on day 7
        dt.date(2028, 2, 29),
    ],
)
def test_demo_of_any_day(day):
    catalogue.load()
    with time_machine.travel(dt.datetime.combine(day, dt.time(23, 50), dt.UTC)):
        demo.load(PASSWORD)

        assert TreatmentSession.objects.count() == 3 * len(demo.STAGES)
        assert not TreatmentSession.objects.filter(room=None).exists()
        assert stranded() == []
