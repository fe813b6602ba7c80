"""The code on a sheet: a slip is refused, and the numbers are those of the paper."""

import datetime as dt
import random
import string
from decimal import Decimal

import pytest
from django.urls import reverse

from mesoclinic.sheet_codes import SheetCode, numbering_of
from sessions.models import SheetIssue, TreatmentSession
from sessions.paper.actions import points_of
from tests.factories import (
    CourseFactory,
    InjectionPointFactory,
    SessionRecordFactory,
    SheetIssueFactory,
    TreatmentSessionFactory,
)
from tests.pages import boxes, text_of
from tests.state import nothing_written


def test_a_code_is_read_as_hands_write_it():
    code = SheetCode(480, "KQA")
    written = str(code)

    assert written.startswith("S480-KQA")
    for typed in (
        written,
        written.lower(),
        written.replace("-", ""),
        f" {written.replace('0', 'O')} ",
    ):
        assert SheetCode.read(typed) == code


@pytest.mark.parametrize(
    "typed", ["", "S", "S482", "482-KQX41", "MC000123", "S482-KQXxx", "Smith", "S\x00"]
)
def test_what_is_no_code_is_not_taken_for_one(typed):
    assert SheetCode.read(typed) is None


def test_a_slip_of_one_character_or_two_swapped_is_refused():
    rng = random.Random(5)
    for _ in range(300):
        letters = "".join(rng.choices("ACDEFGHJKMNPQRTUVWXY", k=3))
        code = str(SheetCode(rng.randrange(1, 10**6), letters)).replace("-", "")
        place = rng.randrange(1, len(code))
        all_ = string.digits + string.ascii_uppercase
        other = rng.choice(all_.replace(code[place], ""))
        if other in "OIL":
            continue  # read as 0 and 1
        assert SheetCode.read(code[:place] + other + code[place + 1 :]) is None
        if code[place - 1] != code[place] and place > 1:
            swapped = (
                code[: place - 1] + code[place] + code[place - 1] + code[place + 1 :]
            )
            assert SheetCode.read(swapped) is None


# --- Back to the visit --------------------------------------------------------


@pytest.fixture
def planned(db, site, indication, dr_cooper):
    indication.views.create(view="heel-back", position=1)
    course = CourseFactory(indication=indication, clinician=dr_cooper, site=site)
    session = TreatmentSessionFactory(course=course)
    record = SessionRecordFactory(treatment_session=session, points=0)
    for number in (1, 2, 3):
        InjectionPointFactory(
            record=record,
            number=number,
            view="heel-back",
            view_version=1,
            side="right",
            x=Decimal("0.5"),
            y=Decimal(f"0.{number + 4}"),
            region=f"place {number}",
        )
    return TreatmentSession.objects.complete().get(pk=session.pk)


@pytest.fixture
def chair(dr_cooper, client_of, planned, english):
    client = client_of(dr_cooper)
    client.get(reverse("sessions:sheet", args=[planned.pk]))
    return client


def code_of(session):
    return SheetCode(session.pk, numbering_of(points_of(session)))


def test_typing_the_code_opens_the_visit_with_the_same_numbers(chair, planned):
    found = chair.get(reverse("patients:find"), {"q": str(code_of(planned)).lower()})
    page = chair.get(found.headers["Location"], follow=True)

    assert page.redirect_chain[-1][0] == planned.get_absolute_url()
    assert "the same numbers as here" in text_of(page)


def test_a_code_is_offered_while_it_is_typed(chair, planned, rita, client_of):
    url, code = reverse("patients:quick"), code_of(planned)
    leads_to = reverse("sessions:sheet_of_code", args=[code])

    assert leads_to in chair.get(url, {"q": str(code).lower()}).content.decode()
    assert leads_to not in chair.get(url, {"q": str(code)[:-1]}).content.decode()
    assert leads_to not in client_of(rita).get(url, {"q": code}).content.decode()


def test_a_changed_plan_is_told_before_anything_is_keyed_in(chair, planned):
    code = code_of(planned)
    planned.record.points.filter(number=1).update(x=Decimal("0.4"))

    page = chair.get(reverse("sessions:sheet_of_code", args=[code]))

    assert page.status_code == 200
    assert "Other numbers:" in text_of(page)
    assert "place 3" in text_of(page)


def test_the_points_of_the_sheet_are_planned_again_under_its_numbers(chair, planned):
    code = code_of(planned)
    planned.record.points.filter(number=1).delete()
    url = reverse("sessions:sheet_of_code", args=[code])

    answer = chair.post(url, boxes(chair.get(url)))

    assert answer.status_code == 302, text_of(answer)
    assert answer.headers["Location"] == planned.get_absolute_url()
    points = list(planned.record.points.order_by("number"))
    assert [(p.number, p.y) for p in points] == [
        (1, Decimal("0.5")),
        (2, Decimal("0.6")),
        (3, Decimal("0.7")),
    ]
    assert not any(point.confirmed for point in points)


def test_somebody_elses_change_in_between_is_not_overwritten(chair, planned):
    code = code_of(planned)
    planned.record.points.filter(number=1).delete()
    url = reverse("sessions:sheet_of_code", args=[code])
    sent = boxes(chair.get(url))
    type(planned.record).objects.update(version=9)

    with nothing_written():
        answer = chair.post(url, sent)

    assert answer.status_code == 409


def test_a_sheet_of_a_visit_without_a_plan_is_refused_in_words(
    chair, planned, site, indication, dr_cooper
):
    course = CourseFactory(indication=indication, clinician=dr_cooper, site=site)
    later = planned.starts_at + dt.timedelta(days=40)
    session = TreatmentSessionFactory(course=course, starts_at=later)
    sheet = SheetIssueFactory(treatment_session=session)
    url = reverse("sessions:sheet_of_code", args=[str(sheet)])

    answer = chair.post(url, {"version": "0"})

    assert answer.status_code == 400
    assert "There is no plan any more" in text_of(answer)


def test_a_sheet_that_was_never_printed_is_not_found(chair, planned):
    numbering = "AAA" if code_of(planned).numbering != "AAA" else "AAC"
    url = reverse("sessions:sheet_of_code", args=[SheetCode(planned.pk, numbering)])

    assert chair.get(url).status_code == 404
    assert SheetIssue.objects.count() == 1


def test_reception_finds_nothing_by_a_code(rita, client_of, planned):
    code = str(code_of(planned))

    assert client_of(rita).get(reverse("patients:find"), {"q": code}).status_code == 200
    page = client_of(rita).get(reverse("sessions:sheet_of_code", args=[code]))
    assert page.status_code == 403
