"""What the database refuses on the ground's own tables."""

from mesoclinic.database import append_only, never_deleted
from mesoclinic.models import AuditEvent, User

GUARDS = [
    *append_only(AuditEvent, "the audit trail is only added to"),
    never_deleted(User, "staff are deactivated, never deleted"),
]
