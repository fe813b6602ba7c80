"""At the chair: places, sides, consent, favourites, autosaving, and what is void."""

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from mesoclinic.errors import Stale
from mesoclinic.vocabulary import Consent, SafetyCheck, Side
from protocols import drawings
from sessions.models import ConsentEvent, SafetyTick, SessionRecord
from sessions.recording import actions, copying
from sessions.recording.drafts import ComponentDraft, PointDraft, draft_of
from sessions.recording.models import Means
from sessions.recording.places import Spot
from tests.drafts import A_TENTH, EIGHT_GIVEN, lidocaine, typed, written
from tests.factories import (
    DAY_0_START,
    ConsentEventFactory,
    CourseFactory,
    IndicationViewFactory,
    PointTemplateFactory,
    ProductFactory,
    RecipeComponentFactory,
    StockLotFactory,
    TemplatePointFactory,
)
from tests.pages import boxes, fill_in, text_of
from tests.state import nothing_written

pytestmark = pytest.mark.django_db

NOW = DAY_0_START + dt.timedelta(minutes=30)
ENDED = DAY_0_START + dt.timedelta(minutes=15)


@pytest.fixture(autouse=True)
def half_past_nine():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def on_the_shelf():
    lidocaine()


@pytest.fixture
def course(dr_cooper, site, indication):
    IndicationViewFactory(indication=indication, view="ankle-outer")
    return CourseFactory.booked(clinician=dr_cooper, site=site, indication=indication)


@pytest.fixture
def day_0(course):
    return course.in_order[0]


@pytest.fixture
def url(day_0):
    return day_0.get_absolute_url()


@pytest.fixture
def surgery(client_of, dr_cooper):
    return client_of(dr_cooper)


def spot(x: str = "0.4", y: str = "0.7", side: Side = Side.RIGHT) -> Spot:
    return Spot(view="ankle-outer", side=side, x=Decimal(x), y=Decimal(y))


def placed(**changes) -> tuple[PointDraft, ...]:
    first = PointDraft(planned_ml=A_TENTH, **{"spot": spot(), **changes})
    return (first, *(PointDraft(planned_ml=A_TENTH),) * 7)


@pytest.fixture
def save(day_0, dr_cooper):
    def save_draft(version: int = 0, **changes) -> SessionRecord:
        draft = written(ENDED, **changes)
        return actions.save_draft(day_0, by=dr_cooper, version=version, draft=draft)

    return save_draft


def signed(save, day_0, dr_cooper) -> SessionRecord:
    ConsentEventFactory(course=day_0.course)
    record = save()
    actions.sign(day_0, by=dr_cooper, version=record.version)
    return SessionRecord.objects.get(pk=record.pk)


# --- Places -----------------------------------------------------------------------


def test_a_place_is_kept_with_the_drawings_version_and_its_name(save):
    point = save(points=placed()).points_in_order[0]

    drawing = drawings.get("ankle-outer")
    assert (point.view, point.view_version) == ("ankle-outer", drawing.version)
    assert (point.x, point.y, point.side) == (Decimal("0.4"), Decimal("0.7"), "right")
    assert point.region == drawing.region_at(0.4, 0.7)


@pytest.mark.parametrize(
    ("where", "field"),
    [
        (spot("0.02", "0.02"), "x_1"),
        (replace(spot(), view="sole"), "view_1"),
        (spot(side=Side.LEFT), "side_1"),
        (spot(side=Side.NONE), "side_1"),
    ],
)
def test_a_point_off_the_body_or_on_another_side_is_refused(save, where, field):
    with nothing_written(), pytest.raises(ValidationError) as refused:
        save(points=placed(spot=where))

    assert list(refused.value.message_dict) == [field]


@pytest.mark.parametrize("value", ["NaN", "1e9", "-0.1", "1.0001", "0.12345", "x", "٠"])
def test_a_place_is_a_part_of_the_picture_or_refused(surgery, url, value):
    place = {"view_1": "ankle-outer", "side_1": "right", "x_1": value, "y_1": "0.5"}

    with nothing_written():
        page = fill_in(surgery, url, points_count="8", **place)

    assert page.status_code == 400
    assert "This is not a place on the picture." in text_of(page)


def test_a_view_that_is_no_drawing_is_refused(surgery, url):
    place = {"view_1": "elbow", "side_1": "right", "x_1": "0.5", "y_1": "0.5"}

    assert fill_in(surgery, url, points_count="8", **place).status_code == 400


