from sessions.recording.models.findings import RecordFinding
from sessions.recording.models.locking import LockedBySignature, RecordLocked
from sessions.recording.models.mixture import MixtureComponent
from sessions.recording.models.points import InjectionPoint
from sessions.recording.models.record import SessionRecord
from sessions.recording.models.screening import (
    ConsentEvent,
    Means,
    SafetyTick,
    ScreeningAnswer,
)
from sessions.recording.models.signature import Amendment, RecordVoid, Signature

__all__ = [
    "Amendment",
    "ConsentEvent",
    "InjectionPoint",
    "LockedBySignature",
    "Means",
    "MixtureComponent",
    "RecordFinding",
    "RecordLocked",
    "RecordVoid",
    "SafetyTick",
    "ScreeningAnswer",
    "SessionRecord",
    "Signature",
]
