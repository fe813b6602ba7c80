"""Who may do what: permissions are code, a role is a set of them.

A person may hold several roles and then has the union. Admin is a role for lists,
staff and the clinic's details: by itself it opens no patient's record.
"""

from enum import StrEnum


class Permission(StrEnum):
    """One thing that one page or one action needs. Values are used in templates."""

    HOME = "home"
    PATIENT_VIEW = "patient_view"
    PATIENT_EDIT = "patient_edit"
    ALLERGY_VIEW = "allergy_view"
    ALLERGY_EDIT = "allergy_edit"
    DIARY_VIEW = "diary_view"
    CALENDAR_FEED = "calendar_feed"
    COURSE_VIEW = "course_view"
    COURSE_BOOK = "course_book"
    COURSE_OVERBOOK = "course_overbook"
    RECORD_VIEW = "record_view"
    RECORD_EDIT = "record_edit"
    RECORD_SIGN = "record_sign"
    EVALUATION_VIEW = "evaluation_view"
    EVALUATION_EDIT = "evaluation_edit"
    SHEET_PRINT = "sheet_print"
    LEAFLET_PRINT = "leaflet_print"
    PROTOCOL_VIEW = "protocol_view"
    PROTOCOL_EDIT = "protocol_edit"
    INDICATION_EDIT = "indication_edit"
    LOT_EDIT = "lot_edit"
    CLINIC_EDIT = "clinic_edit"
    STAFF_EDIT = "staff_edit"
    AUDIT_VIEW = "audit_view"


class Role(StrEnum):
    """What a person is at the clinic. Values name the columns `User.is_<role>`."""

    CLINICIAN = "clinician"
    RECEPTION = "reception"
    ADMIN = "admin"


_DESK = {
    Permission.HOME,
    Permission.PATIENT_VIEW,
    Permission.PATIENT_EDIT,
    Permission.DIARY_VIEW,
    Permission.COURSE_VIEW,
    Permission.COURSE_BOOK,
    Permission.LEAFLET_PRINT,
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.RECEPTION: frozenset(_DESK),
    Role.CLINICIAN: frozenset(
        _DESK
        | {
            Permission.CALENDAR_FEED,
            Permission.COURSE_OVERBOOK,
            Permission.ALLERGY_VIEW,
            Permission.ALLERGY_EDIT,
            Permission.RECORD_VIEW,
            Permission.RECORD_EDIT,
            Permission.RECORD_SIGN,
            Permission.EVALUATION_VIEW,
            Permission.EVALUATION_EDIT,
            Permission.SHEET_PRINT,
            Permission.PROTOCOL_VIEW,
            Permission.LOT_EDIT,
        }
    ),
    Role.ADMIN: frozenset(
        {
            Permission.HOME,
            Permission.PROTOCOL_VIEW,
            Permission.PROTOCOL_EDIT,
            Permission.INDICATION_EDIT,
            Permission.LOT_EDIT,
            Permission.CLINIC_EDIT,
            Permission.STAFF_EDIT,
            Permission.AUDIT_VIEW,
        }
    ),
}


def permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    """Return the union of what the roles allow; no role allows nothing."""
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))
