"""What changes single days: closures, absences, extra hours, public holidays."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from mesoclinic import audit
from mesoclinic.models import User
from mesoclinic.typed import NotUnderstood, format_date
from sessions.schedule import reading, timetable
from sessions.schedule.models import (
    Absence,
    Closure,
    ExtraHours,
    Room,
    Site,
    WorkedHoliday,
    span_text,
)
from sessions.schedule.spans import refuse_slips

LONGEST = dt.timedelta(days=731)
FARTHEST = dt.timedelta(days=5 * 365)
_ENTERED = "This is entered already."


@transaction.atomic
def add_closure(
    site: Site,
    *,
    by: User,
    first_day: dt.date,
    last_day: dt.date,
    starts: dt.time | None,
    ends: dt.time | None,
    reason: str,
) -> Closure:
    """Close a site for days, or for part of each of them, whoever works there."""
    timetable.changed()
    _check_days(first_day, last_day, starts, ends, today=_today(site))
    closure = Closure(
        site=site,
        first_day=first_day,
        last_day=last_day,
        starts=starts,
        ends=ends,
        reason=reason,
    )
    _insert_once(closure)
    audit.record("closure.added", closure, by=by, **_said(closure))
    return closure


@transaction.atomic
def add_absence(
    clinician: User,
    *,
    by: User,
    first_day: dt.date,
    last_day: dt.date,
    starts: dt.time | None,
    ends: dt.time | None,
    reason: str,
) -> Absence:
    """Book nobody with a clinician for days, or for part of each of them."""
    timetable.changed()
    _check_days(first_day, last_day, starts, ends, today=_today(None))
    absence = Absence(
        clinician=clinician,
        first_day=first_day,
        last_day=last_day,
        starts=starts,
        ends=ends,
        reason=reason,
    )
    _insert_once(absence)
    audit.record("absence.added", absence, by=by, **_said(absence))
    return absence


@transaction.atomic
def add_extra_hours(
    clinician: User,
    *,
    by: User,
    site: Site,
    day: dt.date,
    starts: dt.time,
    ends: dt.time,
    room: Room | None,
) -> ExtraHours:
    """Let a clinician work on one date beyond the weekly hours."""
    timetable.changed()
    _check_days(day, day, starts, ends, today=_today(site), first="day", last="day")
    closed = reading.closed_all_day(site, day)
    if closed:
        raise ValidationError({"day": f"{site.name} is closed then: {closed}."})
    _refuse_second_place(clinician, site, day, starts, ends)
    if room and not (room.is_active and room.site_id == site.pk):
        raise ValidationError({"room": f"{site.name} has no such room in use."})
    extra = ExtraHours(
        clinician=clinician, site=site, day=day, starts=starts, ends=ends, room=room
    )
    extra.save(force_insert=True)
    audit.record("extra_hours.added", extra, by=by, **_said(extra))
    return extra


@transaction.atomic
def remove_closure(closure: Closure, *, by: User) -> None:
    _remove(closure, by=by, event="closure.removed")


@transaction.atomic
def remove_absence(absence: Absence, *, by: User) -> None:
    _remove(absence, by=by, event="absence.removed")


@transaction.atomic
def remove_extra_hours(extra: ExtraHours, *, by: User) -> None:
    _remove(extra, by=by, event="extra_hours.removed")


@transaction.atomic
def open_on_holiday(site: Site, *, by: User, day: dt.date) -> None:
    """Keep a site's hours on one public holiday."""
    timetable.changed()
    name = timetable.public_holidays(site.country, site.region).get(day)
    if not name:
        raise ValidationError(f"{format_date(day)} is no public holiday here.")
    WorkedHoliday.objects.get_or_create(site=site, day=day)
    audit.record("holiday.opened", site, by=by, day=str(day))


@transaction.atomic
def close_on_holiday(site: Site, *, by: User, day: dt.date) -> None:
    """Close a site on a public holiday again, as on any other."""
    timetable.changed()
    WorkedHoliday.objects.filter(site=site, day=day).delete()
    audit.record("holiday.closed", site, by=by, day=str(day))


def _today(site: Site | None) -> dt.date:
    return timezone.now().astimezone(site.zone).date() if site else timezone.localdate()


def _check_days(
    first_day: dt.date,
    last_day: dt.date,
    starts: dt.time | None,
    ends: dt.time | None,
    *,
    today: dt.date,
    first: str = "first_day",
    last: str = "last_day",
) -> None:
    """Refuse, at the field, days and times that nobody means."""
    if last_day < first_day:
        raise ValidationError({last: "The last day is before the first."})
    if last_day < today:
        raise ValidationError({last: f"{format_date(last_day)} has passed."})
    if last_day - first_day > LONGEST:
        raise ValidationError({last: "More than two years: check the year."})
    if last_day > today + FARTHEST:
        raise ValidationError({last: "More than five years ahead: check the year."})
    _check_times(starts, ends)


def _check_times(starts: dt.time | None, ends: dt.time | None) -> None:
    if starts is None and ends is None:
        return
    if starts is None or ends is None:
        missing = "starts" if starts is None else "ends"
        raise ValidationError({missing: "Give both times, or none for the whole day."})
    try:
        refuse_slips(starts, ends)
    except NotUnderstood as refusal:
        raise ValidationError({"ends": str(refusal)}) from refusal


def _insert_once(row: Closure | Absence) -> None:
    """Insert a row unless the very same is there: sent twice, it is still one."""
    fields = [f.attname for f in row._meta.concrete_fields if not f.primary_key]
    same = {name: getattr(row, name) for name in fields}
    # Both times empty are the whole day; `_check_times` has looked at them.
    row.full_clean(exclude=["starts", "ends"])
    if type(row)._default_manager.filter(**same).exists():
        raise ValidationError(_ENTERED)
    row.save(force_insert=True)


def _refuse_second_place(
    clinician: User, site: Site, day: dt.date, starts: dt.time, ends: dt.time
) -> None:
    for other in reading.extra_hours_on(clinician, day):
        if other.starts < ends and starts < other.ends:
            raise ValidationError(
                {"starts": f"Extra hours that day already: {span_text(*_span(other))}."}
            )
    for weekly in reading.weekly_hours_elsewhere(clinician, site, day):
        if weekly.starts < ends and starts < weekly.ends:
            raise ValidationError(
                {
                    "starts": f"At that time they work at {weekly.site}, "
                    f"{span_text(weekly.starts, weekly.ends)}."
                }
            )


def _span(row: Any) -> tuple[dt.time | None, dt.time | None]:
    return row.starts, row.ends


def _remove(row: models.Model, *, by: User, event: str) -> None:
    timetable.changed()
    type(row)._default_manager.filter(pk=row.pk).delete()
    audit.record(event, row, by=by, **_said(row))


def _said(row: Any) -> dict[str, Any]:
    """What the trail says of a row: days and times, no reasons."""
    first = getattr(row, "day", None) or row.first_day
    last = getattr(row, "day", None) or row.last_day
    return {
        "first_day": str(first),
        "last_day": str(last),
        "hours": span_text(row.starts, row.ends),
    }
