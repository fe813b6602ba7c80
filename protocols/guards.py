"""What the database refuses on protocols: a published version does not change."""

from mesoclinic.database import Guard, changed
from protocols.models import ProtocolVersion, ScreeningQuestion

_VERSION = ProtocolVersion._meta.db_table
_QUESTION = ScreeningQuestion._meta.db_table
_FROZEN = "a published protocol version does not change; make a new draft"
_RETIREMENT = ("status", "retired_at", "retired_by")


def _question(event: str, rows: str) -> Guard:
    return Guard(
        name=f"published_questions_{event.lower()}",
        table=_QUESTION,
        event=event,
        when=(
            f"EXISTS (SELECT 1 FROM {_VERSION} v "
            f"WHERE v.id IN ({rows}) AND v.status <> 'draft')"
        ),
        message=_FROZEN,
    )


GUARDS = [
    Guard(
        name="published_version_update",
        table=_VERSION,
        event="UPDATE",
        when=(
            "OLD.status <> 'draft' AND NOT (OLD.status = 'published' "
            "AND NEW.status = 'retired' AND NEW.retired_at IS NOT NULL "
            f"AND NOT ({changed(ProtocolVersion, but=_RETIREMENT)}))"
        ),
        message=_FROZEN,
    ),
    Guard(
        name="published_version_delete",
        table=_VERSION,
        event="DELETE",
        when="OLD.status <> 'draft'",
        message=_FROZEN,
    ),
    _question("INSERT", "NEW.version_id"),
    _question("UPDATE", "OLD.version_id, NEW.version_id"),
    _question("DELETE", "OLD.version_id"),
]
