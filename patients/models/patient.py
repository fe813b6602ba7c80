"""The people who are treated, and how they are found."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import partial
from uuid import UUID

import phonenumbers
from django.conf import settings
from django.db import models
from django.db.models import BooleanField, ExpressionWrapper, Max, Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from phonenumber_field.modelfields import PhoneNumberField

from mesoclinic.models import AuditEvent, User
from mesoclinic.vocabulary import AllergyState, LeafletFormat, Sex, choices
from patients.models.alerts import Allergy
from patients.models.search import (
    SEARCHED,
    SearchField,
    Typed,
    beginning,
    inside_names,
    key_of,
    nearest_names,
    searchable,
)

# Measured on pairs of names: Müller/Mueller 0.92, Smith/Smyth 0.8, Smith/Jones 0.2.
NEAR_THE_SAME_NAME = 0.75

# Rows that somebody reads through, before typing more instead.
READ_THROUGH = 10

# How many names with a part inside are looked at, to show the first by alphabet.
POOL = 200

# Entries of the audit trail that are looked through for what somebody opened.
TRAIL_READ = 10_000

_BY_NAME = ("search_name", "birth_date", "pk")


def patient_languages() -> list[tuple[str, str]]:
    """What a patient may prefer to read; a setting, so no migration knows them all."""
    return list(settings.PATIENT_LANGUAGES)


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

    def search(self, text: str, *, at_most: int = READ_THROUGH) -> "PatientQuerySet":
        """Find by number, birth date, phone or any parts of the name, in any order.

        One box takes whatever was typed; what reads as several things finds all of
        them. Nothing typed finds nobody. First come those whose name begins with it,
        then the others, by alphabet: `at_most` in all, found by one index after the
        other until there are enough (docs/adr/0014-search.md).
        """
        typed = Typed(text.strip())
        keys: set[int] = set()
        for step in self._steps(typed, at_most):
            keys.update(step)
            if len(keys) >= at_most:
                break
        begins = ExpressionWrapper(
            beginning("search_name", typed.name), output_field=BooleanField()
        )
        return self.filter(pk__in=keys).order_by(begins.desc(), *_BY_NAME)[:at_most]

    def _steps(self, typed: Typed, at_most: int) -> Iterator[Iterable[int]]:
        """Keys of patients, the likeliest reading first; each step is one query."""
        if not typed.text:
            return
        number = key_of(typed.text)
        if number is not None:
            yield [number]
            return
        if typed.may_be_a_name:
            yield from self._named(typed, at_most)
        if typed.birth_dates:
            born = self.filter(birth_date__in=typed.birth_dates)
            yield born.order_by(*_BY_NAME).values_list("pk", flat=True)[:at_most]
        if typed.phone:
            yield self._reached(typed, at_most)

    def _named(self, typed: Typed, at_most: int) -> Iterator[Iterable[int]]:
        for column in ("search_name", "search_given"):
            begins = self.filter(beginning(column, typed.name))
            keys = begins.order_by(column, "birth_date", "pk")
            yield keys.values_list("pk", flat=True)[:at_most]
        if typed.has_initial:
            for initials in typed.initials:
                keys = self.filter(initials).order_by(*_BY_NAME)
                yield keys.values_list("pk", flat=True)[:at_most]
        if typed.has_part:
            yield self._inside(typed, at_most)

    def _inside(self, typed: Typed, at_most: int) -> list[int]:
        """Those with every part in the name; of very many, the first by alphabet of
        those met first. A part that begins a word is meant more often than not."""
        with_part = self.filter(typed.parts).order_by()
        with inside_names():
            pool = list(with_part.values_list("pk", "search_name")[:POOL])
        pool.sort(key=lambda row: (not typed.begins_each_word(row[1]), row[1], row[0]))
        return [pk for pk, _ in pool[:at_most]]

    def _reached(self, typed: Typed, at_most: int) -> set[int]:
        """By the beginning of the phone number as dialled, then by any part of it."""
        keys: set[int] = set()
        with inside_names():
            for part in (typed.phone_beginning, Q(phone__contains=typed.phone)):
                if len(keys) < at_most:
                    found = self.filter(part).order_by().values_list("pk", flat=True)
                    keys.update(found[:at_most])
        return keys

    def resembling(self, text: str) -> "PatientQuerySet":
        """Names near the one that found nobody, for a slip of the finger.

        PostgreSQL's doing: on SQLite this finds nobody either.
        """
        keys = nearest_names(self, searchable(text)[:SEARCHED], READ_THROUGH)
        return self.filter(pk__in=keys).order_by(*_BY_NAME)

    def numbered(self, number: str) -> "Patient | None":
        """The patient with this record number, however it is spaced; else None."""
        key = key_of(number)
        return None if key is None else self.filter(pk=key).first()

    def recent(self) -> "PatientQuerySet":
        """The last ten registered: who is asked for before anything is typed."""
        return self.order_by("-pk")[:10]

    def opened_by(self, user: User) -> list["Patient"]:
        """The last ten that a person opened, the last one first: by the audit trail.

        Of its latest entries only, so that it costs as little in the tenth year.
        """
        newest = AuditEvent.objects.aggregate(at=Max("sequence"))["at"] or 0
        opened = AuditEvent.objects.filter(
            sequence__gt=newest - TRAIL_READ, by_id=user.pk, event="patient.viewed"
        ).order_by("-sequence")
        keys = opened.values_list("patient_id", flat=True)[: READ_THROUGH * 5]
        latest = [key for key in dict.fromkeys(keys) if key][:READ_THROUGH]
        found = self.in_bulk(latest)
        return [found[key] for key in latest if key in found]

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

    `search_name` and `search_given` are derived by the actions that write the names.
    """

    family_name = models.CharField(max_length=120)
    given_names = models.CharField(max_length=120, blank=True)
    title = models.CharField(max_length=30, blank=True)
    birth_date = models.DateField(db_index=True)
    sex = models.CharField(max_length=9, choices=partial(choices, Sex))
    phone = PhoneNumberField(blank=True)
    email = models.EmailField(blank=True)
    preferred_language = models.CharField(
        max_length=8, choices=patient_languages, default="en"
    )
    # How their leaflets are laid out.
    leaflet_format = models.CharField(
        max_length=8,
        choices=partial(choices, LeafletFormat),
        default=LeafletFormat.STANDARD,
    )
    reception_notes = models.TextField(max_length=2000, blank=True)
    # What is known where no allergy is in force; see `allergy_state`.
    allergy_statement = models.CharField(
        max_length=12,
        choices=partial(choices, AllergyState),
        default=AllergyState.NOT_RECORDED,
    )
    search_name = SearchField(max_length=500, editable=False)
    # The same with the given names first. Empty only where a row was written past us.
    search_given = SearchField(max_length=500, editable=False, default="")
    registered_at = models.DateTimeField(auto_now_add=True)
    registered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Grows with every change; a form that saw an older one is refused.
    version = models.PositiveIntegerField(default=1)
    # One per form shown: the same form sent twice registers one person.
    submission = models.UUIDField(unique=True, null=True, editable=False)

    objects = PatientQuerySet.as_manager()

    class Meta:
        ordering = ["search_name", "birth_date"]
        # The key as well: who is meant is then read from the index alone. Those for
        # parts of names and phones are PostgreSQL's own (migration 0002).
        indexes = [
            models.Index(fields=["phone"], name="patient_phone"),
            models.Index(
                fields=["search_name", "birth_date", "id"], name="patient_by_name"
            ),
            models.Index(
                fields=["search_given", "birth_date", "id"], name="patient_by_given"
            ),
        ]
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
