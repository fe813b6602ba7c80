"""Write every paper in every language, format and size, to be looked at."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mesoclinic.management import paper_samples
from mesoclinic.pdf import PdfError


class Command(BaseCommand):
    help = "Write every paper about an invented patient as PDF, and contact sheets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            for path in paper_samples.write(folder):
                self.stdout.write(str(path))
        except (OSError, PdfError) as problem:
            raise CommandError(f"Not written: {problem}") from problem
