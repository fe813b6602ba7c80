"""The folder of finished documents: Django's file cache, and no reason not to print."""

import logging
from typing import Any

from django.core.cache.backends.filebased import FileBasedCache

_log = logging.getLogger(__name__)


class PaperFolder(FileBasedCache):
    """Where it cannot be read or written, or the disk is full, nothing is kept.

    Then each paper is made anew, which is slow; it is said in the log.
    """

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        try:
            return super().get(key, default, version)
        except OSError as error:
            return self._say(error, default)

    def set(self, key: Any, value: Any, *args: Any, **options: Any) -> None:
        try:
            super().set(key, value, *args, **options)
        except OSError as error:
            self._say(error, None)

    def delete(self, key: Any, version: Any = None) -> bool:
        try:
            return super().delete(key, version)
        except OSError as error:
            return self._say(error, False)

    def has_key(self, key: Any, version: Any = None) -> bool:
        try:
            return super().has_key(key, version)
        except OSError as error:
            return self._say(error, False)

    def _createdir(self) -> None:
        try:
            super()._createdir()  # type: ignore[misc]  # not in its stubs
        except OSError as error:
            self._say(error, None)

    def _say(self, error: OSError, instead: Any) -> Any:
        _log.error("PAPERS_DIR cannot be used, papers are not kept: %s", error)
        return instead
