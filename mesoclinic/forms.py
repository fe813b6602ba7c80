"""What all forms share: how a refusal gets back to the field, and who hears of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from crispy_forms.helper import FormHelper
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.http import HttpResponse
from django.shortcuts import render

from mesoclinic import audit
from mesoclinic.access import ClinicRequest
from mesoclinic.errors import Stale
from mesoclinic.fields import CountField, PlainTextField
from mesoclinic.models import User
from mesoclinic.typed import format_date


def submission_field() -> forms.UUIDField:
    """A number per form shown: sent twice, it is still one registration."""
    return forms.UUIDField(
        widget=forms.HiddenInput, initial=uuid4, required=False, label=""
    )


def version_field() -> CountField:
    """The version of the row the form was made from."""
    return CountField(widget=forms.HiddenInput, initial=0, most=10**9, label="")


class ClinicForm(forms.Form):
    """A form of the app: the page owns <form>, crispy lays out the fields.

    `theirs` lists what somebody else stored meanwhile, as (label, text).
    """

    # Whether labels say which fields may stay empty. Not where a field is needed
    # later, or by another field's answer.
    marks_optional = True

    # A copy of what was sent: some forms fill in what they propose.
    data: Any

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data.copy() if data else None, *args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.theirs: list[tuple[str, str]] = []

    @property
    def http_status(self) -> int:
        """The HTTP status of a page that shows this form."""
        if self.theirs:
            return 409
        return 400 if self.is_bound and self.errors else 200

    def refuse(self, error: ValidationError) -> None:
        """Put each message beside its field; what has no field stands on top."""
        if isinstance(error, Stale):
            self._show_theirs(error)
        found = getattr(error, "message_dict", {None: error.messages})
        for name, messages in found.items():
            known = name if name in self.fields else None
            for message in messages:
                self.add_error(known, message)

    def _show_theirs(self, error: Stale) -> None:
        other = {
            name: stored
            for name, stored in error.theirs.items()
            if name in self.fields and stored != self.cleaned_data.get(name)
        }
        self.theirs = self.labelled(other) or [("Version", str(error.version))]
        # Saving again now means: I have seen theirs.
        self.data["version"] = str(error.version)

    def labelled(self, stored: dict[str, Any]) -> list[tuple[str, str]]:
        """What is stored for these fields, as (label, text)."""
        return [
            (str(self[name].label), _as_text(self.fields[name], value))
            for name, value in stored.items()
            if name in self.fields
        ]


def _as_text(field: forms.Field, stored: Any) -> str:
    """What is stored, written as the field writes it."""
    if type(field) is forms.ChoiceField:
        labels = dict(field.choices)  # type: ignore[arg-type]
        return str(labels.get(stored, stored))
    if isinstance(stored, bool):
        return "yes" if stored else "no"
    if isinstance(stored, datetime):
        return f"{format_date(stored)}, {stored:%H:%M}"
    if isinstance(stored, date):
        return format_date(stored)
    return "(empty)" if stored in ("", None) else str(field.prepare_value(stored))


@contextmanager
def collect_errors(
    form: ClinicForm,
    *,
    by: User,
    event: str,
    target: models.Model | None = None,
    patient_id: int | None = None,
) -> Iterator[None]:
    """Turn an action's refusal into messages on the form, and record it.

    The action's transaction has been rolled back when this sees the error, so the
    entry in the audit trail is all that is left of the try.
    """
    try:
        yield
    except ValidationError as error:
        form.refuse(error)
    except IntegrityError as error:
        # The database's own guards: what an action should have caught, said plainly.
        form.refuse(ValidationError(f"This was refused: {_guard_message(error)}."))
    else:
        return
    audit.record(
        event,
        target,
        by=by,
        patient_id=patient_id,
        outcome=audit.Outcome.REFUSED,
        fields=sorted(form.errors),
    )


def _guard_message(error: IntegrityError) -> str:
    first_line = str(error).partition("\n")[0]
    return first_line.partition(": ")[2] or "it contradicts what is stored"


def render_form(
    request: ClinicRequest, template: str, context: dict[str, Any]
) -> HttpResponse:
    """Render a page with a form: 200, 400 with errors, 409 when it was stale."""
    return render(request, template, context, status=context["form"].http_status)


class StaffForm(ClinicForm):
    """A member of staff, as an admin adds or changes one."""

    username = PlainTextField(
        label="User name", max_length=60, help_text="What they sign in with."
    )
    title = PlainTextField(max_length=30, required=False, help_text="Dr, Prof, …")
    given_names = PlainTextField(max_length=120)
    family_name = PlainTextField(max_length=120)
    registration_number = PlainTextField(
        max_length=60, required=False, help_text="As printed beside a signature."
    )
    email = forms.EmailField(label="E-mail", required=False)
    is_clinician = forms.BooleanField(
        label="Clinician", required=False, help_text="Books, plans, records and signs."
    )
    is_reception = forms.BooleanField(
        label="Reception",
        required=False,
        help_text="Registers patients, books, prints leaflets.",
    )
    is_admin = forms.BooleanField(
        label="Admin",
        required=False,
        help_text="Keeps lists, protocols, staff. Opens no patient's record.",
    )
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 10 characters. They change it after signing in.",
    )

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        if password:
            validate_password(password)
        return password


class StaffEditForm(StaffForm):
    """The same for somebody who is there already; no password leaves it as it is."""

    is_active = forms.BooleanField(
        label="Can sign in",
        required=False,
        help_text="Untick when somebody leaves. Their name stays on what they signed.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        password = self.fields["password"]
        password.label, password.required = "New password", False
        password.help_text = "Leave empty to keep the one they have."
