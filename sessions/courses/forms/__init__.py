"""Booking and changing courses: shape and wording of input."""

from sessions.courses.forms.booking import BookingForm, version_for
from sessions.courses.forms.changing import CloseForm, MoveForm, SetAsideForm
from sessions.courses.forms.finding import FINDER_FIELDS, search_from
from sessions.courses.forms.newcomer import NewcomerForm
from sessions.courses.forms.visits import VisitsForm

__all__ = [
    "FINDER_FIELDS",
    "BookingForm",
    "CloseForm",
    "MoveForm",
    "NewcomerForm",
    "SetAsideForm",
    "VisitsForm",
    "search_from",
    "version_for",
]
