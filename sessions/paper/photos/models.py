"""What was written by hand on a sheet, as it was photographed. Append-only."""

import hashlib

from django.db import models
from django.db.models import F, Q

from mesoclinic.models import User
from sessions.courses.models import TreatmentSession


class SheetPhotoQuerySet(models.QuerySet["SheetPhoto"]):
    def shown(self) -> "SheetPhotoQuerySet":
        """Those that were not withdrawn: the only ones whose picture is served."""
        return self.filter(withdrawal__isnull=True)

    def listed(self) -> "SheetPhotoQuerySet":
        """Everything about them but the pictures, which are large."""
        people = ("attached_by", "withdrawal__withdrawn_by")
        return self.defer("picture").select_related(*people)

    def attachments_of(
        self, treatment_session: TreatmentSession
    ) -> "list[list[SheetPhoto]]":
        """The pages of each attachment in their order, the newest attachment first."""
        attachments: list[list[SheetPhoto]] = []
        photos = self.filter(treatment_session=treatment_session).listed()
        for photo in photos.order_by("-pk"):
            if photo.page == photo.pages:
                attachments.append([])
            attachments[-1].insert(0, photo)
        return attachments


class SheetPhoto(models.Model):
    """One page of a session sheet, as a JPEG that the clinic made of it. Append-only.

    It stands beside the record and is no part of it: what is signed are the numbers.
    One that belongs to somebody else is withdrawn.
    """

    treatment_session = models.ForeignKey(
        TreatmentSession, on_delete=models.PROTECT, related_name="sheet_photos"
    )
    # Within what was attached at once, from 1.
    page = models.PositiveSmallIntegerField()
    pages = models.PositiveSmallIntegerField()
    picture = models.BinaryField()
    width_px = models.PositiveIntegerField()
    height_px = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    attached_at = models.DateTimeField(auto_now_add=True)
    attached_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = SheetPhotoQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(page__gte=1) & Q(page__lte=F("pages")),
                name="sheet_photo_page_of_pages",
            )
        ]

    def __str__(self) -> str:
        return f"Sheet of {self.treatment_session.code}, {self.page_text}"

    @property
    def page_text(self) -> str:
        """`page 1 of 2`"""
        return f"page {self.page} of {self.pages}"

    @property
    def is_as_attached(self) -> bool:
        """Whether the picture is the one whose hash was kept with it."""
        return hashlib.sha256(self.picture).hexdigest() == self.sha256

    @property
    def is_withdrawn(self) -> bool:
        return hasattr(self, "withdrawal")


class SheetPhotoWithdrawal(models.Model):
    """That a photograph does not belong here: who said so, when and why. Append-only.

    The picture is kept and shown to nobody.
    """

    photo = models.OneToOneField(
        SheetPhoto, on_delete=models.PROTECT, related_name="withdrawal"
    )
    reason = models.CharField(max_length=300)
    withdrawn_at = models.DateTimeField(auto_now_add=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""), name="photo_withdrawal_says_why"
            )
        ]

    def __str__(self) -> str:
        return f"Withdrawn: {self.reason}"
