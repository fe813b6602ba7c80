"""Who stands at the desk, and where: what a booking page is opened with.

A free time in the diary opens it with a day, a time, a clinician and a room filled in.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict

from mesoclinic.models import User
from mesoclinic.typed import NotUnderstood, parse_time
from patients.models import Patient
from protocols.models import ProtocolVersion
from sessions.courses.forms import BookingForm, NewcomerForm, search_from, version_for
from sessions.courses.offers import find_courses
from sessions.courses.offers_shown import OfferLine, PassedDays, lines
from sessions.schedule.hours import Timetable
from sessions.schedule.models import Site
from sessions.schedule.timetable import timetable_of


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The patient, if it is known who; the site; the protocol; and what was asked for.

    `starts` is a free time that somebody picked in the diary.
    """

    patient: Patient | None
    site: Site
    version: ProtocolVersion
    timetable: Timetable
    clinician: User | None = None
    room_id: int | None = None
    starts: tuple[dt.date, dt.time] | None = None
    asked: QueryDict

    def forms(self, data: Any) -> tuple[BookingForm, NewcomerForm | None]:
        """Return the booking, and who books where that is somebody new."""
        form = BookingForm(
            data,
            initial=self._initial(),
            version=self.version,
            timetable=self.timetable,
        )
        return form, None if self.patient else NewcomerForm(data)

    def _initial(self) -> dict[str, Any]:
        initial: dict[str, Any] = {"clinician": self.clinician}
        if self.room_id:
            initial["room"] = initial["room_0"] = str(self.room_id)
        if self.starts:
            initial["day_0"], initial["time_0"] = self.starts
        return initial

    @property
    def picked(self) -> str:
        """The free time that was picked, as a heading says it."""
        if not self.starts:
            return ""
        day, at = self.starts
        return f"{day:%a %d-%b-%Y} at {at:%H:%M}"

    @property
    def query(self) -> str:
        """What the page was opened with, to open it again with a patient."""
        asked = self.asked.copy()
        for name in ("patient", "q"):
            asked.pop(name, None)
        return asked.urlencode()

    def offers(
        self, form: BookingForm, *, now: dt.datetime
    ) -> list[OfferLine | PassedDays]:
        """Ask the finder what the form asks."""
        return self._lines(form, now=now, starts=None)

    def picked_offers(
        self, form: BookingForm, *, now: dt.datetime
    ) -> list[OfferLine | PassedDays]:
        """The course that starts at the picked time, or why none can."""
        if not self.starts:
            return []
        return self._lines(form, now=now, starts=self.starts)

    def _lines(
        self,
        form: BookingForm,
        *,
        now: dt.datetime,
        starts: tuple[dt.date, dt.time] | None,
    ) -> list[OfferLine | PassedDays]:
        search = search_from(
            form.answers(),
            patient=self.patient,
            version=self.version,
            today=now.astimezone(self.timetable.zone).date(),
            starts=starts,
        )
        found = find_courses(search, self.timetable, now=now)
        return lines(
            found,
            clinicians={each.pk: each.short_name for each in search.clinicians},
            rooms={room.pk: room.name for room in self.timetable.rooms},
        )


def desk_of(request: HttpRequest) -> Desk | None:
    """Read what the page was opened with; None while nothing can be booked at all.

    Nonsense in the address is passed over: it only fills in what can be changed.
    """
    asked = request.GET
    site = Site.objects.numbered(asked.get("site", "")) or Site.objects.main()
    version = version_for(request.POST)
    if site is None or version is None:
        return None
    timetable = timetable_of(site.pk)
    return Desk(
        patient=Patient.objects.with_allergies().numbered(asked.get("patient", "")),
        site=site,
        version=version,
        timetable=timetable,
        clinician=_clinician(asked, request.user),  # type: ignore[arg-type]
        room_id=_room(asked, timetable),
        starts=_starts(asked),
        asked=asked,
    )


def _clinician(asked: QueryDict, user: User) -> User | None:
    keys = {str(each.pk): each for each in User.objects.clinicians()}
    return keys.get(asked.get("clinician", str(user.pk)))


def _room(asked: QueryDict, timetable: Timetable) -> int | None:
    keys = {str(room.pk): room.pk for room in timetable.rooms}
    return keys.get(asked.get("room", ""))


def _starts(asked: QueryDict) -> tuple[dt.date, dt.time] | None:
    try:
        day = dt.date.fromisoformat(asked.get("day", ""))
        return day, parse_time(asked.get("time", ""))
    except (ValueError, NotUnderstood):
        return None
