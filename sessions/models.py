"""The models of all rooms, where Django looks for them."""

from sessions.courses.models import Course, TreatmentSession
from sessions.outcomes.models import Evaluation
from sessions.paper.models import LeafletIssue
from sessions.recording.models import (
    Amendment,
    InjectionPoint,
    RecordFinding,
    SessionRecord,
    Signature,
)
from sessions.schedule.models import Site

__all__ = [
    "Amendment",
    "Course",
    "Evaluation",
    "InjectionPoint",
    "LeafletIssue",
    "RecordFinding",
    "SessionRecord",
    "Signature",
    "Site",
    "TreatmentSession",
]
