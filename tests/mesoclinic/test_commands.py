"""The commands that an operator runs."""

import hashlib

import pytest
from django.core.management import CommandError, call_command

from mesoclinic import audit
from mesoclinic.database import lifted
from mesoclinic.management.commands import create_admin
from mesoclinic.models import AuditEvent, User
from sessions.models import Amendment, SessionRecord, SheetPhoto
from tests.factories import (
    PASSWORD,
    AmendmentFactory,
    SheetPhotoFactory,
    SignatureFactory,
)

pytestmark = pytest.mark.django_db


# --- create_admin -------------------------------------------------------------

ANSWERS = {"username": "chief", "given_names": "Charlotte", "family_name": "Hief"}


@pytest.fixture
def password_given(monkeypatch):
    monkeypatch.setenv(create_admin.PASSWORD_VARIABLE, PASSWORD)


def test_create_admin_from_options(password_given, capsys):
    call_command("create_admin", **ANSWERS, title="Ms")

    admin = User.objects.get()
    assert admin.display_name == "Ms Charlotte Hief"
    assert admin.roles == {"admin"}
    assert admin.check_password(PASSWORD)
    assert "Ms Charlotte Hief can sign in as chief." in capsys.readouterr().out
    assert AuditEvent.objects.get().event == "staff.added"


def test_create_admin_asks_for_what_is_not_given(monkeypatch):
    answers = iter(["Charlotte", "Hief"])
    monkeypatch.setattr("builtins.input", lambda prompt: next(answers))
    monkeypatch.setattr(create_admin, "getpass", lambda prompt: PASSWORD)

    call_command("create_admin", username="chief")

    assert User.objects.get().display_name == "Charlotte Hief"


def test_create_admin_wants_the_same_password_twice(monkeypatch):
    typed = iter([PASSWORD, "another"])
    monkeypatch.setattr(create_admin, "getpass", lambda prompt: next(typed))

    with pytest.raises(CommandError, match="differ"):
        call_command("create_admin", **ANSWERS)

    assert not User.objects.exists()


def test_create_admin_without_anybody_to_ask(monkeypatch, password_given):
    def nobody_there(prompt):
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody_there)

    with pytest.raises(CommandError, match="User name is not given"):
        call_command("create_admin")


@pytest.mark.parametrize("weak", ["short", "0123456789", "password1234"])
def test_create_admin_refuses_a_weak_password(monkeypatch, weak):
    monkeypatch.setenv(create_admin.PASSWORD_VARIABLE, weak)

    with pytest.raises(CommandError, match="password"):
        call_command("create_admin", **ANSWERS)

    assert not User.objects.exists()


def test_create_admin_refuses_a_second_one(ada, password_given):
    with pytest.raises(CommandError, match="There is an admin already"):
        call_command("create_admin", **ANSWERS)


def test_create_admin_makes_a_second_one_when_forced(ada, password_given):
    call_command("create_admin", **ANSWERS, force=True)

    assert User.objects.filter(is_admin=True).count() == 2


def test_create_admin_takes_no_account_of_one_who_cannot_sign_in(ada, password_given):
    ada.is_active = False
    ada.save()

    call_command("create_admin", **ANSWERS)

    assert User.objects.filter(is_admin=True, is_active=True).count() == 1


# --- verify_audit -------------------------------------------------------------


@pytest.fixture
def trail(dr_cooper):
    return [audit.record("record.saved", by=dr_cooper, version=n) for n in range(3)]


def test_verify_audit_prints_count_and_head(trail, capsys):
    SignatureFactory()

    call_command("verify_audit")

    assert capsys.readouterr().out.splitlines() == [
        "Audit trail: 3 entries, all as written.",
        f"Head: 3:{trail[-1].hash}",
        "Signed records: 1, all as signed.",
        "Photographs: 0, all as attached.",
    ]


def test_verify_audit_of_an_empty_trail(capsys):
    call_command("verify_audit")

    assert "0 entries" in capsys.readouterr().out


def test_verify_audit_names_the_first_bad_entry(trail):
    with lifted():
        AuditEvent.objects.filter(sequence=2).update(event="nothing")

    with pytest.raises(CommandError, match=r"entry 2: its content"):
        call_command("verify_audit")


