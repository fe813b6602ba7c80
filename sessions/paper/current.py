"""What printing now would give. Reads, and writes nothing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from mesoclinic.hashing import keyed_hash
from mesoclinic.vocabulary import LeafletFormat
from protocols.models import LeafletText
from sessions.courses.models import TreatmentSession
from sessions.paper.content import LeafletContent, SheetContent
from sessions.paper.documents import aftercare_leaflet, session_sheet
from sessions.paper.models import LeafletIssue, SheetIssue
from sessions.paper.phrases import Phrases


class NoSuchLeaflet(LookupError):  # noqa: N818  it says what there is not
    """The clinic has no leaflet in that language."""


@dataclass(frozen=True)
class Leaflet:
    """What a leaflet says now, and a hash of it but for the mark of a reprint."""

    session: TreatmentSession
    content: LeafletContent
    says_hash: str
    # What was handed over last and says the same.
    issued: LeafletIssue | None = None

    @property
    def is_new(self) -> bool:
        return self.issued is None


@dataclass(frozen=True)
class Sheet:
    """What a sheet says now, a hash of it, and whether that was printed last."""

    session: TreatmentSession
    content: SheetContent
    says_hash: str
    is_new: bool


@dataclass(frozen=True)
class Other:
    """A smaller paper: that it was printed is kept, not what it said."""

    session: TreatmentSession
    slug: str


def leaflet_now(
    treatment_session: TreatmentSession,
    *,
    language: str = "",
    leaflet_format: str = "",
    known: "Known | None" = None,
) -> Leaflet:
    """Return the leaflet that printing now would give; writes nothing.

    Language and format are what the patient needs, unless others are asked for. Raises
    NoSuchLeaflet where the clinic has no words in the language.

    While what it says is still true, a second print is a reprint of the same words
    and times, marked as one. Once visits have moved it is a new leaflet.
    """
    known = known or Known([treatment_session])
    patient = treatment_session.patient
    text = known.text_for(language or patient.preferred_language)
    layout = LeafletFormat(leaflet_format or patient.leaflet_format)
    content = aftercare_leaflet(treatment_session, text=text, leaflet_format=layout)
    # A hash over what the patient reads.
    says = keyed_hash(content.as_json())
    new = Leaflet(treatment_session, content, says)
    issued = known.issued_as(new)
    if issued is None:
        return new
    content = _reprint(issued, treatment_session, Phrases(text))
    return replace(new, content=content, issued=issued)


def sheet_now(
    treatment_session: TreatmentSession,
    *,
    root: str = "",
    for_reception: bool = False,
    known: "Known | None" = None,
) -> Sheet:
    """Return the session sheet that printing now would give; writes nothing."""
    known = known or Known([treatment_session])
    content = session_sheet(treatment_session, root=root)
    if for_reception:
        content = content.for_reception()
    says = keyed_hash(content.as_json())
    is_new = not known.was_printed(treatment_session, says)
    return Sheet(treatment_session, content, says, is_new)


class Known:
    """What is looked up once for all papers that are made together, if it is needed."""

    def __init__(self, sessions: Collection[TreatmentSession]) -> None:
        self._sessions = sessions

    @cached_property
    def texts(self) -> Mapping[str, LeafletText]:
        return LeafletText.objects.in_force()

    @cached_property
    def leaflets(self) -> Mapping[tuple[int, str, str], LeafletIssue]:
        return LeafletIssue.objects.newest_for(self._sessions)

    @cached_property
    def sheets(self) -> Mapping[int, SheetIssue]:
        return SheetIssue.objects.newest_of(self._sessions)

    def issued_as(self, leaflet: Leaflet) -> LeafletIssue | None:
        """What was handed over last in its language and format, if it says the same."""
        content = leaflet.content
        key = (leaflet.session.pk, content.language, content.format)
        issued = self.leaflets.get(key)
        is_same = issued is not None and issued.content_hash == leaflet.says_hash
        return issued if is_same else None

    def was_printed(self, session: TreatmentSession, says_hash: str) -> bool:
        """Whether the sheet that was printed last says the same."""
        issued = self.sheets.get(session.pk)
        return issued is not None and issued.says_hash == says_hash

    def text_for(self, language: str) -> LeafletText:
        """The words that are printed now in a language; raises NoSuchLeaflet."""
        try:
            return self.texts[language]
        except KeyError:
            raise NoSuchLeaflet(language) from None


def _reprint(
    issue: LeafletIssue, session: TreatmentSession, phrases: Phrases
) -> LeafletContent:
    when = issue.issued_at.astimezone(session.zone)
    date, time = phrases.date(when.date()), f"{when:%H:%M}"
    return replace(
        LeafletContent.from_json(issue.content),
        reprint_of=phrases.word("reprint", date=date, time=time),
    )
