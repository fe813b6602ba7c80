"""One factory per model. What they make is valid, so a test states only what matters.

Everything hangs on one imagined week: day 0 is Monday 2 March 2026, 09:00 in London.
Rows are written straight to the database, past the actions; the database's own
refusals hold all the same.
"""

import datetime as dt
import hashlib
import io
from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory
from PIL import Image

from mesoclinic.models import User
from mesoclinic.vocabulary import (
    Answer,
    Change,
    Consent,
    Judgement,
    SafetyCheck,
    Severity,
    Sex,
    Side,
)
from patients.models import Allergy, Patient
from patients.models.patient import searchable
from protocols.models import (
    AllergyClass,
    Indication,
    IndicationGroup,
    IndicationView,
    LeafletText,
    MixingPair,
    PointTemplate,
    Product,
    Protocol,
    ProtocolVersion,
    Recipe,
    RecipeComponent,
    ScreeningQuestion,
    StockLot,
    Substance,
    SubstanceLimit,
    TemplatePoint,
)
from protocols.models.formulary import Container
from protocols.wording import shipped
from sessions.models import (
    Absence,
    Amendment,
    Arrival,
    CalendarFeed,
    Closure,
    ConsentEvent,
    Course,
    CourseChange,
    EarlierWish,
    Evaluation,
    ExtraHours,
    InjectionPoint,
    LeafletIssue,
    MixtureComponent,
    OpeningHours,
    RecordFinding,
    RecordVoid,
    Room,
    SafetyTick,
    ScreeningAnswer,
    SessionRecord,
    SheetIssue,
    SheetPhoto,
    SheetPhotoWithdrawal,
    Signature,
    Site,
    TimetableStamp,
    TreatmentSession,
    WorkedHoliday,
    WorkingHours,
)
from sessions.recording.models import Means
from sessions.recording.sealing import amendment_hash, seal, void_hash
from sessions.schedule import timetable

PASSWORD = "needles are small"
DAY_0 = dt.date(2026, 3, 2)
DAY_0_START = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
A_MONTH_BEFORE = DAY_0_START - dt.timedelta(days=28)


