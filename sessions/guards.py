"""What the database refuses on courses, sessions and records."""

import datetime as dt

from mesoclinic.database import Guard, append_only, changed, never_deleted
from protocols.models import Indication, ProtocolVersion, StockLot
from sessions.courses.models import LONGEST_SESSION
from sessions.models import (
    Amendment,
    ConsentEvent,
    Course,
    CourseChange,
    Evaluation,
    InjectionPoint,
    LeafletIssue,
    MixtureComponent,
    RecordFinding,
    RecordVoid,
    Room,
    SafetyTick,
    ScreeningAnswer,
    SessionRecord,
    SheetIssue,
    SheetPhoto,
    SheetPhotoWithdrawal,
    Signature,
    TreatmentSession,
)

_COURSE = Course._meta.db_table
_SESSION = TreatmentSession._meta.db_table
_SIGNATURE = Signature._meta.db_table
_PHOTO = SheetPhoto._meta.db_table
_LOCKED = "a signed record does not change; amend it"

# Bounds the search, so that years of history do not slow a booking down. A minute
# more than the longest: moments with and without parts of a second compare as text.
_LONGEST_MIN = LONGEST_SESSION // dt.timedelta(minutes=1) + 1

_OCCUPYING = ", ".join(f"'{status}'" for status in TreatmentSession.OCCUPYING)


def _overlap(event: str, what: str) -> Guard:
    """The meaning of the exclusion constraint that PostgreSQL has, for SQLite.

    Overbooking on purpose lifts it, but nobody is ever in two places as a patient.
    """
    new, old = (f"{row}.status IN ({_OCCUPYING})" for row in ("NEW", "s"))
    if what != "patient":
        new += " AND NEW.overbooked_reason = ''"
        old += " AND s.overbooked_reason = ''"
    return Guard(
        name=f"no_{what}_overlap_{event.lower()}",
        table=_SESSION,
        event=event,
        when=(
            f"{new} AND EXISTS (SELECT 1 FROM {_SESSION} s "
            f"WHERE s.{what}_id = NEW.{what}_id AND s.id IS NOT NEW.id AND {old} "
            f"AND s.starts_at > datetime(NEW.starts_at, '-{_LONGEST_MIN} minutes') "
            "AND s.starts_at < NEW.ends_at AND NEW.starts_at < s.ends_at)"
        ),
        message=f"the {what} has a session at that time",
        sqlite_only=True,
    )


def _locked(model: type, event: str, record: str) -> Guard:
    row = "NEW" if event == "INSERT" else "OLD"
    table = model._meta.db_table  # type: ignore[attr-defined]
    return Guard(
        name=f"locked_{event.lower()}_{table}",
        table=table,
        event=event,
        when=(
            f"EXISTS (SELECT 1 FROM {_SIGNATURE} g WHERE g.record_id = {row}.{record})"
        ),
        message=_LOCKED,
    )


def _as_its_course_says(event: str) -> Guard:
    return Guard(
        name=f"session_as_its_course_says_{event.lower()}",
        table=_SESSION,
        event=event,
        when=(
            f"NOT EXISTS (SELECT 1 FROM {_COURSE} c WHERE c.id = NEW.course_id "
            "AND c.patient_id = NEW.patient_id AND c.site_id = NEW.site_id)"
        ),
        message="a session has the patient and the site of its course",
    )


def _room_is_the_sites(event: str) -> Guard:
    return Guard(
        name=f"session_room_is_the_sites_{event.lower()}",
        table=_SESSION,
        event=event,
        when=(
            "NEW.room_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "
            f"{Room._meta.db_table} r WHERE r.id = NEW.room_id "
            "AND r.site_id = NEW.site_id)"
        ),
        message="a session is in a room of its site",
    )


