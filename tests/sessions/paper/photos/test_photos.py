"""Photographs of a written sheet: attached, shown, withdrawn, and never lost."""

import hashlib
import io

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from PIL import Image

from mesoclinic import uploads
from mesoclinic.models import AuditEvent
from sessions.models import SheetPhoto, SheetPhotoWithdrawal, Signature
from sessions.paper.photos.actions import attach_photo, withdraw_photo
from sessions.paper.photos.reencoding import MOST_BYTES, reencoded
from sessions.recording.sealing import broken_parts
from tests.factories import (
    DAY_0_START,
    SessionRecordFactory,
    SheetPhotoFactory,
    SheetPhotoWithdrawalFactory,
    SignatureFactory,
    TreatmentSessionFactory,
    jpeg,
)
from tests.pages import queries, text_of
from tests.sessions.paper.photos import files
from tests.state import nothing_written

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(dr_cooper):
    session = TreatmentSessionFactory(
        course__clinician=dr_cooper, course__patient__family_name="Vale"
    )
    SessionRecordFactory(treatment_session=session)
    return session


@pytest.fixture
def surgery(client_of, dr_cooper):
    return client_of(dr_cooper)


def page_url(visit) -> str:
    return reverse("sessions:photos", args=[visit.pk])


def picture_url(photo) -> str:
    return reverse("sessions:photo", args=[photo.pk])


def send(client, visit, content: bytes, name: str = "Vale Jo 14-Aug-1980.jpg"):
    picture = SimpleUploadedFile(name, content)
    return client.post(page_url(visit), {"picture": picture})


def withdraw(client, photo, reason: str):
    url = reverse("sessions:photo_withdraw", args=[photo.pk])
    return client.post(url, {"reason": reason})


def refusal(response) -> str:
    assert response.status_code == 400
    (message,) = response.context["form"].errors["picture"]
    page = response.content.decode()
    assert 'id="id_picture_error"' in page
    assert message in page
    return message


def entries(event: str):
    return AuditEvent.objects.filter(event=f"sheet_photo.{event}")


# --- Attach ------------------------------------------------------------------------


def test_a_photograph_is_attached_upright_and_bare(surgery, visit, dr_cooper):
    response = send(surgery, visit, files.photographed_sideways())

    assert response.headers["Location"] == page_url(visit)
    photo = SheetPhoto.objects.get()
    assert (photo.treatment_session, photo.attached_by) == (visit, dr_cooper)
    assert (photo.page, photo.pages) == (1, 1)
    assert (photo.width_px, photo.height_px) == files.WIDE
    picture = bytes(photo.picture)
    assert [picture] == reencoded(files.photographed_sideways())
    assert photo.sha256 == hashlib.sha256(picture).hexdigest()
    (entry,) = entries("attached")
    assert (entry.patient_id, entry.by_id) == (visit.patient_id, dr_cooper.pk)
    assert entry.details == {"sha256": photo.sha256, "page": "page 1 of 1"}


def test_each_page_of_a_pdf_is_a_photograph(surgery, visit):
    pdf = files.pdf_of(files.sheet((100, 200)), files.sheet((200, 100)))

    assert send(surgery, visit, pdf, "scan.pdf").status_code == 302

    photos = SheetPhoto.objects.order_by("pk")
    assert [(photo.page, photo.pages) for photo in photos] == [(1, 2), (2, 2)]
    assert photos[0].height_px > photos[0].width_px
    assert photos[1].height_px < photos[1].width_px
    assert entries("attached").count() == 2


def test_blank_pages_may_look_alike(surgery, visit):
    blank = Image.new("RGB", (100, 200), "white")

    assert send(surgery, visit, files.pdf_of(blank, blank)).status_code == 302

    assert SheetPhoto.objects.values("sha256").distinct().count() == 1


