"""Titles that state a finding, and no more than its interval supports: one room for the wording of all pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scenarios.charts.looked_at import Arm, LookedAt
from scenarios.printing import as_count, as_range
from scenarios.words.verdict import Claim, Interval, Verdict, claim_of

WHAT_IF = "What if, and no policy: "


def of_arm(seen: LookedAt, arm: Arm) -> str:
    """What one scenario averts: ``A combined programme averts 1,324 deaths (95% interval 748 to 1,981)``."""
    found = arm.verdict
    said = f"{arm.title}: {amount(found.mean, found.interval95, seen.deaths, found.claim)}"
    if found.null:
        said = (
            f"{arm.title} averts none: studies found no effect, or there is none to use"
            if found.claim is Claim.NONE
            else f"{said}; studies found no effect"
        )
    if found.reference:
        said += "; a path that others are held against"
    return f"{WHAT_IF}{said}" if found.what_if else said


def comparison(seen: LookedAt, arms: Sequence[Arm]) -> str:
    """Of the policies compared: how many avert deaths by their interval, and the largest mean among those."""
    if len(arms) == 1:
        return of_arm(seen, arms[0])
    policies = [arm for arm in arms if not arm.verdict.reference]
    averting = [arm for arm in policies if arm.verdict.claim is Claim.AVERTS]
    what = "scenarios"
    if not averting:
        return f"None of {len(policies)} {what} averts {seen.deaths} by its 95% interval"
    most = max(averting, key=lambda arm: arm.verdict.mean).verdict
    of_all = (
        f"{len(averting)} of {len(policies)} {what} avert{'s' if len(averting) == 1 else ''} {seen.deaths}"
    )
    size = f"{as_count(most.mean)} ({interval_words(most.interval95)})"
    return f"{of_all}; the largest mean is that of {_in_line(most.title)}: {size}"


def what_ifs(seen: LookedAt, arms: Sequence[Arm]) -> str:
    """Of what nobody claims can be had."""
    if len(arms) == 1:
        return of_arm(seen, arms[0])
    most = max(arms, key=lambda arm: arm.verdict.mean)
    found = most.verdict
    size = amount(found.mean, found.interval95, seen.deaths, found.claim)
    return f"What if, and no policies: the largest, {_in_line(most.title)}, {size}"


def at_level(seen: LookedAt, arm: Arm, of: str, at: Mapping[str, Any], others: int = 0) -> str:
    """What one scenario averts at a level: ``of`` says which, as in ``in the most deprived fifth``."""
    mean, ends = at.get("value", at.get("mean")), at.get("interval95")
    interval = None if ends is None else (ends[0], ends[1])
    what = amount(mean, interval, seen.deaths, claim_of(mean, interval))
    said = f"{arm.title}: {of}, {what}"
    if others:
        said += f"; {others} more beneath"
    return f"{WHAT_IF}{said}" if arm.verdict.what_if else said


def nothing(seen: LookedAt, arms: Sequence[Arm]) -> str | None:
    """What is said in place of a finding where no scenario looked at averts or adds any; else None."""
    if any(arm.verdict.claim is not Claim.NONE for arm in arms):
        return None
    if len(arms) == 1:
        return of_arm(seen, arms[0])
    return f"None of the {len(arms)} scenarios averts any {seen.deaths}"


def amount(mean: float, interval: Interval | None, what: str, claim: Claim) -> str:
    """A number of deaths averted, and what its interval says of it.

    >>> amount(958.4, (285.0, 1642.0), "deaths", Claim.AVERTS)
    'averts 958 deaths (95% interval 285 to 1,642)'
    >>> amount(-340.0, (-537.0, -112.0), "deaths", Claim.ADDS)
    '340 more deaths (95% interval 112 to 537 more)'
    >>> amount(0.9, (-1.4, 3.5), "deaths", Claim.UNCLEAR)
    'averts 0.9 deaths on average, and it may be none (95% interval -1.4 to 3.5)'
    """
    if claim is Claim.NONE:
        return f"averts no {what}"
    if claim is Claim.ADDS and interval is not None:
        more = as_range((-interval[1], -interval[0]))
        return f"{as_count(-mean)} more {what} (95% interval {more} more)"
    if claim is Claim.AVERTS:
        return f"averts {as_count(mean)} {what} ({interval_words(interval)})"
    if interval is None:
        return f"averts {as_count(mean)} {what} in one draw, which has no interval"
    return f"averts {as_count(mean)} {what} on average, and it may be none ({interval_words(interval)})"


def interval_words(interval: Interval | None) -> str:
    """``95% interval 285 to 1,642``."""
    return "no interval" if interval is None else f"95% interval {as_range(interval)}"


def number_words(mean: float | None, interval: Sequence[float] | None) -> str:
    """What stands beside a mark: ``958 (285 to 1,642)``; a plain number where it is known or has no interval.

    >>> number_words(0.0, (0.0, 0.0)), number_words(958.4, (285.0, 1642.0)), number_words(None, None)
    ('none', '958 (285 to 1,642)', '-')
    """
    if mean is None:
        return "-"
    if interval is None or not interval[1] > interval[0]:
        return "none" if mean == 0 else as_count(mean)
    return f"{as_count(mean)} ({as_range(interval)})"


def is_what_if(verdict: Verdict) -> str:
    """What is put before a scenario's title wherever it could be taken for a policy."""
    return "What if: " if verdict.what_if and not verdict.title.lower().startswith("what if") else ""


def _in_line(title: str) -> str:
    return " ".join(title.split())
