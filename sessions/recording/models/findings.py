"""What the rules said, and why somebody went on."""

from functools import partial

from django.db import models

from mesoclinic.models import User
from mesoclinic.vocabulary import Severity, choices
from sessions.recording.models.locking import LockedBySignature
from sessions.recording.models.record import SessionRecord


class RecordFinding(LockedBySignature):
    """What a rule said about this record, and the reason a clinician gave.

    Kept with the record: a later change of the rules does not rewrite it.
    """

    record = models.ForeignKey(
        SessionRecord, on_delete=models.PROTECT, related_name="findings"
    )
    code = models.CharField(max_length=60)
    severity = models.CharField(max_length=7, choices=partial(choices, Severity))
    # As long as it gets: one finding names every allergy that a mixture touches.
    statement = models.TextField()
    source = models.CharField(max_length=60)
    field = models.CharField(max_length=60)
    given_reason = models.CharField(max_length=300, blank=True)
    given_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )
    given_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["record", "code"], name="finding_code_unique"
            )
        ]

    def __str__(self) -> str:
        return self.code
