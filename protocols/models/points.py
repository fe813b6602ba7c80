"""Where an indication is treated: its drawings, and points to start from."""

from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from mesoclinic.models import User
from mesoclinic.vocabulary import Labelled, choices
from protocols import drawings
from protocols.models.indication import Indication
from protocols.models.protocol import catalogue_key


def view_choices() -> list[tuple[str, str]]:
    """The drawings there are, by key and title; kept out of migrations."""
    return [(each.key, each.title) for each in drawings.all_drawings()]


def view_field(**options: Any) -> models.Field:
    """Which drawing: a key of `static/drawings/`."""
    return models.CharField(max_length=30, choices=view_choices, **options)


def place_field(**options: Any) -> models.Field:
    """A part of the drawing's width or height, 0 to 1, from its top left corner."""
    return models.DecimalField(
        max_digits=5,
        decimal_places=4,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        **options,
    )


class IndicationView(models.Model):
    """A drawing on which an indication is planned and recorded."""

    indication = models.ForeignKey(
        Indication, on_delete=models.CASCADE, related_name="views"
    )
    view = view_field()
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["indication", "view"], name="indication_view_once"
            )
        ]

    def __str__(self) -> str:
        return self.drawing.title

    @property
    def drawing(self) -> drawings.Drawing:
        return drawings.get(self.view)


class Spread(Labelled):
    """Which sides the points of a template lie on."""

    ONE_SIDE = "one", "One side, mirrored for the left"
    BOTH_SIDES = "both", "As drawn"


class PointTemplateQuerySet(models.QuerySet["PointTemplate"]):
    def in_use(self) -> "PointTemplateQuerySet":
        return self.filter(retired_at__isnull=True)

    def of_clinic(self, indication: Indication) -> "PointTemplateQuerySet":
        """Everybody's: shipped, or made by an admin."""
        return self.filter(indication=indication, owner__isnull=True)

    def everybodys(self) -> "PointTemplateQuerySet":
        """All but the favourites, with what they are for."""
        return self.filter(owner__isnull=True).select_related("indication")

    def listed(self) -> "PointTemplateQuerySet":
        """In their order, those in use first, with their points."""
        return self.order_by(
            models.F("retired_at").asc(nulls_first=True), "position", "name"
        ).prefetch_related("points")

    def named(self, name: str) -> "PointTemplateQuerySet":
        return self.filter(name=name)

    def known(self, catalogue_key: str) -> bool:
        """Whether a shipped template was loaded before, retired since or not."""
        return self.filter(catalogue_key=catalogue_key).exists()

    def favourites_of(
        self, user: User, indication: Indication
    ) -> "PointTemplateQuerySet":
        return self.in_use().filter(owner=user, indication=indication)

    def offered_to(self, user: User, indication: Indication) -> "PointTemplateQuerySet":
        """The clinic's own, then a clinician's favourites, with their points."""
        mine = self.in_use().filter(Q(owner__isnull=True) | Q(owner=user))
        return (
            mine.filter(indication=indication)
            .order_by(models.F("owner").asc(nulls_first=True), "position", "name")
            .prefetch_related("points")
        )


class PointTemplate(models.Model):
    """Points to start from: a suggestion, moved onto what is palpated.

    Drawn as the right side; for the left it is mirrored. One with an `owner` is that
    clinician's favourite and nobody else's. `source` says where it comes from.
    """

    indication = models.ForeignKey(
        Indication, on_delete=models.PROTECT, related_name="templates"
    )
    name = models.CharField(max_length=120)
    source = models.CharField(max_length=200)
    spread = models.CharField(
        max_length=4, choices=partial(choices, Spread), default=Spread.ONE_SIDE
    )
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="favourite_points"
    )
    position = models.PositiveSmallIntegerField(default=0)
    catalogue_key = catalogue_key()
    retired_at = models.DateTimeField(null=True)
    retired_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = PointTemplateQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["indication", "name"],
                condition=Q(retired_at__isnull=True, owner__isnull=True),
                name="template_name_once",
                violation_error_message="There is a template of this name already.",
            ),
            models.UniqueConstraint(
                fields=["indication", "name", "owner"],
                condition=Q(retired_at__isnull=True, owner__isnull=False),
                name="favourite_name_once",
                violation_error_message="You have a favourite of this name already.",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="template_has_source"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("protocols:template", args=[self.pk])

    @property
    def views_in_words(self) -> str:
        """The drawings that its points lie on: `Sole; Ankle, inner side`."""
        views = dict.fromkeys(point.view for point in self.points.all())
        return "; ".join(drawings.get(view).title for view in views)


class TemplatePoint(models.Model):
    """One point of a template, on the drawing of the right side."""

    template = models.ForeignKey(
        PointTemplate, on_delete=models.CASCADE, related_name="points"
    )
    number = models.PositiveSmallIntegerField()
    view = view_field()
    x = place_field()
    y = place_field()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["template", "number"], name="template_point_number_once"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=60), name="template_at_most_60"
            ),
            models.CheckConstraint(
                condition=Q(x__gte=0, x__lte=1, y__gte=0, y__lte=1),
                name="template_point_in_the_picture",
            ),
        ]

    def __str__(self) -> str:
        return f"Point {self.number}"

    def clean(self) -> None:
        if not drawings.get(self.view).contains(float(self.x), float(self.y)):
            raise ValidationError("This point lies outside the drawing's outline.")
