"""What the clinic does: shape and wording of what admins type."""

from protocols.forms.formulary import (
    AllergyClassForm,
    LimitForm,
    PairForm,
    ProductForm,
    SubstanceForm,
    WithdrawForm,
)
from protocols.forms.leaflets import ApproveForm, LanguageForm, LeafletTextForm
from protocols.forms.lists import GroupForm, IndicationForm, VersionForm
from protocols.forms.recipes import RecipeForm
from protocols.forms.screening import QuestionForm
from protocols.forms.stock import LotForm, OpenedForm, ScanForm, ScannedLotForm

__all__ = [
    "AllergyClassForm",
    "ApproveForm",
    "GroupForm",
    "IndicationForm",
    "LanguageForm",
    "LeafletTextForm",
    "LimitForm",
    "LotForm",
    "OpenedForm",
    "PairForm",
    "ProductForm",
    "QuestionForm",
    "RecipeForm",
    "ScanForm",
    "ScannedLotForm",
    "SubstanceForm",
    "VersionForm",
    "WithdrawForm",
]
