"""The papers of a day at a site, in order of appointment, under a list of them."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from mesoclinic.letters import spelled_out
from mesoclinic.pdf import Document, PdfError
from mesoclinic.vocabulary import LeafletFormat
from sessions.courses.models import TreatmentSession
from sessions.paper.asked import Asked
from sessions.paper.content import PackContent, PackLine
from sessions.paper.current import Known, Leaflet, NoSuchLeaflet, Sheet
from sessions.paper.kinds import LEAFLET, SHEET, Kind, ToPrint
from sessions.schedule.models import Site

# Of the joined document; it tells nothing of anybody.
TITLE = "Papers of a day"


@dataclass(frozen=True)
class PackItem:
    """One paper of the day: what is to be printed, or why there is nothing."""

    session: TreatmentSession
    kind: Kind
    to_print: ToPrint | None = None
    why_not: str = ""

    @property
    def is_new(self) -> bool:
        """Whether it was not printed yet as it stands now."""
        paper = self.to_print.paper if self.to_print else None
        return not isinstance(paper, Leaflet | Sheet) or paper.is_new

    @property
    def patient_name(self) -> str:
        return self.session.patient.listed_name

    @property
    def name(self) -> str:
        """`Session sheet`, `Leaflet, Arabic, large print`."""
        patient, parts = self.session.patient, [self.kind.title]
        if self.kind is LEAFLET:
            parts.append(patient.get_preferred_language_display())
            if patient.leaflet_format != LeafletFormat.STANDARD:
                parts.append(patient.get_leaflet_format_display().lower())
        return ", ".join(parts)


@dataclass(frozen=True)
class DayPack:
    """What a click prints: what is new of a day, or all of it."""

    site: Site
    day: dt.date
    asked: Asked
    items: tuple[PackItem, ...]
    everything: bool = False

    @cached_property
    def printed(self) -> tuple[PackItem, ...]:
        """What this click prints, in order."""
        return tuple(
            item
            for item in self.items
            if item.to_print and (self.everything or item.is_new)
        )

    @property
    def failed(self) -> tuple[PackItem, ...]:
        return tuple(item for item in self.items if item.why_not)

    @property
    def documents(self) -> list[Document]:
        """The list on top, then each paper."""
        return [self.front, *(each.document for each in self.to_print)]

    @property
    def to_print(self) -> list[ToPrint]:
        """The same as `printed`, as documents and as what is kept of them."""
        return [item.to_print for item in self.printed if item.to_print]

    @property
    def names(self) -> dict[str, str]:
        """What each document is called, by its key."""
        named = {
            item.to_print.document.key: f"{item.name} for {item.patient_name}"
            for item in self.printed
            if item.to_print
        }
        return {self.front.key: "the list"} | named

    @cached_property
    def front(self) -> Document:
        context = {"pack": _content(self)}
        return Document("print/pack.html", context, self.asked.paper, self.site.zone)

    def without(self, failed: Mapping[str, PdfError]) -> "DayPack":
        """The same, where some documents could not be made, by their key."""
        return replace(self, items=tuple(_or_why(i, failed) for i in self.items))


def day_pack(
    site: Site,
    day: dt.date,
    *,
    asked: Asked,
    clinician: int | None = None,
    everything: bool = False,
) -> DayPack:
    """Return the papers of a day, of one clinician's visits or of everybody's."""
    visits = TreatmentSession.objects.for_paper().of_day(site, day, clinician)
    known = Known(visits)
    items = tuple(item for row in visits for item in _items(row, asked, known))
    return DayPack(site, day, asked, items, everything)


def _items(row: TreatmentSession, asked: Asked, known: Known) -> Iterable[PackItem]:
    # A signed record is no paper to work with; it is printed from its own page.
    if row.is_booked:
        yield _item(SHEET, row, asked, known)
    yield _item(LEAFLET, row, asked, known)


def _item(kind: Kind, row: TreatmentSession, asked: Asked, known: Known) -> PackItem:
    try:
        return PackItem(row, kind, kind.build(row, asked, known))
    except NoSuchLeaflet:
        language = row.patient.get_preferred_language_display()
        return PackItem(row, kind, why_not=f"there is no leaflet in {language}")


def _or_why(item: PackItem, failed: Mapping[str, PdfError]) -> PackItem:
    error = failed.get(item.to_print.document.key) if item.to_print else None
    return replace(item, to_print=None, why_not=str(error)) if error else item


def _content(pack: DayPack) -> PackContent:
    return PackContent(
        clinic=pack.site.name,
        day=f"{pack.day:%A} {pack.day:%d-%b-%Y}",
        everything=pack.everything,
        lines=tuple(_line(item, pack.printed) for item in pack.items),
        papers=len(pack.printed),
    )


def _line(item: PackItem, printed: Collection[PackItem]) -> PackLine:
    row = item.session
    return PackLine(
        time=f"{row.starts_local:%H:%M}",
        patient=spelled_out(item.patient_name),
        number=row.patient.number_spaced,
        clinician=row.clinician.short_name,
        treated=f"{row.course.treated}, {row.day_label.lower()}",
        paper=item.name,
        state=spelled_out(_state(item, printed)),
        failed=bool(item.why_not),
    )


def _state(item: PackItem, printed: Collection[PackItem]) -> str:
    if item.why_not:
        return f"NOT PRINTED: {item.why_not}"
    return "in this pack" if item in printed else "unchanged, printed before"
