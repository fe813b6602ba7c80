"""Load the shipped indications and the protocol's first version."""

from typing import Any

from django.core.management.base import BaseCommand

from protocols import catalogue


class Command(BaseCommand):
    help = "Load the shipped indications and protocol. Runs any number of times."

    def handle(self, *args: Any, **options: Any) -> None:
        new = catalogue.load()
        self.stdout.write(f"Catalogue: {new} rows added.")
