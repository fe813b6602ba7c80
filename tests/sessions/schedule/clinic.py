"""When these tests take place, and addresses that are handed other answers."""

import datetime as dt
from types import ModuleType
from typing import Any

from django.urls import include, path

from mesoclinic import urls
from sessions.courses.ahead import is_booked_ahead
from sessions.courses.stranded import stranded
from sessions.schedule.urls import clinic_urls

# A Wednesday, some weeks before the factories' week of 2 March 2026.
NOW = dt.datetime(2026, 2, 4, 9, 0, tzinfo=dt.UTC)


def addresses(**instead: Any) -> ModuleType:
    """The app's addresses, where the clinic's pages ask something else."""
    asks = {"stranded": stranded, "is_booked_ahead": is_booked_ahead} | instead
    module = ModuleType("addresses")
    clinic = path("clinic/", include(clinic_urls(**asks)))
    module.urlpatterns = [clinic, *urls.urlpatterns]
    return module
