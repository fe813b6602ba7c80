"""Check that the audit trail, the signed records and photographs are as they were.

Records are checked against their signatures, photographs against their hashes, and
both against the trail, so that one which was removed or replaced shows too.

Note the head somewhere else, say every evening: a trail cut short at its end is whole
in itself, and only `--head` with a noted one tells.
"""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mesoclinic import audit
from mesoclinic.models import AuditEvent
from sessions.models import (
    Amendment,
    RecordVoid,
    SessionRecord,
    SheetPhoto,
    Signature,
)
from sessions.recording.sealing import broken_parts


class Command(BaseCommand):
    help = "Verify the audit trail and every signed record; exit 1 at the first fault."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head",
            type=_head,
            metavar="N:HASH",
            help="an earlier head, which the trail must still contain",
        )

    def handle(self, *args: Any, head: tuple[int, str] | None, **options: Any) -> None:
        verdict = audit.verify()
        if not verdict.holds:
            raise CommandError(
                f"Audit trail, entry {verdict.bad_sequence}: {verdict.reason}."
            )
        if head:
            _check_contained(*head)
        signed, photos = _check_records(), _check_photos()
        _check_none_is_gone()
        self.stdout.write(f"Audit trail: {verdict.count} entries, all as written.")
        self.stdout.write(f"Head: {verdict.count}:{verdict.head}")
        self.stdout.write(f"Signed records: {signed}, all as signed.")
        self.stdout.write(f"Photographs: {photos}, all as attached.")


def _head(text: str) -> tuple[int, str]:
    sequence, _, noted = text.partition(":")
    if not sequence.isdecimal() or not noted:
        raise ArgumentTypeError("write it as it was printed, like 123:9f8e…")
    return int(sequence), noted


def _check_contained(sequence: int, noted: str) -> None:
    entry = AuditEvent.objects.filter(sequence=sequence).first()
    if entry is None:
        raise CommandError(f"Audit trail, entry {sequence}: it is missing.")
    if entry.hash != noted:
        raise CommandError(
            f"Audit trail, entry {sequence}: it is another one than was noted."
        )


def _check_records() -> int:
    """Return how many signed records there are; all of them hold."""
    count = 0
    for record in SessionRecord.objects.signed().whole().iterator(chunk_size=500):
        broken = broken_parts(record)
        if broken:
            raise CommandError(f"{record}: not as it was signed: {', '.join(broken)}.")
        count += 1
    return count


def _check_photos() -> int:
    """Return how many photographs of sheets there are; all of them hold."""
    count = 0
    for photo in SheetPhoto.objects.order_by("pk").iterator(chunk_size=20):
        if not photo.is_as_attached:
            raise CommandError(f"{photo}: not as it was attached.")
        count += 1
    return count


def _check_none_is_gone() -> None:
    """Look for each signature, amendment, void and photograph of the trail."""
    for event, model, field in (
        ("record.signed", Signature, "hash"),
        ("record.amended", Amendment, "hash"),
        ("record.voided", RecordVoid, "hash"),
        ("sheet_photo.attached", SheetPhoto, "sha256"),
    ):
        stored = set(model.objects.values_list(field, flat=True))
        entries = AuditEvent.objects.filter(event=event, outcome=audit.Outcome.DONE)
        for entry in entries.order_by("sequence").iterator(chunk_size=2000):
            if entry.details.get(field) not in stored:
                raise CommandError(
                    f"Audit trail, entry {entry.sequence}: its "
                    f"{model._meta.verbose_name} is gone."
                )
