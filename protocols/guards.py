"""What the database refuses on protocols: a published version does not change."""

from mesoclinic.database import Guard, changed, never_deleted
from protocols.models import (
    LeafletText,
    PointTemplate,
    Product,
    ProtocolVersion,
    Recipe,
    ScreeningQuestion,
    StockLot,
    Substance,
    SubstanceLimit,
)

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
    never_deleted(Substance, "substances are never deleted"),
    never_deleted(SubstanceLimit, "a limit is closed, never deleted"),
    Guard(
        name="limit_stays_what_it_was",
        table=SubstanceLimit._meta.db_table,
        event="UPDATE",
        when=changed(SubstanceLimit, but=["closed_at", "closed_by"]),
        message="a limit is closed and entered anew, not rewritten",
    ),
    never_deleted(Product, "products are withdrawn, never deleted"),
    never_deleted(StockLot, "lots are used up, never deleted"),
    never_deleted(Recipe, "recipes are retired, never deleted"),
    never_deleted(PointTemplate, "templates are retired, never deleted"),
    Guard(
        name="approved_leaflet_stays",
        table=LeafletText._meta.db_table,
        event="UPDATE",
        when="OLD.approved_at IS NOT NULL",
        message="an approved leaflet does not change; make a new draft",
    ),
    never_deleted(LeafletText, "the words of a leaflet are never deleted"),
    _question("INSERT", "NEW.version_id"),
    _question("UPDATE", "OLD.version_id, NEW.version_id"),
    _question("DELETE", "OLD.version_id"),
]