def test_sixty_one_points_are_refused(surgery, url):
    with nothing_written():
        page = fill_in(surgery, url, points_count="61")

    assert page.status_code == 400


# --- Copies -------------------------------------------------------------------------


def test_a_template_is_mirrored_for_the_left_and_not_confirmed(course):
    template = PointTemplateFactory(indication=course.indication, points=0)
    TemplatePointFactory(
        template=template, number=1, x=Decimal("0.4"), y=Decimal("0.7")
    )
    course.side = Side.LEFT

    (point,) = copying.of_template(template, course, volume_ml=A_TENTH)

    assert point.spot == spot("0.6", side=Side.LEFT)
    assert not point.confirmed
    assert point.spot.region == spot().region


def test_a_template_lies_on_both_sides_where_both_are_treated(course):
    template = PointTemplateFactory(indication=course.indication, points=0)
    TemplatePointFactory(
        template=template, number=1, x=Decimal("0.4"), y=Decimal("0.7")
    )
    course.side = Side.BOTH

    sides = [
        p.spot.side for p in copying.of_template(template, course, volume_ml=A_TENTH)
    ]

    assert sides == [Side.RIGHT, Side.LEFT]


def test_copied_points_stop_the_signature_until_confirmed(save, day_0, dr_cooper):
    ConsentEventFactory(course=day_0.course)
    copied = (PointDraft(planned_ml=A_TENTH, confirmed=False),) * 8
    record = save(points=copied)

    with pytest.raises(ValidationError) as refused:
        actions.sign(day_0, by=dr_cooper, version=record.version)
    assert "points_count" in refused.value.message_dict

    save(version=record.version, points=EIGHT_GIVEN)
    actions.sign(day_0, by=dr_cooper, version=record.version + 1)


def test_place_button_fills_the_page_from_a_template(surgery, url, course):
    template = PointTemplateFactory(indication=course.indication)

    fill_in(surgery, url, use_template="1", template=str(template.pk))

    record = SessionRecord.objects.get()
    assert record.points.count() == 8
    assert not record.points.filter(confirmed=True).exists()


def test_last_session_can_be_copied(surgery, course, save, day_0, dr_cooper):
    signed(save, day_0, dr_cooper)
    day_3 = course.in_order[1]

    fill_in(surgery, day_3.get_absolute_url(), copy_last="1")

    copy = SessionRecord.objects.get(treatment_session=day_3)
    assert copy.points.count() == 8
    assert {point.given_ml for point in copy.points.all()} == {None}


def test_a_favourite_of_the_left_serves_the_right(course, save, dr_cooper):
    course.side = Side.LEFT
    type(course).objects.filter(pk=course.pk).update(side=Side.LEFT)
    record = save(points=placed(spot=spot("0.6", side=Side.LEFT)))
    record.treatment_session.course.side = Side.LEFT

    favourite = actions.save_favourite(record, by=dr_cooper, name="Mine")

    course.side = Side.RIGHT
    (point,) = copying.of_template(favourite, course, volume_ml=A_TENTH)
    assert point.spot == spot()


# --- The side -------------------------------------------------------------------------


def test_another_side_mirrors_the_points_and_asks_again(save, course, dr_cooper):
    record = save(points=placed())

    actions.change_side(course, by=dr_cooper, side=Side.LEFT, version=course.version)

    record.refresh_from_db()
    point = record.points_in_order[0]
    assert (point.x, point.side, point.confirmed) == (Decimal("0.6"), "left", False)
    ticked = set(record.ticks.values_list("check_name", flat=True))
    assert ticked == {SafetyCheck.IDENTITY}


def test_the_side_stays_once_points_are_given(save, course, dr_cooper):
    save(points=placed(given_ml=A_TENTH))

    with nothing_written(), pytest.raises(ValidationError, match="given on that side"):
        actions.change_side(
            course, by=dr_cooper, side=Side.LEFT, version=course.version
        )


def test_the_side_is_changed_only_by_who_saw_the_course_as_it_is(course, dr_cooper):
    with pytest.raises(Stale):
        actions.change_side(
            course, by=dr_cooper, side=Side.LEFT, version=course.version + 1
        )


# --- Consent --------------------------------------------------------------------------


def test_the_last_answer_holds(course, dr_cooper):
    answer = {"by": dr_cooper, "person": "Erika", "means": Means.PAPER}

    actions.record_consent(course, answer=Consent.GIVEN, **answer)
    actions.record_consent(course, answer=Consent.WITHDRAWN, **answer)

    latest = ConsentEvent.objects.latest_of(course)
    assert latest.answer == Consent.WITHDRAWN
    assert ConsentEvent.objects.count() == 2


