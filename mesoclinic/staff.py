"""What an admin may do to the accounts of staff."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from mesoclinic import audit
from mesoclinic.models import User
from mesoclinic.roles import Role

DETAILS = (
    "username",
    "title",
    "given_names",
    "family_name",
    "registration_number",
    "email",
    *(f"is_{role}" for role in Role),
)


@transaction.atomic
def add(*, by: User | None, password: str, **details: Any) -> User:
    """Add a member of staff. `by` is None only for the very first admin."""
    user = User(**{name: details[name] for name in DETAILS})
    user.set_password(password)
    user.full_clean()
    user.save(force_insert=True)
    audit.record("staff.added", user, by=by, roles=_role_names(user))
    return user


@transaction.atomic
def amend(
    user: User, *, by: User, is_active: bool, password: str = "", **details: Any
) -> User:
    """Change a person's details, roles or password, or deactivate them."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.pk == by.pk and not (is_active and details["is_admin"]):
        raise ValidationError("You cannot take the admin role from yourself.")
    for name in DETAILS:
        setattr(user, name, details[name])
    user.is_active = is_active
    if password:
        user.set_password(password)
    user.full_clean()
    user.save(update_fields=[*DETAILS, "is_active", "password"])
    audit.record(
        "staff.amended",
        user,
        by=by,
        roles=_role_names(user),
        active=is_active,
        password_set=bool(password),
    )
    return user


def _role_names(user: User) -> list[str]:
    return sorted(user.roles)
