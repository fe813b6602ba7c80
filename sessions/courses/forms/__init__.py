"""Booking and changing courses: shape and wording of input."""

from sessions.courses.forms.booking import BookingForm, version_for
from sessions.courses.forms.changing import CloseForm, MoveForm, SetAsideForm
from sessions.courses.forms.visits import VisitsForm

__all__ = [
    "BookingForm",
    "CloseForm",
    "MoveForm",
    "SetAsideForm",
    "VisitsForm",
    "version_for",
]
