"""The next days' papers as files, for a morning on which the network is down."""

import datetime as dt
import os
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils import timezone
from django.utils.text import slugify

from mesoclinic import audit
from mesoclinic.pdf import joined, make_all
from sessions.paper.asked import Asked, paper_at
from sessions.paper.pack import TITLE, DayPack, day_pack
from sessions.schedule.models import Site

_OURS = re.compile(r"\d{4}-\d\d-\d\d\.pdf")


def write_packs(folder: Path, *, days: int, root: str = "") -> Iterator[DayPack]:
    """Write the papers of today and the days after it, a folder for each site.

    A file is there whole or as it was. Those of days that are over are removed. None
    counts as handed over: whoever uses them hands them over by hand. Raises OSError,
    PdfError.
    """
    for site in Site.objects.order_by("pk"):
        today = timezone.now().astimezone(site.zone).date()
        target = folder / f"{site.pk}-{slugify(site.name)}"
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        _remove_past(target, today)
        for ahead in range(days):
            yield _write(target, site, today + dt.timedelta(days=ahead), root)


def _write(target: Path, site: Site, day: dt.date, root: str) -> DayPack:
    asked = Asked(paper=paper_at(site), root=root)
    pack = day_pack(site, day, asked=asked, everything=True)
    pack = pack.without(make_all(pack.documents))
    make_all([pack.front])
    _replace(target / f"{day}.pdf", joined(pack.documents, title=TITLE).content)
    audit.record("pack.written", site, by=None, day=str(day), papers=len(pack.printed))
    return pack


def _replace(path: Path, content: bytes) -> None:
    new = path.with_suffix(".new")
    with open(new, "wb", opener=_readable_by_its_owner) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _readable_by_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _remove_past(target: Path, today: dt.date) -> None:
    for path in target.iterdir():
        if _OURS.fullmatch(path.name) and path.stem < today.isoformat():
            path.unlink()
