"""How far a patient is: one step forward, one step back.

Only on the day itself. Each says from which step it goes: pressed twice, or by two
people at once, it is taken once.
"""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction

from mesoclinic import audit
from mesoclinic.models import User
from sessions.courses.models import TreatmentSession
from sessions.diary.models import Arrival


@transaction.atomic
def step_forward(
    treatment_session: TreatmentSession, *, by: User, now: dt.datetime, seen: str
) -> bool:
    """Take the step after `seen`: one of Arrival.STEPS, or `booked` for none.

    False, and nothing done, where somebody took it already. Raises ValidationError
    for a visit of another day, or one that is not to come any more.
    """
    arrival = _locked(treatment_session, now)
    if (arrival.step or "booked") != seen or seen == Arrival.STEPS[-1]:
        return False
    step = _following(seen)
    # A clock that was put back must not put the steps out of order.
    last = arrival.roomed_at or arrival.arrived_at or now
    setattr(arrival, f"{step}_at", max(now, last))
    setattr(arrival, f"{step}_by", by)
    _save(arrival, "arrival.forward", by=by, step=step)
    return True


@transaction.atomic
def step_back(
    treatment_session: TreatmentSession, *, by: User, now: dt.datetime, seen: str
) -> bool:
    """Take back the step `seen`; as `step_forward` otherwise."""
    arrival = _locked(treatment_session, now)
    if not arrival.step or arrival.step != seen:
        return False
    setattr(arrival, f"{seen}_at", None)
    setattr(arrival, f"{seen}_by", None)
    _save(arrival, "arrival.back", by=by, step=seen)
    return True


def _following(step: str) -> str:
    return Arrival.STEPS[0 if step == "booked" else Arrival.STEPS.index(step) + 1]


def _locked(treatment_session: TreatmentSession, now: dt.datetime) -> Arrival:
    """Return the visit's arrival, made where there is none, while nobody else can."""
    locked = (
        TreatmentSession.objects.select_for_update(of=["self"])
        .select_related("site", "patient")
        .get(pk=treatment_session.pk)
    )
    _check(locked, now)
    arrival = Arrival.objects.filter(treatment_session=locked).first()
    return arrival or Arrival(treatment_session=locked)


def _check(locked: TreatmentSession, now: dt.datetime) -> None:
    name = locked.patient.listed_name
    today = now.astimezone(locked.site.zone).date()
    if locked.booked_date != today:
        raise ValidationError(
            f"{name} is booked for {locked.booked_date:%a %d-%b-%Y}, not for today. "
            "Nothing was changed."
        )
    if not locked.is_booked:
        raise ValidationError(
            f"The visit of {name} is over: {locked.get_status_display().lower()}. "
            "Nothing was changed."
        )


def _save(arrival: Arrival, event: str, *, by: User, step: str) -> None:
    arrival.sequence += 1
    arrival.save()
    session = arrival.treatment_session
    audit.record(event, session, by=by, patient_id=session.patient_id, step=step)
