"""Form fields: what is taken, what is refused, and that what was typed stays."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
import time_machine
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from mesoclinic.fields import (
    BirthDateField,
    CountField,
    LengthField,
    PainField,
    PlainLinesField,
    PlainTextField,
    TypedDateField,
    TypedTimeField,
    VolumeField,
)


class VisitForm(forms.Form):
    name = PlainTextField(max_length=60)
    note = PlainLinesField(max_length=200, required=False)
    points_count = CountField(least=1, most=60)
    volume_ml = VolumeField()
    on = TypedDateField()
    at = TypedTimeField()
    birth_date = BirthDateField()
    pain = PainField()


TYPED = {
    "name": " René ",
    "note": "one\r\ntwo",
    "points_count": "8",
    "volume_ml": "0,10",
    "on": "+3",
    "at": "9h30",
    "birth_date_day": "14",
    "birth_date_month": "aug",
    "birth_date_year": "1980",
    "pain": "",
}


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(datetime(2026, 11, 24, 10, tzinfo=UTC), tick=False):
        yield


def refusal(field: forms.Field, value: object) -> str:
    with pytest.raises(ValidationError) as refused:
        field.clean(value)
    (message,) = refused.value.messages
    return message


def test_form_cleans_what_people_type():
    form = VisitForm(TYPED)

    assert form.is_valid(), form.errors
    assert form.cleaned_data == {
        "name": "René",
        "note": "one\ntwo",
        "points_count": 8,
        "volume_ml": Decimal("0.1"),
        "on": date(2026, 11, 27),
        "at": time(9, 30),
        "birth_date": date(1980, 8, 14),
        "pain": None,
    }


@pytest.mark.parametrize(
    ("box", "typed"),
    [
        ("name", "An\u202ena"),
        ("points_count", "1_0"),
        ("volume_ml", "0.1ml"),
        ("on", "02/03/2026"),
        ("at", "9 am"),
        ("birth_date_day", "31st"),
        ("birth_date_month", "brumaire"),
        ("birth_date_year", "80"),
    ],
)
def test_refused_text_stays_in_its_box(box, typed):
    form = VisitForm(TYPED | {box: typed})

    field = "birth_date" if box.startswith("birth_date") else box
    assert list(form.errors) == [field]
    assert f'value="{typed}"' in form.as_div()


def test_no_number_box_and_no_picker():
    html = VisitForm().as_div()

    assert 'type="number"' not in html
    assert 'type="date"' not in html
    assert html.count('inputmode="numeric"') == 5
    assert html.count('inputmode="decimal"') == 1


def test_hidden_number_brings_no_keyboard():
    assert CountField(widget=forms.HiddenInput).widget.attrs == {}


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        (CountField(), 8, "8"),
        (PainField(), 0, "0"),
        (VolumeField(), Decimal("0.10"), "0.1"),
        (VolumeField(), Decimal("10.00"), "10"),
        (TypedDateField(), date(2026, 3, 2), "2 Mar 2026"),
        (TypedTimeField(), time(9, 5), "09:05"),
        (TypedTimeField(), "9h", "9h"),
        (CountField(), None, None),
    ],
)
def test_value_is_shown_as_it_would_be_typed(field, value, shown):
    assert field.prepare_value(value) == shown


@pytest.mark.parametrize(
    "field", [CountField(), VolumeField(), TypedDateField(), TypedTimeField()]
)
@pytest.mark.parametrize("nothing", ["", "  ", None])
def test_required_field_left_empty(field, nothing):
    assert refusal(field, nothing) == "This field is required."


@pytest.mark.parametrize(
    "field",
    [
        CountField(required=False),
        VolumeField(required=False),
        TypedDateField(required=False),
        TypedTimeField(required=False),
        BirthDateField(required=False),
        PainField(),
    ],
)
def test_optional_field_left_empty(field):
    assert field.clean("") is None


def test_unchanged_value_is_not_a_change():
    assert not VolumeField().has_changed(Decimal("0.10"), "0,1")
    assert not TypedDateField().has_changed(date(2026, 11, 27), "+3")
    assert not BirthDateField().has_changed(date(1980, 8, 14), ["14", "8", "1980"])
    assert VolumeField().has_changed(Decimal("0.10"), "0.2")
    assert VolumeField().has_changed(Decimal("0.10"), "x")


# --- Text -------------------------------------------------------------------


@pytest.mark.parametrize(("length", "taken"), [(59, True), (60, True), (61, False)])
def test_text_up_to_its_limit(length, taken):
    field = PlainTextField(max_length=60)

    if taken:
        assert field.clean("é" * length) == "é" * length
    else:
        assert refusal(field, "é" * length) == (
            "Write at most 60 characters: this has 61."
        )


def test_text_is_not_cut_short_by_the_browser():
    assert "maxlength" not in PlainTextField(max_length=60).widget.attrs


def test_text_is_measured_in_its_normal_form():
    assert PlainTextField(max_length=1).clean("e\u0301") == "é"


@pytest.mark.parametrize("text", ["\x00", "a\ud800", "a\u202e", "a\tb", "\u200b"])
def test_text_that_cannot_be_shown_is_refused(text):
    assert refusal(PlainTextField(max_length=60), text)


def test_name_that_is_only_spaces_is_missing():
    assert refusal(PlainTextField(max_length=60), "   ") == "This field is required."


def test_optional_text_left_empty():
    field = PlainTextField(max_length=60, required=False)

    assert (field.clean(""), field.clean(None)) == ("", "")


def test_lines_are_kept():
    field = PlainLinesField(max_length=60)

    assert field.clean("a\r\n\tb") == "a\n\tb"
    assert isinstance(field.widget, forms.Textarea)


# --- Numbers ----------------------------------------------------------------


@pytest.mark.parametrize(("typed", "taken"), [("0", 0), ("10", 10), (" 7 ", 7)])
def test_pain_from_none_to_ten(typed, taken):
    assert PainField().clean(typed) == taken


@pytest.mark.parametrize("typed", ["-1", "11", "7.5", "7,0", "٧", "1e1"])
def test_pain_that_is_no_score_is_refused(typed):
    assert refusal(PainField(), typed).startswith("Write a ")


@pytest.mark.parametrize(
    ("typed", "taken"), [("5", False), ("6", True), ("10", True), ("11", False)]
)
def test_count_names_its_limits(typed, taken):
    field = CountField(least=6, most=10)

    if taken:
        assert field.clean(typed) == int(typed)
    else:
        assert refusal(field, typed) == "Write a number from 6 to 10."


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("0", "A volume is more than 0 mL."),
        ("0_1", "Write a number like 0.1."),
        ("1e-1", "Write a number like 0.1."),
        (".1", "Write the zero in front: 0.1."),
        ("0.100", "Write at most two decimals, like 0.1."),
        ("0.1ml", "Leave out the unit: 0.1."),
        ("5.01", "At most 5 mL."),
    ],
)
def test_volume_refused_with_a_hint(typed, message):
    assert refusal(VolumeField(most_ml=Decimal("5.00")), typed) == message


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("0", "A length is more than 0 mm."),
        ("4 mm", "Leave out the unit: 4."),
        ("4.25", "Write at most one decimal, like 4.5."),
        ("40.1", "At most 40 mm."),
    ],
)
def test_length_refused_with_a_hint(typed, message):
    assert refusal(LengthField(most_mm=Decimal(40)), typed) == message


def test_length_on_its_limit():
    assert LengthField(most_mm=Decimal(40)).clean("40,0") == 40
    assert LengthField().prepare_value(Decimal("4.0")) == "4"


def test_volume_on_its_limit():
    assert VolumeField(most_ml=Decimal(5)).clean("5.00") == 5


# --- Dates ------------------------------------------------------------------


def test_today_is_the_site_s():
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)

    with time_machine.travel(late, tick=False), timezone.override("Europe/Paris"):
        assert TypedDateField().clean("today") == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("boxes", "message"),
    [
        (["", "", ""], "Write the day, the month and the year."),
        (["14", "", "1980"], "Write the day, the month and the year."),
        (["29", "2", "2025"], "There is no 29 February 2025."),
        (["25", "11", "2026"], "A date of birth cannot be in the future."),
        (["31", "12", "1899"], "Write a year from 1900 on."),
    ],
)
def test_birth_date_refused_with_a_hint(boxes, message):
    assert refusal(BirthDateField(), boxes) == message


def test_optional_birth_date_half_written_is_refused():
    field = BirthDateField(required=False)

    assert refusal(field, ["14", "", ""]) == "Write the day, the month and the year."


def test_birth_date_has_three_labelled_boxes():
    html = VisitForm(initial={"birth_date": date(1980, 8, 14)}).as_div()

    assert "<fieldset" in html
    for part, value in [("Day", 14), ("Month", 8), ("Year", 1980)]:
        box = f"id_birth_date_{part.lower()}"
        assert f'<label for="{box}" class="form-label">{part}</label>' in html
        assert f'id="{box}"' in html
        assert f'value="{value}"' in html
