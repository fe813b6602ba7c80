"""What a page does that is one button and no form."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpResponseBase
from django.shortcuts import redirect

from mesoclinic import audit
from mesoclinic.access import ClinicRequest

Action = Callable[..., Any]


def done(
    request: ClinicRequest, action: Action, row: models.Model, then: Any, **options: Any
) -> HttpResponseBase:
    """Carry out a one-button action; a refusal is a message, and is recorded."""
    try:
        action(row, by=request.user, **options)
    except ValidationError as error:
        audit.record(
            f"{row._meta.model_name}.{action.__name__}",
            row,
            by=request.user,
            outcome=audit.Outcome.REFUSED,
        )
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "Done.")
    return redirect(then)
