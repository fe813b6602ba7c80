"""The trail is only added to, and whatever else was done to it shows."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, connections, transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mesoclinic import audit
from mesoclinic.database import lifted
from mesoclinic.hashing import keyed_hash
from mesoclinic.models import AuditEvent

ENTRIES = 9


@pytest.fixture
def trail(dr_cooper):
    """Nine entries, as actions would write them."""
    return [
        audit.record("record.saved", dr_cooper, by=dr_cooper, patient_id=7, version=n)
        for n in range(ENTRIES)
    ]


@pytest.fixture
def unguarded(trail):
    """The trail, with the database's refusals lifted, as for an intruder."""
    with lifted():
        yield AuditEvent.objects.all()


# --- Writing ------------------------------------------------------------------


@pytest.mark.django_db
def test_empty_trail_holds():
    assert audit.verify() == audit.Verdict(count=0, head="")


def test_entries_are_numbered_and_chained(trail):
    verdict = audit.verify()

    assert verdict.holds
    assert (verdict.count, verdict.head) == (ENTRIES, trail[-1].hash)
    assert [entry.sequence for entry in trail] == list(range(1, ENTRIES + 1))
    assert [entry.previous_hash for entry in trail[1:]] == [
        entry.hash for entry in trail[:-1]
    ]


def test_entry_says_who_did_what_to_whom(dr_cooper):
    entry = audit.record("patient.seen", dr_cooper, by=dr_cooper, patient_id=7, page=1)

    entry.refresh_from_db()
    assert (entry.by_id, entry.by_name) == (dr_cooper.pk, "Dr Alice Cooper")
    assert (entry.target_type, entry.target_id) == (
        "mesoclinic.User",
        str(dr_cooper.pk),
    )
    assert (entry.event, entry.patient_id, entry.details) == (
        "patient.seen",
        7,
        {"page": 1},
    )


@pytest.mark.django_db
def test_entry_of_nobody_says_so():
    entry = audit.record("user.sign_in", by=None, outcome=audit.Outcome.REFUSED)

    assert (entry.by_id, entry.by_name) == (None, "nobody signed in")


def test_entry_goes_when_its_action_is_rolled_back(trail, dr_cooper):
    @transaction.atomic
    def failing_action():
        audit.record("record.signed", by=dr_cooper)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing_action()

    assert audit.verify().count == ENTRIES
    assert audit.record("record.saved", by=dr_cooper).sequence == ENTRIES + 1
    assert audit.verify().holds


PLAIN_TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40
)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | PLAIN_TEXT,
    lambda values: st.lists(values) | st.dictionaries(PLAIN_TEXT, values),
    max_leaves=6,
)
WITH_ONE_DATABASE = settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.mark.django_db
@WITH_ONE_DATABASE
@given(details=st.dictionaries(st.from_regex(r"[a-z]{3,9}_", fullmatch=True), PLAIN))
def test_whatever_is_recorded_verifies_as_the_database_returns_it(details):
    audit.record("anything", by=None, **details)

    assert audit.verify().holds


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_leave_one_unbroken_chain():
    def write(number: int) -> None:
        try:
            for step in range(5):
                audit.record("record.saved", by=None, number=number, step=step)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))

    assert audit.verify() == audit.Verdict(40, AuditEvent.objects.last().hash)


# --- Tampering ----------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE mesoclinic_auditevent SET event = 'nothing' WHERE sequence = 4",
        "DELETE FROM mesoclinic_auditevent WHERE sequence = 4",
    ],
)
def test_database_refuses_to_rewrite(trail, statement):
    with pytest.raises(IntegrityError, match="only added to"), transaction.atomic():
        connection.cursor().execute(statement)

    assert audit.verify().count == ENTRIES


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", dt.datetime(2026, 3, 2, tzinfo=dt.UTC)),
        ("by_id", 12345),
        ("by_name", "Dr Ben Levy"),
        ("event", "record.signed"),
        ("outcome", "refused"),
        ("target_type", "patients.Patient"),
        ("target_id", "8"),
        ("patient_id", None),
        ("details", {"version": 99}),
        ("previous_hash", "0" * 64),
        ("hash", "0" * 64),
    ],
)
def test_edit_of_any_column_shows(unguarded, column, value):
    unguarded.filter(sequence=4).update(**{column: value})

    assert audit.verify().bad_sequence == 4


