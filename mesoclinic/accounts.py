"""What allauth and axes ask of us: closed sign-up, audited sign-ins, one lockout."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from mesoclinic import audit
from mesoclinic.models import User


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in as this clinic wants it. Accounts are made by an admin."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        audit.record("user.signed_in", user, by=_staff(user))

    def logout(self, request: HttpRequest) -> None:
        audit.record("user.signed_out", by=_staff(request.user))
        super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        audit.record(
            "user.sign_in",
            by=None,
            outcome=audit.Outcome.REFUSED,
            username=attempted_username(request, credentials)[:60],
        )

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing: "Successfully signed in as …" helps nobody with a queue."""


def _staff(user: Any) -> User | None:
    return user if isinstance(user, User) else None


def attempted_username(
    request: HttpRequest | None, credentials: dict[str, Any] | None
) -> str:
    """Return the name somebody tried to sign in with, for the lockout to count.

    allauth posts it as `login`; naming only that field to axes records nothing and
    locks nobody out, so both are read.
    """
    given = (credentials or {}).get("username")
    if not given and request is not None:
        given = request.POST.get("login", "")
    return str(given or "").casefold()
