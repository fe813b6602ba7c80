"""What a leaflet says in the patient's language: words, dates, clock times."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.dateformat import format as date_text

from mesoclinic.vocabulary import Side
from protocols.dates import which_of_two
from protocols.models import Indication, LeafletText
from protocols.wording import fill

# Headings without a fact in them, by their key in protocols/leaflets/en.toml.
_PLAIN = (
    *("title", "no_cream", "no_ice", "no_massage", "next_visits", "scan", "advice"),
    *("expect", "call", "other_formats", "page", "of"),
)
_SIDES = {
    Side.RIGHT: "treated_right",
    Side.LEFT: "treated_left",
    Side.BOTH: "treated_both",
}


class Phrases:
    """One language, as the clinic words it."""

    def __init__(self, text: LeafletText) -> None:
        self.text = text
        self._says: dict[str, Any] = text.says

    def word(self, key: str, **facts: object) -> str:
        return fill(self._says["words"][key], **facts)

    def lines(self, key: str) -> tuple[str, ...]:
        return tuple(self._says["lists"][key])

    @property
    def advice(self) -> tuple[str, ...]:
        return tuple(self._says["advice"])

    def headings_with(self, *, hours: int, number: str) -> dict[str, str]:
        """Every heading; `number` is the one to call in an emergency, if any."""
        before, _, after = self._says["words"]["keep_on"].partition("{time}")
        call = "emergency" if number else "emergency_without_number"
        return {key: self.word(key) for key in _PLAIN} | {
            "keep_on": before.strip(),
            "keep_on_after": after.strip(),
            "keep_on_blank": self.word("keep_on_blank"),
            "at_least": self.word("at_least", hours=hours),
            "emergency": self.word(call, number=number),
        }

    def date(self, day: dt.date) -> str:
        """`Tuesday 24 November 2026`, as the language writes it."""
        with translation.override(self.text.language):
            return date_text(day, self._says["date"])

    def moment(self, local: dt.datetime) -> str:
        return self.word("visit", date=self.date(local.date()), time=f"{local:%H:%M}")

    def until(self, moment: dt.datetime, *, seen_from: dt.date, zone: ZoneInfo) -> str:
        """`13:45`, or with the day where it is another one (R18)."""
        local = moment.astimezone(zone)
        time = f"{local:%H:%M}"
        if season := which_of_two(local):
            time = self.word(f"{season}_time", time=time)
        if local.date() == seen_from:
            return time
        date = self.date(local.date())
        if local.date() == seen_from + dt.timedelta(days=1):
            return self.word("tomorrow", date=date, time=time)
        return self.word("visit", date=date, time=time)

    def site(self, indication: Indication, side: str) -> str:
        """`Achilles tendon, right side`; the clinic's name where there is no other."""
        place = self._says["sites"].get(indication.catalogue_key) or indication.name
        return self._on_side(place, Side(side))

    def shipped_site(self, key: str, side: Side) -> str:
        """The same for an indication of the shipped list, by its key."""
        return self._on_side(self._says["sites"][key], side)

    def _on_side(self, place: str, side: Side) -> str:
        key = _SIDES.get(side)
        return self.word(key, site=place) if key else place
