"""What becomes of a file on its way in, before any page has looked at it."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler


class CutOff(FileUploadHandler):
    """Keep no more of a file than tells that it is too large.

    Django reads a request to its end before it knows who sent it. What comes after
    the cut is read and dropped, so that nobody fills the disk; the form then finds
    the file a little larger than the most it takes, and says so.
    """

    MOST_BYTES = 16 * 1024 * 1024

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start < self.MOST_BYTES else None

    def file_complete(self, file_size: int) -> Any:
        return None
