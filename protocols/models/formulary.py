"""What a clinic injects: substances, products, lots, recipes, and what goes together.

The clinic enters all of it. Nothing here is shipped but the names of allergy classes,
and no limit has a value until somebody enters one with its source.
"""

import datetime as dt
from decimal import Decimal
from functools import partial

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from mesoclinic.models import User
from mesoclinic.vocabulary import Labelled, choices
from protocols.dosing import format_mg, format_ml, format_strength, total_ml
from protocols.models.protocol import catalogue_key
from protocols.scanning import Scan

# How long an opened multi-dose container keeps, unless the clinic says otherwise.
DEFAULT_OPENED_DAYS = 28
# So many days before its last one a lot is marked, in time to order another.
WARNED_DAYS = 30


class Doping(Labelled):
    """What the clinic has found out about a substance in sport."""

    NOT_ASSESSED = "not_assessed", "Not assessed"
    PERMITTED = "permitted", "Permitted"
    MONITORED = "monitored", "Monitored"
    IN_COMPETITION = "in_competition", "Prohibited in competition"
    ALWAYS = "always", "Prohibited at all times"


class Container(Labelled):
    """What a product comes in."""

    AMPOULE = "ampoule", "Ampoule"
    VIAL = "vial", "Vial"
    CARTRIDGE = "cartridge", "Cartridge"
    SYRINGE = "syringe", "Prefilled syringe"
    BAG = "bag", "Bag"


class AllergyClassQuerySet(models.QuerySet["AllergyClass"]):
    def members_that_cross_react(self) -> dict[int, list[str]]:
        """By class: the substances of which an allergy to one counts for all."""
        crossing = self.filter(cross_reacts=True).prefetch_related("substances")
        return {
            each.pk: [substance.name for substance in each.substances.all()]
            for each in crossing
        }

    def listed(self) -> "AllergyClassQuerySet":
        """With what belongs to each."""
        return self.prefetch_related("substances", "products")


class AllergyClass(models.Model):
    """Substances that share an allergy: *ester local anaesthetics*.

    Where `cross_reacts`, an allergy to one member counts for all of them.
    """

    name = models.CharField(max_length=120)
    also_called = models.CharField(
        max_length=300, blank=True, help_text="Other names, separated by commas."
    )
    cross_reacts = models.BooleanField(
        "an allergy to one member counts for all", default=True
    )
    catalogue_key = catalogue_key()

    objects = AllergyClassQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "allergy classes"
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="allergy_class_name_once",
                violation_error_message="Another class has this name.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class SubstanceQuerySet(models.QuerySet["Substance"]):
    def listed(self) -> "SubstanceQuerySet":
        """With classes and the limits in force."""
        return self.prefetch_related(
            "allergy_classes",
            models.Prefetch("limits", queryset=SubstanceLimit.objects.in_force()),
        )

    def in_use(self) -> "SubstanceQuerySet":
        """Those of which a product can be chosen."""
        selectable = Product.objects.selectable().values("substance")
        return self.filter(pk__in=selectable)

    def without_products(self) -> "SubstanceQuerySet":
        """Those that nothing can be chosen of."""
        return self.exclude(pk__in=Product.objects.selectable().values("substance"))


class Substance(models.Model):
    """What acts: its generic name, in lower case, never abbreviated."""

    name = models.CharField(max_length=120)
    also_called = models.CharField(
        max_length=300, blank=True, help_text="Other names, separated by commas."
    )
    allergy_classes = models.ManyToManyField(
        AllergyClass, blank=True, related_name="substances"
    )
    doping = models.CharField(
        max_length=14,
        choices=partial(choices, Doping),
        default=Doping.NOT_ASSESSED,
    )
    note = models.CharField(max_length=300, blank=True)

    objects = SubstanceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="substance_name_once",
                violation_error_message="Another substance has this name.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("protocols:substance", args=[self.pk])


class SubstanceLimitQuerySet(models.QuerySet["SubstanceLimit"]):
    def in_force(self) -> "SubstanceLimitQuerySet":
        return self.filter(closed_at__isnull=True).select_related("entered_by")

    def of(self, substance: Substance) -> "SubstanceLimitQuerySet":
        return self.filter(substance=substance)

    def closed(self) -> "SubstanceLimitQuerySet":
        """What held before, the last one on top."""
        past = self.filter(closed_at__isnull=False)
        return past.select_related("entered_by", "closed_by").order_by("-closed_at")