class UserFactory(DjangoModelFactory):
    """Somebody without a role; with a trait, a clinician, a receptionist, an admin."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        clinician = factory.Trait(
            is_clinician=True, title="Dr", registration_number="GMC 7000001"
        )
        reception = factory.Trait(is_reception=True)
        admin = factory.Trait(is_admin=True)

    username = factory.Sequence("user{}".format)
    given_names = "Ursula"
    family_name = factory.Sequence("Sample-{}".format)
    password = factory.django.Password(PASSWORD)


class PatientFactory(DjangoModelFactory):
    class Meta:
        model = Patient

    family_name = factory.Sequence("Mustermann-{}".format)
    given_names = "Erika"
    title = "Ms"
    birth_date = dt.date(1980, 8, 14)
    sex = Sex.FEMALE
    # Below 900: what tests type themselves is above, and resembles nobody.
    phone = factory.Sequence(lambda n: f"+442079460{n % 900:03}")
    search_name = factory.LazyAttribute(
        lambda patient: searchable(f"{patient.family_name} {patient.given_names}")
    )
    registered_by = factory.SubFactory(UserFactory, reception=True)


class AllergyFactory(DjangoModelFactory):
    class Meta:
        model = Allergy

    class Params:
        closed = factory.Trait(
            closed_at=A_MONTH_BEFORE,
            closed_by=factory.SubFactory(UserFactory, clinician=True),
            closed_reason="Tested negative",
        )

    patient = factory.SubFactory(PatientFactory)
    substance = factory.Sequence("lidocaine {}".format)
    reaction = "rash"
    recorded_by = factory.SubFactory(UserFactory, clinician=True)


class ProtocolFactory(DjangoModelFactory):
    class Meta:
        model = Protocol

    name = factory.Sequence("Standard {}".format)


class ProtocolVersionFactory(DjangoModelFactory):
    """Published, with the numbers of the rules; `draft=True` for one that is not."""

    class Meta:
        model = ProtocolVersion

    class Params:
        draft = factory.Trait(
            status=ProtocolVersion.Status.DRAFT, published_at=None, published_by=None
        )
        retired = factory.Trait(
            status=ProtocolVersion.Status.RETIRED,
            retired_at=A_MONTH_BEFORE,
            retired_by=factory.SubFactory(UserFactory, admin=True),
        )

    protocol = factory.SubFactory(ProtocolFactory)
    number = factory.LazyAttribute(lambda each: each.protocol.versions.count() + 1)
    status = ProtocolVersion.Status.PUBLISHED
    created_by = factory.SubFactory(UserFactory, admin=True)
    published_at = A_MONTH_BEFORE
    published_by = factory.SelfAttribute("created_by")


class ScreeningQuestionFactory(DjangoModelFactory):
    class Meta:
        model = ScreeningQuestion

    # Only a draft takes questions.
    version = factory.SubFactory(ProtocolVersionFactory, draft=True)
    position = factory.LazyAttribute(lambda each: each.version.questions.count())
    text = "Are you pregnant?"
    yes_means = ScreeningQuestion.YesMeans.BLOCK


class IndicationGroupFactory(DjangoModelFactory):
    class Meta:
        model = IndicationGroup

    name = factory.Sequence("inflammation of a tendon {}".format)


class IndicationFactory(DjangoModelFactory):
    """Has a side, and a protocol with a published version."""

    class Meta:
        model = Indication
        skip_postgeneration_save = True

    class Params:
        retired = factory.Trait(
            retired_at=A_MONTH_BEFORE,
            retired_by=factory.SubFactory(UserFactory, admin=True),
        )

    group = factory.SubFactory(IndicationGroupFactory)
    name = factory.Sequence("Achilles tendinopathy {}".format)
    protocol = factory.SubFactory(ProtocolFactory)

    @factory.post_generation
    def published_version(indication: Indication, create: bool, extracted: Any) -> None:
        if extracted is not False and indication.protocol.current is None:
            ProtocolVersionFactory(protocol=indication.protocol)


class IndicationViewFactory(DjangoModelFactory):
    class Meta:
        model = IndicationView

    indication = factory.SubFactory(IndicationFactory)
    view = "ankle-outer"


class PointTemplateFactory(DjangoModelFactory):
    """A template of the clinic with `points` points in a row, eight unless said."""

    class Meta:
        model = PointTemplate
        skip_postgeneration_save = True

    indication = factory.SubFactory(IndicationFactory)
    name = factory.Sequence("Around the bone {}".format)
    source = "clinic's own"

    @factory.post_generation
    def points(template: PointTemplate, create: bool, count: int | None) -> None:
        for _ in range(8 if count is None else count):
            TemplatePointFactory(template=template)


class TemplatePointFactory(DjangoModelFactory):
    class Meta:
        model = TemplatePoint

    template = factory.SubFactory(PointTemplateFactory, points=0)
    number = factory.LazyAttribute(lambda each: each.template.points.count() + 1)
    view = "ankle-outer"
    x = factory.LazyAttribute(lambda each: Decimal("0.3") + Decimal(each.number) / 100)
    y = Decimal("0.5")


class AllergyClassFactory(DjangoModelFactory):
    class Meta:
        model = AllergyClass

    name = factory.Sequence("amide local anaesthetics {}".format)


class SubstanceFactory(DjangoModelFactory):
    class Meta:
        model = Substance

    name = factory.Sequence("lidocaine-{}".format)


class SubstanceLimitFactory(DjangoModelFactory):
    class Meta:
        model = SubstanceLimit

    substance = factory.SubFactory(SubstanceFactory)
    per = SubstanceLimit.Per.SESSION
    most_mg = Decimal("100")
    source = "Clinic's own, March 2026"
    reviewed_on = DAY_0
    entered_by = factory.SubFactory(UserFactory, admin=True)


class ProductFactory(DjangoModelFactory):
    """1 %, in ampoules of 5 mL for one patient."""

    class Meta:
        model = Product

    substance = factory.SubFactory(SubstanceFactory)
    name = factory.Sequence("Lidocaine 1 % no. {}".format)
    strength_mg_per_ml = Decimal("10")
    container = Container.AMPOULE
    container_ml = Decimal("5")


class StockLotFactory(DjangoModelFactory):
    """On the shelf, good for years after the imagined week."""

    class Meta:
        model = StockLot

    product = factory.SubFactory(ProductFactory)
    number = factory.Sequence("LOT{}".format)
    expires_on = dt.date(2030, 12, 31)
    entered_by = factory.SubFactory(UserFactory, admin=True)


class RecipeFactory(DjangoModelFactory):
    class Meta:
        model = Recipe

    name = factory.Sequence("Lidocaine alone {}".format)


class RecipeComponentFactory(DjangoModelFactory):
    class Meta:
        model = RecipeComponent

    recipe = factory.SubFactory(RecipeFactory)
    position = factory.LazyAttribute(lambda each: each.recipe.components.count() + 1)
    product = factory.SubFactory(ProductFactory)
    volume_ml = Decimal("1")


class MixingPairFactory(DjangoModelFactory):
    class Meta:
        model = MixingPair

    first = factory.SubFactory(SubstanceFactory)
    second = factory.SubFactory(SubstanceFactory)
    verdict = MixingPair.Verdict.OK
    source = "Clinic's own, March 2026"
    entered_by = factory.SubFactory(UserFactory, admin=True)


class LeafletTextFactory(DjangoModelFactory):
    """The words as shipped, in English; `approved=True` for the clinic's own."""

    class Meta:
        model = LeafletText

    class Params:
        approved = factory.Trait(
            approved_at=A_MONTH_BEFORE,
            approved_by=factory.SubFactory(UserFactory, admin=True),
            review_on=dt.date(2028, 3, 2),
        )

    language = "en"
    number = 1
    says = factory.LazyAttribute(lambda text: shipped()[text.language].as_json())


