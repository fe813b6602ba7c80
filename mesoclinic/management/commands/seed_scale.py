"""Fill an empty database with as many invented patients as a measurement needs."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from mesoclinic.management import scale


class Command(BaseCommand):
    help = "Fill an empty database with invented patients, three sessions each."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--patients", type=int, required=True, metavar="N")

    def handle(self, *args: Any, patients: int, **options: Any) -> None:
        if not 1 <= patients <= 10_000_000:
            raise CommandError("Between 1 and 10,000,000 patients.")
        scale.refuse_unless_empty()
        password = settings.DEMO_PASSWORD or secrets.token_urlsafe(9)
        clinic = scale.load(patients, password)
        _settle()
        people = len(clinic.people)
        self.stdout.write(f"{patients} patients, {people} clinicians.")
        self.stdout.write(
            "Sign-ins: scale-admin, scale-reception, scale-clinician-001 …"
        )
        self.stdout.write(f"Password: {password}")


def _settle() -> None:
    """Let the database take stock of what it has been given, as a server does at night.

    Not inside a transaction, where a test is.
    """
    if connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        analyze = "VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE"
        cursor.execute(analyze)
