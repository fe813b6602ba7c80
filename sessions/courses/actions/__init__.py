"""What may be done to courses and their sessions. Nothing is ever deleted."""

from sessions.courses.actions.booking import book, book_newcomer
from sessions.courses.actions.closing import cancel, close, close_as_lost, set_aside
from sessions.courses.actions.moving import move, try_move
from sessions.courses.actions.undoing import undo
from sessions.courses.actions.waiting import wish_earlier, withdraw_wish

__all__ = [
    "book",
    "book_newcomer",
    "cancel",
    "close",
    "close_as_lost",
    "move",
    "set_aside",
    "try_move",
    "undo",
    "wish_earlier",
    "withdraw_wish",
]