class TimetableRowFactory(DjangoModelFactory):
    """A row of the timetable: as after any action, pages see it at once."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class: type, *args: Any, **details: Any) -> Any:
        row = super()._create(model_class, *args, **details)
        timetable.changed()
        return row


class SiteFactory(TimetableRowFactory):
    """Open day and night, so that a test is about hours only where it says so.

    `open=False` for one whose hours are still to be entered.
    """

    class Meta:
        model = Site
        skip_postgeneration_save = True

    name = "Sample Clinic"
    address = "1 Sample Street\nLondon W1A 1AA"
    phone = "+442079460000"
    out_of_hours = "Call 111"
    time_zone = "Europe/London"

    @factory.post_generation
    def open(site: Site, create: bool, extracted: Any) -> None:
        if extracted is not False:
            for weekday in range(7):
                OpeningHoursFactory(site=site, weekday=weekday)


class OpeningHoursFactory(TimetableRowFactory):
    class Meta:
        model = OpeningHours

    site = factory.SubFactory(SiteFactory, open=False)
    weekday = 0
    starts = dt.time(0, 0)
    ends = dt.time(23, 59)


class RoomFactory(TimetableRowFactory):
    class Meta:
        model = Room

    site = factory.SubFactory(SiteFactory)
    name = factory.Sequence("Room {}".format)


class WorkingHoursFactory(TimetableRowFactory):
    class Meta:
        model = WorkingHours

    clinician = factory.SubFactory(UserFactory, clinician=True)
    site = factory.SubFactory(SiteFactory)
    weekday = 0
    starts = dt.time(8, 0)
    ends = dt.time(18, 0)


class ExtraHoursFactory(TimetableRowFactory):
    class Meta:
        model = ExtraHours

    clinician = factory.SubFactory(UserFactory, clinician=True)
    site = factory.SubFactory(SiteFactory)
    day = DAY_0
    starts = dt.time(8, 0)
    ends = dt.time(12, 0)


class AbsenceFactory(TimetableRowFactory):
    class Meta:
        model = Absence

    clinician = factory.SubFactory(UserFactory, clinician=True)
    first_day = DAY_0
    last_day = factory.SelfAttribute("first_day")
    reason = "on leave"


class ClosureFactory(TimetableRowFactory):
    class Meta:
        model = Closure

    site = factory.SubFactory(SiteFactory)
    first_day = DAY_0
    last_day = factory.SelfAttribute("first_day")
    reason = "Staff training"


class WorkedHolidayFactory(TimetableRowFactory):
    class Meta:
        model = WorkedHoliday

    site = factory.SubFactory(SiteFactory)
    day = DAY_0


class TimetableStampFactory(DjangoModelFactory):
    class Meta:
        model = TimetableStamp
        django_get_or_create = ("id",)

    id = TimetableStamp.ONLY


class CourseFactory(DjangoModelFactory):
    """Open, of the right side, with no sessions yet; see `CourseFactory.booked`."""

    class Meta:
        model = Course

    class Params:
        closed = factory.Trait(
            closed_as=Course.Closed.EVALUATED,
            closed_at=DAY_0_START + dt.timedelta(days=8),
            closed_by=factory.SelfAttribute("clinician"),
        )

    patient = factory.SubFactory(PatientFactory)
    indication = factory.SubFactory(IndicationFactory)
    side = Side.RIGHT
    protocol_version = factory.LazyAttribute(
        lambda course: course.indication.protocol.current
    )
    clinician = factory.SubFactory(UserFactory, clinician=True)
    site = factory.SubFactory(SiteFactory)
    booked_by = factory.SubFactory(UserFactory, reception=True)

    @classmethod
    def booked(cls, **details: Any) -> Course:
        """A course with its three sessions booked, each on its target."""
        course = cls(**details)
        for day in (0, *course.protocol_version.follow_up_days):
            TreatmentSessionFactory(course=course, protocol_day=day)
        return course


class TreatmentSessionFactory(DjangoModelFactory):
    """Booked on its target; `given=True` for one that was given as booked."""

    class Meta:
        model = TreatmentSession

    class Params:
        given = factory.Trait(
            status=TreatmentSession.Status.GIVEN,
            given_date=factory.SelfAttribute("booked_date"),
            status_at=factory.SelfAttribute("ends_at"),
        )

    course = factory.SubFactory(CourseFactory)
    patient = factory.SelfAttribute("course.patient")
    clinician = factory.SelfAttribute("course.clinician")
    site = factory.SelfAttribute("course.site")
    protocol_day = 0
    starts_at = factory.LazyAttribute(
        lambda each: DAY_0_START + dt.timedelta(days=each.protocol_day)
    )
    ends_at = factory.LazyAttribute(
        lambda each: (
            each.starts_at
            + dt.timedelta(minutes=each.course.protocol_version.session_duration_min)
        )
    )
    booked_date = factory.LazyAttribute(
        lambda each: each.starts_at.astimezone(each.course.site.zone).date()
    )
    target_date = factory.SelfAttribute("booked_date")
    status_at = A_MONTH_BEFORE
    status_by = factory.SelfAttribute("clinician")


class SessionRecordFactory(DjangoModelFactory):
    """A plan of `points` points, six unless said; `given=True` for one carried out."""

    class Meta:
        model = SessionRecord
        skip_postgeneration_save = True

    class Params:
        given = factory.Trait(
            treatment_session=factory.SubFactory(TreatmentSessionFactory, given=True),
            consent=Consent.GIVEN,
            pain_before=7,
            pain_after=4,
            ended_at=factory.SelfAttribute("treatment_session.ends_at"),
        )

    treatment_session = factory.SubFactory(TreatmentSessionFactory)
    volume_per_point_ml = Decimal("0.1")
    angle_deg = 60
    needle_length_mm = Decimal("4")
    mixture = "procaine 1 %, 2 mL"
    saved_by = factory.SelfAttribute("treatment_session.clinician")

    @factory.post_generation
    def points(record: SessionRecord, create: bool, count: int | None) -> None:
        given_ml = Decimal("0.1") if record.ended_at else None
        for _ in range(6 if count is None else count):
            InjectionPointFactory(record=record, given_ml=given_ml)


class InjectionPointFactory(DjangoModelFactory):
    class Meta:
        model = InjectionPoint

    record = factory.SubFactory(SessionRecordFactory, points=0)
    number = factory.LazyAttribute(lambda point: point.record.points.count() + 1)
    planned_ml = Decimal("0.1")


class MixtureComponentFactory(DjangoModelFactory):
    """One product with its lot, as it stands in the formulary."""

    class Meta:
        model = MixtureComponent

    record = factory.SubFactory(SessionRecordFactory)
    position = factory.LazyAttribute(lambda each: each.record.components.count() + 1)
    lot = factory.SubFactory(StockLotFactory)
    product = factory.SelfAttribute("lot.product")
    volume_ml = Decimal("2")
    product_name = factory.SelfAttribute("product.name")
    strength_mg_per_ml = factory.SelfAttribute("product.strength_mg_per_ml")
    lot_number = factory.SelfAttribute("lot.number")
    expires_on = factory.SelfAttribute("lot.expires_on")


class ScreeningAnswerFactory(DjangoModelFactory):
    class Meta:
        model = ScreeningAnswer

    record = factory.SubFactory(SessionRecordFactory)
    question = factory.SubFactory(ScreeningQuestionFactory)
    answer = Answer.NO


class SafetyTickFactory(DjangoModelFactory):
    class Meta:
        model = SafetyTick

    record = factory.SubFactory(SessionRecordFactory)
    check_name = SafetyCheck.IDENTITY
    ticked_at = DAY_0_START
    ticked_by = factory.SelfAttribute("record.saved_by")


class ConsentEventFactory(DjangoModelFactory):
    """Given on paper, to the text of the course's own version."""

    class Meta:
        model = ConsentEvent

    course = factory.SubFactory(CourseFactory)
    version = factory.SelfAttribute("course.protocol_version")
    answer = Consent.GIVEN
    person = "The patient"
    means = Means.PAPER
    recorded_at = A_MONTH_BEFORE
    recorded_by = factory.SelfAttribute("course.clinician")


