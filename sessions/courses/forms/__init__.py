"""Booking and changing courses: shape and wording of input."""

from sessions.courses.forms.booking import BookingForm, version_for
from sessions.courses.forms.changing import (
    CancelForm,
    CloseForm,
    MoveForm,
    SetAsideForm,
)
from sessions.courses.forms.finding import FINDER_FIELDS, search_from
from sessions.courses.forms.newcomer import NewcomerForm
from sessions.courses.forms.overbooking import OverbookingFields
from sessions.courses.forms.visits import VisitsForm
from sessions.courses.forms.waiting import EarlierForm

__all__ = [
    "FINDER_FIELDS",
    "BookingForm",
    "CancelForm",
    "CloseForm",
    "EarlierForm",
    "MoveForm",
    "NewcomerForm",
    "OverbookingFields",
    "SetAsideForm",
    "VisitsForm",
    "search_from",
    "version_for",
]
