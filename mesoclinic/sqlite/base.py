"""SQLite whose writers queue: whoever asks first writes first.

SQLite lets one write at a time, and has the others ask again every so often; which of
them comes next is chance. With 32 who wrote without a break, some waited 20 s and were
turned away. Here they wait for a lock on a file beside the database, which the system
hands on in turn, and which ends with the process that holds it.
"""

import os
from pathlib import Path

from django.db.backends.sqlite3 import base

try:
    import fcntl
except ImportError:  # not on Windows, where SQLite's own waiting has to do
    fcntl = None  # type: ignore[assignment]


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, but that a transaction begins when it is its turn."""

    _turn: int | None = None

    def _start_transaction_under_autocommit(self) -> None:
        self._wait_for_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._end_turn()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._end_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _wait_for_turn(self) -> None:
        if fcntl is None or self._turn is not None or self.is_in_memory_db():
            return
        queue = Path(f"{self.settings_dict['NAME']}-queue")
        self._turn = os.open(queue, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._turn, fcntl.LOCK_EX)

    def _end_turn(self) -> None:
        """Closing the file hands the lock on."""
        if self._turn is not None:
            turn, self._turn = self._turn, None
            os.close(turn)
