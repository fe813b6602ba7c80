"""Write the next days' papers into a folder, to be printed when the network is down."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mesoclinic.pdf import PdfError
from sessions.paper.fallback import write_packs


class Command(BaseCommand):
    help = "Write each site's papers of today and the next days as PDF."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--days", type=int, default=3, help="today included")
        parser.add_argument("--root", default="", help="https://clinic.example/")

    def handle(
        self, *args: Any, folder: Path, days: int, root: str, **options: Any
    ) -> None:
        if not 1 <= days <= 31:
            raise CommandError("--days is from 1 to 31.")
        try:
            for pack in write_packs(folder, days=days, root=root):
                self._tell(pack)
        except (OSError, PdfError) as problem:
            raise CommandError(f"Not written: {problem}") from problem

    def _tell(self, pack: Any) -> None:
        said = f"{pack.site.name}, {pack.day}: {len(pack.printed)} papers"
        self.stdout.write(said)
        for item in pack.failed:
            who = item.session.patient.number
            self.stderr.write(f"  not printed: {item.name} for {who}: {item.why_not}")