def test_after_signing_the_record_and_its_signature_stay(surgery, dr_cooper):
    signature = SignatureFactory()
    visit = signature.record.treatment_session
    before = Signature.objects.values().get()

    assert send(surgery, visit, jpeg()).status_code == 302

    assert Signature.objects.values().get() == before
    assert broken_parts(signature.record) == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a JPEG, a PNG or a PDF"),
        (b"<!doctype html><script>alert(1)</script>", "not a JPEG, a PNG or a PDF"),
        (files.encoded(files.sheet(), "GIF"), "not a JPEG, a PNG or a PDF"),
        (b"PK\x03\x04" + bytes(99), "not a JPEG, a PNG or a PDF"),
        (files.encoded(files.sheet())[:400], "damaged or incomplete"),
        (files.png_bomb(30_000, 30_000), "more than 50 megapixels"),
        (files.pdf_locked("secret"), "locked with a password"),
        (b"", "empty"),
    ],
    ids=["svg", "html", "gif", "zip", "truncated", "bomb", "locked", "empty"],
)
def test_what_is_no_picture_is_refused_at_the_field(surgery, visit, content, says):
    with nothing_written():
        response = send(surgery, visit, content, "sheet.jpg")

    assert says in refusal(response)
    assert not entries("attached").filter(outcome="done").exists()


def test_no_file_at_all(surgery, visit):
    for form in ({}, {"picture": "a text"}, {"picture": ""}):
        with nothing_written():
            response = surgery.post(page_url(visit), form)
        assert refusal(response) == "Choose a file."


def test_fifteen_megabytes_and_not_a_byte_more(surgery, visit):
    picture = jpeg()
    full = picture + bytes(MOST_BYTES - len(picture))

    with nothing_written():
        response = send(surgery, visit, full + b"\0")

    assert "up to 15 MB" in refusal(response)
    assert send(surgery, visit, full).status_code == 302


def test_of_a_huge_file_only_a_little_too_much_is_kept(surgery, visit):
    """The rest is dropped on its way in; what comes is still too large for the form."""
    assert uploads.CutOff.MOST_BYTES > MOST_BYTES

    response = send(surgery, visit, bytes(40 * 1024 * 1024))

    assert "up to 15 MB" in refusal(response)
    kept = response.context["form"].files["picture"].size
    assert MOST_BYTES < kept <= uploads.CutOff.MOST_BYTES + 64 * 1024


def test_two_files_at_once(surgery, visit, caplog):
    caplog.set_level("CRITICAL", "django.security")
    two = [SimpleUploadedFile(f"{n}.jpg", jpeg()) for n in range(2)]

    with nothing_written():
        response = surgery.post(page_url(visit), {"picture": two})

    assert response.status_code == 400


def test_same_picture_twice_is_refused_with_words(surgery, visit):
    with time_machine.travel(DAY_0_START, tick=False):
        send(surgery, visit, jpeg())

        with nothing_written():
            response = send(surgery, visit, jpeg())

    message = refusal(response)
    assert message.startswith("It is attached to this visit already: 2 Mar 2026, 09:00")
    (entry,) = entries("attached").filter(outcome="refused")
    assert entry.patient_id == visit.patient_id


def test_page_that_is_there_already_is_named(visit, dr_cooper):
    attach_photo(visit, by=dr_cooper, pages=[jpeg(colour="red")])

    with pytest.raises(ValidationError, match="Page 2 of it is attached"):
        attach_photo(
            visit, by=dr_cooper, pages=[jpeg(colour="blue"), jpeg(colour="red")]
        )


def test_same_picture_may_belong_to_another_visit(visit, dr_cooper):
    other = TreatmentSessionFactory()

    for session in (visit, other):
        attach_photo(session, by=dr_cooper, pages=[jpeg()])

    assert SheetPhoto.objects.count() == 2


def test_withdrawn_by_mistake_it_can_be_attached_again(visit, dr_cooper):
    (photo,) = attach_photo(visit, by=dr_cooper, pages=[jpeg()])
    withdraw_photo(photo, by=dr_cooper, reason="Wrong visit")

    attach_photo(visit, by=dr_cooper, pages=[jpeg()])

    assert visit.sheet_photos.shown().count() == 1


