"""The formulary through its pages: what a clinic injects, and what is on the shelf."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from mesoclinic.models import AuditEvent
from protocols import actions
from protocols.models import (
    AllergyClass,
    MixingPair,
    Product,
    Recipe,
    StockLot,
    Substance,
)
from tests.factories import (
    AllergyClassFactory,
    MixingPairFactory,
    MixtureComponentFactory,
    ProductFactory,
    ProtocolVersionFactory,
    RecipeComponentFactory,
    RecipeFactory,
    ScreeningQuestionFactory,
    StockLotFactory,
    SubstanceFactory,
    SubstanceLimitFactory,
)
from tests.pages import fill_in, queries, text_of
from tests.state import nothing_written

pytestmark = pytest.mark.django_db

HERE = "/protocols/formulary/"
GTIN = "09501101530003"
NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def that_day():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def office(client_of, ada):
    """An admin, signed in."""
    return client_of(ada)


@pytest.fixture
def surgery(client_of, dr_cooper):
    """A clinician, signed in: enters lots, reads the rest."""
    return client_of(dr_cooper)


@pytest.fixture
def lidocaine() -> Product:
    substance = SubstanceFactory(name="lidocaine")
    return ProductFactory(name="Lidocaine 1 %", substance=substance)


def days(number: int) -> dt.date:
    return TODAY + dt.timedelta(days=number)


# --- Overview -----------------------------------------------------------------


def test_overview_says_strength_both_ways_container_and_stock(surgery, lidocaine):
    StockLotFactory(product=lidocaine, number="A1", expires_on=days(400))
    StockLotFactory(product=lidocaine, number="A2", expires_on=days(29))
    StockLotFactory(product=lidocaine, number="A3", expires_on=days(-1))
    page = text_of(surgery.get(HERE))

    for words in (
        "10 mg/mL (1 %)",
        "Ampoule, 5 mL",
        "no limit configured",
        "A2 to 22-Dec-2026 Expires soon",
        "A3 to 22-Nov-2026 Expired",
    ):
        assert words in page
    assert page.index("A3") < page.index("A2") < page.index("A1")


def test_overview_says_days_once_opened_and_the_limit(surgery):
    product = ProductFactory(
        strength_mg_per_ml=None, multi_dose=True, opened_days=28, container="vial"
    )
    SubstanceLimitFactory(substance=product.substance, most_mg=200)
    page = text_of(surgery.get(HERE))

    assert "Vial, 5 mL, 28 days once opened" in page
    assert "strength not in mg/mL" in page
    assert "200 mg per session" in page


def test_withdrawn_products_stand_apart(surgery, lidocaine, ada):
    actions.withdraw_product(lidocaine, by=ada, reason="Recalled")
    page = text_of(surgery.get(HERE))

    assert page.index("Withdrawn") < page.index("Lidocaine 1 %")
    assert "Recalled" in page


@pytest.mark.parametrize("path", ["", "lots/", "recipes/", "pairs/", "classes/"])
def test_empty_pages_say_what_belongs_there(office, surgery, path):
    for client in (office, surgery):
        assert "yet" in text_of(client.get(HERE + path)) or path == "lots/"


@pytest.mark.parametrize("path", ["", "lots/", "recipes/", "pairs/", "classes/"])
def test_pages_ask_as_often_however_long_they_are(office, path):
    def fill(count: int) -> None:
        for _ in range(count):
            lot = StockLotFactory()
            substance = lot.product.substance
            substance.allergy_classes.add(AllergyClassFactory())
            SubstanceLimitFactory(substance=substance)
            RecipeComponentFactory(product=lot.product)
            MixingPairFactory()

    fill(2)
    few = queries(office, HERE + path)
    fill(8)
    assert queries(office, HERE + path) == few


# --- Allergy classes, substances ----------------------------------------------------


def test_class_and_substance_are_entered(office):
    fill_in(
        office,
        f"{HERE}classes/new/",
        name="ester local anaesthetics",
        also_called="PABA",
    )
    row = AllergyClass.objects.get()
    assert row.cross_reacts

    page = fill_in(
        office,
        f"{HERE}substances/new/",
        name="procaine",
        also_called="novocaine",
        allergy_classes=str(row.pk),
        doping="permitted",
    )
    substance = Substance.objects.get()
    assert page.headers["Location"] == substance.get_absolute_url()
    assert list(substance.allergy_classes.all()) == [row]
    text = text_of(office.get(substance.get_absolute_url()))
    for words in ("novocaine", "ester local anaesthetics", "Permitted"):
        assert words in text


def test_a_substance_comes_back_as_it_is_stored(office, lidocaine):
    substance = lidocaine.substance
    substance.allergy_classes.add(AllergyClassFactory())
    url = f"{substance.get_absolute_url()}edit/"

    fill_in(office, url, note="As hydrochloride", allergy_classes=None)
    assert not substance.allergy_classes.exists()
    assert Substance.objects.get().note == "As hydrochloride"


def test_the_same_name_twice_is_refused(office, lidocaine):
    with nothing_written():
        page = fill_in(office, f"{HERE}substances/new/", name="LIDOCAINE")

    assert page.status_code == 400
    assert "Another substance has this name." in text_of(page)


# --- Limits -------------------------------------------------------------------


def enter_limit(client, substance, **typed):
    filled = {"per": "session", "most_mg": "200", "source": "Handbook, p. 3", **typed}
    return fill_in(client, f"{substance.get_absolute_url()}limit/", **filled)


def test_a_new_limit_closes_the_one_before_and_keeps_it(office, ada, lidocaine):
    substance = lidocaine.substance
    enter_limit(office, substance)
    enter_limit(office, substance, per="day", most_mg="300")
    enter_limit(office, substance, most_mg="150,5", source="Handbook, p. 4")

    now = {(x.per, x.most_mg) for x in substance.limits.in_force()}
    assert now == {("session", Decimal("150.5")), ("day", Decimal(300))}
    (before,) = substance.limits.closed()
    assert (before.most_mg, before.closed_by) == (Decimal(200), ada)
    page = text_of(office.get(substance.get_absolute_url()))
    assert "150.5 mg per session Handbook, p. 4 reviewed 23-Nov-2026" in page
    assert "Held before: 1 200 mg per session" in page


def test_a_limit_has_a_source_and_was_reviewed(office, lidocaine):
    with nothing_written():
        page = enter_limit(office, lidocaine.substance, source=" ")
        assert "source" in page.context["form"].errors
        page = enter_limit(office, lidocaine.substance, reviewed_on="24 nov 2026")
        assert "This day is still to come." in text_of(page)


def test_a_limit_is_taken_away_and_says_so(office, lidocaine):
    limit = SubstanceLimitFactory(substance=lidocaine.substance)
    url = f"{HERE}limits/{limit.pk}/close/"
    office.post(url)

    page = text_of(office.get(lidocaine.substance.get_absolute_url()))
    assert "No limit configured" in page
    office.post(url)
    assert AuditEvent.objects.get(event="substancelimit.close_limit").outcome == (
        "refused"
    )


def test_the_database_keeps_limits_as_they_were(lidocaine):
    limit = SubstanceLimitFactory(substance=lidocaine.substance)
    for change in (
        lambda: type(limit).objects.filter(pk=limit.pk).update(most_mg=9),
        lambda: type(limit).objects.filter(pk=limit.pk)._raw_delete("default"),
        lambda: SubstanceLimitFactory(substance=lidocaine.substance),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


# --- Products -----------------------------------------------------------------

BOX = {
    "name": "Procaine 2 %",
    "strength_mg_per_ml": "20",
    "container": "ampoule",
    "container_ml": "2",
}


def add_product(client, **typed):
    return fill_in(client, f"{HERE}products/new/", **{**BOX, **typed})


def test_a_product_is_entered_and_echoes_its_strength(office):
    substance = SubstanceFactory(name="procaine")
    parabens = AllergyClassFactory(name="parabens")
    response = add_product(
        office,
        substance=str(substance.pk),
        also_contains=str(parabens.pk),
        gtin="9501101530003",
    )

    product = Product.objects.get()
    assert response.headers["Location"] == product.get_absolute_url()
    assert (product.strength_mg_per_ml, product.gtin) == (Decimal(20), GTIN)
    assert product.opened_days is None
    page = text_of(office.get(product.get_absolute_url()))
    assert "20 mg/mL (2 %)" in page
    assert "parabens" in page


def test_one_can_be_added_from_its_substance(office):
    substance = SubstanceFactory(name="procaine")
    url = f"{HERE}products/new/?substance={substance.pk}"

    fill_in(office, url, **BOX)
    assert Product.objects.get().substance == substance
    for nonsense in ("x", "9" * 30, "0", "-1"):
        url = f"{HERE}products/new/?substance={nonsense}"
        assert office.get(url).status_code == 200


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"strength_mg_per_ml": "2 %"}, "2 % is 20 mg/mL"),
        ({"strength_mg_per_ml": "2"}, "2 mg/mL (0.2 %), and the name says 20 mg/mL"),
        ({"strength_mg_per_ml": "200"}, "the name says 20 mg/mL (2 %)"),
        ({"name": "Procaine 20 mg/mL", "strength_mg_per_ml": "2"}, "the name says"),
        ({"multi_dose": "on", "opened_days": ""}, "For how many days"),
        ({"gtin": "9501101530004"}, "The last digit does not fit"),
    ],
)
def test_what_is_ten_times_off_or_missing_is_refused(office, typed, says):
    substance = SubstanceFactory(name="procaine")
    with nothing_written():
        page = add_product(office, substance=str(substance.pk), **typed)

    assert page.status_code == 400
    assert says in text_of(page)


def test_a_product_with_lots_keeps_substance_and_strength(office, lidocaine):
    url = f"{lidocaine.get_absolute_url()}edit/"
    fill_in(office, url, name="Lidocaine 0.5 %", strength_mg_per_ml="5")
    assert Product.objects.get().strength_mg_per_ml == Decimal(5)

    StockLotFactory(product=lidocaine)
    with nothing_written():
        page = fill_in(office, url, name="Lidocaine 1 %", strength_mg_per_ml="10")
    assert "Lots of it are entered" in text_of(page)
    fill_in(office, url, storage="In the fridge")
    assert Product.objects.get().storage == "In the fridge"


def test_withdrawn_with_a_reason_and_brought_back(office, ada, lidocaine):
    url = lidocaine.get_absolute_url()
    with nothing_written():
        assert fill_in(office, f"{url}withdraw/", reason="").status_code == 400
    fill_in(office, f"{url}withdraw/", reason="No longer made")

    assert not Product.objects.selectable().exists()
    assert "No longer made" in text_of(office.get(url))
    with nothing_written():
        page = fill_in(office, f"{url}withdraw/", reason="Again")
    assert "withdrawn already" in text_of(page)
    office.post(f"{url}bring-back/")
    assert Product.objects.selectable().get() == lidocaine
    events = AuditEvent.objects.filter(event__startswith="product.")
    assert [e.event for e in events.filter(outcome="done").order_by("sequence")] == [
        "product.withdrawn",
        "product.brought_back",
    ]


def test_the_database_deletes_no_product(lidocaine):
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.filter(pk=lidocaine.pk)._raw_delete("default")


# --- Lots -----------------------------------------------------------------------


def enter(client, product, **typed):
    filled = {"product": str(product.pk), "number": "A1234", "expires_on": "12-2028"}
    return fill_in(client, f"{HERE}lots/new/", **{**filled, **typed})


def test_clinicians_enter_lots_and_a_month_is_its_last_day(
    surgery, dr_cooper, lidocaine
):
    enter(surgery, lidocaine)

    lot = StockLot.objects.get()
    assert lot.expires_on == dt.date(2028, 12, 31)
    assert lot.entered_by == dr_cooper
    assert "A1234" in text_of(surgery.get(f"{HERE}lots/"))


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ({"expires_on": "12-28"}, "expires_on"),
        ({"expires_on": "12-2037"}, "expires_on"),
        ({"expires_on": ""}, "expires_on"),
        ({"number": " "}, "number"),
        ({"number": "a 1234"}, "number"),
        ({"number": "x" * 41}, "number"),
    ],
)
def test_a_lot_that_cannot_be_is_refused_at_its_field(surgery, lidocaine, typed, at):
    StockLotFactory(product=lidocaine, number="A1234")
    filled = {"number": "B1", **typed}
    with nothing_written():
        page = enter(surgery, lidocaine, **filled)

    assert page.status_code == 400
    assert at in page.context["form"].errors


@pytest.mark.parametrize("key", ["", "x", "0", "1_0", "9" * 30, "١"])
def test_a_lot_is_of_a_product_that_is_there(surgery, key):
    with nothing_written():
        page = fill_in(surgery, f"{HERE}lots/new/", product=key, number="A")

    assert "product" in page.context["form"].errors


def test_a_lot_of_a_withdrawn_product_is_not_entered(surgery, ada, lidocaine):
    actions.withdraw_product(lidocaine, by=ada, reason="Recalled")
    with nothing_written():
        assert enter(surgery, lidocaine).status_code == 400


def test_an_expired_lot_is_entered_and_said_to_be(surgery, lidocaine):
    response = enter(surgery, lidocaine, expires_on="10-2026")

    page = text_of(surgery.get(response.headers["Location"]))
    assert "It is past its last day: it cannot be given." in page
    assert "Expired" in page


def test_a_lot_is_good_on_its_last_day(lidocaine):
    lots = [StockLotFactory(product=lidocaine, expires_on=days(n)) for n in (0, 1, -1)]

    assert [lot.is_past for lot in lots] == [False, False, True]
    assert [lot.is_nearly_past for lot in lots] == [True, True, False]
    far = [StockLotFactory(product=lidocaine, expires_on=days(n)) for n in (29, 30)]
    assert [lot.is_nearly_past for lot in far] == [True, False]


def test_a_lot_is_corrected_until_it_is_mixed(surgery, lidocaine):
    lot = StockLotFactory(product=lidocaine, number="A1243")
    url = f"{lot.get_absolute_url()}correct/"
    fill_in(surgery, url, number="A1234")
    assert StockLot.objects.get().number == "A1234"

    MixtureComponentFactory(lot=lot)
    with nothing_written():
        page = fill_in(surgery, url, number="B")
    assert page.status_code == 400
    assert "stays what it was" in text_of(page)


def test_opened_shortens_the_last_day(surgery):
    product = ProductFactory(multi_dose=True, opened_days=28)
    lot = StockLotFactory(product=product)
    url = lot.get_absolute_url()
    fill_in(surgery, url)  # no form of its own
    surgery.post(f"{url}opened/", {"opened_on": "2026-11-01"})

    lot.refresh_from_db()
    assert lot.use_by == dt.date(2026, 11, 29)
    assert "opened 01-Nov-2026" in text_of(surgery.get(url))
    surgery.post(f"{url}opened/", {"opened_on": ""})
    lot.refresh_from_db()
    assert lot.opened_on is None


def test_opened_tomorrow_or_for_one_patient_is_refused(surgery, lidocaine):
    vial = StockLotFactory(product__multi_dose=True, product__opened_days=28)
    ampoule = StockLotFactory(product=lidocaine)
    for lot, says in ((vial, "still to come"), (ampoule, "for one patient")):
        with nothing_written():
            url = f"{lot.get_absolute_url()}opened/"
            page = surgery.post(url, {"opened_on": "tomorrow"})
        assert page.status_code == 400
        assert says in text_of(page)


def test_used_up_and_back_on_the_shelf(surgery, dr_cooper, lidocaine):
    lot = StockLotFactory(product=lidocaine)
    url = lot.get_absolute_url()
    surgery.post(f"{url}used-up/")
    assert not StockLot.objects.in_stock().exists()
    assert StockLot.objects.get().used_up_by == dr_cooper
    with nothing_written():
        page = surgery.post(f"{url}used-up/", follow=True)
    assert "used up already" in text_of(page)

    surgery.post(f"{url}restock/")
    assert StockLot.objects.in_stock().get() == lot
    assert StockLot.objects.get().used_up_by is None


def test_the_database_deletes_no_lot_and_rewrites_none_that_was_mixed(lidocaine):
    lot = StockLotFactory(product=lidocaine)
    rows = StockLot.objects.filter(pk=lot.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows._raw_delete("default")
    rows.update(number="B1")
    MixtureComponentFactory(lot=lot)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(expires_on=days(9))
    rows.update(used_up_at=timezone.now(), used_up_by=lot.entered_by)


# --- Scanning -------------------------------------------------------------------

CODE = f"01{GTIN}1728123110A1234"


def scan(client, code=CODE):
    return client.post(f"{HERE}lots/scan/", {"code": code})


def test_a_new_code_asks_for_its_product_and_is_remembered(surgery, lidocaine):
    page = scan(surgery)
    assert "This code is new here" in text_of(page)
    found = page.context["form"].initial
    assert (found["number"], found["expires_on"]) == ("A1234", dt.date(2028, 12, 31))

    typed = {"number": "A1234", "expires_on": "31 Dec 2028", "gtin": GTIN}
    surgery.post(f"{HERE}lots/new/", {**typed, "product": str(lidocaine.pk)})
    assert Product.objects.get().gtin == GTIN
    assert (
        scan(surgery).headers["Location"] == StockLot.objects.get().get_absolute_url()
    )

    page = scan(surgery, f"01{GTIN}1729063010B77")
    assert "This code is new here" not in text_of(page)
    assert page.context["form"].initial["product"] == lidocaine


def test_a_code_of_another_product_is_not_put_on_this_one(surgery, lidocaine):
    Product.objects.update(gtin="09501101530003")
    typed = {"number": "A1", "expires_on": "12-2028", "gtin": "00036000291452"}
    with nothing_written():
        page = surgery.post(f"{HERE}lots/new/", {**typed, "product": str(lidocaine.pk)})

    assert page.status_code == 400
    assert "has another code" in text_of(page)
    other = ProductFactory()
    with nothing_written():
        page = surgery.post(
            f"{HERE}lots/new/",
            {**typed, "gtin": GTIN, "product": str(other.pk)},
        )
    assert "Another product has this GTIN." in text_of(page)


@pytest.mark.parametrize("code", ["", "hello", "(01)", f"01{GTIN}", "\x1d", "9" * 999])
def test_what_is_no_code_is_refused_and_kept(surgery, code):
    with nothing_written():
        page = scan(surgery, code)

    assert page.status_code == 400
    assert "code" in page.context["form"].errors


# --- Recipes --------------------------------------------------------------------


def test_a_recipe_adds_up_and_is_changed(office, lidocaine):
    saline = ProductFactory(name="Sodium chloride 0.9 %", strength_mg_per_ml=9)
    fill_in(
        office,
        f"{HERE}recipes/new/",
        name="Half and half",
        product_1=str(lidocaine.pk),
        volume_1="1",
        product_3=str(saline.pk),
        volume_3="1,5",
    )
    recipe = Recipe.objects.get()
    assert recipe.total_ml == Decimal("2.5")
    assert [c.product for c in recipe.components.all()] == [lidocaine, saline]
    page = text_of(office.get(recipe.get_absolute_url()))
    assert "In all 2.5 mL" in page

    url = f"{recipe.get_absolute_url()}edit/"
    fill_in(office, url, product_1="", volume_1="", name="Saline")
    assert [c.product for c in recipe.components.all()] == [saline]


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ({}, "product_1"),
        ({"product_1": "own"}, "volume_1"),
        ({"volume_2": "1"}, "product_2"),
        ({"product_1": "own", "volume_1": "0"}, "volume_1"),
        ({"product_1": "own", "volume_1": "1 mL"}, "volume_1"),
        ({"product_1": "999999", "volume_1": "1"}, "product_1"),
        (
            {
                "product_1": "own",
                "volume_1": "1",
                "product_2": "own",
                "volume_2": "1",
            },
            "product_2",
        ),
    ],
)
def test_a_recipe_that_cannot_be_mixed(office, lidocaine, typed, at):
    own = {k: str(lidocaine.pk) if v == "own" else v for k, v in typed.items()}
    with nothing_written():
        page = fill_in(office, f"{HERE}recipes/new/", name="New", **own)

    assert page.status_code == 400
    assert at in page.context["form"].errors


def test_a_recipe_does_not_take_what_was_withdrawn(office, ada, lidocaine):
    recipe = RecipeComponentFactory(product=lidocaine).recipe
    actions.withdraw_product(lidocaine, by=ada, reason="Recalled")
    assert "Withdrawn" in text_of(office.get(recipe.get_absolute_url()))

    with nothing_written():
        page = fill_in(office, f"{recipe.get_absolute_url()}edit/", name="Other")
    assert "is withdrawn" in text_of(page)


def test_a_recipe_is_retired_and_brought_back(office):
    recipe = RecipeFactory()
    url = recipe.get_absolute_url()
    office.post(f"{url}retire/")
    assert not Recipe.objects.in_use().exists()
    assert "Retired" in text_of(office.get(f"{HERE}recipes/"))

    office.post(f"{url}bring-back/")
    assert Recipe.objects.in_use().get() == recipe


# --- Pairs ------------------------------------------------------------------------


def judge(client, one, other, **said):
    url = f"{HERE}pairs/judge/?first={one.pk}&second={other.pk}"
    return fill_in(client, url, **said)


def test_pairs_are_unknown_until_judged_whichever_way_round(office, ada):
    one, other = (p.substance for p in ProductFactory.create_batch(2))
    assert f"{one} with {other} Unknown" in text_of(office.get(f"{HERE}pairs/"))

    judge(office, other, one, verdict="avoid", source="Flocculates, tried 2026")
    pair = MixingPair.objects.get()
    assert (pair.first, pair.second, pair.entered_by) == (one, other, ada)
    judge(office, one, other, verdict="ok", source="Handbook, p. 9")
    assert MixingPair.objects.get().verdict == "ok"
    page = text_of(office.get(f"{HERE}pairs/"))
    assert f"{one} with {other} Go together Handbook, p. 9" in page

    judge(office, one, other, verdict="unknown")
    assert not MixingPair.objects.exists()
    verdicts = AuditEvent.objects.filter(event="pair.judged").order_by("sequence")
    assert [e.details["verdict"] for e in verdicts] == ["avoid", "ok", "unknown"]


def test_a_judgement_has_two_substances_and_a_source(office):
    one, other = SubstanceFactory.create_batch(2)
    with nothing_written():
        page = judge(office, one, other, verdict="ok", source="")
        assert "source" in page.context["form"].errors
        page = judge(office, one, one, verdict="ok", source="Handbook")
        assert "second" in page.context["form"].errors


# --- The checklist of a draft -----------------------------------------------------


@pytest.fixture
def draft():
    version = ProtocolVersionFactory(draft=True)
    for position, text in enumerate(("Fever?", "Pregnant?", "Ulcer?"), start=1):
        ScreeningQuestionFactory(version=version, position=position, text=text)
    return version


def asked(version) -> list[str]:
    return [question.text for question in version.questions.order_by("position")]


def test_questions_are_added_worded_moved_and_removed(office, draft):
    url = f"/protocols/versions/{draft.pk}/questions/"
    fill_in(office, url, text="Pacemaker?", yes_means="caution")
    assert asked(draft) == ["Fever?", "Pregnant?", "Ulcer?", "Pacemaker?"]

    last = draft.questions.last()
    for _ in range(2):
        office.post(f"/protocols/questions/{last.pk}/move/up/")
    assert asked(draft) == ["Fever?", "Pacemaker?", "Pregnant?", "Ulcer?"]
    first = draft.questions.first()
    office.post(f"/protocols/questions/{first.pk}/move/up/")
    office.post(f"/protocols/questions/{first.pk}/move/down/")
    assert asked(draft) == ["Pacemaker?", "Fever?", "Pregnant?", "Ulcer?"]

    office.post(f"/protocols/questions/{first.pk}/remove/")
    assert asked(draft) == ["Pacemaker?", "Pregnant?", "Ulcer?"]
    fill_in(office, f"/protocols/questions/{last.pk}/", yes_means="block")
    assert draft.questions.first().get_yes_means_display() == "Do not treat"
    assert "Pacemaker? Do not treat" in text_of(office.get(url))


def test_a_question_is_asked_once_and_says_what_a_yes_means(office, draft):
    url = f"/protocols/versions/{draft.pk}/questions/"
    with nothing_written():
        for typed, at in (
            ({"text": "FEVER?", "yes_means": "block"}, "text"),
            ({"text": " ", "yes_means": "block"}, "text"),
            ({"text": "x" * 201, "yes_means": "block"}, "text"),
            ({"text": "New?"}, "yes_means"),
            ({"text": "New?", "yes_means": "yes"}, "yes_means"),
        ):
            page = fill_in(office, url, **typed)
            assert page.status_code == 400
            assert at in page.context["form"].errors


def test_a_published_checklist_does_not_change(office, draft, ada):
    question = draft.questions.first()
    actions.publish_version(draft, by=ada)
    one = f"/protocols/questions/{question.pk}/"
    new = {"text": "New?", "yes_means": "info"}
    with nothing_written():
        page = office.post(f"/protocols/versions/{draft.pk}/questions/", new)
        assert page.status_code == 400
        assert "does not change" in text_of(page)
        assert office.post(one, new).status_code == 400
        for path in ("remove/", "move/down/"):
            page = office.post(one + path, follow=True)
            assert "does not change" in text_of(page)
    with pytest.raises(IntegrityError), transaction.atomic():
        type(question).objects.filter(pk=question.pk).update(text="New?")


def test_a_version_s_page_leads_to_its_questions_while_it_is_a_draft(office, draft):
    page = office.get(draft.get_absolute_url()).content.decode()
    assert f"/protocols/versions/{draft.pk}/questions/" in page
