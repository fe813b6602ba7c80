"""What stands under a record, and what is added to it afterwards: append-only."""

from django.db import models
from django.db.models import Q

from mesoclinic.models import User
from sessions.recording.models.record import SessionRecord


class Signature(models.Model):
    """Who signed what, and when: append-only.

    `content` is the whole record as it was signed, `hash` a keyed hash over it.
    Name, title and registration number are kept as they were on that day.
    """

    MEANING = "I carried out this session as recorded."

    record = models.OneToOneField(
        SessionRecord, on_delete=models.PROTECT, related_name="signature"
    )
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    signer_name = models.CharField(max_length=300)
    signer_registration = models.CharField(max_length=60, blank=True)
    meaning = models.CharField(max_length=120)
    content = models.JSONField()
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.signer_name}, {self.hash[:12]}"


class Amendment(models.Model):
    """What is added to a signed record, and why. The original stays as it was."""

    record = models.ForeignKey(
        SessionRecord, on_delete=models.PROTECT, related_name="amendments"
    )
    text = models.TextField(max_length=2000)
    reason = models.CharField(max_length=300)
    amended_at = models.DateTimeField()
    amended_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    amender_name = models.CharField(max_length=300)
    # Chained to the signature, or to the amendment before it.
    hash = models.CharField(max_length=64)
    submission = models.UUIDField(unique=True, null=True, editable=False)

    class Meta:
        ordering = ["amended_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(reason=""), name="amendment_says_why"
            )
        ]

    def __str__(self) -> str:
        return f"Amendment of {self.amended_at:%d-%b-%Y}"


class RecordVoid(models.Model):
    """A signed record that does not count: who said so, when and why.

    What was recorded stays legible, on the screen and on paper, with VOID across it.
    """

    record = models.OneToOneField(
        SessionRecord, on_delete=models.PROTECT, related_name="void"
    )
    reason = models.CharField(max_length=300)
    voided_at = models.DateTimeField()
    voided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    voider_name = models.CharField(max_length=300)
    # Chained to the signature.
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="void_says_why")
        ]

    def __str__(self) -> str:
        return f"Voided by {self.voider_name}: {self.reason}"
