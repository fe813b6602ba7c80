"""Load the invented demo clinic and print how to sign in."""

import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from mesoclinic.management import demo
from protocols import catalogue


class Command(BaseCommand):
    help = "Load invented people and courses around today. Does nothing twice."

    def handle(self, *args: Any, **options: Any) -> None:
        password = settings.DEMO_PASSWORD or secrets.token_urlsafe(9)
        if demo.is_loaded():
            demo.set_passwords(password)
        else:
            catalogue.load()
            demo.load(password)
        names = ", ".join(row[0] for row in demo.STAFF)
        self.stdout.write(f"Demo sign-ins: {names}")
        self.stdout.write(f"Password:      {password}")
