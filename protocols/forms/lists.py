"""Indications, their groups and protocol versions: shape and wording of input."""

from decimal import Decimal
from typing import Any

from django import forms

from mesoclinic.fields import (
    CountField,
    LengthField,
    PlainLinesField,
    PlainTextField,
    RowField,
    VolumeField,
)
from mesoclinic.forms import ClinicForm
from mesoclinic.vocabulary import MixingPolicy, choices
from protocols.actions import INDICATION_DETAILS, NUMBERS
from protocols.models import Indication, IndicationGroup, Protocol, ProtocolVersion


class GroupForm(ClinicForm):
    name = PlainTextField(max_length=160)


class IndicationForm(ClinicForm):
    """What is treated, and by which protocol."""

    group = RowField(
        queryset=IndicationGroup.objects.all(), empty_label="Choose a group"
    )
    name = PlainTextField(max_length=160)
    has_side = forms.BooleanField(
        label="Has a side",
        required=False,
        initial=True,
        help_text="Then left, right or both is chosen for every course.",
    )
    basis = forms.ChoiceField(
        choices=Indication.Basis.choices,
        initial=Indication.Basis.TECHNIQUE,
        widget=forms.RadioSelect,
    )
    asks_forearm = forms.BooleanField(
        label="Asks how the forearm lies",
        required=False,
        help_text="For tendons of the wrist that move with it: palm up, palm down.",
    )
    movement = PlainTextField(
        label="Movement measured",
        max_length=120,
        required=False,
        help_text="Its range of motion is judged at the evaluation: dorsiflexion.",
    )
    protocol = RowField(queryset=Protocol.objects.all(), empty_label=None)
    code_system = PlainTextField(
        max_length=60, required=False, help_text="ICD-10, ICD-11, SNOMED CT. Optional."
    )
    code_version = PlainTextField(max_length=30, required=False)
    code = PlainTextField(max_length=30, required=False)
    code_display = PlainTextField(
        label="What the code says", max_length=200, required=False
    )

    def __init__(self, *args: Any, instance: Indication, **kwargs: Any) -> None:
        shown = (
            {name: getattr(instance, name) for name in INDICATION_DETAILS}
            if instance.pk
            else {}
        )
        super().__init__(*args, initial=shown, **kwargs)


class VersionForm(ClinicForm):
    """The numbers of a draft protocol version. Sources: docs/rules.md."""

    points_min = CountField(label="Fewest points", least=1, most=60)
    points_max = CountField(label="Most points", least=1, most=60)
    volume_per_point_ml = VolumeField(label="Volume per point", most_ml=Decimal(5))
    slip_factor = CountField(
        label="Taken for a slip of the decimal point from",
        least=2,
        most=100,
        help_text="A point with that many times its volume cannot be planned.",
    )
    angle_deg = CountField(label="Needle angle", least=1, most=90)
    needle_length_mm = LengthField(label="Needle's free length", most_mm=Decimal(40))
    first_follow_up_day = CountField(label="First follow-up", least=1, most=60)
    second_follow_up_day = CountField(label="Second follow-up", least=2, most=90)
    tolerance_days = CountField(
        label="Tolerance", least=0, most=14, help_text="Either way of a follow-up."
    )
    session_duration_min = CountField(label="Length of a session", least=5, most=240)
    dressing_hours = CountField(
        label="Dressing stays on for at least", least=3, most=72
    )
    responder_points = CountField(label="Responder, pain down by", least=1, most=10)
    responder_percent = CountField(label="or by", least=1, most=100)
    strong_percent = CountField(label="Strong response, by", least=1, most=100)
    consent_required = forms.BooleanField(
        label="The first session needs a consent", required=False
    )
    consent_text = PlainLinesField(max_length=4000, required=False)
    mixing_policy = forms.ChoiceField(
        label="Mixtures", choices=choices(MixingPolicy), widget=forms.RadioSelect
    )
    mixing_most = CountField(
        label="Most products in one mixture",
        least=1,
        most=10,
        help_text="Counts where at most so many products are allowed.",
    )

    units = {
        "volume_per_point_ml": "mL",
        "slip_factor": "times",
        "angle_deg": "°",
        "needle_length_mm": "mm",
        "first_follow_up_day": "days",
        "second_follow_up_day": "days",
        "tolerance_days": "days",
        "session_duration_min": "min",
        "dressing_hours": "h",
        "responder_points": "points",
        "responder_percent": "%",
        "strong_percent": "%",
    }

    def __init__(self, *args: Any, instance: ProtocolVersion, **kwargs: Any) -> None:
        shown = {name: getattr(instance, name) for name in NUMBERS}
        super().__init__(*args, initial=shown, **kwargs)
        for name, unit in self.units.items():
            self.fields[name].widget.attrs["data-unit"] = unit