class RecordFindingFactory(DjangoModelFactory):
    """A deviation that a clinician went past, with the reason."""

    class Meta:
        model = RecordFinding

    record = factory.SubFactory(SessionRecordFactory)
    code = "points.below"
    severity = Severity.REASON
    statement = "5 points, protocol: 6 to 10."
    source = "R1; S"
    field = "points_count"
    given_reason = "Small zone"
    given_by = factory.SelfAttribute("record.saved_by")
    given_at = DAY_0_START


class SignatureFactory(DjangoModelFactory):
    """A true signature, over what the record says when it is made."""

    class Meta:
        model = Signature

    record = factory.SubFactory(SessionRecordFactory, given=True)
    signed_by = factory.SelfAttribute("record.saved_by")
    signed_at = factory.SelfAttribute("record.treatment_session.ends_at")

    @classmethod
    def _create(cls, model_class: type[Signature], **details: Any) -> Signature:
        signature = seal(
            details["record"], by=details["signed_by"], now=details["signed_at"]
        )
        signature.save(force_insert=True)
        return signature


class AmendmentFactory(DjangoModelFactory):
    """The first amendment of a signed record, chained to the signature."""

    class Meta:
        model = Amendment

    record = factory.LazyFunction(lambda: SignatureFactory().record)
    text = "The patient felt faint for a minute."
    reason = "Forgotten at the time"
    amended_by = factory.SelfAttribute("record.saved_by")
    amended_at = DAY_0_START + dt.timedelta(days=1)
    amender_name = factory.SelfAttribute("amended_by.display_name")

    @classmethod
    def _create(cls, model_class: type[Amendment], **details: Any) -> Amendment:
        amendment = model_class(**details)
        amendment.hash = amendment_hash(
            amendment, previous=amendment.record.signature.hash
        )
        amendment.save(force_insert=True)
        return amendment


