"""What freezes with a signature: `save` and `delete` refuse, as the database does."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models

if TYPE_CHECKING:
    from sessions.recording.models.record import SessionRecord


class RecordLocked(ValidationError):  # noqa: N818
    """Somebody tried to write to a signed record."""

    def __init__(self) -> None:
        super().__init__(
            "This record is signed. It can only be amended.", code="record_locked"
        )


class LockedBySignature(models.Model):
    """A row that belongs to a record and freezes with it."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._refuse_if_signed()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self._refuse_if_signed()
        return super().delete(*args, **kwargs)

    def owning_record(self) -> "SessionRecord":
        """The record that this row is part of: by default its `record`."""
        return self.record  # type: ignore[attr-defined]

    def _refuse_if_signed(self) -> None:
        if self.owning_record().is_signed_now():
            raise RecordLocked
