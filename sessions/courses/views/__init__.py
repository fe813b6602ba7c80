"""The pages of courses, as urls.py names them."""

from sessions.courses.views.booking import book, dates
from sessions.courses.views.changing import close, move, set_aside
from sessions.courses.views.pages import course, open_course, patient_page

__all__ = [
    "book",
    "close",
    "course",
    "dates",
    "move",
    "open_course",
    "patient_page",
    "set_aside",
]
