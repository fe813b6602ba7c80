"""Whether a request wrote anything: one hash over all that the clinic keeps."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.test import Client

from mesoclinic.models import AuditEvent

# They remember who knocked and who is signed in; nothing of the clinic is in them.
_BOOKKEEPING = {"sessions", "axes"}


def domain_models() -> list[type[models.Model]]:
    """Every model that holds something of the clinic; the audit trail only grows."""
    return [
        model
        for model in apps.get_models()
        if model._meta.managed
        and model is not AuditEvent
        and model._meta.app_label not in _BOOKKEEPING
    ]


def domain_hash() -> str:
    """A hash over every row of every domain table."""
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        for model in domain_models():
            table = connection.ops.quote_name(model._meta.db_table)
            key = connection.ops.quote_name(model._meta.pk.column)
            cursor.execute(f"SELECT * FROM {table} ORDER BY {key}")
            digest.update(repr((table, _plain(cursor.fetchall()))).encode())
    return digest.hexdigest()


def _plain(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    """PostgreSQL hands bytes over as a view, which shows its address instead."""
    return [
        [bytes(each) if isinstance(each, memoryview) else each for each in row]
        for row in rows
    ]


@contextmanager
def nothing_written() -> Iterator[None]:
    """Fail when what happens inside changes a domain table."""
    before = domain_hash()
    yield
    assert domain_hash() == before, "a domain table was written"


@contextmanager
def taken_back() -> Iterator[None]:
    """Undo what happens inside, so that one row serves many tries."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class WatchedClient(Client):
    """A client that lets no error page pass that left something behind.

    A response of 400 or above leaves every domain table as it was, and nothing that
    can be typed is answered with 500.
    """

    def request(self, **request: Any) -> Any:
        before = domain_hash()
        response = super().request(**request)
        assert response.status_code < 500, (request["PATH_INFO"], response.status_code)
        if response.status_code >= 400:
            assert domain_hash() == before, (request["PATH_INFO"], "was refused, yet")
        return response