class RecordVoidFactory(DjangoModelFactory):
    """The end of a signed record, chained to the signature."""

    class Meta:
        model = RecordVoid

    record = factory.LazyFunction(lambda: SignatureFactory().record)
    reason = "Recorded for the wrong patient"
    voided_by = factory.SelfAttribute("record.saved_by")
    voided_at = DAY_0_START + dt.timedelta(days=1)
    voider_name = factory.SelfAttribute("voided_by.display_name")

    @classmethod
    def _create(cls, model_class: type[RecordVoid], **details: Any) -> RecordVoid:
        voided = model_class(**details)
        voided.hash = void_hash(voided, previous=voided.record.signature.hash)
        voided.save(force_insert=True)
        return voided


class SheetIssueFactory(DjangoModelFactory):
    class Meta:
        model = SheetIssue

    treatment_session = factory.SubFactory(TreatmentSessionFactory)
    numbering = "KQX"
    points = factory.LazyFunction(list)
    says_hash = "0" * 64
    printed_by = factory.SelfAttribute("treatment_session.clinician")


class LeafletIssueFactory(DjangoModelFactory):
    class Meta:
        model = LeafletIssue

    treatment_session = factory.SubFactory(TreatmentSessionFactory, given=True)
    content = factory.LazyFunction(lambda: {"keep_until": "12:20"})
    content_hash = "0" * 64
    issued_by = factory.SelfAttribute("treatment_session.clinician")


