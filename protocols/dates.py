"""Days and clock times: follow-ups, dressings, evaluation. Pure, and without a clock.

Follow-ups are dates: day 3 is not 72 hours. A dressing is hours: 3 h on the skin,
whatever the clocks on the wall do in between.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mesoclinic.vocabulary import Severity
from protocols.rules import Finding

FOLLOW_UP_DAYS = (3, 7)
LEAST_DRESSING_HOURS = 3
DRESSING_STEP = timedelta(minutes=5)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class OutOfCalendar(ValueError):  # noqa: N818
    """A date that the calendar does not reach."""


class TimeDoesNotExist(ValueError):  # noqa: N818
    """A local time that the clocks jump over."""


class TimeIsAmbiguous(ValueError):  # noqa: N818
    """A local time that the clocks show twice."""


def day_number(day_0: date, on: date) -> int:
    """Return which day of the course a date is; day 0 is the first treatment's."""
    return (on - day_0).days


def follow_up_dates(
    day_0: date, offsets: Sequence[int] = FOLLOW_UP_DAYS
) -> tuple[date, ...]:
    """Return the dates of the follow-ups, all counted from day 0 (R12).

    Raises OutOfCalendar where one of them would lie beyond the year 9999.
    """
    return tuple(_days_after(day_0, offset) for offset in offsets)


def local_start(on: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the UTC moment at which a clock in `zone` shows `at` on that date.

    Raises TimeDoesNotExist or TimeIsAmbiguous when the clocks change just then.
    """
    first, second = (
        datetime.combine(on, at.replace(fold=fold), zone) for fold in (0, 1)
    )
    if _offset(first) < _offset(second):
        raise TimeDoesNotExist(
            f"There is no {at:%H:%M} on {_day(on)}: the clocks go forward."
        )
    if _offset(first) > _offset(second):
        raise TimeIsAmbiguous(
            f"{at:%H:%M} comes twice on {_day(on)}: the clocks go back."
        )
    return first.astimezone(UTC)


def assess_dates(
    day_0: date,
    booked: Sequence[date | None],
    *,
    offsets: Sequence[int] = FOLLOW_UP_DAYS,
    tolerance_days: int = 1,
) -> tuple[Finding, ...]:
    """Return the findings on the booked follow-ups (R12, R13).

    `booked` goes with `offsets`, one by one; None is a follow-up that is not booked.
    """
    findings: list[Finding] = []
    latest = (day_0, "day 0")
    for offset, on in zip(offsets, booked, strict=True):
        if on is None:
            continue
        findings += _out_of_order(offset, on, latest)
        findings += _off_target(offset, on, day_number(day_0, on), tolerance_days)
        latest = max(latest, (on, f"day {offset}"))
    return tuple(findings)


def keep_until(ended_at: datetime, *, hours: int) -> datetime:
    """Return when the dressing may come off, in UTC, on the next 5 minutes (R18).

    Added in UTC, so that a clock change neither shortens nor stretches it, and
    rounded up, so that it never comes out under `hours`. Raises ValueError for fewer
    than 3 hours and for a moment without a zone.
    """
    if hours < LEAST_DRESSING_HOURS:
        raise ValueError(
            f"A dressing stays on for at least {LEAST_DRESSING_HOURS} hours."
        )
    if ended_at.tzinfo is None:
        raise ValueError("The end of a session needs its time zone.")
    until = ended_at.astimezone(UTC) + timedelta(hours=hours)
    return until + (_EPOCH - until) % DRESSING_STEP


def clock_text(moment: datetime, *, seen_from: date, zone: ZoneInfo) -> str:
    """Return a moment as a clock in `zone` shows it: `13:45`, `tomorrow 01:10`.

    Any other day is named. An hour that comes twice says which of the two it is.
    """
    local = moment.astimezone(zone)
    day = _day_seen_from(seen_from, local.date())
    season = which_of_two(local)
    return f"{day}{local:%H:%M}" + (f" ({season} time)" if season else "")


def evaluation_due(day_7_date: date, on: date) -> bool:
    """Return whether a course waits for its evaluation: day 7 has passed (R16)."""
    return on > day_7_date


def _day(on: date) -> str:
    """Write a date as screens and paper do: `Tue 24-Nov-2026`."""
    return f"{on:%a %d-%b-%Y}"


def _days_after(day_0: date, days: int) -> date:
    try:
        return day_0 + timedelta(days=days)
    except OverflowError as error:
        raise OutOfCalendar(
            f"The calendar ends before day {days} after {_day(day_0)}."
        ) from error


def _offset(moment: datetime) -> timedelta:
    return moment.utcoffset() or timedelta(0)


def _out_of_order(
    offset: int, on: date, latest: tuple[date, str]
) -> tuple[Finding, ...]:
    before, name = latest
    if on > before:
        return ()
    finding = Finding(
        code="day.order",
        severity=Severity.BLOCK,
        reason=f"Day {offset} cannot be on {_day(on)}: it comes after {name}.",
        source="R12, R13",
        field=f"day_{offset}",
    )
    return (finding,)


def _off_target(
    offset: int, on: date, number: int, tolerance_days: int
) -> tuple[Finding, ...]:
    if number == offset:
        return ()
    outside = abs(number - offset) > tolerance_days
    excess = f", more than {_days(tolerance_days)} off" if outside else ""
    finding = Finding(
        code="day.outside" if outside else "day.off",
        severity=Severity.REASON,
        reason=f"{_day(on)} is day {number}, protocol: day {offset}{excess}.",
        source="R13",
        field=f"day_{offset}",
    )
    return (finding,)


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _day_seen_from(seen_from: date, on: date) -> str:
    if on == seen_from:
        return ""
    return "tomorrow " if day_number(seen_from, on) == 1 else f"{_day(on)} "


def which_of_two(local: datetime) -> str:
    """Which pass of an hour it is: "summer" or "winter"; empty where it comes once.

    Told by the pass, not by `dst()`: Irish law has the winter as the exception.
    """
    if _offset(local.replace(fold=0)) == _offset(local.replace(fold=1)):
        return ""
    return "winter" if local.fold else "summer"
