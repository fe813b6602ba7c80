"""What the program ships: the indications of the technique and its one protocol.

Loading is done at every start. A row is known by its key, so what a clinic renamed,
moved or retired stays as the clinic has it, and nothing is doubled.
"""

from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from mesoclinic import audit
from protocols import shipped_classes, shipped_points, wording
from protocols.models import (
    AllergyClass,
    Indication,
    IndicationGroup,
    IndicationView,
    LeafletText,
    PointTemplate,
    Protocol,
    ProtocolVersion,
    ScreeningQuestion,
    TemplatePoint,
)
from protocols.shipped_points import ShippedTemplate

YesMeans = ScreeningQuestion.YesMeans
Basis = Indication.Basis

PROTOCOL_KEY = "mesotherapy"

CONSENT_TEXT = (
    "I have been told what mesotherapy is: a few small injections into the skin near "
    "the painful place, on one to three days. I was told what is injected, what it "
    "may help and that it may not help, what can go wrong, and what else could be "
    "done. I could ask. I agree to this treatment, and I know that I may stop it at "
    "any time."
)

# The checklist of the first version; sources in docs/rules.md, R10.
SCREENING = (
    ("Allergy to anything that is to be injected?", YesMeans.BLOCK),
    ("Infection or fever now?", YesMeans.POSTPONE),
    ("Infected or broken skin at the site?", YesMeans.POSTPONE),
    ("Pregnant or breastfeeding?", YesMeans.BLOCK),
    ("Taking anything that thins the blood?", YesMeans.CAUTION),
    ("Peptic ulcer?", YesMeans.CAUTION),
    ("Spine: tumour, infection or inflammatory disease?", YesMeans.BLOCK),
    ("Neck: injury, weakness, fever, trouble swallowing?", YesMeans.BLOCK),
    ("Muscle torn recently?", YesMeans.CAUTION),
    ("Subject to doping controls?", YesMeans.INFO),
)


@dataclass(frozen=True, kw_only=True)
class Shipped:
    """One shipped indication. The code is ICD-10, with what the code says."""

    key: str
    name: str
    movement: str
    code: str = ""
    display: str = ""
    has_side: bool = True
    basis: str = Basis.TECHNIQUE


@dataclass(frozen=True)
class ShippedGroup:
    key: str
    name: str
    indications: tuple[Shipped, ...] = field(default=())


CATALOGUE = (
    ShippedGroup(
        "post-traumatic",
        "Post-traumatic articular or peri-articular inflammation",
        (
            Shipped(
                key="ankle-sprain-sequelae",
                name="Sequelae of a sprained ankle",
                movement="weight-bearing dorsiflexion",
                code="S93.4",
                display="Sprain of ankle",
            ),
        ),
    ),
    ShippedGroup(
        "tendon",
        "Inflammation of a tendon and/or peritendonitis",
        (
            Shipped(
                key="achilles",
                name="Achilles tendinopathy",
                movement="dorsiflexion",
                code="M76.6",
                display="Achilles tendinitis",
            ),
            Shipped(
                key="plantar-fasciitis",
                name="Plantar fasciitis",
                movement="dorsiflexion and toe extension",
                code="M72.2",
                display="Plantar fascial fibromatosis",
            ),
            Shipped(
                key="extensor-carpi-ulnaris",
                name="Extensor carpi ulnaris tendinopathy",
                movement="wrist extension and ulnar deviation",
                code="M77.8",
                display="Other enthesopathies",
            ),
            Shipped(
                key="quadricipital",
                name="Quadricipital tendinopathy",
                movement="knee flexion and extension",
                code="M76.8",
                display="Other enthesopathies of lower limb",
            ),
        ),
    ),
    ShippedGroup(
        "muscle",
        "Muscle contraction",
        (
            Shipped(
                key="backache",
                name="Backache",
                movement="lumbar flexion and extension",
                code="M54.9",
                display="Dorsalgia, unspecified",
                has_side=False,
            ),
            Shipped(
                key="torticollis",
                name="Torticollis",
                movement="neck rotation and lateral flexion",
                code="M43.6",
                display="Torticollis",
            ),
            Shipped(
                key="lumbago",
                name="Lumbago",
                movement="lumbar flexion and extension",
                code="M54.5",
                display="Low back pain",
                has_side=False,
            ),
        ),
    ),
    ShippedGroup(
        "spine",
        "Spinal pain",
        (
            Shipped(
                key="facet-syndrome",
                name="Facet syndrome",
                movement="lumbar flexion and extension",
                code="M47.8",
                display="Other spondylosis",
            ),
        ),
    ),
    ShippedGroup(
        "degenerative",
        "Degenerative and chronic pain",
        (
            Shipped(
                key="degenerative-arthritis",
                name="Pain from degenerative arthritis",
                movement="the joint's own movement",
                code="M19.9",
                display="Arthrosis, unspecified",
                basis=Basis.STUDIES,
            ),
            Shipped(
                key="thoracic-arthritis",
                name="Chronic thoracic back pain from arthritis",
                movement="thoracic rotation",
                code="M54.6",
                display="Pain in thoracic spine",
                has_side=False,
                basis=Basis.STUDIES,
            ),
            Shipped(
                key="thoracic-stenosis",
                name="Chronic thoracic back pain from spinal stenosis",
                movement="walking distance",
                code="M48.0",
                display="Spinal stenosis",
                has_side=False,
                basis=Basis.STUDIES,
            ),
            Shipped(
                key="thoracic-strain",
                name="Chronic thoracic back pain from strain or sprain",
                movement="thoracic rotation",
                code="S23.3",
                display="Sprain of thoracic spine",
                has_side=False,
                basis=Basis.STUDIES,
            ),
        ),
    ),
)


