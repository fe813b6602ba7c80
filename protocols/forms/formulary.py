"""Substances, their classes and limits, products and pairs: what is typed of them."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db import models
from django.utils import timezone

from mesoclinic.fields import (
    CountField,
    PlainTextField,
    RowField,
    TypedDateField,
    VolumeField,
)
from mesoclinic.forms import ClinicForm
from mesoclinic.vocabulary import choices
from protocols.actions import CLASS_DETAILS, PRODUCT_DETAILS, SUBSTANCE_DETAILS
from protocols.dosing import format_strength
from protocols.forms.fields import GtinField, MassField, RowsField, StrengthField
from protocols.models import (
    AllergyClass,
    MixingPair,
    Product,
    Substance,
    SubstanceLimit,
)
from protocols.models.formulary import DEFAULT_OPENED_DAYS, Container, Doping
from protocols.strengths import strengths_named


def _shown(row: models.Model, columns: tuple[str, ...], *several: str) -> dict:
    """What a stored row has to show; nothing of one that is to be added."""
    if row.pk is None:
        return {}
    shown = {name: getattr(row, name) for name in columns}
    return shown | {name: list(getattr(row, name).all()) for name in several}


class AllergyClassForm(ClinicForm):
    name = PlainTextField(max_length=120, help_text="ester local anaesthetics")
    also_called = PlainTextField(
        label="Other names",
        max_length=300,
        required=False,
        help_text="Separated by commas. A recorded allergy is compared with each.",
    )
    cross_reacts = forms.BooleanField(
        label="An allergy to one member counts for all of them",
        required=False,
        initial=True,
    )

    def __init__(self, *args: Any, instance: AllergyClass, **kwargs: Any) -> None:
        super().__init__(*args, initial=_shown(instance, CLASS_DETAILS), **kwargs)


class SubstanceForm(ClinicForm):
    name = PlainTextField(
        max_length=120, help_text="The generic name, not abbreviated: lidocaine."
    )
    also_called = PlainTextField(
        label="Other names",
        max_length=300,
        required=False,
        help_text="Separated by commas: lignocaine, lidocaine hydrochloride.",
    )
    allergy_classes = RowsField(
        label="Allergy classes", queryset=AllergyClass.objects.all(), required=False
    )
    doping = forms.ChoiceField(
        label="In sport",
        choices=choices(Doping),
        initial=Doping.NOT_ASSESSED,
        widget=forms.RadioSelect,
        help_text="As the clinic has found it. Look it up again every January.",
    )
    note = PlainTextField(max_length=300, required=False)

    def __init__(self, *args: Any, instance: Substance, **kwargs: Any) -> None:
        shown = _shown(instance, SUBSTANCE_DETAILS, "allergy_classes")
        super().__init__(*args, initial=shown, **kwargs)


class LimitForm(ClinicForm):
    """The clinic's own limit: never one without its source."""

    per = forms.ChoiceField(
        label="For", choices=SubstanceLimit.Per.choices, widget=forms.RadioSelect
    )
    most_mg = MassField(
        label="At most", widget=forms.TextInput(attrs={"data-unit": "mg"})
    )
    source = PlainTextField(
        max_length=300,
        help_text="Where it is written, so that others can look it up: book, page.",
    )
    reviewed_on = TypedDateField(
        label="Reviewed on",
        widget=forms.TextInput(attrs={"data-calendar": ""}),
        help_text="When somebody last compared it with the source.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        initial = {"reviewed_on": timezone.localdate()}
        super().__init__(*args, initial=initial, **kwargs)


class ProductForm(ClinicForm):
    """One strength in one container, as it is bought."""

    substance = RowField(
        queryset=Substance.objects.all(), empty_label="Choose a substance"
    )
    name = PlainTextField(
        max_length=160, help_text="As it is on the box: Lidocaine 1 %, ampoule."
    )
    strength_mg_per_ml = StrengthField(
        label="Strength",
        required=False,
        widget=forms.TextInput(attrs={"data-unit": "mg/mL", "data-strength": ""}),
        help_text=(
            "In mg/mL: 1 % is 10 mg/mL. Leave it empty where the box gives none in mg."
        ),
    )
    container = forms.ChoiceField(choices=choices(Container), widget=forms.RadioSelect)
    container_ml = VolumeField(
        label="Content",
        most_ml=Decimal(1000),
        widget=forms.TextInput(attrs={"data-unit": "mL"}),
    )
    multi_dose = forms.BooleanField(
        label="For more than one patient",
        required=False,
        help_text="A multi-dose vial. Leave it unticked unless the box says so.",
    )
    opened_days = CountField(
        label="Keeps once opened",
        least=1,
        most=365,
        required=False,
        initial=DEFAULT_OPENED_DAYS,
        widget=forms.TextInput(attrs={"data-unit": "days"}),
        help_text="Counts for a container for more than one patient only.",
    )
    storage = PlainTextField(
        max_length=200, required=False, help_text="Below 25 °C, away from light."
    )
    also_contains = RowsField(
        label="Also contains",
        queryset=AllergyClass.objects.all(),
        required=False,
        help_text="What else somebody may be allergic to: preservatives, latex.",
    )
    gtin = GtinField(
        label="GTIN",
        required=False,
        widget=forms.TextInput(attrs={"size": 18}),
        help_text="The number of the box's code. The first scan can fill it in.",
    )
    note = PlainTextField(max_length=300, required=False)

    def __init__(self, *args: Any, instance: Product, **kwargs: Any) -> None:
        shown = _shown(instance, PRODUCT_DETAILS, "also_contains")
        super().__init__(*args, initial=kwargs.pop("initial", {}) | shown, **kwargs)

    def clean_gtin(self) -> str:
        return self.cleaned_data["gtin"] or ""

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        self._check_days_once_opened(cleaned)
        self._check_strength_is_the_names(cleaned)
        return cleaned

    def _check_days_once_opened(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("multi_dose"):
            cleaned["opened_days"] = None
        elif cleaned.get("opened_days") is None and "opened_days" not in self.errors:
            self.add_error("opened_days", "For how many days is it kept once opened?")

    def _check_strength_is_the_names(self, cleaned: dict[str, Any]) -> None:
        """A name says 1 % and the strength 1 mg/mL: one of them is ten times off."""
        named = list(strengths_named(cleaned.get("name", "")))
        strength = cleaned.get("strength_mg_per_ml")
        if strength is None or not named or strength in named:
            return
        self.add_error(
            "strength_mg_per_ml",
            f"This is {format_strength(strength)}, and the name says "
            f"{' and '.join(map(format_strength, named))}.",
        )


class WithdrawForm(ClinicForm):
    reason = PlainTextField(
        max_length=300, help_text="Recalled by the maker, no longer made, not used."
    )


class PairForm(ClinicForm):
    """Whether two substances go together, as far as the clinic knows."""

    first = RowField(
        label="One substance", queryset=Substance.objects.all(), empty_label="Choose"
    )
    second = RowField(
        label="The other", queryset=Substance.objects.all(), empty_label="Choose"
    )
    verdict = forms.ChoiceField(
        label="In one syringe",
        choices=[*MixingPair.Verdict.choices, ("unknown", "Not known")],
        widget=forms.RadioSelect,
    )
    source = PlainTextField(
        max_length=300,
        required=False,
        help_text="Where it is written. Not needed for what is not known.",
    )

    marks_optional = False

    def clean_verdict(self) -> str:
        verdict = self.cleaned_data["verdict"]
        return "" if verdict == "unknown" else verdict

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if cleaned.get("verdict") and not cleaned.get("source", "x"):
            self.add_error("source", "Write where this comes from.")
        return cleaned
