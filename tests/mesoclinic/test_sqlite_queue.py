"""Writers of SQLite queue: the turn is taken with a transaction and ends with it."""

import threading

import pytest
from django.db import connection, connections, transaction

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has its own"),
]


def has_turn() -> bool:
    return connection._turn is not None


def test_a_transaction_has_its_turn_until_it_is_committed():
    with transaction.atomic():
        assert has_turn()
        with transaction.atomic():
            pass
        assert has_turn()

    assert not has_turn()


def test_a_transaction_that_fails_hands_it_on():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        raise ZeroDivisionError

    assert not has_turn()


def test_a_connection_that_is_closed_hands_it_on():
    atomic = transaction.atomic()
    atomic.__enter__()
    connection.close()

    assert not has_turn()
    connection.closed_in_transaction = connection.in_atomic_block = False
    connection.savepoint_ids.clear()
    connection.atomic_blocks.clear()
    connection.connection = None


def test_the_next_one_waits_until_it_is_handed_on():
    order: list[str] = []
    asked = threading.Event()

    def second() -> None:
        asked.set()
        try:
            with transaction.atomic():
                order.append("second")
        finally:
            connections.close_all()

    thread = threading.Thread(target=second)
    with transaction.atomic():
        thread.start()
        assert asked.wait(timeout=10)
        thread.join(timeout=0.2)
        order.append("first")
    thread.join(timeout=10)

    assert order == ["first", "second"]
