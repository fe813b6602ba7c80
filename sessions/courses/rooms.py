"""Which room a visit gets: the clinician's usual one, or one that nobody uses then."""

from collections.abc import Collection, Sequence

from sessions.courses.neighbours import Place, neighbours
from sessions.schedule import minutes
from sessions.schedule.hours import Timetable


def free_rooms(
    timetable: Timetable, places: Sequence[Place], *, but_course: int | None = None
) -> list[int | None]:
    """Return a free room for each place; None where none is.

    A site that lists no rooms has none to run out of: ask `timetable.rooms`.
    """
    if not timetable.rooms or not places:
        return [None] * len(places)
    found = neighbours(timetable, places, but_course=but_course)
    return [
        choose_room(timetable, place, {each.room_id for each in around})
        for place, around in zip(places, found, strict=True)
    ]


def choose_room(
    timetable: Timetable, place: Place, taken: Collection[int | None]
) -> int | None:
    """Return the room of one place, none of those that are `taken`."""
    if place.room_id is not None:
        return None if place.room_id in taken else place.room_id
    local = place.starts_at.astimezone(timetable.zone)
    day, minute = local.date(), minutes.minute_of(local.time())
    usual = timetable.usual_room(place.clinician_id, day, minute)
    free = [room.pk for room in timetable.rooms if room.pk not in taken]
    if usual in free:
        return usual
    # One that is nobody's then, or else whatever there is.
    others = timetable.usual_rooms(day, minute)
    return min(free, key=lambda pk: pk in others, default=None)
