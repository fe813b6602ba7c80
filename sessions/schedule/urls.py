"""The addresses below `/clinic/`."""

from django.urls import URLPattern, path

from sessions.schedule import views
from sessions.schedule.actions.sites import BookedAhead
from sessions.schedule.preview import StrandedNow


def clinic_urls(
    *, stranded: StrandedNow, is_booked_ahead: BookedAhead
) -> list[URLPattern]:
    """Return the addresses; what they ask about bookings comes from who knows them."""
    asks = {"stranded": stranded}
    of_site = asks | {"is_booked_ahead": is_booked_ahead}
    site, person = "sites/<id:pk>/", "clinicians/<id:pk>/"
    holiday = f"{site}holidays/<day:day>/"
    return [
        path("", views.clinic, asks, name="clinic"),
        path("sites/new/", views.site_new, name="site_new"),
        path(site, views.site, of_site, name="site"),
        path(f"{site}rooms/", views.rooms, asks, name="rooms"),
        path("rooms/<id:pk>/", views.room, name="room"),
        path("rooms/<id:pk>/close/", views.room_close, asks, name="room_close"),
        path("rooms/<id:pk>/reopen/", views.room_reopen, asks, name="room_reopen"),
        path(f"{site}hours/", views.opening_hours, asks, name="opening_hours"),
        path(f"{site}closures/", views.closures, asks, name="closures"),
        path("closures/<id:pk>/remove/", views.closure_remove, name="closure_remove"),
        path(f"{site}holidays/", views.holidays, name="holidays"),
        path(f"{holiday}open/", views.holiday_open, name="holiday_open"),
        path(f"{holiday}close/", views.holiday_close, asks, name="holiday_close"),
        path(f"{person}hours/", views.working_hours, asks, name="working_hours"),
        path(f"{person}absences/", views.absences, asks, name="absences"),
        path("absences/<id:pk>/remove/", views.absence_remove, name="absence_remove"),
        path(f"{person}extra-hours/", views.extra_hours, name="extra_hours"),
        path(
            "extra-hours/<id:pk>/remove/",
            views.extra_hours_remove,
            asks,
            name="extra_hours_remove",
        ),
    ]