@transaction.atomic
def load() -> int:
    """Load what is not there yet, and return how many rows that were."""
    protocol, added = Protocol.objects.get_or_create(
        catalogue_key=PROTOCOL_KEY, defaults={"name": "Mesotherapy"}
    )
    if added:
        _publish_first_version(protocol)
    new = int(added)
    for position, shipped in enumerate(CATALOGUE):
        new += _load_group(shipped, position, protocol)
    new += sum(_load_views(*each) for each in shipped_points.VIEWS.items())
    new += sum(map(_load_template, shipped_points.TEMPLATES))
    new += sum(map(_load_class, shipped_classes.CLASSES))
    new += sum(map(_load_leaflet, wording.shipped().values()))
    if new:
        audit.record("catalogue.loaded", by=None, rows=new)
    return new


def _publish_first_version(protocol: Protocol) -> None:
    version = ProtocolVersion.objects.create(
        protocol=protocol, number=1, consent_text=CONSENT_TEXT
    )
    ScreeningQuestion.objects.bulk_create(
        ScreeningQuestion(
            version=version, position=position, text=text, yes_means=yes_means
        )
        for position, (text, yes_means) in enumerate(SCREENING, start=1)
    )
    version.status = ProtocolVersion.Status.PUBLISHED
    version.published_at = timezone.now()
    version.save(update_fields=["status", "published_at"])


def _load_group(shipped: ShippedGroup, position: int, protocol: Protocol) -> int:
    group, added = IndicationGroup.objects.get_or_create(
        catalogue_key=shipped.key,
        defaults={"name": shipped.name, "position": position},
    )
    new = int(added)
    for place, indication in enumerate(shipped.indications):
        _, added = Indication.objects.get_or_create(
            catalogue_key=indication.key,
            defaults={
                "group": group,
                "name": indication.name,
                "has_side": indication.has_side,
                "basis": indication.basis,
                "movement": indication.movement,
                "protocol": protocol,
                "position": place,
                "code_system": "ICD-10" if indication.code else "",
                "code": indication.code,
                "code_display": indication.display,
            },
        )
        new += int(added)
    return new


def _load_views(key: str, views: tuple[str, ...]) -> int:
    """Give an indication its drawings, unless it has any."""
    indication = Indication.objects.get(catalogue_key=key)
    if indication.views.exists():
        return 0
    IndicationView.objects.bulk_create(
        IndicationView(indication=indication, view=view, position=position)
        for position, view in enumerate(views)
    )
    if key in shipped_points.ASKS_FOREARM:
        indication.asks_forearm = True
        indication.save(update_fields=["asks_forearm"])
    return len(views)


def _load_template(shipped: ShippedTemplate) -> int:
    """Offer points to start from; a name that the clinic has taken stays its own."""
    indication = Indication.objects.get(catalogue_key=shipped.indication)
    in_use = PointTemplate.objects.in_use().of_clinic(indication)
    if PointTemplate.objects.known(shipped.key) or in_use.named(shipped.name).exists():
        return 0
    template = PointTemplate.objects.create(
        indication=indication,
        name=shipped.name,
        source=shipped.source,
        spread=shipped.spread,
        position=in_use.count(),
        catalogue_key=shipped.key,
    )
    TemplatePoint.objects.bulk_create(
        TemplatePoint(template=template, number=number, view=view, x=x, y=y)
        for number, (view, x, y) in enumerate(shipped.points, start=1)
    )
    return 1


def _load_class(shipped: shipped_classes.ShippedClass) -> int:
    known = Q(catalogue_key=shipped.key) | Q(name__iexact=shipped.name)
    if AllergyClass.objects.filter(known).exists():
        return 0
    AllergyClass.objects.create(
        catalogue_key=shipped.key,
        name=shipped.name,
        also_called=shipped.also_called,
        cross_reacts=shipped.cross_reacts,
    )
    return 1


def _load_leaflet(shipped: wording.Shipped) -> int:
    """Offer a leaflet as a draft, in a language of which there is none yet."""
    if LeafletText.objects.filter(language=shipped.language).exists():
        return 0
    LeafletText.objects.create(
        language=shipped.language, number=1, says=shipped.as_json()
    )
    return 1