# --- Look at it ---------------------------------------------------------------------


def test_page_shows_whose_it_is_and_every_sheet(surgery, visit, dr_cooper):
    with time_machine.travel(DAY_0_START, tick=False):
        attach_photo(
            visit, by=dr_cooper, pages=[jpeg(colour="red"), jpeg(colour="blue")]
        )

    page = surgery.get(page_url(visit)).content.decode()

    assert "Vale" in page.partition("<main")[0].partition('class="banner"')[2]
    for number, photo in enumerate(SheetPhoto.objects.order_by("pk"), start=1):
        assert f'href="{picture_url(photo)}"' in page
        assert f'src="{picture_url(photo)}"' in page
        assert (
            f'alt="Sheet of {visit.code}, page {number} of 2, attached '
            f'Mon 02-Mar-2026 09:00 by {dr_cooper.short_name}"'
        ) in page
    assert 'enctype="multipart/form-data"' in page
    assert 'accept="image/jpeg,image/png,application/pdf"' in page
    assert "capture" not in page
    assert "up to 15 MB" in page


def test_newest_attachment_first_and_its_pages_in_order(visit, dr_cooper):
    reds = [jpeg(40, n, "red") for n in range(1, 4)]
    blues = [jpeg(40, n, "blue") for n in range(1, 3)]
    attach_photo(visit, by=dr_cooper, pages=reds)
    attach_photo(TreatmentSessionFactory(), by=dr_cooper, pages=reds)
    attach_photo(visit, by=dr_cooper, pages=blues)

    found = SheetPhoto.objects.attachments_of(visit)

    heights = [[photo.height_px for photo in pages] for pages in found]
    assert heights == [[1, 2], [1, 2, 3]]


def test_list_reads_no_pictures_and_runs_a_fixed_number_of_queries(
    surgery, visit, dr_cooper
):
    attach_photo(visit, by=dr_cooper, pages=[jpeg()])
    few = queries(surgery, page_url(visit))

    others = [jpeg(50, n) for n in range(1, 9)]
    for photo in attach_photo(visit, by=dr_cooper, pages=others)[:4]:
        withdraw_photo(photo, by=dr_cooper, reason="Illegible")

    assert queries(surgery, page_url(visit)) == few
    for photo in SheetPhoto.objects.listed():
        assert "picture" in photo.get_deferred_fields()


def test_picture_is_served_to_be_seen_and_not_kept(surgery, visit):
    photo = SheetPhotoFactory(treatment_session=visit)

    response = surgery.get(picture_url(photo))

    assert response.content == bytes(photo.picture)
    assert response.headers["Content-Type"] == "image/jpeg"
    assert set(response.headers["Cache-Control"].split(", ")) == {"no-store", "private"}
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    name = response.headers["Content-Disposition"]
    assert name == f'inline; filename="sheet-{visit.code}-{photo.pk}.jpg"'
    with Image.open(io.BytesIO(response.content)) as image:
        assert image.size == (40, 60)


def test_who_looked_is_recorded(surgery, visit, dr_cooper):
    photo = SheetPhotoFactory(treatment_session=visit)

    surgery.get(picture_url(photo))

    (entry,) = entries("viewed")
    assert (entry.by_id, entry.patient_id) == (dr_cooper.pk, visit.patient_id)
    assert entry.details["sha256"] == photo.sha256


def test_who_may_see_it_and_who_not(client_of, visit, rita, ada, nobody, dr_levy):
    photo = SheetPhotoFactory(treatment_session=visit)
    withdrawing = reverse("sessions:photo_withdraw", args=[photo.pk])

    for url in (page_url(visit), picture_url(photo), withdrawing):
        assert client_of(dr_levy).get(url).status_code == 200
        for person in (rita, ada, nobody):
            assert client_of(person).get(url).status_code == 403
    for client in map(client_of, (rita, ada, nobody)):
        with nothing_written():
            assert send(client, visit, jpeg()).status_code == 403
            assert withdraw(client, photo, "x").status_code == 403


