"""Child processes that make documents are ended when they go too far."""

import errno
import os
import signal
import time

import pytest

from mesoclinic.pdf import PdfError, printers

pytestmark = pytest.mark.no_database


def eat(mebibytes: int) -> int:
    """Runs in a child: take memory, and use it."""
    return len(bytearray(mebibytes * 1024 * 1024))


def die() -> None:
    """Runs in a child: end it as a crash in a library would."""
    os._exit(11)


def fail() -> None:
    raise PdfError("not one of our static files")


@pytest.fixture
def a_second(monkeypatch):
    printers.run(os.getpid)  # a child that is there already: starting one takes longer
    monkeypatch.setattr(printers, "LONGEST_S", 1)


def test_the_limits_are_those_that_were_promised():
    assert (printers.LONGEST_S, printers.MEMORY_MIB) == (20, 512)


def test_what_hangs_is_ended_and_the_next_is_made(a_second):
    begun = time.monotonic()

    with pytest.raises(PdfError, match="longer than"):
        printers.run(time.sleep, 60)

    assert time.monotonic() - begun < 20
    assert printers.run(eat, 1) == 1024 * 1024


def test_without_the_limit_it_would_not_be_ended(monkeypatch):
    monkeypatch.setattr(printers, "LONGEST_S", None)

    assert printers.run(time.sleep, 1.5) is None


@pytest.mark.parametrize("mebibytes", [600, 4000])
def test_what_eats_memory_is_ended_and_the_next_is_made(mebibytes):
    with pytest.raises(PdfError, match="more than 512 MB"):
        printers.run(eat, mebibytes)

    assert printers.run(eat, 1) == 1024 * 1024


def test_here_without_the_limit_there_is_room_for_more():
    assert eat(600) == 600 * 1024 * 1024


def test_what_crashes_takes_nobody_with_it():
    with pytest.raises(PdfError):
        printers.run(die)

    assert printers.run(os.getpid) != os.getpid()


def test_what_went_wrong_is_told_as_it_was():
    with pytest.raises(PdfError, match="not one of our static files"):
        printers.run(fail)


def test_a_child_has_none_of_the_machines_fonts():
    assert printers.run(os.getenv, "FONTCONFIG_FILE").endswith("fonts.conf")


def test_a_child_that_is_killed_while_it_waits_is_replaced():
    killed = printers.run(os.getpid)

    os.kill(killed, signal.SIGKILL)
    time.sleep(1)  # until its pool has seen that it is gone

    assert printers.run(os.getpid) != killed


def test_children_that_never_come_up_are_told_of_and_the_next_do(monkeypatch):
    with monkeypatch.context() as context:
        context.setattr(printers, "_set_up", die)
        printers._pool.cache_clear()
        with pytest.raises(PdfError):
            printers.run(os.getpid)

    assert printers.run(os.getpid)


def test_where_no_process_can_be_started_it_is_told(monkeypatch):
    def full():
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(printers, "_working_pool", full)

    with pytest.raises(PdfError, match="no printer could be started"):
        printers.run(os.getpid)
