"""Buttons of the record's page that fill the form, and the answer to a page that
saves by itself."""

from typing import Any

from django.http import QueryDict

from mesoclinic.models import User
from protocols.models import PointTemplate, Recipe, StockLot
from protocols.scanning import NotAScan, parse_scan
from sessions.courses.models import TreatmentSession
from sessions.recording import copying
from sessions.recording.forms import RecordForm
from sessions.recording.models import SessionRecord


def fill(form: RecordForm, sent: QueryDict, *, by: User) -> bool:
    """Do what the pressed button says; True where that leaves a plan unfinished.

    A scanner presses Enter after what it read: that saves, and the lot goes along.
    """
    if "all_as_planned" in sent:
        form.give_as_planned()
    elif "use_template" in sent:
        return _use_template(form, sent.get("template", ""), by=by)
    elif "copy_last" in sent:
        return _copy_last(form)
    elif "use_recipe" in sent:
        return _use_recipe(form, sent.get("recipe", ""))
    elif "scan_lot" in sent or sent.get("scan", "").strip():
        return _scan(form, sent.get("scan", ""))
    return False


def _use_template(form: RecordForm, key: str, *, by: User) -> bool:
    offered = PointTemplate.objects.offered_to(by, form.course.indication)
    template = next((each for each in offered if str(each.pk) == key), None)
    if template is None:
        form.fail("points_count", "Choose a template of the list.")
        return False
    volume = form.volume_for_all
    form.put_points(copying.of_template(template, form.course, volume_ml=volume))
    return True


def _copy_last(form: RecordForm) -> bool:
    before = SessionRecord.objects.before(form.treatment_session)
    if before is None:
        form.fail("points_count", "There is no signed session before this one.")
        return False
    form.put_points(copying.of_record(before))
    return True


def _use_recipe(form: RecordForm, key: str) -> bool:
    recipes = Recipe.objects.in_use().listed()
    recipe = next((each for each in recipes if str(each.pk) == key), None)
    if recipe is None:
        form.fail("components_count", "Choose a recipe of the list.")
        return False
    form.use_recipe(recipe)
    return True


def _scan(form: RecordForm, text: str) -> bool:
    """Put the lot of a scanned box where its product is, or in the empty row."""
    try:
        scan = parse_scan(text)
    except NotAScan as problem:
        form.fail("components_count", str(problem))
        return False
    lot = StockLot.objects.in_stock().scanned(scan).first()
    if lot is None:
        form.fail(
            "components_count",
            f"Lot {scan.lot} is not in stock. Enter it in the formulary first.",
        )
        return False
    form.put_lot(lot)
    return True


def answer(form: RecordForm, row: TreatmentSession) -> dict[str, Any]:
    """What a page that saves by itself is told: saved, refused, or what others
    stored meanwhile."""
    if form.theirs:
        return {"version": int(form.data["version"]), "theirs": form.theirs}
    if form.errors or form.record is None:
        return {"errors": form.errors.get_json_data()}
    return {
        "version": form.record.version,
        "saved_at": f"{form.record.saved_at.astimezone(row.zone):%H:%M}",
        "dressing_until": form.record.dressing_until,
    }
