"""What an admin may do to the words of the leaflets (R17 to R19)."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from mesoclinic import audit
from mesoclinic.models import User
from protocols import wording
from protocols.models import LeafletText

# One printed page has no room for more.
MOST_LINES = 12
LONGEST_LINE = 160


@transaction.atomic
def draft_leaflet(language: str, *, by: User) -> LeafletText:
    """Make a draft of the next version: a copy of the newest one of the language.

    Of a language that has none it is a copy of the original, to be translated.
    """
    if language not in dict(settings.PATIENT_LANGUAGES):
        raise ValidationError("Choose a language of the list.")
    texts = LeafletText.objects.select_for_update().order_by("-number")
    newest = texts.filter(language=language).first()
    if newest is not None and not newest.is_approved:
        raise ValidationError("There is a draft already. Approve or change that one.")
    source = newest or texts.filter(language=wording.ORIGINAL).latest("number")
    draft = LeafletText.objects.create(
        language=language,
        number=newest.number + 1 if newest else 1,
        says=source.says,
        created_by=by,
    )
    audit.record("leaflet_text.drafted", draft, by=by, language=language)
    return draft


def draft_next_leaflet(text: LeafletText, *, by: User) -> LeafletText:
    """The same, in the language of a text that there is."""
    return draft_leaflet(text.language, by=by)


@transaction.atomic
def amend_leaflet(
    text: LeafletText,
    *,
    by: User,
    words: dict[str, str],
    lists: dict[str, list[str]],
    advice: list[str],
    sites: dict[str, str],
) -> LeafletText:
    """Change the words of a draft.

    Raises ValidationError, by the fields of LeafletTextForm, for a line that
    contradicts the fixed block (R19), or that leaves a fact out. The fixed block of a
    language that is shipped stays as shipped, whatever is handed in.
    """
    text = _draft(text.pk)
    words = words | wording.fixed_words(text.language)
    says = {"words": words, "lists": lists, "advice": advice, "sites": sites}
    _refuse_wrong(text, says)
    text.says = text.says | says
    text.save(update_fields=["says"])
    audit.record("leaflet_text.amended", text, by=by, language=text.language)
    return text


@transaction.atomic
def approve_leaflet(text: LeafletText, *, by: User, review_on: dt.date) -> LeafletText:
    """Freeze a draft: from now on it is what is handed over in its language."""
    text = _draft(text.pk)
    if review_on <= timezone.localdate():
        raise ValidationError({"review_on": "Choose a day after today."})
    _refuse_wrong(text, text.says)
    text.approved_at, text.approved_by = timezone.now(), by
    text.review_on = review_on
    text.save(update_fields=["approved_at", "approved_by", "review_on"])
    audit.record(
        "leaflet_text.approved",
        text,
        by=by,
        language=text.language,
        number=text.number,
    )
    return text


def _draft(pk: int) -> LeafletText:
    text = LeafletText.objects.select_for_update().get(pk=pk)
    if text.is_approved:
        raise ValidationError("An approved leaflet does not change. Make a new draft.")
    return text


def _refuse_wrong(text: LeafletText, says: dict[str, Any]) -> None:
    errors = {
        **_wrong_words(text.language, says["words"]),
        **_wrong_lists(text.language, {**says["lists"], "advice": says["advice"]}),
    }
    if errors:
        raise ValidationError(errors)


def _wrong_words(language: str, words: dict[str, str]) -> dict[str, list[str]]:
    """What is missing, and what is no translation of the original any more."""
    original, errors = wording.shipped()[wording.ORIGINAL].words, {}
    for key, meant in original.items():
        said = words.get(key, "")
        if not said.strip():
            errors[f"word_{key}"] = ["What does it say?"]
        elif wording.facts_in(said) != wording.facts_in(meant):
            needed = ", ".join(
                f"{{{fact}}}" for fact in sorted(wording.facts_in(meant))
            )
            errors[f"word_{key}"] = [
                f"This has to hold {needed or 'nothing in braces'}."
            ]
        elif key not in wording.FIXED:
            errors |= _contradictions(f"word_{key}", [said], language)
    return errors


def _wrong_lists(language: str, lists: dict[str, list[str]]) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    for key, lines in lists.items():
        field = f"lines_{key}"
        if len(lines) > MOST_LINES:
            errors[field] = [f"At most {MOST_LINES} lines."]
        elif any(len(line) > LONGEST_LINE for line in lines):
            errors[field] = [f"At most {LONGEST_LINE} letters in a line."]
        elif key != "advice" and not lines:
            errors[field] = ["One line at least."]
        else:
            errors |= _contradictions(field, lines, language)
    return errors


def _contradictions(
    field: str, lines: Iterable[str], language: str
) -> dict[str, list[str]]:
    found = [
        f"“{line}”: {refused.reason}"
        for line in lines
        for refused in wording.contradictions(line, language)
    ]
    return {field: found} if found else {}
