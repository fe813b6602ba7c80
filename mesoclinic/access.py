"""Every page names the permission it needs; without one it is denied.

`LoginRequiredMiddleware` keeps out whoever is not signed in; `require_permission`
looks at roles, and writes a denial to the audit trail. tests/test_access.py walks all
URLs and fails on one that names no permission.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from mesoclinic import audit
from mesoclinic.models import User
from mesoclinic.roles import Permission


class ClinicRequest(HttpRequest):
    """A request of somebody signed in, as `require_permission` hands it on."""

    user: User
    htmx: Any


View = Callable[..., HttpResponseBase]


def require_permission(permission: Permission) -> Callable[[View], View]:
    """Deny the view, and record the denial, unless a role of the user allows it."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(
            request: ClinicRequest, *args: Any, **kwargs: Any
        ) -> HttpResponseBase:
            demand(request, permission)
            return view(request, *args, **kwargs)

        guarded.required_permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def demand(request: ClinicRequest, permission: Permission) -> None:
    """Deny what a page's own permission does not cover, as a write on it may need."""
    if request.user.can(permission):
        return
    audit.record(
        f"page.{permission}",
        by=request.user,
        outcome=audit.Outcome.DENIED,
        path=request.path[:300],
    )
    raise PermissionDenied


def public(view: View) -> View:
    """Mark a view that needs no sign-in: health checks and nothing clinical."""
    view.required_permission = None  # type: ignore[attr-defined]
    return login_not_required(view)


def permissions_in_templates(request: HttpRequest) -> dict[str, Any]:
    """Give templates `can.patient_view` and the rest, to show only what works."""
    # What is refused before anybody is known to have asked, has no user.
    user = getattr(request, "user", None)
    held: frozenset[Permission] = getattr(user, "permissions", frozenset())
    return {"can": {str(permission): True for permission in held}}


def password_was_given_recently(request: HttpRequest) -> bool:
    """Whether this person typed their password in the last 15 minutes."""
    records = get_authentication_records(request, request.user)
    newest = max((record["at"] for record in records), default=0)
    age = timezone.now().timestamp() - newest
    return age < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def confirm_password(request: ClinicRequest, password: str) -> bool:
    """Check the signed-in person's password again; wrong ones count to lockout."""
    confirmed = authenticate(request, username=request.user.username, password=password)
    if confirmed is None or confirmed.pk != request.user.pk:
        return False
    record_authentication(
        request, request.user, method="password", reauthenticated=True
    )
    return True
