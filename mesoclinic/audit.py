"""The audit trail: who did, saw, printed or was refused what.

`record` is the last thing an action does, inside the action's transaction: what was
rolled back leaves no entry, and what is in the trail happened. On PostgreSQL it takes
one advisory lock, held until commit, so that entries are numbered in the order in
which they become visible; nothing may be locked after it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from mesoclinic.hashing import keyed_hash, same_hash
from mesoclinic.models import AuditEvent, User

Outcome = AuditEvent.Outcome

# Any number that nothing else locks; see courses/locks.py for the two-part keys.
_CHAIN_LOCK = 0x6D65736F


# Without a savepoint: what cannot be recorded is not done either.
@transaction.atomic(savepoint=False)
def record(
    event: str,
    target: models.Model | None = None,
    *,
    by: User | None,
    patient_id: int | None = None,
    outcome: Outcome = Outcome.DONE,
    **details: Any,
) -> AuditEvent:
    """Append one entry to the chain.

    `details` are small plain values: codes, numbers, dates as text. No clinical text:
    admins read the trail.
    """
    last_sequence, last_hash = _locked_head()
    entry = AuditEvent(
        sequence=last_sequence + 1,
        at=timezone.now(),
        by_id=by.pk if by else None,
        by_name=by.display_name if by else "nobody signed in",
        event=event,
        outcome=outcome,
        target_type=target._meta.label if target else "",
        target_id=str(target.pk) if target else "",
        patient_id=patient_id,
        details=details,
        previous_hash=last_hash,
    )
    entry.hash = keyed_hash(entry.content(), previous=entry.previous_hash)
    entry.save(force_insert=True)
    return entry


def _locked_head() -> tuple[int, str]:
    """Hold the chain until commit and return its last entry's number and hash.

    Two statements in one trip: the second sees what was there once the lock was had.
    SQLite needs no lock: its transactions begin IMMEDIATE, one writer at a time.
    """
    head = (
        f"SELECT sequence, hash FROM {AuditEvent._meta.db_table} "  # noqa: S608
        "ORDER BY sequence DESC LIMIT 1"
    )
    is_postgres = connection.vendor == "postgresql"
    lock = f"SELECT pg_advisory_xact_lock({_CHAIN_LOCK}); " if is_postgres else ""
    with connection.cursor() as cursor:
        cursor.execute(lock + head)
        return cursor.fetchone() or (0, "")


@dataclass(frozen=True)
class Verdict:
    """What verifying found: how many entries, the head, and the first bad one."""

    count: int
    head: str
    bad_sequence: int | None = None
    reason: str = ""

    @property
    def holds(self) -> bool:
        return self.bad_sequence is None


def verify() -> Verdict:
    """Walk the chain and stop at the first entry that is not as it was written."""
    count, previous = 0, ""
    for entry in _entries():
        reason = _fault(entry, expected=count + 1, previous=previous)
        if reason:
            return Verdict(count, previous, count + 1, reason)
        count, previous = entry.sequence, entry.hash
    return Verdict(count, previous)


def _entries() -> Iterator[AuditEvent]:
    return AuditEvent.objects.order_by("sequence").iterator(chunk_size=2000)


def _fault(entry: AuditEvent, *, expected: int, previous: str) -> str:
    if entry.sequence != expected:
        return f"entry {expected} is missing"
    if not same_hash(entry.previous_hash, previous):
        return "it does not follow the entry before it"
    if not same_hash(entry.hash, keyed_hash(entry.content(), previous=previous)):
        return "its content does not match its hash"
    return ""
