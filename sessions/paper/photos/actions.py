"""Attach photographs of a written sheet to a visit, and withdraw them."""

import hashlib

from django.core.exceptions import ValidationError
from django.db import transaction

from mesoclinic import audit
from mesoclinic.models import User
from mesoclinic.typed import format_date
from sessions.courses.models import TreatmentSession
from sessions.paper.photos.models import SheetPhoto, SheetPhotoWithdrawal
from sessions.paper.photos.reencoding import size_px


@transaction.atomic
def attach_photo(
    treatment_session: TreatmentSession, *, by: User, pages: list[bytes]
) -> list[SheetPhoto]:
    """Keep the pages of a sheet, as `reencoded` made them, beside the record.

    Before signing and after it: neither the record nor its signature is touched.
    """
    TreatmentSession.objects.select_for_update().get(pk=treatment_session.pk)
    hashes = [hashlib.sha256(page).hexdigest() for page in pages]
    _refuse_attached_already(treatment_session, hashes)
    return [
        _attach(treatment_session, page, sha256, by=by, number=number, of=len(pages))
        for number, (page, sha256) in enumerate(
            zip(pages, hashes, strict=True), start=1
        )
    ]


def _refuse_attached_already(
    treatment_session: TreatmentSession, hashes: list[str]
) -> None:
    shown = treatment_session.sheet_photos.shown().listed()
    there = shown.filter(sha256__in=hashes).order_by("pk").first()
    if there is None:
        return
    which = f"Page {hashes.index(there.sha256) + 1} of it" if hashes[1:] else "It"
    when = there.attached_at.astimezone(treatment_session.zone)
    raise ValidationError(
        {
            "picture": f"{which} is attached to this visit already: "
            f"{format_date(when)}, {when:%H:%M}, by {there.attached_by.short_name}."
        }
    )


def _attach(
    treatment_session: TreatmentSession,
    picture: bytes,
    sha256: str,
    *,
    by: User,
    number: int,
    of: int,
) -> SheetPhoto:
    width_px, height_px = size_px(picture)
    photo = SheetPhoto.objects.create(
        treatment_session=treatment_session,
        page=number,
        pages=of,
        picture=picture,
        width_px=width_px,
        height_px=height_px,
        sha256=sha256,
        attached_by=by,
    )
    _record("attached", photo, by=by)
    return photo


@transaction.atomic
def withdraw_photo(photo: SheetPhoto, *, by: User, reason: str) -> SheetPhotoWithdrawal:
    """Say that a photograph does not belong here; from then on nobody is shown it."""
    SheetPhoto.objects.select_for_update().only("pk").get(pk=photo.pk)
    # Read after the lock was had: somebody may just have withdrawn it.
    photo = SheetPhoto.objects.listed().get(pk=photo.pk)
    if photo.is_withdrawn:
        raise ValidationError("This photograph is withdrawn already.")
    withdrawal = SheetPhotoWithdrawal.objects.create(
        photo=photo, reason=reason, withdrawn_by=by
    )
    _record("withdrawn", photo, by=by)
    return withdrawal


@transaction.atomic
def picture_of(photo: SheetPhoto, *, by: User) -> bytes:
    """Return the picture to show, and record who looked."""
    _record("viewed", photo, by=by)
    return bytes(photo.picture)


def _record(what: str, photo: SheetPhoto, *, by: User) -> None:
    audit.record(
        f"sheet_photo.{what}",
        photo,
        by=by,
        patient_id=photo.treatment_session.patient_id,
        sha256=photo.sha256,
        page=photo.page_text,
    )
