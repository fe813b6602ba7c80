"""What the finder found, as a page shows it: offers, and between them why days fail."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from sessions.courses import offers_text
from sessions.courses.finder import Offer, PassedOver
from sessions.courses.offers import Found
from sessions.courses.visits import Visit, day_words

# So many days passed over are shown as they are; more fold into one line.
SHOWN_OPEN = 2


@dataclass(frozen=True)
class OfferedVisit:
    """One visit of an offer: when, where, with whom, and why not on its day."""

    visit: Visit
    day_0: dt.date
    clinician: str
    room: str

    @property
    def on(self) -> dt.date:
        return self.visit.on

    @property
    def at(self) -> dt.time:
        return self.visit.at

    @property
    def day(self) -> int:
        return self.visit.protocol_day

    @property
    def true_day(self) -> int:
        return (self.visit.on - self.day_0).days

    @property
    def is_off_target(self) -> bool:
        return self.true_day != self.day

    @property
    def true_day_text(self) -> str:
        return day_words(self.day, self.true_day)

    @property
    def reason(self) -> str:
        return self.visit.reason


@dataclass(frozen=True)
class OfferLine:
    """A course that fits, with the value of the button that books it."""

    offer: Offer
    clinicians: Mapping[int, str]
    rooms: Mapping[int, str]

    @property
    def text(self) -> str:
        return offers_text.write(self.offer)

    @property
    def day_0(self) -> dt.date:
        return self.offer.day_0

    @cached_property
    def visits(self) -> list[OfferedVisit]:
        return [
            OfferedVisit(
                visit=visit,
                day_0=self.offer.day_0,
                clinician=self.clinicians.get(visit.clinician_id or 0, ""),
                room=self.rooms.get(visit.room_id or 0, ""),
            )
            for visit in self.offer.visits
        ]

    @property
    def off_target(self) -> list[OfferedVisit]:
        """The visits that do not fall on their day, and so say why."""
        return [visit for visit in self.visits if visit.is_off_target]

    @property
    def clinician(self) -> str:
        return self.visits[0].clinician

    @property
    def is_one_clinicians(self) -> bool:
        return len({visit.clinician for visit in self.visits}) == 1

    @property
    def room(self) -> str:
        """The room of all visits; empty where they differ, and each says its own."""
        rooms = {visit.room for visit in self.visits}
        return rooms.pop() if len(rooms) == 1 else ""


@dataclass(frozen=True)
class PassedDays:
    """Days in a row on which no course can start."""

    days: Sequence[PassedOver]

    @property
    def is_folded(self) -> bool:
        return len(self.days) > SHOWN_OPEN

    @property
    def first(self) -> dt.date:
        return self.days[0].day_0

    @property
    def last(self) -> dt.date:
        return self.days[-1].day_0


def lines(
    found: Found, *, clinicians: Mapping[int, str], rooms: Mapping[int, str]
) -> list[OfferLine | PassedDays]:
    """Return offers and passed-over days in the order of their dates."""
    results: list[Offer | PassedOver] = [*found.offers, *found.passed_over]
    results.sort(key=lambda each: each.day_0)
    return list(_grouped(results, clinicians, rooms))


def _grouped(
    results: Sequence[Offer | PassedOver],
    clinicians: Mapping[int, str],
    rooms: Mapping[int, str],
) -> Iterator[OfferLine | PassedDays]:
    for is_offer, group in groupby(results, key=lambda each: isinstance(each, Offer)):
        if is_offer:
            yield from (OfferLine(each, clinicians, rooms) for each in group)  # type: ignore[arg-type]
        else:
            yield PassedDays([each for each in group if isinstance(each, PassedOver)])
