"""What is asked for when a paper is printed: which sheet, language and format."""

from dataclasses import dataclass

from mesoclinic.pdf import Paper
from sessions.schedule.models import Site

# Where printers hold Letter, by ISO 3166; everywhere else they hold A4.
LETTER_COUNTRIES = frozenset({"US", "CA", "MX", "CL", "CO", "CR", "GT", "PA", "PH"})


@dataclass(frozen=True, kw_only=True)
class Asked:
    """`language` and `leaflet_format` are asked of what the patient reads."""

    paper: Paper
    # Empty: what the patient needs.
    language: str = ""
    leaflet_format: str = ""
    # The clinic's own address, `https://clinic.example/`: where codes on paper lead.
    root: str = ""
    # A sheet for whoever may not read records: the plan, without notes and scores.
    for_reception: bool = False


def paper_at(site: Site) -> Paper:
    """What the printers of a site hold, as far as its country tells."""
    return Paper.LETTER if site.country in LETTER_COUNTRIES else Paper.A4