GUARDS = [
    *(
        _overlap(event, what)
        for event in ("INSERT", "UPDATE")
        for what in ("clinician", "room", "patient")
    ),
    *(_as_its_course_says(event) for event in ("INSERT", "UPDATE")),
    *(_room_is_the_sites(event) for event in ("INSERT", "UPDATE")),
    never_deleted(Course, "courses are never deleted"),
    never_deleted(TreatmentSession, "sessions are never deleted"),
    Guard(
        name="given_session_stays",
        table=_SESSION,
        event="UPDATE",
        when="OLD.status = 'given'",
        message="what was given stays as it was given",
    ),
    Guard(
        name="course_stays_what_it_is",
        table=_COURSE,
        event="UPDATE",
        when=changed(
            Course,
            but=[
                "clinician",
                "side",
                "closed_as",
                "closed_at",
                "closed_by",
                "closed_reason",
                "version",
            ],
        ),
        message="a course keeps its patient, indication and protocol version",
    ),
    Guard(
        name="side_stays_once_given",
        table=_COURSE,
        event="UPDATE",
        when=(
            "OLD.side IS DISTINCT FROM NEW.side AND EXISTS (SELECT 1 "
            f"FROM {_SESSION} s WHERE s.course_id = OLD.id AND s.status = 'given')"
        ),
        message="the side on which something was given stays",
    ),
    Guard(
        name="lot_given_stays",
        table=StockLot._meta.db_table,
        event="UPDATE",
        when=(
            f"({changed(StockLot, but=['opened_on', 'used_up_at', 'used_up_by'])}) "
            f"AND EXISTS (SELECT 1 FROM {MixtureComponent._meta.db_table} c "
            "WHERE c.lot_id = OLD.id)"
        ),
        message="a lot that went into a mixture stays what it was",
    ),
    Guard(
        name="closed_course_stays_closed",
        table=_COURSE,
        event="UPDATE",
        # One that was cancelled never began: to undo that opens it again.
        when="OLD.closed_as NOT IN ('', 'cancelled')",
        message="a closed course stays as it was closed",
    ),
    Guard(
        name="course_starts_on_active_indication",
        table=_COURSE,
        event="INSERT",
        when=(
            f"EXISTS (SELECT 1 FROM {Indication._meta.db_table} i "
            "WHERE i.id = NEW.indication_id AND i.retired_at IS NOT NULL)"
        ),
        message="a retired indication starts no new course",
    ),
    Guard(
        name="course_starts_on_published_version",
        table=_COURSE,
        event="INSERT",
        when=(
            f"NOT EXISTS (SELECT 1 FROM {ProtocolVersion._meta.db_table} v "
            "WHERE v.id = NEW.protocol_version_id AND v.status = 'published')"
        ),
        message="a course starts on a published protocol version",
    ),
    _locked(SessionRecord, "UPDATE", "id"),
    never_deleted(Room, "rooms are closed, never deleted"),
    never_deleted(CourseChange, "what was changed is never forgotten"),
    Guard(
        name="change_stays_what_it_was",
        table=CourseChange._meta.db_table,
        event="UPDATE",
        when=changed(CourseChange, but=["undone_at", "undone_by"]),
        message="a change can be undone, not rewritten",
    ),
    never_deleted(SessionRecord, "records are never deleted"),
    *(_locked(InjectionPoint, e, "record_id") for e in ("INSERT", "UPDATE", "DELETE")),
    *(_locked(RecordFinding, e, "record_id") for e in ("INSERT", "UPDATE", "DELETE")),
    *(
        _locked(part, event, "record_id")
        for part in (MixtureComponent, ScreeningAnswer, SafetyTick)
        for event in ("INSERT", "UPDATE", "DELETE")
    ),
    *append_only(ConsentEvent, "what a patient answered is never changed"),
    *append_only(RecordVoid, "a voided record stays voided"),
    *append_only(Signature, "a signature is never changed"),
    *append_only(Amendment, "an amendment is never changed"),
    *append_only(Evaluation, "an evaluation is never changed"),
    *append_only(LeafletIssue, "what was handed over stays as it was"),
    *append_only(SheetIssue, "what was printed stays as it was"),
    *append_only(SheetPhoto, "a photograph is withdrawn, never changed"),
    *append_only(SheetPhotoWithdrawal, "a withdrawn photograph stays withdrawn"),
    Guard(
        name="photo_attached_once",
        table=_PHOTO,
        event="INSERT",
        # Of the same page: two sides of one sheet may well look alike.
        when=(
            f"EXISTS (SELECT 1 FROM {_PHOTO} p "
            "WHERE p.treatment_session_id = NEW.treatment_session_id "
            "AND p.sha256 = NEW.sha256 AND p.page = NEW.page AND NOT EXISTS (SELECT 1 "
            f"FROM {SheetPhotoWithdrawal._meta.db_table} w WHERE w.photo_id = p.id))"
        ),
        message="this picture is attached to the session already",
    ),
]
