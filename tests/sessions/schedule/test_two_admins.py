"""Two admins who save at the same moment: one after the other, nothing overwritten."""

import datetime as dt
import threading

import pytest
from django.db import connection

from mesoclinic import audit
from mesoclinic.errors import Stale
from sessions.models import OpeningHours
from sessions.schedule import actions, timetable
from sessions.schedule.reading import opening_week
from sessions.schedule.versions import version_of
from tests.factories import SiteFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_wins_and_the_other_is_shown_what_won():
    site, ada = SiteFactory(open=False), UserFactory(admin=True)
    stored = opening_week(site)
    outcomes: list[str] = []
    together = threading.Barrier(4)

    def save(hour):
        week = stored | {0: ((dt.time(hour), dt.time(18)),)}
        together.wait()
        try:
            actions.set_opening_hours(
                site, by=ada, week=week, version=version_of(stored)
            )
            outcomes.append(f"saved {hour}")
        except Stale:
            outcomes.append("stale")
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=[hour]) for hour in (7, 8, 9, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes)[1:] == ["stale"] * 3
    row = OpeningHours.objects.get()
    assert f"saved {row.starts.hour}" in outcomes
    assert timetable.timetable_of(site.pk).opening[0].starts == row.starts
    assert audit.verify().holds


def test_first_changes_of_an_empty_clinic_at_the_same_moment():
    """There is no stamp yet to lock."""
    ada = UserFactory(admin=True)
    failures: list[Exception] = []
    together = threading.Barrier(4)

    def add(number):
        together.wait()
        try:
            actions.add_site(
                by=ada,
                name=f"Site {number}",
                address="1 Road",
                phone="+442079460000",
                out_of_hours="",
                emergency_number="112",
                time_zone="Europe/London",
                country="",
                region="",
            )
        except Exception as error:  # noqa: BLE001  whatever it is, it is shown below
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=add, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert timetable.stamp() is not None
