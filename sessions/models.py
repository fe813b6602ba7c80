"""The models of all rooms, where Django looks for them."""

from sessions.courses.models import Course, CourseChange, EarlierWish, TreatmentSession
from sessions.diary.models import Arrival, CalendarFeed
from sessions.outcomes.models import Evaluation
from sessions.paper.models import LeafletIssue, SheetIssue
from sessions.paper.photos.models import SheetPhoto, SheetPhotoWithdrawal
from sessions.recording.models import (
    Amendment,
    ConsentEvent,
    InjectionPoint,
    MixtureComponent,
    RecordFinding,
    RecordVoid,
    SafetyTick,
    ScreeningAnswer,
    SessionRecord,
    Signature,
)
from sessions.schedule.models import (
    Absence,
    Closure,
    ExtraHours,
    OpeningHours,
    Room,
    Site,
    TimetableStamp,
    WorkedHoliday,
    WorkingHours,
)

__all__ = [
    "Absence",
    "Amendment",
    "Arrival",
    "CalendarFeed",
    "Closure",
    "ConsentEvent",
    "Course",
    "CourseChange",
    "EarlierWish",
    "Evaluation",
    "ExtraHours",
    "InjectionPoint",
    "LeafletIssue",
    "MixtureComponent",
    "OpeningHours",
    "RecordFinding",
    "RecordVoid",
    "Room",
    "SafetyTick",
    "ScreeningAnswer",
    "SessionRecord",
    "SheetIssue",
    "SheetPhoto",
    "SheetPhotoWithdrawal",
    "Signature",
    "Site",
    "TimetableStamp",
    "TreatmentSession",
    "WorkedHoliday",
    "WorkingHours",
]
