"""Print who gets in where, as the code has it: one line per address."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand
from django.urls import URLPattern, URLResolver, get_resolver

from mesoclinic.access import View
from mesoclinic.roles import ROLE_PERMISSIONS, Role

EVERYBODY, SIGNED_IN = "(everybody)", "(staff)"


class Command(BaseCommand):
    help = "Print which role may open which address."

    def handle(self, *args: Any, **options: Any) -> None:
        rows = [("address", "permission", *Role)]
        rows += [
            (f"/{route}", needed(view), *marks(view))
            for route, view in routes(get_resolver().url_patterns)
        ]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
            self.stdout.write("  ".join(cells).rstrip())


def routes(
    patterns: list[URLPattern | URLResolver], prefix: str = ""
) -> Iterator[tuple[str, View]]:
    """Yield every address with its view, those of included patterns too."""
    for pattern in patterns:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route, pattern.callback


def needed(view: View) -> str:
    """Name the permission a view needs; what allauth brings has none of ours."""
    if not getattr(view, "login_required", True):
        return EVERYBODY
    return str(getattr(view, "required_permission", SIGNED_IN))


def marks(view: View) -> list[str]:
    """Say yes or - for each role."""
    permission = needed(view)
    return [
        "yes" if permission in {EVERYBODY, SIGNED_IN, *allowed} else "-"
        for allowed in (ROLE_PERMISSIONS[role] for role in Role)
    ]
