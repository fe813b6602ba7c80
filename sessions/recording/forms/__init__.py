from sessions.recording.forms.record import RecordForm
from sessions.recording.forms.signing import (
    AmendForm,
    ConsentForm,
    FavouriteForm,
    SideForm,
    SignForm,
    VoidForm,
)

__all__ = [
    "AmendForm",
    "ConsentForm",
    "FavouriteForm",
    "RecordForm",
    "SideForm",
    "SignForm",
    "VoidForm",
]
