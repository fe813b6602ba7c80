"""Write contact sheets of all body drawings, to be looked at."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mesoclinic.management import contact_sheets


class Command(BaseCommand):
    help = "Write every drawing, right and left, and every template as PDF and PNG."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            written = contact_sheets.write(folder)
        except contact_sheets.PopplerMissingError as missing:
            raise CommandError(str(missing)) from missing
        except OSError as problem:
            raise CommandError(f"{folder} cannot be written: {problem}") from problem
        for path in written:
            self.stdout.write(str(path))
