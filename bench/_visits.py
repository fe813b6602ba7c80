"""Visits that lack nothing but a signature, one for each of many clinicians."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any


def ready_to_sign(count: int, *, password: str) -> list[Any]:
    """Enter a visit for each of `count` clinicians, ended late on a past evening.

    They stay: what is signed cannot be taken back, not even by who measures.
    """
    from django.contrib.auth.hashers import make_password

    from mesoclinic.models import User
    from protocols.models import Indication

    team = _team()[:count]
    if len(team) < count:
        raise SystemExit(f"{count} clinicians are needed, there are {len(team)}.")
    keys = [clinician.pk for clinician, _ in team]
    User.objects.filter(pk__in=keys).update(password=make_password(password))
    indication = Indication.objects.bookable().get(catalogue_key="achilles")
    evening = _free_evening()
    return [_visit(indication, evening, *each) for each in team]


def one_of_each_indication(points: int) -> list[Any]:
    """Enter a visit for whatever is treated, with that many points."""
    from protocols.models import Indication

    evening = _free_evening()
    return [
        _visit(indication, evening, *who, points=points)
        for indication, who in zip(Indication.objects.bookable(), _team(), strict=False)
    ]


def _team() -> list[tuple[Any, Any]]:
    """Clinicians and their sites."""
    from sessions.models import WorkingHours

    hours = WorkingHours.objects.filter(weekday=0).select_related("clinician", "site")
    return list({each.clinician: each.site for each in hours.order_by("pk")}.items())


def _free_evening() -> dt.datetime:
    """The last one on which no earlier run has entered anything."""
    from django.utils import timezone

    from sessions.models import TreatmentSession

    evening = timezone.localtime().replace(hour=22, minute=0, second=0, microsecond=0)
    while True:
        evening -= dt.timedelta(days=1)
        if not TreatmentSession.objects.filter(starts_at=evening).exists():
            return evening


def _visit(
    indication: Any, starts_at: dt.datetime, clinician: Any, site: Any, points: int = 0
) -> Any:
    from mesoclinic.vocabulary import Side
    from sessions.recording.actions import save_draft
    from tests.factories import (
        ConsentEventFactory,
        CourseFactory,
        PatientFactory,
        TreatmentSessionFactory,
    )

    course = CourseFactory(
        patient=PatientFactory(registered_by=clinician),
        indication=indication,
        side=Side.RIGHT if indication.has_side else Side.NONE,
        clinician=clinician,
        site=site,
        booked_by=clinician,
    )
    session = TreatmentSessionFactory(course=course, starts_at=starts_at)
    ConsentEventFactory(course=course, recorded_by=clinician)
    draft = _written(course, starts_at, points)
    save_draft(session, by=clinician, version=0, draft=draft, unfinished=bool(points))
    return session


def _written(course: Any, starts_at: dt.datetime, count: int) -> Any:
    """All given as planned, where the shipped template has its points; nothing open."""
    from mesoclinic.vocabulary import Answer
    from sessions.recording.drafts import ComponentDraft
    from tests.drafts import lidocaine, written

    points = _points(course)
    points = (points * count)[:count] if count else points
    drawn_up_ml = Decimal(10)
    lot = lidocaine()
    questions = course.protocol_version.questions.all()
    return written(
        starts_at + dt.timedelta(minutes=15),
        points=points,
        components=(
            ComponentDraft(product=lot.product, volume_ml=drawn_up_ml, lot=lot),
        ),
        drawn_up_ml=drawn_up_ml,
        answers={question.pk: Answer.NO for question in questions},
    )


def _points(course: Any) -> tuple[Any, ...]:
    from protocols.models import PointTemplate
    from sessions.recording.copying import of_template
    from tests.drafts import A_TENTH, EIGHT_GIVEN

    template = PointTemplate.objects.filter(indication=course.indication).first()
    if template is None:
        return EIGHT_GIVEN
    points = of_template(template, course, volume_ml=A_TENTH)
    return tuple(replace(p, given_ml=A_TENTH, confirmed=True) for p in points)
