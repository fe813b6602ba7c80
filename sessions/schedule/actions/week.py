"""The hours of the week: a site's, and a clinician's at each site."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.db import transaction

from mesoclinic import audit
from mesoclinic.errors import Stale
from mesoclinic.models import User
from mesoclinic.typed import NotUnderstood
from sessions.schedule import reading, timetable
from sessions.schedule.models import OpeningHours, Room, Site, WorkingHours
from sessions.schedule.reading import Shift, Shifts, Week
from sessions.schedule.spans import (
    Span,
    Spans,
    refuse_overlaps,
    refuse_slips,
    span_words,
)
from sessions.schedule.versions import version_of


def day_field(weekday: int) -> str:
    """The form field of a site's hours on a weekday."""
    return f"day_{weekday}"


def hours_field(site_id: int, weekday: int) -> str:
    """The form field of a clinician's hours at a site on a weekday."""
    return f"hours_{site_id}_{weekday}"


def room_field(site_id: int, weekday: int) -> str:
    return f"room_{site_id}_{weekday}"


@transaction.atomic
def set_opening_hours(site: Site, *, by: User, week: Week, version: int) -> None:
    """Say when a site is open on each weekday, in place of what was said before."""
    timetable.changed()
    stored = reading.opening_week(site)
    if version != version_of(stored) and week != stored:
        theirs = {day_field(day): spans for day, spans in stored.items()}
        raise Stale(theirs, version=version_of(stored))
    for weekday, spans in week.items():
        _refuse_nonsense(day_field(weekday), spans)
    OpeningHours.objects.filter(site=site).delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(site=site, weekday=weekday, starts=starts, ends=ends)
        for weekday, spans in week.items()
        for starts, ends in spans
    )
    audit.record("opening_hours.saved", site, by=by)


@transaction.atomic
def set_working_hours(
    clinician: User, *, by: User, shifts: Shifts, version: int
) -> None:
    """Say when a clinician works at each site, in place of what was said before.

    With no hours at all they work whenever a site is open.
    """
    timetable.changed()
    stored = reading.shifts_of(clinician)
    if version != version_of(stored) and shifts != stored:
        raise Stale(_theirs(stored, shifts), version=version_of(stored))
    for (site_id, weekday), shift in shifts.items():
        _refuse_nonsense(hours_field(site_id, weekday), shift.spans)
        _refuse_other_rooms(site_id, weekday, shift)
    _refuse_two_places(shifts)
    WorkingHours.objects.filter(clinician=clinician).delete()
    WorkingHours.objects.bulk_create(_rows(clinician, shifts))
    audit.record("working_hours.saved", clinician, by=by)


def _theirs(stored: Shifts, typed: Shifts) -> dict[str, object]:
    theirs: dict[str, object] = {}
    for key in {**typed, **stored}:
        shift = stored.get(key, Shift())
        theirs[hours_field(*key)] = shift.spans
        theirs[room_field(*key)] = shift.room_key
    return theirs


def _rows(clinician: User, shifts: Shifts) -> Iterator[WorkingHours]:
    for (site_id, weekday), shift in shifts.items():
        for starts, ends in shift.spans:
            yield WorkingHours(
                clinician=clinician,
                site_id=site_id,
                weekday=weekday,
                starts=starts,
                ends=ends,
                room_id=shift.room_id,
            )


def _refuse_nonsense(field: str, spans: Spans) -> None:
    try:
        for starts, ends in spans:
            refuse_slips(starts, ends)
        refuse_overlaps(sorted(spans))
    except NotUnderstood as refusal:
        raise ValidationError({field: str(refusal)}) from refusal


def _refuse_other_rooms(site_id: int, weekday: int, shift: Shift) -> None:
    if shift.room_id is None:
        return
    if not Room.objects.in_use().filter(pk=shift.room_id, site=site_id).exists():
        raise ValidationError(
            {room_field(site_id, weekday): "This site has no such room in use."}
        )


@dataclass(frozen=True, order=True)
class _Placed:
    """Hours of one weekday and where they are, in order of time."""

    span: Span
    site_id: int


def _refuse_two_places(shifts: Mapping[tuple[int, int], Shift]) -> None:
    names = dict(Site.objects.values_list("pk", "name"))
    for weekday in range(7):
        placed = sorted(
            _Placed(span, site_id)
            for (site_id, day), shift in shifts.items()
            if day == weekday
            for span in shift.spans
        )
        for earlier, later in pairwise(placed):
            if later.span[0] < earlier.span[1]:
                raise ValidationError(
                    {
                        hours_field(later.site_id, weekday): "At that time they work "
                        f"at {names[earlier.site_id]}, {span_words(earlier.span)}."
                    }
                )
