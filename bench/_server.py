"""mesoclinic as a clinic runs it, on loopback, and people signed in to it."""

import http.client
import multiprocessing
import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

# As deploy/mesoclinic.service has it for two cores.
WORKERS, THREADS = 4, 4
# Any 32 letters: a request shows that it knows its own cookie.
TOKEN = "b" * 32


@contextmanager
def running_server() -> Iterator[int]:
    """Start it as a process of its own; give its port, and end it afterwards."""
    from django.conf import settings
    from django.db import connections

    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    settings.SECURE_SSL_REDIRECT = False
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    connections.close_all()
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    server = multiprocessing.get_context("fork").Process(target=_serve, args=(port,))
    server.start()
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.join()


def _serve(port: int) -> None:
    from django.core.wsgi import get_wsgi_application
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            self.cfg.set("bind", f"127.0.0.1:{port}")
            self.cfg.set("workers", WORKERS)
            self.cfg.set("worker_class", "gthread")
            self.cfg.set("threads", THREADS)
            self.cfg.set("loglevel", "error")

        def load(self) -> Any:
            return get_wsgi_application()

    Server().run()
    os._exit(0)


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server does not answer")


@dataclass
class Browser:
    """One person's. Every request is timed, connection included, in milliseconds."""

    port: int
    username: str
    took: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        from bench._pages import signed_in

        self.cookies = f"{signed_in(self.username)}; csrftoken={TOKEN}"

    def get(self, address: str, kind: str = "page", **headers: str) -> bytes:
        return self._ask("GET", address, kind, None, {200, 204}, headers)

    def post(self, address: str, kind: str, typed: dict[str, str], status: int) -> Any:
        body = urlencode(typed | {"csrfmiddlewaretoken": TOKEN})
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", address, kind, body, {status}, form)

    def _ask(
        self,
        method: str,
        address: str,
        kind: str,
        body: str | None,
        statuses: set[int],
        headers: dict[str, str],
    ) -> bytes:
        started = time.perf_counter()
        server = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        server.request(method, address, body, headers | {"Cookie": self.cookies})
        answer = server.getresponse()
        content = answer.read()
        server.close()
        took = (time.perf_counter() - started) * 1000
        self.took.setdefault(kind, []).append(took)
        if answer.status not in statuses:
            said = re.sub(rb"<[^>]*>|\s+", b" ", content).decode()[-600:]
            raise RuntimeError(f"{method} {address}: {answer.status} {said}")
        return content


def boxes_of(page: bytes) -> dict[str, str]:
    """What a browser would send from a page's forms, as they stand."""
    from tests.pages import boxes

    typed = boxes(SimpleNamespace(content=page))
    typed.pop("csrfmiddlewaretoken", None)
    return typed