class SubstanceLimit(models.Model):
    """The clinic's own limit on a substance, whatever product it comes in.

    A new one closes the one before; what held on a day can be read years later.
    """

    class Per(models.TextChoices):
        SESSION = "session", "per session"
        DAY = "day", "per patient and day"

    substance = models.ForeignKey(
        Substance, on_delete=models.PROTECT, related_name="limits"
    )
    per = models.CharField(max_length=7, choices=Per.choices)
    most_mg = models.DecimalField(
        "most, in mg",
        max_digits=9,
        decimal_places=3,
        validators=[MinValueValidator(Decimal("0.001"))],
    )
    source = models.CharField(max_length=300)
    reviewed_on = models.DateField()
    entered_at = models.DateTimeField(auto_now_add=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = SubstanceLimitQuerySet.as_manager()

    class Meta:
        ordering = ["per"]
        constraints = [
            models.UniqueConstraint(
                fields=["substance", "per"],
                condition=Q(closed_at__isnull=True),
                name="limit_once_in_force",
            ),
            models.CheckConstraint(
                condition=Q(most_mg__gt=0) & ~Q(source=""), name="limit_has_source"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_text} {self.get_per_display()}"

    @property
    def amount_text(self) -> str:
        """`200 mg`"""
        return format_mg(self.most_mg)


class ProductQuerySet(models.QuerySet["Product"]):
    def selectable(self) -> "ProductQuerySet":
        """Those that can go into a mixture."""
        return self.filter(withdrawn_at__isnull=True)

    def withdrawn(self) -> "ProductQuerySet":
        return self.filter(withdrawn_at__isnull=False).select_related("withdrawn_by")

    def with_stock(self) -> "ProductQuerySet":
        """By substance, each with its lots in stock."""
        lots = models.Prefetch(
            "lots", queryset=StockLot.objects.in_stock(), to_attr="lots_in_stock"
        )
        return self.listed().prefetch_related(lots).order_by("substance__name", "name")

    def listed(self) -> "ProductQuerySet":
        """With what the rules and the pages look at, in a fixed number of queries."""
        return self.select_related("substance").prefetch_related(
            "also_contains",
            "substance__allergy_classes",
            models.Prefetch(
                "substance__limits", queryset=SubstanceLimit.objects.in_force()
            ),
        )


class Product(models.Model):
    """A substance in one strength and one container, as it is bought.

    The strength is kept in mg/mL; 1 % is 10 mg/mL, and pages show both. A withdrawn
    product cannot be chosen any more and stays in what was given.
    """

    substance = models.ForeignKey(
        Substance, on_delete=models.PROTECT, related_name="products"
    )
    name = models.CharField(max_length=160)
    strength_mg_per_ml = models.DecimalField(
        "strength in mg/mL",
        max_digits=9,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.0001"))],
    )
    container = models.CharField(max_length=9, choices=partial(choices, Container))
    container_ml = models.DecimalField(
        "content in mL",
        max_digits=7,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    multi_dose = models.BooleanField("for more than one patient", default=False)
    opened_days = models.PositiveSmallIntegerField(
        "days it keeps once opened", null=True, blank=True
    )
    storage = models.CharField(max_length=200, blank=True)
    also_contains = models.ManyToManyField(
        AllergyClass, blank=True, related_name="products"
    )
    gtin = models.CharField("GTIN", max_length=14, blank=True)
    note = models.CharField(max_length=300, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="product_name_once",
                violation_error_message="Another product has this name.",
            ),
            models.UniqueConstraint(
                fields=["gtin"],
                condition=~Q(gtin=""),
                name="product_gtin_once",
                violation_error_message="Another product has this GTIN.",
            ),
            models.CheckConstraint(
                condition=Q(strength_mg_per_ml__isnull=True)
                | Q(strength_mg_per_ml__gt=0),
                name="product_strength_positive",
            ),
            models.CheckConstraint(
                condition=Q(multi_dose=True, opened_days__gte=1)
                | Q(multi_dose=False, opened_days__isnull=True),
                name="product_opened_days_if_multi_dose",
                violation_error_message=(
                    "Days once opened belong to a container for more than one patient."
                ),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
                name="product_withdrawn_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("protocols:product", args=[self.pk])

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None

    @property
    def strength_text(self) -> str:
        """`10 mg/mL (1 %)`; "strength not in mg/mL" where there is none."""
        return format_strength(self.strength_mg_per_ml)

    @property
    def container_text(self) -> str:
        """`Ampoule, 5 mL`; for several patients also `28 days once opened`."""
        text = f"{Container(self.container).label}, {format_ml(self.container_ml)}"
        if self.opened_days is None:
            return text
        return f"{text}, {self.opened_days} days once opened"


class StockLotQuerySet(models.QuerySet["StockLot"]):
    def in_stock(self) -> "StockLotQuerySet":
        """What is on the shelf, the first to expire on top. Expired ones show too."""
        return (
            self.filter(used_up_at__isnull=True)
            .select_related("product")
            .order_by("expires_on", "number")
        )

    def used_up(self) -> "StockLotQuerySet":
        """What is gone, the last one on top."""
        gone = self.filter(used_up_at__isnull=False)
        return gone.select_related("product", "used_up_by").order_by("-used_up_at")

    def complete(self) -> "StockLotQuerySet":
        """With all that its own page shows."""
        return self.select_related("product__substance", "entered_by", "used_up_by")

    def scanned(self, scan: Scan) -> "StockLotQuerySet":
        """The lot that the code of a box names."""
        return self.filter(product__gtin=scan.gtin, number=scan.lot)


class StockLot(models.Model):
    """A lot of a product on the clinic's shelf. The thread of every recall."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="lots")
    number = models.CharField(max_length=40)
    expires_on = models.DateField()
    opened_on = models.DateField(null=True, blank=True)
    entered_at = models.DateTimeField(auto_now_add=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    used_up_at = models.DateTimeField(null=True)
    used_up_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = StockLotQuerySet.as_manager()

    class Meta:
        ordering = ["expires_on", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "number"],
                name="lot_once_per_product",
                violation_error_message="This lot of this product is there already.",
            ),
            models.CheckConstraint(condition=~Q(number=""), name="lot_has_number"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("protocols:lot", args=[self.pk])

    @property
    def is_in_stock(self) -> bool:
        return self.used_up_at is None

    @property
    def days_left(self) -> int:
        """How many days it can still be given, today included: 0 or less once past."""
        return (self.use_by - timezone.localdate()).days + 1

    @property
    def is_past(self) -> bool:
        return self.days_left <= 0

    @property
    def is_nearly_past(self) -> bool:
        return 0 < self.days_left <= WARNED_DAYS

    @property
    def use_by(self) -> dt.date:
        """The last day on which it can be given: an opened one keeps less long."""
        days = self.product.opened_days
        if self.opened_on is None or days is None:
            return self.expires_on
        return min(self.expires_on, self.opened_on + dt.timedelta(days=days))


class RecipeQuerySet(models.QuerySet["Recipe"]):
    def in_use(self) -> "RecipeQuerySet":
        return self.filter(retired_at__isnull=True)

    def retired(self) -> "RecipeQuerySet":
        return self.filter(retired_at__isnull=False).select_related("retired_by")

    def listed(self) -> "RecipeQuerySet":
        return self.prefetch_related(
            models.Prefetch(
                "components",
                queryset=RecipeComponent.objects.select_related("product__substance"),
            )
        )


class Recipe(models.Model):
    """A mixture that the clinic makes again and again."""

    name = models.CharField(max_length=120)
    note = models.CharField(max_length=300, blank=True)
    retired_at = models.DateTimeField(null=True)
    retired_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = RecipeQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="recipe_name_once",
                violation_error_message="Another recipe has this name.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("protocols:recipe", args=[self.pk])

    @property
    def total_ml(self) -> Decimal:
        """What it comes to; no query after `listed`."""
        return total_ml([part.volume_ml for part in self.components.all()])


class RecipeComponent(models.Model):
    """How much of a product goes into a recipe."""

    recipe = models.ForeignKey(
        Recipe, on_delete=models.CASCADE, related_name="components"
    )
    position = models.PositiveSmallIntegerField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    volume_ml = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01"))],
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["recipe", "position"], name="recipe_position_once"
            ),
            models.UniqueConstraint(
                fields=["recipe", "product"], name="recipe_product_once"
            ),
            models.CheckConstraint(
                condition=Q(volume_ml__gt=0), name="recipe_volume_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product}, {self.volume_ml.normalize():f} mL"


class MixingPairQuerySet(models.QuerySet["MixingPair"]):
    def among(self, substances: set[int]) -> "MixingPairQuerySet":
        """The pairs of these substances, by their keys."""
        pairs = self.filter(first__in=substances, second__in=substances)
        return pairs.select_related("first", "second")

    def of(self, one: Substance, other: Substance) -> "MixingPairQuerySet":
        """The pair of these two, if the clinic has said anything of it."""
        first, second = sorted([one.pk, other.pk])
        return self.filter(first=first, second=second)

    def listed(self) -> "MixingPairQuerySet":
        """By name, with who entered each."""
        pairs = self.select_related("first", "second", "entered_by")
        return pairs.order_by("first__name", "second__name")


class MixingPair(models.Model):
    """Whether two substances may go into one syringe. What is not here is unknown."""

    class Verdict(models.TextChoices):
        OK = "ok", "Go together"
        AVOID = "avoid", "Avoid"

    # The one with the smaller number comes first, so that a pair is there once.
    first = models.ForeignKey(Substance, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Substance, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=5, choices=Verdict.choices)
    source = models.CharField(max_length=300)
    entered_at = models.DateTimeField(auto_now=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = MixingPairQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"], name="mixing_pair_once"
            ),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="mixing_pair_in_order"
            ),
            models.CheckConstraint(condition=~Q(source=""), name="mixing_has_source"),
        ]

    def __str__(self) -> str:
        return f"{self.first} with {self.second}: {self.get_verdict_display()}"
