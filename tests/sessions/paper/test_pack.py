"""The papers of a day: in order, once, and never fewer because one of them failed."""

import datetime as dt
import io
import os
import stat

import page as pdf_validator
import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse
from pypdf import PdfReader

from mesoclinic.models import AuditEvent
from mesoclinic.pdf import Paper, joined
from patients.models import Patient
from sessions.models import LeafletIssue, SheetIssue, TreatmentSession
from sessions.paper.asked import Asked
from sessions.paper.pack import TITLE, day_pack
from sessions.schedule.models import Site
from tests.factories import (
    CourseFactory,
    LeafletTextFactory,
    PatientFactory,
    SessionRecordFactory,
    TreatmentSessionFactory,
)
from tests.pages import text_of
from tests.state import nothing_written

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 3, 2)
NINE = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
ASKED = Asked(paper=Paper.A4)


@pytest.fixture
def visits(site, indication, dr_cooper, english):
    """Three on one day, booked in another order than they come."""
    LeafletTextFactory(language="ar")
    return [
        visit(site, indication, dr_cooper, "Zimmer", minutes=0),
        visit(site, indication, dr_cooper, "Adler", minutes=60),
        visit(site, indication, dr_cooper, "Haddad", minutes=30, language="ar"),
    ]


def visit(site, indication, dr_cooper, name, *, minutes, language="en"):
    patient = PatientFactory(family_name=name, preferred_language=language)
    course = CourseFactory(
        patient=patient, indication=indication, clinician=dr_cooper, site=site
    )
    starts_at = NINE + dt.timedelta(minutes=minutes)
    return TreatmentSessionFactory(course=course, starts_at=starts_at)


def pack_url(name="pack_pdf"):
    return reverse(f"sessions:{name}", args=[DAY])


def pages_of(response):
    assert response.headers["Content-Type"] == "application/pdf"
    return [p.extract_text() for p in PdfReader(io.BytesIO(response.content)).pages]


def test_sheets_and_leaflets_come_in_order_of_appointment_under_a_list(
    visits, rita, client_of
):
    list_, *papers = pages_of(client_of(rita).get(pack_url()))

    assert "Papers of Monday 02-Mar-2026" in list_
    assert list_.index("Zimmer") < list_.index("Haddad") < list_.index("Adler")
    assert "Leaflet, Arabic" in list_
    kinds = ["sheet" if "Session sheet" in text else "leaflet" for text in papers]
    assert kinds == ["sheet", "leaflet"] * 3
    named = [text for text in papers if "ZIMMER" in text.upper()]
    assert named == papers[:2]
    assert [text for text in papers if "ADLER" in text.upper()] == papers[4:]


def test_the_whole_is_tagged_and_validates(visits, rita, client_of):
    response = client_of(rita).get(pack_url())

    report = pdf_validator.validate_pdf_bytes(response.content, profile="ua1")
    assert [failure.message for failure in report.failures] == []
    assert response.headers["Content-Disposition"] == (
        'inline; filename="papers-2026-03-02.pdf"'
    )


def test_what_was_printed_is_kept_and_only_what_changed_comes_again(
    visits, rita, client_of
):
    desk = client_of(rita)
    desk.get(pack_url())
    assert (LeafletIssue.objects.count(), SheetIssue.objects.count()) == (3, 3)

    again = desk.get(pack_url())
    assert again.headers["Location"] == pack_url("pack")
    assert "Nothing new" in text_of(desk.get(pack_url("pack_begin")))

    Patient.objects.filter(family_name="Adler").update(family_name="Adler-Kern")
    list_, *papers = pages_of(desk.get(pack_url()))

    assert len(papers) == 2
    assert all("ADLER-KERN" in text.upper() for text in papers)
    assert list_.count("unchanged, printed before") == 4
    everything = pages_of(desk.get(pack_url(), {"all": "1"}))
    assert len(everything) == 7
    assert LeafletIssue.objects.count() == 4
    assert AuditEvent.objects.filter(event="leaflet.printed").count() == 3 + 1 + 3


def test_a_visit_that_was_called_off_is_in_no_pack(visits, rita, client_of):
    TreatmentSession.objects.filter(pk=visits[0].pk).update(status="cancelled")

    list_, *papers = pages_of(client_of(rita).get(pack_url()))

    assert "Zimmer" not in list_
    assert len(papers) == 4


