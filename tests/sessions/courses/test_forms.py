"""What the form of three dates does before anything is saved."""

from typing import Any

from protocols.models import ProtocolVersion
from sessions.courses.forms import VisitsForm

DATES = {
    "day_0": "2026-11-23",
    "time_0": "09:00",
    "day_3": "2026-11-26",
    "time_3": "09:00",
    "day_7": "2026-11-30",
    "time_7": "09:00",
}


def visits_form(**data: Any) -> VisitsForm:
    form = VisitsForm(data, version=ProtocolVersion())
    assert form.is_valid()
    return form


def test_follow_ups_left_empty_are_shown_first():
    form = visits_form(day_0="2026-11-23", time_0="9")

    assert form.show_first()
    assert form.data["day_3"] == "26 Nov 2026"
    assert form.data["day_7"] == "30 Nov 2026"


def test_dates_that_were_shown_are_not_shown_again():
    assert not visits_form(**DATES).show_first()


def test_pressing_show_shows_even_what_was_filled_in_meanwhile():
    assert visits_form(**DATES, show="1").show_first()
