"""Make the first admin; every other account is made on the staff page.

Refuses once there is an admin who can sign in: an account that nobody signed for is
for a new clinic, or, with --force, for one whose admins have all lost their way in.
"""

import os
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mesoclinic import staff
from mesoclinic.forms import StaffForm
from mesoclinic.models import User

PASSWORD_VARIABLE = "MESOCLINIC_ADMIN_PASSWORD"  # noqa: S105
ASKED = {
    "username": "User name",
    "given_names": "Given names",
    "family_name": "Family name",
}


class Command(BaseCommand):
    help = (
        "Make the first admin. Asks for what is not given; the password can come "
        f"from the variable {PASSWORD_VARIABLE}."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--username")
        parser.add_argument("--title", default="")
        parser.add_argument("--given-names")
        parser.add_argument("--family-name")
        parser.add_argument(
            "--force", action="store_true", help="although there is an admin already"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["force"] and _an_admin_can_sign_in():
            raise CommandError(
                "There is an admin already, who can add others on the staff page. "
                "--force makes one all the same."
            )
        form = StaffForm(
            {
                **{name: options[name] or _ask(ASKED[name]) for name in ASKED},
                "title": options["title"],
                "password": os.environ.get(PASSWORD_VARIABLE) or _ask_password(),
                "is_admin": True,
            }
        )
        if not form.is_valid():
            raise CommandError(form.errors.as_text())
        admin = staff.add(by=None, **form.cleaned_data)
        self.stdout.write(f"{admin.display_name} can sign in as {admin.username}.")


def _an_admin_can_sign_in() -> bool:
    return User.objects.filter(is_admin=True, is_active=True).exists()


def _ask(label: str) -> str:
    try:
        return input(f"{label}: ")
    except EOFError as error:
        raise CommandError(f"{label} is not given, and nobody is there to ask.") from (
            error
        )


def _ask_password() -> str:
    try:
        password, again = getpass("Password: "), getpass("Password again: ")
    except EOFError as error:
        raise CommandError(f"Give the password in {PASSWORD_VARIABLE}.") from error
    if password != again:
        raise CommandError("The two passwords differ.")
    return password
