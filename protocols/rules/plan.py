"""R1 to R6: how many points, how much in each, at which angle, where. Pure."""

from mesoclinic.vocabulary import Severity, Side
from protocols.dosing import format_ml, total_ml
from protocols.rules.findings import (
    Facts,
    Finding,
    Plan,
    Stage,
    asked_for_at_signing,
    numbered,
    one,
)


def number_of_points(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """R1: a session has 6 to 10 points; more where the zone is larger."""
    limits, count = facts.limits, len(plan.volumes_ml)
    if not 1 <= count <= limits.points_limit:
        code, severity = "points.limit", Severity.BLOCK
        reason = f"{_points(count)}: a session has 1 to {limits.points_limit}."
    elif limits.points_min <= count <= limits.points_max:
        return ()
    else:
        below = count < limits.points_min
        code = "points.below" if below else "points.above"
        severity = _unless_larger_zone(plan, above=not below)
        reason = (
            f"{_points(count)}: the protocol says "
            f"{limits.points_min} to {limits.points_max}."
        )
    return one(code, severity, reason, source="R1; S", field="points_count")


def mean_volume(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """R2: the mean over the points is 0.1 mL; more where the zone is larger."""
    count, total = len(plan.volumes_ml), total_ml(plan.volumes_ml)
    # Totals are compared: a mean over 7 points has no exact decimal.
    expected = facts.limits.volume_per_point_ml * count
    if total == expected:
        return ()
    return one(
        "volume.mean",
        _unless_larger_zone(plan, above=total > expected),
        f"{format_ml(total)} over {_points(count)}, {format_ml(total / count)} each "
        f"on average: the protocol says {format_ml(expected)}, "
        f"{format_ml(facts.limits.volume_per_point_ml)} each.",
        source="R2; S",
        field="volume_per_point_ml",
    )


def volume_slip(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """R2b: five times the protocol's volume in a point is a misplaced decimal sign."""
    expected = facts.limits.volume_per_point_ml
    slips = [
        f"{format_ml(volume)} in point {number}"
        for number, volume in enumerate(plan.volumes_ml, start=1)
        if volume >= expected * facts.limits.slip_factor
    ]
    if not slips:
        return ()
    return one(
        "volume.slip",
        Severity.BLOCK,
        f"{', '.join(slips)}: the protocol says {format_ml(expected)}. "
        "Check the decimal sign.",
        source="R2b",
        field="volume_per_point_ml",
    )


def needle_angle(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """R3: the needle penetrates at 60 degrees."""
    expected = facts.limits.angle_deg
    if plan.angle_deg == expected:
        return ()
    if plan.angle_deg is None:
        code, severity = "angle.missing", asked_for_at_signing(stage)
        reason = f"Needle angle not recorded: the protocol says {expected}°."
    elif not 1 <= plan.angle_deg <= 90:
        code, severity = "angle.limit", Severity.BLOCK
        reason = f"{plan.angle_deg}°: a needle angle is 1 to 90°."
    else:
        code, severity = "angle.other", Severity.REASON
        reason = f"{plan.angle_deg}°: the protocol says {expected}°."
    return one(code, severity, reason, source="R3; S", field="angle_deg")


def chosen_side(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """R6: where an indication has a side, one is chosen."""
    if not facts.has_side or facts.side != Side.NONE:
        return ()
    return one(
        "side.missing",
        Severity.BLOCK,
        "No side chosen: choose left, right or both.",
        source="R6",
        field="side",
    )


def placed_points(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """Ours: a point that is not on the drawing is not recorded, never "somewhere"."""
    if not facts.has_drawings or not plan.unplaced:
        return ()
    verb = "is" if len(plan.unplaced) == 1 else "are"
    return one(
        "place.missing",
        Severity.UNKNOWN,
        f"{numbered('Point', plan.unplaced)} {verb} not on the drawing.",
        source="ours",
        field="points_count",
    )


def confirmed_points(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """R6: what was copied or mirrored counts once somebody has confirmed it."""
    if not plan.unconfirmed:
        return ()
    verb = "is" if len(plan.unconfirmed) == 1 else "are"
    return one(
        "points.unconfirmed",
        asked_for_at_signing(stage),
        f"{numbered('Point', plan.unconfirmed)} {verb} copied and not yet confirmed.",
        source="R6",
        field="points_count",
    )


def forearm_position(facts: Facts, plan: Plan, stage: Stage) -> tuple[Finding, ...]:
    """Ours: the tendon lies elsewhere when the forearm is turned [60]."""
    if not facts.asks_forearm or plan.has_forearm:
        return ()
    return one(
        "forearm.missing",
        asked_for_at_signing(stage),
        "How the forearm lay is not recorded: the tendon moves with it.",
        source="ours; [60]",
        field="forearm",
    )


def _points(count: int) -> str:
    return "1 point" if count == 1 else f"{count} points"


def _unless_larger_zone(plan: Plan, *, above: bool) -> Severity:
    """R5: the larger the zone, the more liquid. Less of it always needs a reason."""
    return Severity.INFO if above and plan.larger_zone else Severity.REASON
