"""What a page of the diary is asked to show: which site, whose visits, by what.

The address says it all; what it leaves out is as it was chosen last in this browser.
Nonsense in either is as if nothing was said.
"""

from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponseBase, QueryDict

from mesoclinic.access import ClinicRequest
from mesoclinic.models import User

COOKIE = "diary"
_KEPT_S = 365 * 24 * 60 * 60
_BY = ("clinician", "room")
_VIEWS = ("day", "list")
_NAMES = ("site", "by", "whose", "view")
MINE, ALL = "mine", "all"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A clinician sees their own visits until they ask for everybody's.

    `whose` is `mine`, `all` or a clinician's key; `site` None is the main one.
    """

    site: int | None = None
    by: str = "clinician"
    whose: str = ALL
    view: str = "day"

    @classmethod
    def of(cls, request: ClinicRequest) -> Self:
        """Read what the address or a button says, then what is remembered."""
        kept = QueryDict(request.COOKIES.get(COOKIE, "")[:200])
        sent = request.POST if request.method == "POST" else request.GET
        said = {name: sent.get(name, kept.get(name, "")) for name in _NAMES}
        usual = MINE if request.user.can_be_booked else ALL
        return cls(
            site=_key(said["site"]),
            by=said["by"] if said["by"] in _BY else _BY[0],
            whose=_whose(said["whose"], request.user) or usual,
            view=said["view"] if said["view"] in _VIEWS else _VIEWS[0],
        )

    @property
    def said(self) -> dict[str, str]:
        """The whole choice, as an address or the boxes of a form say it."""
        said = {"by": self.by, "whose": self.whose, "view": self.view}
        return said | ({"site": str(self.site)} if self.site else {})

    @property
    def query(self) -> str:
        return "?" + urlencode(self.said)

    def but(self, **changes: str) -> str:
        """The query of the same page with something else chosen."""
        return replace(self, **changes).query  # type: ignore[arg-type]

    @property
    def others(self) -> dict[str, str]:
        """The queries that a page's links lead to, by their names in templates."""
        return {
            "day": self.but(view="day"),
            "list": self.but(view="list"),
            "clinicians": self.but(by="clinician"),
            "rooms": self.but(by="room"),
            "mine": self.but(whose=MINE),
            "all": self.but(whose=ALL),
        }

    def clinician_key(self, user: User) -> int | None:
        """Whose visits alone are shown; None for everybody's."""
        if self.whose == MINE:
            return user.pk
        return None if self.whose == ALL else int(self.whose)

    def remember(self, request: ClinicRequest, response: HttpResponseBase) -> None:
        """Keep what was just chosen; a page that only asks for news keeps nothing.

        One colleague's visits are looked at, not chosen for good.
        """
        if request.htmx or not any(name in request.GET for name in _NAMES):
            return
        lasting = self if self.whose in (MINE, ALL) else replace(self, whose=ALL)
        said = urlencode(lasting.said)
        if request.COOKIES.get(COOKIE) == said:
            return
        response.set_cookie(
            COOKIE,
            said,
            max_age=_KEPT_S,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def _key(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _whose(text: str, user: User) -> str:
    if text == ALL or (text == MINE and user.can_be_booked):
        return text
    return str(_key(text) or "")
