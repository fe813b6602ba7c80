"""R10, R11 and the checks before the needle. Pure."""

from mesoclinic.vocabulary import Answer, Consent, SafetyCheck, Severity
from protocols.rules.findings import (
    Facts,
    Finding,
    Plan,
    Question,
    Stage,
    asked_for_at_signing,
    one,
)

# What a yes asks for, by what the clinic has set.
_MEANS = {
    "block": (Severity.BLOCK, "Do not treat"),
    "postpone": (Severity.REASON, "Postpone"),
    "caution": (Severity.INFO, "Caution"),
    "info": (Severity.INFO, "Note"),
}


def answered_questions(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """R10: every question has an answer at every session."""
    open_ones = [q for q in facts.questions if q.answer == Answer.NOT_RECORDED]
    if not open_ones:
        return ()
    count = len(open_ones)
    return one(
        "screening.unanswered",
        asked_for_at_signing(stage),
        "1 question is not answered."
        if count == 1
        else f"{count} questions are not answered.",
        source="R10",
        field=open_ones[0].field,
    )


def positive_answers(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """R10: what a yes means, as the clinic has set it; going past it takes a reason."""
    return tuple(_yes(q) for q in facts.questions if q.answer == Answer.YES)


def _yes(question: Question) -> Finding:
    severity, words = _MEANS[question.yes_means]
    return Finding(
        code=f"screening.{question.position}",
        severity=severity,
        reason=f"{words}: {question.text} Yes.",
        source="R10",
        field=question.field,
        overridable=severity == Severity.BLOCK,
        only_at_signing=True,
    )


def consent_in_force(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """R11: the first session is not signed without a consent; a refusal stops any."""
    if facts.consent in (Consent.REFUSED, Consent.WITHDRAWN):
        code, severity = f"consent.{facts.consent}", Severity.BLOCK
        reason = f"The patient has {facts.consent} consent."
    elif facts.consent == Consent.GIVEN or not _consent_due(facts):
        return ()
    else:
        code, severity = "consent.missing", asked_for_at_signing(stage)
        reason = "Consent not recorded: the first session needs it."
    return one(
        code, severity, reason, source="R11", field="consent", only_at_signing=True
    )


def safety_checks(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """Ours: identity, side and the stop moment are ticked before the needle."""
    due = [check for check in SafetyCheck if _is_due(check, facts)]
    missing = [check for check in due if check not in plan.ticks]
    if not missing:
        return ()
    return one(
        "checks.missing",
        asked_for_at_signing(stage),
        f"Not ticked: {'; '.join(check.label for check in missing)}.",
        source="ours",
        field=f"tick_{missing[0]}",
    )


def _is_due(check: SafetyCheck, facts: Facts) -> bool:
    return check != SafetyCheck.SIDE or facts.has_side


def _consent_due(facts: Facts) -> bool:
    return facts.is_first_session and facts.limits.consent_required
