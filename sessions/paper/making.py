"""How far the documents of a pack are, told across the processes of the server."""

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Self

from mesoclinic.pdf import failure, joined_key, papers, prepare_joined
from sessions.paper.pack import TITLE, DayPack

# For how long somebody may watch.
WATCHED_S = 60 * 60


@dataclass(frozen=True)
class Making:
    """Documents that are being made: what each is called, by its key."""

    token: str
    names: dict[str, str]

    @classmethod
    def of(cls, token: str) -> Self | None:
        """Return what is being made under a token; None where nothing is."""
        names = papers().get(_key(token))
        return None if names is None else cls(token, names)

    @property
    def total(self) -> int:
        return len(self.names)

    @property
    def made(self) -> int:
        return sum(key in papers() for key in self.names)

    @property
    def failures(self) -> Sequence[tuple[str, str]]:
        """What could not be made, and why."""
        found = ((name, failure(key)) for key, name in self.names.items())
        return [(name, why) for name, why in found if why]

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to wait for; begins the last step, joining."""
        if self.failures:
            return self.made + len(self.failures) >= self.total
        if self.made < self.total:
            return False
        prepare_joined(list(self.names), title=TITLE)
        whole = joined_key(list(self.names), title=TITLE)
        return whole in papers() or bool(failure(whole))


def making(pack: DayPack) -> Making:
    """Begin to make what a pack prints, and return how far it is."""
    # All pages first: printers that are at work already would take the time from them.
    found = Making(token_urlsafe(16), pack.names)
    for document in (*(each.document for each in pack.to_print), pack.front):
        document.prepare()
    papers().set(_key(found.token), found.names, WATCHED_S)
    return found


def _key(token: str) -> str:
    return f"making.{token}"