def test_only_what_was_given_is_withdrawn(course, dr_cooper):
    with nothing_written(), pytest.raises(ValidationError, match="No consent"):
        actions.record_consent(
            course,
            by=dr_cooper,
            answer=Consent.WITHDRAWN,
            person="Erika",
            means=Means.SPOKEN,
        )


@pytest.mark.parametrize("strokes", ["", "<script>", "M1 1 L9999 1", "M1 1 Z"])
def test_a_signature_on_the_screen_is_lines_or_refused(surgery, day_0, strokes):
    page = f"{day_0.get_absolute_url()}consent/"

    with nothing_written():
        answer = fill_in(
            surgery,
            page,
            answer="given",
            person="Erika",
            means="screen",
            strokes=strokes,
        )

    assert answer.status_code == 400


def test_a_signature_on_the_screen_is_kept(surgery, day_0):
    page = f"{day_0.get_absolute_url()}consent/"

    fill_in(
        surgery,
        page,
        answer="given",
        person="Erika",
        means="screen",
        strokes="M10 10 L20 20 L30 5",
    )

    assert ConsentEvent.objects.get().strokes == "M10 10 L20 20 L30 5"
    assert "M10 10 L20 20 L30 5" in surgery.get(page).content.decode()


@pytest.mark.parametrize(("born", "named"), [(2008, "Ms Erika"), (2009, "")])
def test_who_is_of_age_is_named_on_the_consent(surgery, day_0, born, named):
    day_0.patient.birth_date = dt.date(born, 3, 2)
    day_0.patient.save()

    filled = boxes(surgery.get(f"{day_0.get_absolute_url()}consent/"))

    assert filled["person"].startswith(named)
    assert bool(filled["person"]) == bool(named)


# --- Mixture --------------------------------------------------------------------------


def test_a_recipe_fills_the_mixture_without_lots(surgery, url):
    part = RecipeComponentFactory(volume_ml=Decimal("1.5"))

    fill_in(surgery, url, points_count="8", use_recipe="1", recipe=str(part.recipe_id))

    component = SessionRecord.objects.get().components.get()
    assert (component.product, component.lot) == (part.product, None)
    assert component.volume_ml == Decimal("1.5")


def test_a_scanned_box_chooses_its_lot(surgery, url):
    product = ProductFactory(gtin="09506000134352")
    lot = StockLotFactory(product=product, number="ABC123")
    scan = "]d2010950600013435217281231" + "10ABC123"

    two_rows = typed() | {"components_count": "2", "volume_2": "1"}
    fill_in(surgery, url, points_count="8", **two_rows, scan_lot="1", scan=scan)

    record = SessionRecord.objects.get()
    assert record.components.get(lot=lot).product == product


def test_an_unknown_lot_is_refused_and_what_was_typed_stays(surgery, url):
    with nothing_written():
        page = fill_in(surgery, url, points_count="8", lot_1="99999", note="kept")

    assert page.status_code == 400
    assert "kept" in page.content.decode()


def test_a_lot_of_another_product_is_refused(surgery, url):
    other = StockLotFactory()

    page = fill_in(surgery, url, points_count="8", **typed() | {"lot_1": str(other.pk)})

    assert f"This lot is of {other.product.name}." in text_of(page)


def test_a_mixture_that_does_not_add_up_is_refused(surgery, url):
    with nothing_written():
        page = fill_in(surgery, url, points_count="8", **typed(), drawn_up_ml="3")

    assert page.status_code == 400
    assert "add up to 2 mL, drawn up: 3 mL" in text_of(page)


def test_a_product_withdrawn_since_the_plan_stops_the_signature(save, day_0, dr_cooper):
    ConsentEventFactory(course=day_0.course)
    record = save()
    product = lidocaine().product
    product.withdrawn_at, product.withdrawn_reason = NOW, "recalled"
    product.withdrawn_by = dr_cooper
    product.save()

    with pytest.raises(ValidationError, match="Withdrawn by the clinic"):
        actions.sign(day_0, by=dr_cooper, version=record.version)


# --- Autosaving -----------------------------------------------------------------------


def autosave(client, url, **changes):
    page = client.get(url)
    fields = {name: value for name, value in boxes(page).items() if value is not None}
    return client.post(url, fields | changes | {"autosave": "1"})


