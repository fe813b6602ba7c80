"""Keyed hashes over plain data: the audit chain and signed records use the same."""

import hashlib
import hmac
import json
from typing import Any

from django.conf import settings


def canonical(content: Any) -> str:
    """Return the one JSON text of `content`: sorted keys, no spaces, no escapes."""
    return json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


def keyed_hash(content: Any, *, previous: str = "") -> str:
    """Return the HMAC-SHA-256 of `content`, chained to the hash before it, as hex.

    Keyed with AUDIT_KEY: whoever can write to the database, but does not have the
    key, cannot make a changed row look right.
    """
    message = f"{previous}\n{canonical(content)}".encode()
    return hmac.new(settings.AUDIT_KEY.encode(), message, hashlib.sha256).hexdigest()


def same_hash(one: str, other: str) -> bool:
    return hmac.compare_digest(one, other)
