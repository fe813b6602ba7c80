"""The pages of courses, as urls.py names them."""

from sessions.courses.views.booking import book, dates
from sessions.courses.views.changing import cancel, close, move, set_aside, undo
from sessions.courses.views.pages import course, open_course, patient_page
from sessions.courses.views.waiting import earlier, not_earlier, rebook, waiting

__all__ = [
    "book",
    "cancel",
    "close",
    "course",
    "dates",
    "earlier",
    "move",
    "not_earlier",
    "open_course",
    "patient_page",
    "rebook",
    "set_aside",
    "undo",
    "waiting",
]
