"""Pages asked for as a server asks: through the whole of the app, without a network."""

import io
import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from mesoclinic.access import require_permission
from mesoclinic.roles import Permission


@require_permission(Permission.HOME)
def trivial(request: HttpRequest) -> HttpResponse:
    """The frame that every page has, signed in, and nothing in it."""
    return render(request, "base.html", {})


urlpatterns = [
    path("trivial/", trivial),
    path("", include("mesoclinic.urls")),
]


def signed_in(username: str) -> str:
    """Return the cookie of a fresh sign-in."""
    from django.conf import settings
    from django.test import Client

    from mesoclinic.models import User

    client = Client()
    client.force_login(
        User.objects.get(username=username),
        "django.contrib.auth.backends.ModelBackend",
    )
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"


def page(
    application: Any, address: str, *, cookie: str, status: int = 200, **headers: str
) -> Callable[[], bytes]:
    """Return what asks for a page once; it fails unless the answer is `status`."""
    where, _, query = address.partition("?")
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": where,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_HOST": "localhost",
        "HTTP_COOKIE": cookie,
        "wsgi.url_scheme": "http",
        **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
    }

    def ask() -> bytes:
        answered: list[str] = []
        request = {**environ, "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO()}
        answer = application(request, lambda line, *_: answered.append(line))
        body = b"".join(answer)
        answer.close()
        if not answered[0].startswith(str(status)):
            raise RuntimeError(f"{address} answered {answered[0]}")
        return body

    return ask


def seen_of(body: bytes) -> str:
    """What the page says it has seen, to be sent with the question for news."""
    found = re.search(rb'data-seen="([^"]+)"', body)
    assert found, "the page does not say what it has seen"
    return found[1].decode()
