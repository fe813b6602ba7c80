"""The people who sign in, and the audit trail of what they did."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse

from mesoclinic.roles import Permission, Role, permissions_of


class UserManager(BaseUserManager["User"]):
    """Finds staff; writing goes through `mesoclinic.staff`."""

    def clinicians(self) -> models.QuerySet["User"]:
        """Everybody who can be booked today: active, with the clinician role."""
        return self.filter(is_clinician=True, is_active=True).order_by("family_name")


class User(AbstractBaseUser):
    """A member of staff: a sign-in, a name as printed on paper, and roles.

    Built on AbstractBaseUser, not AbstractUser: there is no superuser and no staff
    flag, so no door past `roles.py`. Users are deactivated, never deleted: their
    names stay on what they signed.
    """

    username = models.CharField(
        max_length=60, unique=True, validators=[UnicodeUsernameValidator()]
    )
    title = models.CharField(max_length=30, blank=True)
    given_names = models.CharField(max_length=120)
    family_name = models.CharField(max_length=120)
    registration_number = models.CharField(max_length=60, blank=True)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    is_clinician = models.BooleanField(default=False)
    is_reception = models.BooleanField(default=False)
    is_admin = models.BooleanField(default=False)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["given_names", "family_name"]

    class Meta:
        ordering = ["family_name", "given_names"]
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="username_unique_whatever_case",
                violation_error_message="Another user has this user name.",
            )
        ]

    def __str__(self) -> str:
        return self.display_name

    def get_absolute_url(self) -> str:
        return reverse("staff_edit", args=[self.pk])

    @property
    def display_name(self) -> str:
        """The name as printed on paper: `Dr Alice Cooper`."""
        return " ".join(filter(None, [self.title, self.given_names, self.family_name]))

    @property
    def short_name(self) -> str:
        """The name where room is short: `Dr Cooper`; whole where there is no title."""
        return f"{self.title} {self.family_name}" if self.title else self.display_name

    @property
    def can_be_booked(self) -> bool:
        return self.is_active and self.is_clinician

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(role for role in Role if getattr(self, f"is_{role}"))

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the roles allow; a deactivated person may do nothing."""
        return permissions_of(self.roles) if self.is_active else frozenset()

    def can(self, permission: Permission) -> bool:
        return permission in self.permissions


class AuditEvent(models.Model):
    """One thing that was done, seen, printed or refused. Written by `audit.record`.

    Append-only by trigger. No foreign keys: the trail never stands in the way of the
    data, and says the same whatever becomes of it. `hash` is keyed and covers every
    column and the hash before it, so an edit, a deletion or a swap shows.
    """

    class Outcome(models.TextChoices):
        DONE = "done", "Done"
        REFUSED = "refused", "Refused"
        DENIED = "denied", "Not allowed"

    sequence = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=300)
    event = models.CharField(max_length=60)
    outcome = models.CharField(max_length=7, choices=Outcome.choices)
    target_type = models.CharField(max_length=60, blank=True)
    target_id = models.CharField(max_length=60, blank=True)
    patient_id = models.BigIntegerField(null=True)
    details = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["sequence"]
        indexes = [
            models.Index(fields=["patient_id", "sequence"], name="audit_patient")
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.event}"

    @property
    def details_text(self) -> str:
        """The details in one line: `changed: phone, title; found: 3`."""
        return "; ".join(
            f"{name}: {', '.join(map(str, v)) if isinstance(v, list) else v}"
            for name, v in self.details.items()
        )

    def content(self) -> dict[str, Any]:
        """Everything the hash covers but the hash before it."""
        return {
            "sequence": self.sequence,
            "at": self.at.isoformat(timespec="microseconds"),
            "by_id": self.by_id,
            "by_name": self.by_name,
            "event": self.event,
            "outcome": self.outcome,
            "target_type": self.target_type,
            "target_id": self.target_id,
            "patient_id": self.patient_id,
            "details": self.details,
        }
