"""Child processes that make documents, and that are ended when they go too far.

A layout that never ends or eats the memory must take down neither the server nor a
record that was just signed. So whatever opens a document that it cannot trust runs in
here, for 20 seconds and with 512 MiB of memory at most.
"""

import atexit
import gc
import os
import resource
import warnings
from collections.abc import Callable
from concurrent.futures import TimeoutError as Late
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from threading import Lock
from typing import Any

from django.conf import settings
from pebble import ProcessExpired, ProcessFuture, ProcessPool

from mesoclinic.pdf.paper import PdfError

LONGEST_S = 20
MEMORY_MIB = 512
# A child is replaced after so many documents: what a library leaks stays bounded.
_DOCUMENTS_OF_A_CHILD = 500


def run(work: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Return what `work` returns; raises PdfError where it is ended, or fails so."""
    return outcome(start(work, *args, **options))


def start(work: Callable[..., Any], *args: Any, **options: Any) -> ProcessFuture:
    """Begin `work` in the next child that is free; what goes wrong, `outcome` tells."""
    try:
        return _working_pool().schedule(
            work, args=args, kwargs=options, timeout=LONGEST_S
        )
    except (OSError, RuntimeError) as error:
        failed: ProcessFuture = ProcessFuture()
        failed.set_exception(PdfError(f"no printer could be started: {error}"))
        return failed


def outcome(future: ProcessFuture) -> Any:
    """Wait for what `start` began."""
    try:
        return future.result()
    except Late as error:
        raise PdfError(f"it took longer than {LONGEST_S} seconds") from error
    except (MemoryError, ProcessExpired, BrokenProcessPool) as error:
        raise PdfError(f"it ended, or needed more than {MEMORY_MIB} MB") from error


_renewing = Lock()


def _working_pool() -> ProcessPool:
    """The children of this process, new ones where those there were are given up.

    The pool gives all of them up when one ends while it waits for work: killed by the
    system for the memory of another program, or by an admin.
    """
    with _renewing:
        pool = _pool(os.getpid())
        if not pool.active:
            _close(pool)
            _pool.cache_clear()
            pool = _pool(os.getpid())
        return pool


@lru_cache(maxsize=1)
def _pool(_process: int) -> ProcessPool:
    """The children of this process; a server forks, and theirs are not ours."""
    # Spawned, not forked: the server has threads, and locks they may hold.
    pool = ProcessPool(
        max_workers=settings.PRINTERS,
        max_tasks=_DOCUMENTS_OF_A_CHILD,
        initializer=_set_up,
        context=get_context("spawn"),
    )
    atexit.register(_close, pool)
    return pool


def _close(pool: ProcessPool) -> None:
    pool.stop()
    pool.join()


def _set_up() -> None:
    """Runs in a child, before it does anything else."""
    most = MEMORY_MIB * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    # None of the machine's fonts: a document looks the same wherever it is printed.
    warnings.filterwarnings("ignore", "No fonts configured")
    os.environ["FONTCONFIG_FILE"] = str(Path(__file__).with_name("fonts.conf"))
    import weasyprint  # noqa: F401  a second; not to be paid by the first document

    # What is there now stays: it is not looked through after each document.
    gc.disable()
    gc.freeze()