def test_a_missing_language_is_said_and_the_others_are_printed(visits, rita, client_of):
    Patient.objects.filter(family_name="Haddad").update(preferred_language="uk")
    desk = client_of(rita)

    page = text_of(desk.get(pack_url("pack_begin")))
    list_, *papers = pages_of(desk.get(pack_url()))

    assert "Not printed: there is no leaflet in Ukrainian." in page
    assert "1 NOT PRINTED" in list_
    assert "NOT PRINTED: there is no leaflet in Ukrainian" in " ".join(list_.split())
    assert len(papers) == 5


def test_one_that_cannot_be_made_leaves_the_others(visits, rita, client_of):
    Patient.objects.filter(family_name="Haddad").update(given_names="王")

    list_, *papers = pages_of(client_of(rita).get(pack_url()))

    assert "these letters cannot be printed: U+738B" in " ".join(list_.split())
    assert "Haddad, U+738B" in " ".join(list_.split())
    assert len(papers) == 4
    assert {issue.treatment_session for issue in LeafletIssue.objects.all()} == {
        visits[0],
        visits[1],
    }


def test_where_the_list_itself_fails_nothing_is_kept(visits, rita, client_of):
    Site.objects.update(name="王")

    desk = client_of(rita)

    with nothing_written():
        answer = desk.get(pack_url())

    assert answer.status_code == 503
    assert "cannot be printed" in text_of(answer)


def test_reception_gets_forms_with_the_plan_and_a_clinician_all_of_it(
    visits, rita, dr_cooper, client_of
):
    SessionRecordFactory(treatment_session=visits[0], note="Fears needles", mixture="x")
    everybody = {"whose": "all"}

    at_the_desk = "".join(pages_of(client_of(rita).get(pack_url(), everybody)))
    at_the_chair = "".join(pages_of(client_of(dr_cooper).get(pack_url(), everybody)))

    assert "Fears needles" not in at_the_desk
    assert "ALLERGIES ARE NOT ON THIS PAPER" in at_the_desk
    assert "Fears needles" in at_the_chair
    assert "ALLERGIES ARE NOT" not in at_the_chair


def at_the_desk(page):
    root = page.wsgi_request.build_absolute_uri("/")
    return Asked(paper=Paper.A4, root=root, for_reception=True)


def test_progress_is_told_while_papers_are_made(visits, site, rita, client_of):
    desk = client_of(rita)
    page = desk.get(pack_url("pack_begin"))
    making = page.context["making"]
    progress = reverse("sessions:pack_progress", args=[DAY, making.token])

    for document in day_pack(site, DAY, asked=at_the_desk(page)).documents:
        document.printed()
    desk.get(progress)
    joined(day_pack(site, DAY, asked=at_the_desk(page)).documents, title=TITLE)
    over = desk.get(progress, headers={"HX-Request": "true"})

    assert making.total == 7
    assert "7 of 7 made" in text_of(over)
    assert over.headers["HX-Redirect"].startswith(pack_url())
    assert desk.get(progress.replace(making.token, "nothing")).status_code == 404


def test_a_day_without_visits_says_so(site, rita, client_of):
    assert "Nobody comes on this day" in text_of(
        client_of(rita).get(pack_url("pack_begin"))
    )


def test_a_day_is_read_in_a_fixed_number_of_queries(
    visits, site, indication, dr_cooper, django_assert_num_queries
):
    def build():
        pack = day_pack(site, DAY, asked=ASKED)
        return [document.key for document in pack.documents]

    build()
    with django_assert_num_queries(8):
        build()
    visit(site, indication, dr_cooper, "Fourth", minutes=90)
    with django_assert_num_queries(8):
        assert len(build()) == 9


# --- For a morning without the network ----------------------------------------


def test_the_next_days_are_written_to_files(visits, site, tmp_path, capsys):
    old = tmp_path / f"{site.pk}-sample-clinic"
    old.mkdir()
    (old / "2026-03-01.pdf").write_bytes(b"yesterday's")
    (old / "notes.txt").write_text("not ours")

    with time_machine.travel(NINE - dt.timedelta(hours=2)):
        call_command("write_packs", tmp_path, "--days", "2")

    folder = next(tmp_path.iterdir())
    assert sorted(os.listdir(folder)) == [
        "2026-03-02.pdf",
        "2026-03-03.pdf",
        "notes.txt",
    ]
    file = folder / "2026-03-02.pdf"
    assert len(PdfReader(file).pages) == 7
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "02: 6 papers" in capsys.readouterr().out
    assert not LeafletIssue.objects.exists()
    assert AuditEvent.objects.filter(event="pack.written").count() == 2