def jpeg(width: int = 40, height: int = 60, colour: str = "white") -> bytes:
    """A page of a sheet, as `reencoded` makes it."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "JPEG")
    return file.getvalue()


class SheetPhotoFactory(DjangoModelFactory):
    """One page, attached by who treats."""

    class Meta:
        model = SheetPhoto

    treatment_session = factory.SubFactory(TreatmentSessionFactory)
    page = 1
    pages = 1
    picture = factory.LazyFunction(jpeg)
    width_px = 40
    height_px = 60
    sha256 = factory.LazyAttribute(lambda row: hashlib.sha256(row.picture).hexdigest())
    attached_by = factory.SelfAttribute("treatment_session.clinician")


class SheetPhotoWithdrawalFactory(DjangoModelFactory):
    class Meta:
        model = SheetPhotoWithdrawal

    photo = factory.SubFactory(SheetPhotoFactory)
    reason = "Sheet of another patient"
    withdrawn_by = factory.SelfAttribute("photo.attached_by")


class EvaluationFactory(DjangoModelFactory):
    class Meta:
        model = Evaluation

    course = factory.SubFactory(CourseFactory, closed=True)
    pain_then = 7
    pain_now = 3
    range_of_motion = Change.BETTER
    stiffness = Change.SAME
    pain_relief = Change.BETTER
    judgement = Judgement.YES
    evaluated_by = factory.SelfAttribute("course.clinician")


class CourseChangeFactory(DjangoModelFactory):
    class Meta:
        model = CourseChange

    course = factory.SubFactory(CourseFactory)
    kind = CourseChange.Kind.BOOKED
    before = factory.LazyFunction(lambda: {"sessions": {}})
    made_version = factory.SelfAttribute("course.version")
    made_at = A_MONTH_BEFORE
    made_by = factory.SelfAttribute("course.booked_by")


class EarlierWishFactory(DjangoModelFactory):
    class Meta:
        model = EarlierWish

    course = factory.SubFactory(CourseFactory)
    noted_at = A_MONTH_BEFORE
    noted_by = factory.SelfAttribute("course.booked_by")


class ArrivalFactory(DjangoModelFactory):
    """The patient is here; nothing more."""

    class Meta:
        model = Arrival

    treatment_session = factory.SubFactory(TreatmentSessionFactory)
    arrived_at = factory.SelfAttribute("treatment_session.starts_at")
    arrived_by = factory.SubFactory(UserFactory, reception=True)
    sequence = 1


class CalendarFeedFactory(DjangoModelFactory):
    class Meta:
        model = CalendarFeed

    clinician = factory.SubFactory(UserFactory, clinician=True)
    token_hash = factory.Sequence("{:064x}".format)
    made_by = factory.SelfAttribute("clinician")
