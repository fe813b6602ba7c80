"""The server is killed in the middle of a signature: it is whole or not there.

`KILLS` says how often: a dozen times in every suite, 200 times before a release.
"""

import datetime as dt
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from mesoclinic import audit
from mesoclinic.models import AuditEvent
from sessions.models import SessionRecord, TreatmentSession
from sessions.recording import actions
from sessions.recording.sealing import broken_parts
from tests.drafts import written
from tests.factories import ConsentEventFactory, CourseFactory, TreatmentSessionFactory

pytestmark = pytest.mark.django_db(transaction=True)

KILLS = int(os.environ.get("KILLS", "12"))
# A short run leaves steps out, so that it sees early and late ones.
STRIDE = 1 if KILLS >= 100 else 5


def test_a_signature_is_whole_or_not_there(indication):
    session, step, kills = _ready(indication), 0, 0
    while kills < KILLS:
        step += STRIDE
        killed = _sign_in_a_process(session, dies_at=step)
        assert _is_signed(session) is not killed, f"killed at step {step}"
        assert audit.verify().holds
        kills += killed
        if not killed:  # it has fewer steps than that: again from the first
            session, step = _ready(indication), 0


def test_a_signature_that_was_not_committed_is_not_there(indication):
    session = _ready(indication)

    assert _in_a_process(lambda: _sign_and_die_before_commit(session))
    assert not _is_signed(session)
    assert audit.verify().holds


def _ready(indication: Any) -> TreatmentSession:
    """A visit that lacks nothing but the signature."""
    day = timezone.now() - dt.timedelta(hours=1)
    course = CourseFactory(indication=indication)
    session = TreatmentSessionFactory(course=course, starts_at=day)
    ConsentEventFactory(course=course)
    draft = written(day + dt.timedelta(minutes=15))
    actions.save_draft(session, by=course.clinician, version=0, draft=draft)
    return session


def _is_signed(session: TreatmentSession) -> bool:
    """Whether all of a signature is there; fails where it is there in part."""
    record = SessionRecord.objects.get(treatment_session=session)
    session.refresh_from_db()
    entry = AuditEvent.objects.filter(event="record.signed", target_id=str(record.pk))
    found = {record.is_signed, session.is_given, entry.exists()}
    assert len(found) == 1, "a signature in part"
    assert not record.is_signed or broken_parts(record) == []
    return record.is_signed


def _sign_in_a_process(session: TreatmentSession, *, dies_at: int) -> bool:
    """Sign in a process that is killed at a statement; whether it was."""
    statements = iter(range(1, dies_at + 1))

    def or_die(execute: Callable[..., Any], *arguments: Any) -> Any:
        if next(statements, dies_at) == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*arguments)

    def sign() -> None:
        with connection.execute_wrapper(or_die):
            actions.sign(session, by=session.clinician, version=1)

    return _in_a_process(sign)


def _sign_and_die_before_commit(session: TreatmentSession) -> None:
    with transaction.atomic():
        actions.sign(session, by=session.clinician, version=1)
        os.kill(os.getpid(), signal.SIGKILL)


def _in_a_process(work: Callable[[], None]) -> bool:
    """Do it in a process of its own; whether that was killed."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:  # noqa: BLE001  told by the exit status
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0, "signing failed"
    return False
