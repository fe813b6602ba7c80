"""What the leaflet says, by language and version, as this clinic has approved it."""

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_info

from mesoclinic.models import User
from protocols.wording import ORIGINAL


class LeafletLanguage:
    """One language: the text that is printed now, and the draft of the next."""

    in_force: "LeafletText"
    draft: "LeafletText | None" = None

    def __init__(self, language: str) -> None:
        self.language = language

    def take(self, text: "LeafletText") -> None:
        """Know of one more version; the last one approved is in force."""
        if text.is_approved or not hasattr(self, "in_force"):
            self.in_force = text
        self.draft = None if text.is_approved else text


class LeafletTextQuerySet(models.QuerySet["LeafletText"]):
    def listed(self) -> "LeafletTextQuerySet":
        return self.select_related("created_by", "approved_by").order_by(
            "language", "-number"
        )

    def versions_of(self, language: str) -> "LeafletTextQuerySet":
        return self.listed().filter(language=language)

    def by_language(self) -> "list[LeafletLanguage]":
        """What is printed now and what is being drafted, the original first."""
        found: dict[str, LeafletLanguage] = {}
        for text in self.listed().order_by("number"):
            known = found.setdefault(text.language, LeafletLanguage(text.language))
            known.take(text)
        return sorted(
            found.values(),
            key=lambda each: (each.language != ORIGINAL, each.in_force.english_name),
        )

    def in_force(self) -> "dict[str, LeafletText]":
        """The text that is printed now, by language: the last one approved.

        Of a language in which nothing is approved yet, the draft.
        """
        texts = self.order_by(F("approved_at").asc(nulls_first=True))
        return {text.language: text for text in texts}


class LeafletText(models.Model):
    """One version of the leaflet's words in one language. Frozen once approved.

    `says` holds all that is printed: words, lists, advice, sites, and how a date is
    written; see protocols/leaflets/en.toml for what each of them is.
    """

    language = models.CharField(max_length=7)
    number = models.PositiveSmallIntegerField()
    says = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
    # Empty where it was shipped.
    created_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # When the clinic means to read it again.
    review_on = models.DateField(null=True)

    objects = LeafletTextQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["language", "number"], name="leaflet_text_number_unique"
            ),
            models.UniqueConstraint(
                fields=["language"],
                condition=Q(approved_at=None),
                name="leaflet_text_one_draft",
            ),
            models.CheckConstraint(
                condition=(
                    Q(approved_at=None, approved_by=None, review_on=None)
                    | Q(
                        approved_at__isnull=False,
                        approved_by__isnull=False,
                        review_on__isnull=False,
                    )
                ),
                name="leaflet_text_approved_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.language.upper()} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("protocols:leaflet", args=[self.pk])

    @property
    def usual_review(self) -> dt.date:
        """When it is to be read again, unless somebody says otherwise: in a year."""
        return timezone.localdate() + dt.timedelta(days=365)

    @property
    def is_to_be_reviewed(self) -> bool:
        return self.review_on is not None and self.review_on <= timezone.localdate()

    @property
    def is_approved(self) -> bool:
        return self.approved_at is not None

    @property
    def name(self) -> str:
        """The language in its own words: `Français`."""
        return str(self._info["name_local"])

    @property
    def english_name(self) -> str:
        return str(self._info["name"])

    @property
    def direction(self) -> str:
        return "rtl" if self._info["bidi"] else "ltr"

    @property
    def _info(self) -> dict[str, Any]:
        return get_language_info(self.language)