def test_visit_leads_to_its_photographs_before_and_after_signing(surgery, visit):
    signed = SignatureFactory().record.treatment_session

    for session in (visit, signed):
        page = surgery.get(session.get_absolute_url()).content.decode()
        assert f'href="{page_url(session)}"' in page


# --- Withdraw -----------------------------------------------------------------------


def test_withdrawn_it_stays_listed_with_its_reason_and_is_not_shown(
    surgery, visit, dr_cooper
):
    photo = SheetPhotoFactory(treatment_session=visit)

    response = withdraw(surgery, photo, "Sheet of another patient")

    assert response.headers["Location"] == page_url(visit)
    page = surgery.get(page_url(visit))
    assert "<s>Page 1 of 1</s>" in page.content.decode()
    assert "Withdrawn: Sheet of another patient" in text_of(page)
    assert dr_cooper.short_name in text_of(page)
    assert picture_url(photo) not in page.content.decode()
    assert surgery.get(picture_url(photo)).status_code == 404
    # It is kept all the same.
    assert SheetPhoto.objects.get().picture
    (entry,) = entries("withdrawn")
    assert (entry.by_id, entry.patient_id) == (dr_cooper.pk, visit.patient_id)
    assert entry.details["sha256"] == photo.sha256


def test_withdrawn_is_served_to_nobody(client_of, visit, dr_cooper, rita, ada):
    photo = SheetPhotoWithdrawalFactory(photo__treatment_session=visit).photo

    statuses = [
        client_of(person).get(picture_url(photo)).status_code
        for person in (dr_cooper, rita, ada)
    ]

    assert statuses == [404, 403, 403]
    assert not entries("viewed").exists()


def test_withdrawing_asks_why(surgery, visit):
    photo = SheetPhotoFactory(treatment_session=visit)
    for reason in ("", " ", "x" * 301, "a\x00b"):
        with nothing_written():
            response = withdraw(surgery, photo, reason)
        assert response.status_code == 400
        assert "reason" in response.context["form"].errors


def test_withdrawing_twice_is_refused(surgery, visit):
    photo = SheetPhotoFactory(treatment_session=visit)
    withdraw(surgery, photo, "Wrong patient")

    with nothing_written():
        response = withdraw(surgery, photo, "Wrong visit")

    assert response.status_code == 400
    assert "withdrawn already" in text_of(response)
    assert "Wrong visit" in response.content.decode()
    url = reverse("sessions:photo_withdraw", args=[photo.pk])
    assert 'name="reason"' not in surgery.get(url).content.decode()


# --- What the database refuses --------------------------------------------------------


@pytest.mark.parametrize("make", [SheetPhotoFactory, SheetPhotoWithdrawalFactory])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id + 1", "DELETE FROM {}"])
def test_neither_table_is_changed_by_sql(make, statement):
    """That without the guard it would be: tests/mesoclinic/test_database.py."""
    table = make()._meta.db_table

    with (
        pytest.raises(IntegrityError, match=f"no_.*_{table}"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))


@pytest.mark.parametrize(("page", "pages"), [(0, 1), (2, 1)])
def test_page_is_one_of_the_pages(page, pages):
    with (
        pytest.raises(IntegrityError, match="sheet_photo_page_of_pages"),
        transaction.atomic(),
    ):
        SheetPhotoFactory(page=page, pages=pages)


def test_withdrawal_says_why():
    with (
        pytest.raises(IntegrityError, match="photo_withdrawal_says_why"),
        transaction.atomic(),
    ):
        SheetPhotoWithdrawalFactory(reason="")
    assert not SheetPhotoWithdrawal.objects.exists()