def test_every_column_is_tampered_with_above():
    cases = test_edit_of_any_column_shows.pytestmark[0].args[1]

    columns = {field.name for field in AuditEvent._meta.fields}
    assert {column for column, _ in cases} == columns - {"sequence"}


@pytest.mark.parametrize("first", [1, 4])
def test_deletion_shows(unguarded, first):
    unguarded.filter(sequence=first)._raw_delete(unguarded.db)

    verdict = audit.verify()
    assert (verdict.bad_sequence, verdict.reason) == (
        first,
        f"entry {first} is missing",
    )


def test_several_deleted_in_the_middle_show(unguarded):
    unguarded.filter(sequence__in=[4, 5, 6])._raw_delete(unguarded.db)

    assert audit.verify().bad_sequence == 4


def test_closing_the_gap_does_not_hide_a_deletion(unguarded):
    unguarded.filter(sequence=4)._raw_delete(unguarded.db)
    for sequence in range(5, ENTRIES + 1):
        unguarded.filter(sequence=sequence).update(sequence=sequence - 1)

    assert audit.verify().bad_sequence == 4


def test_new_number_shows(unguarded):
    unguarded.filter(sequence=4).update(sequence=400)

    assert audit.verify().bad_sequence == 4


def test_swapped_entries_show(unguarded):
    for source, target in ((4, 100), (6, 4), (100, 6)):
        unguarded.filter(sequence=source).update(sequence=target)

    assert audit.verify().bad_sequence == 4


def test_deletion_at_the_end_changes_the_head(unguarded):
    head = audit.verify().head

    unguarded.filter(sequence__gt=6)._raw_delete(unguarded.db)

    # The chain alone cannot know: `verify_audit --head` compares with a noted one.
    assert audit.verify().holds
    assert audit.verify().head != head


def test_entry_forged_without_the_key_shows(trail, settings):
    key, settings.AUDIT_KEY = settings.AUDIT_KEY, "a guess"
    audit.record("record.signed", by=None)
    settings.AUDIT_KEY = key

    assert audit.verify().bad_sequence == ENTRIES + 1


def test_edit_with_a_hash_made_without_the_key_shows(unguarded, settings):
    key, settings.AUDIT_KEY = settings.AUDIT_KEY, "a guess"
    entry = unguarded.get(sequence=4)
    entry.event = "record.signed"
    entry.hash = keyed_hash(entry.content(), previous=entry.previous_hash)
    entry.save()
    settings.AUDIT_KEY = key

    assert audit.verify().bad_sequence == 4


def test_wrong_key_shows_at_once(trail, settings):
    settings.AUDIT_KEY = "another clinic's"

    assert audit.verify().bad_sequence == 1


EDITS = st.one_of(
    st.tuples(st.sampled_from(["event", "target_id", "by_name"]), PLAIN_TEXT),
    st.tuples(st.sampled_from(["by_id", "patient_id"]), st.integers(0, 2**40)),
    st.tuples(st.just("details"), st.dictionaries(PLAIN_TEXT, PLAIN)),
    st.tuples(st.just("hash"), st.from_regex(r"[0-9a-f]{64}", fullmatch=True)),
)


@WITH_ONE_DATABASE
@given(sequence=st.integers(1, ENTRIES), edit=EDITS)
def test_any_edit_anywhere_names_its_entry(unguarded, sequence, edit):
    column, value = edit
    entry = unguarded.get(sequence=sequence)
    assume(getattr(entry, column) != value)

    unguarded.filter(sequence=sequence).update(**{column: value})

    assert audit.verify().bad_sequence == sequence
    unguarded.filter(sequence=sequence).update(**{column: getattr(entry, column)})
    assert audit.verify().holds