def test_verify_audit_finds_an_earlier_head(trail, capsys):
    audit.record("record.saved", by=None)

    call_command("verify_audit", f"--head=3:{trail[-1].hash}")

    assert "Head: 4:" in capsys.readouterr().out


def test_verify_audit_misses_what_was_cut_off(trail):
    with lifted():
        AuditEvent.objects.filter(sequence=3)._raw_delete("default")

    call_command("verify_audit")
    with pytest.raises(CommandError, match="entry 3: it is missing"):
        call_command("verify_audit", f"--head=3:{trail[-1].hash}")


def test_verify_audit_notices_another_entry_in_its_place(trail):
    with lifted():
        AuditEvent.objects.filter(sequence=3)._raw_delete("default")
    audit.record("record.saved", by=None)

    with pytest.raises(CommandError, match="entry 3: it is another one"):
        call_command("verify_audit", f"--head=3:{trail[-1].hash}")


@pytest.mark.parametrize("text", ["", "3", "x:9f", "3:", "-3:9f"])
def test_verify_audit_refuses_what_is_no_head(text):
    with pytest.raises(CommandError):
        call_command("verify_audit", f"--head={text}")


def test_verify_audit_names_the_bad_record(trail):
    SignatureFactory()
    bad = SignatureFactory().record
    with lifted():
        SessionRecord.objects.filter(pk=bad.pk).update(pain_after=0)

    with pytest.raises(CommandError, match=f"{bad}: not as it was signed: record"):
        call_command("verify_audit")


def test_verify_audit_looks_at_amendments_too(trail):
    amendment = AmendmentFactory()
    with lifted():
        Amendment.objects.update(text="Nothing happened.")

    with pytest.raises(CommandError, match=f"{amendment.record}: .* amendments"):
        call_command("verify_audit")


def test_verify_audit_looks_at_photographs_too(trail):
    photo = SheetPhotoFactory()
    call_command("verify_audit")
    with lifted():
        SheetPhoto.objects.update(picture=b"another one")

    with pytest.raises(CommandError, match=f"{photo}: not as it was attached"):
        call_command("verify_audit")


def test_verify_audit_misses_a_photograph_that_was_replaced(trail):
    photo = SheetPhotoFactory()
    audit.record("sheet_photo.attached", photo, by=None, sha256=photo.sha256)
    with lifted():
        other = b"another one"
        sha256 = hashlib.sha256(other).hexdigest()
        SheetPhoto.objects.update(picture=other, sha256=sha256)

    with pytest.raises(CommandError, match="entry 4: its sheet photo is gone"):
        call_command("verify_audit")


@pytest.mark.parametrize(
    ("event", "make"),
    [("record.signed", SignatureFactory), ("record.amended", AmendmentFactory)],
)
def test_verify_audit_misses_a_row_that_the_trail_speaks_of(trail, event, make):
    row = make()
    audit.record(event, row.record, by=None, hash=row.hash)
    audit.record(event, by=None, outcome=audit.Outcome.REFUSED)
    call_command("verify_audit")

    with lifted():
        type(row).objects.all()._raw_delete("default")

    with pytest.raises(CommandError, match=r"entry 4: its \w+ is gone"):
        call_command("verify_audit")


# --- show_permissions ---------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "cells"),
    [
        ("/", ["home", "yes", "yes", "yes"]),
        ("/healthz", ["(everybody)", "yes", "yes", "yes"]),
        ("/accounts/login/", ["(everybody)", "yes", "yes", "yes"]),
        ("/accounts/password/", ["(staff)", "yes", "yes", "yes"]),
        ("/staff/", ["staff_edit", "-", "-", "yes"]),
        ("/patients/", ["patient_view", "yes", "yes", "-"]),
        ("/sessions/<id:pk>/sign/", ["record_sign", "yes", "-", "-"]),
        ("/protocols/formulary/lots/new/", ["lot_edit", "yes", "-", "yes"]),
        ("/recall/<id:pk>/", ["record_view", "yes", "-", "-"]),
    ],
)
def test_show_permissions_has_a_line_for(address, cells, capsys):
    call_command("show_permissions")

    head, *lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert head == ["address", "permission", "clinician", "reception", "admin"]
    assert {line[0]: line[1:] for line in lines}[address] == cells
