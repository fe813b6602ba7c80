"""The people who are treated, and how they are found."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import partial
from uuid import UUID

import phonenumbers
from anyascii import anyascii
from django.conf import settings
from django.db import models
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from phonenumber_field.modelfields import PhoneNumberField

from mesoclinic.models import User
from mesoclinic.typed import possible_birth_dates
from mesoclinic.vocabulary import AllergyState, Sex, choices
from patients.models.alerts import Allergy

# Measured on pairs of names: Müller/Mueller 0.92, Smith/Smyth 0.8, Smith/Jones 0.2.
NEAR_THE_SAME_NAME = 0.75

# Of each name, in ASCII: where one sign is a whole word, 120 signs outgrow the column.
SEARCHED = 249

_NUMBER = re.compile(r"MC\s*((?:[0-9]\s*){6,12})", re.IGNORECASE)


def searchable(text: str) -> str:
    """Return `text` as it is searched: ASCII letters, lower case, single spaces."""
    words = re.sub(r"[^\w]+", " ", anyascii(text).casefold())
    return " ".join(words.split())


def _key(number: str) -> int | None:
    """The key in a record number as typed: `mc 000 123`; None if it is not one."""
    match = _NUMBER.fullmatch(number.strip())
    return int(re.sub(r"\s", "", match[1])) if match else None


class PatientQuerySet(models.QuerySet["Patient"]):
    def with_allergies(self) -> "PatientQuerySet":
        """Fetch the allergies in force along, as the banner needs them."""
        return self.prefetch_related(
            Prefetch(
                "allergies",
                queryset=Allergy.objects.in_force(),
                to_attr="allergies_in_force",
            )
        )

    def search(self, text: str) -> "PatientQuerySet":
        """Find by number, birth date, phone or any parts of the name, in any order.

        One box takes whatever was typed; what reads as several things finds all of
        them. Nothing typed finds nobody.
        """
        text = text.strip()
        if not text:
            return self.none()
        number = _key(text)
        if number is not None:
            return self.filter(pk=number)
        found = self._name_query(text) | self._phone_query(text)
        dates = possible_birth_dates(text)
        return self.filter(found | Q(birth_date__in=dates) if dates else found)

    def _name_query(self, text: str) -> Q:
        words = searchable(text).split()
        if not words:
            return Q(pk__in=[])
        query = Q()
        for word in words:
            query &= Q(search_name__contains=word[:SEARCHED])
        return query

    def _phone_query(self, text: str) -> Q:
        digits = re.sub(r"[\s().+/-]", "", text)
        if not digits.isascii() or not digits.isdigit() or len(digits) < 4:
            return Q(pk__in=[])
        # Stored as +44…: the zeros in front are how it is dialled from here.
        dialled = digits.lstrip("0")
        return Q(phone__contains=dialled) if len(dialled) > 2 else Q(pk__in=[])

    def numbered(self, number: str) -> "Patient | None":
        """The patient with this record number, however it is spaced; else None."""
        key = _key(number)
        return None if key is None else self.filter(pk=key).first()

    def recent(self) -> "PatientQuerySet":
        """The last ten registered: who is asked for before anything is typed."""
        return self.order_by("-pk")[:10]

    def likely_duplicates(
        self,
        *,
        family_name: str,
        given_names: str,
        birth_date: dt.date,
        phone: str,
        submission: UUID | None = None,
    ) -> list["Patient"]:
        """People who may be the same: same phone, or birth date and near the name.

        Not the record that this very form has made when it was sent before.
        """
        same = Q(birth_date=birth_date) | (Q(phone=phone) if phone else Q(pk__in=[]))
        name = searchable(f"{family_name} {given_names}")
        return [
            patient
            for patient in self.filter(same).exclude(
                submission__isnull=False, submission=submission
            )
            if (phone and patient.phone == phone) or patient.is_named_like(name)
        ]


class Patient(models.Model):
    """A person who is treated. Never deleted.

    `search_name` is derived from the names by the actions that write them.
    """

    family_name = models.CharField(max_length=120)
    given_names = models.CharField(max_length=120, blank=True)
    title = models.CharField(max_length=30, blank=True)
    birth_date = models.DateField(db_index=True)
    sex = models.CharField(max_length=9, choices=partial(choices, Sex))
    phone = PhoneNumberField(blank=True)
    email = models.EmailField(blank=True)
    preferred_language = models.CharField(
        max_length=8, choices=settings.PATIENT_LANGUAGES, default="en"
    )
    reception_notes = models.TextField(max_length=2000, blank=True)
    # What is known where no allergy is in force; see `allergy_state`.
    allergy_statement = models.CharField(
        max_length=12,
        choices=partial(choices, AllergyState),
        default=AllergyState.NOT_RECORDED,
    )
    search_name = models.CharField(max_length=500, db_index=True, editable=False)
    registered_at = models.DateTimeField(auto_now_add=True)
    registered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Grows with every change; a form that saw an older one is refused.
    version = models.PositiveIntegerField(default=1)
    # One per form shown: the same form sent twice registers one person.
    submission = models.UUIDField(unique=True, null=True, editable=False)

    objects = PatientQuerySet.as_manager()

    class Meta:
        ordering = ["search_name", "birth_date"]
        indexes = [models.Index(fields=["phone"], name="patient_phone")]
        constraints = [
            models.CheckConstraint(
                condition=Q(birth_date__gte=dt.date(1900, 1, 1)),
                name="patient_birth_date_plausible",
            ),
            models.CheckConstraint(
                condition=~Q(family_name=""), name="patient_has_a_name"
            ),
            models.CheckConstraint(
                condition=~Q(allergy_statement="known"),
                name="patient_known_allergies_are_rows",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.listed_name}"

    def get_absolute_url(self) -> str:
        return reverse("patient", args=[self.pk])

    @property
    def number(self) -> str:
        """The record number, `MC000123`: the key itself, so it cannot differ."""
        return f"MC{self.pk:06d}"

    @property
    def number_spaced(self) -> str:
        """The number as read out: `MC 000 123`."""
        digits = f"{self.pk:06d}"
        return f"MC {digits[:-3]} {digits[-3:]}"

    @property
    def listed_name(self) -> str:
        """Family name first, as in lists: `Smith, Anne-Jorun (Mrs)`."""
        name = ", ".join(filter(None, [self.family_name, self.given_names]))
        return f"{name} ({self.title})" if self.title else name

    @property
    def spoken_name(self) -> str:
        """The name as addressed, on the patient's own paper: `Mrs Anne-Jorun Smith`."""
        parts = [self.title, self.given_names, self.family_name]
        return " ".join(filter(None, parts))

    @property
    def sex_label(self) -> str:
        return Sex(self.sex).label

    @property
    def phone_text(self) -> str:
        """The number as dialled from here; `+44…` where it is foreign."""
        if not self.phone:
            return ""
        national = phonenumbers.region_code_for_number(self.phone)
        here = national == settings.PHONENUMBER_DEFAULT_REGION
        return self.phone.as_national if here else self.phone.as_international

    def age_on(self, day: dt.date) -> int:
        """Full years on `day`; somebody born on 29 February ages on 1 March."""
        had_birthday = (day.month, day.day) >= (
            self.birth_date.month,
            self.birth_date.day,
        )
        return day.year - self.birth_date.year - (not had_birthday)

    def is_named_like(self, name: str) -> bool:
        """Whether a searchable name is near this one, in either order of its parts."""
        mine, other = (
            " ".join(sorted(text.split())) for text in (self.search_name, name)
        )
        return SequenceMatcher(None, mine, other).ratio() >= NEAR_THE_SAME_NAME

    @property
    def age_text(self) -> str:
        return f"{self.age_on(timezone.localdate())}y"

    @cached_property
    def current_allergies(self) -> list[Allergy]:
        """Allergies in force; no query after `with_allergies`."""
        fetched: Iterable[Allergy] | None = getattr(self, "allergies_in_force", None)
        return list(self.allergies.in_force() if fetched is None else fetched)

    @property
    def allergy_state(self) -> AllergyState:
        """One of the four states. A recorded allergy outranks any statement."""
        if self.current_allergies:
            return AllergyState.KNOWN
        return AllergyState(self.allergy_statement)

    @property
    def allergies_shown(self) -> "AllergiesShown":
        """What the banner says about allergies to those who may read it."""
        return AllergiesShown(
            self.allergy_state, [str(allergy) for allergy in self.current_allergies]
        )


@dataclass(frozen=True)
class AllergiesShown:
    """The state in words, and the substances with their reactions."""

    state: AllergyState
    substances: list[str]

    @property
    def state_label(self) -> str:
        return self.state.label

    @property
    def is_known(self) -> bool:
        return self.state is AllergyState.KNOWN