def test_a_page_saves_itself_while_reasons_wait(surgery, url):
    answer = autosave(surgery, url, points_count="3")

    assert answer.status_code == 200
    assert json.loads(answer.content) == {
        "version": 1,
        "saved_at": "09:30",
        "dressing_until": "",
    }
    assert SessionRecord.objects.get().points.count() == 3


def test_a_page_that_saves_itself_is_told_what_is_refused(surgery, url):
    with nothing_written():
        answer = autosave(surgery, url, points_count="8", planned_1="1")

    assert answer.status_code == 400
    assert "volume_per_point_ml" in json.loads(answer.content)["errors"]


def test_a_second_tab_overwrites_nothing_and_is_shown_both(surgery, url):
    autosave(surgery, url, points_count="8", note="first tab")

    answer = autosave(surgery, url, version="0", points_count="8", note="second tab")

    assert answer.status_code == 409
    told = json.loads(answer.content)
    assert (told["version"], ["Note", "first tab"] in told["theirs"]) == (1, True)
    assert SessionRecord.objects.get().note == "first tab"


def test_a_page_that_saves_itself_too_late_is_told_so(
    surgery, url, save, day_0, dr_cooper
):
    signed(save, day_0, dr_cooper)

    answer = surgery.post(url, {"autosave": "1", "note": "late"})

    assert (answer.status_code, json.loads(answer.content)) == (409, {"signed": True})


# --- Void -----------------------------------------------------------------------------


def test_a_void_record_says_who_and_why_and_stays_legible(
    surgery, url, save, day_0, dr_cooper
):
    signed(save, day_0, dr_cooper)

    fill_in(surgery, url + "void/", page=url, reason="Recorded for somebody else")

    page = text_of(surgery.get(url))
    assert "VOID: Recorded for somebody else Dr Alice Cooper" in page
    assert "lidocaine" in page.lower()


def test_a_void_takes_a_reason_its_clinician_and_happens_once(
    save, day_0, dr_cooper, dr_levy
):
    record = signed(save, day_0, dr_cooper)

    with pytest.raises(ValidationError, match="Only who treated"):
        actions.void(record, by=dr_levy, reason="wrong")
    with pytest.raises(ValidationError):
        actions.void(record, by=dr_cooper, reason="")
    actions.void(record, by=dr_cooper, reason="wrong patient")
    with pytest.raises(ValidationError, match="void already"):
        actions.void(record, by=dr_cooper, reason="wrong patient")


# --- The seal ------------------------------------------------------------------


def test_no_part_of_a_signed_record_can_be_added_by_any_route(save, day_0, dr_cooper):
    record = signed(save, day_0, dr_cooper)
    tick = SafetyTick(
        record=record, check_name=SafetyCheck.STOP, ticked_at=NOW, ticked_by=dr_cooper
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        SafetyTick.objects.bulk_create([tick])


def test_a_draft_says_what_was_stored(save):
    lot = StockLotFactory()
    parts = (ComponentDraft(product=lot.product, volume_ml=Decimal(1), lot=lot),)
    record = save(points=placed(), components=parts, drawn_up_ml=Decimal(1))

    again = draft_of(SessionRecord.objects.get(pk=record.pk))

    expected = written(ENDED, points=placed(), components=parts, drawn_up_ml=Decimal(1))
    assert again == replace(expected, reasons=again.reasons)


def test_the_lots_of_a_product_come_with_it(surgery, url):
    """And with no other: of a hundred on the shelf one is in the hand."""
    wanted, other = StockLotFactory(number="WANTED"), StockLotFactory(number="OTHER")
    typed = boxes(surgery.get(url)) | {"product_1": str(wanted.product_id)}

    answer = surgery.post(f"{url}check/", typed, HTTP_HX_REQUEST="true")
    asked = surgery.post(
        f"{url}check/",
        typed,
        HTTP_HX_REQUEST="true",
        HTTP_HX_TRIGGER_NAME="product_1",
    ).content.decode()

    assert "WANTED" not in answer.content.decode()
    assert 'id="lots-lot_1" hx-swap-oob="innerHTML"' in asked
    assert "WANTED" in asked
    assert other.number not in asked


def test_a_lot_of_another_product_is_refused_and_stays_chosen(surgery, url):
    lot, other = StockLotFactory(), ProductFactory()

    answer = fill_in(
        surgery,
        url,
        points_count="8",
        product_1=str(other.pk),
        volume_1="1",
        lot_1=str(lot.pk),
    )

    assert answer.status_code == 400
    assert f"This lot is of {lot.product.name}." in text_of(answer)
    assert boxes(answer)["lot_1"] == str(lot.pk)
