"""Titles that state a finding, and no more than its interval supports: sentences by rules, the first that holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scenarios.charts.looked_at import Arm, LookedAt
from scenarios.words.comparison import comparison as ranked
from scenarios.words.comparison import group_of
from scenarios.words.headline import headline
from scenarios.words.names import listed, quoted, under_structure
from scenarios.words.rounding import TINY, count
from scenarios.words.verdict import Claim

CONTAINS = " would do, and more."
"""How a sentence ends that tells of a scenario which holds others."""


def of_comparison(seen: LookedAt, arms: Sequence[Arm]) -> str:
    """Which of these averts most, where that can be told; else of how many the whole interval is above 0."""
    if len(arms) == 1:
        return of_arm(seen, arms[0])
    rivals = [arm for arm in arms if group_of(arm.verdict) == "found" and arm.verdict.same_as is None]
    chosen = seen.figures.some("choice", rivals[0].name, "p_better_than") if rivals else ()
    if len(rivals) > 1 and chosen:
        return _plain(_ranked(seen)[0])
    averting = [arm for arm in arms if arm.verdict.claim is Claim.AVERTS]
    if not averting:
        return f"Of none of the {len(arms)} scenarios is the whole interval of {seen.deaths} averted above 0"
    return (
        f"Of {len(averting)} of {len(arms)} scenarios the whole interval of {seen.deaths} averted is above 0"
    )


def contains(seen: LookedAt) -> str:
    """That the first of those compared does what others do, and more, if so."""
    return " ".join(sentence for sentence in _ranked(seen) if sentence.endswith(CONTAINS))


def of_what_ifs(seen: LookedAt, arms: Sequence[Arm]) -> str:
    """How large what is only assumed would be, and that it is assumed."""
    if len(arms) == 1:
        return of_arm(seen, arms[0])
    most = max(arms, key=lambda arm: arm.verdict.mean)
    return f"{of_arm(seen, most)}{_more(arms)}"


def of_arm(seen: LookedAt, arm: Arm) -> str:
    """What one scenario averts."""
    return _plain(headline(seen.summary, arm.verdict))


def of_level(seen: LookedAt, arms: Sequence[Arm], sentence: str) -> str:
    """A sentence on one of the scenarios looked at, which names it; its headline where there is none to tell."""
    first, more = arms[0], _more(arms)
    if not sentence:
        return f"{of_arm(seen, first)}{more}"
    return f"{quoted(first.verdict)}: {_plain(sentence)}{more}"


def nothing_left(seen: LookedAt, arms: Sequence[Arm]) -> str:
    """Structures under which nothing is left of what is drawn, and of which scenarios; empty where there are none."""
    undone: dict[str, list[str]] = {}
    for arm in arms:
        for shift in arm.verdict.shifts:
            if shift.moved == "none":
                undone.setdefault(shift.structure, []).append(quoted(arm.verdict))
    said = [
        f"{under_structure(structure, seen.meanings)} nothing is left of {listed(names)}."
        for structure, names in undone.items()
    ]
    return " ".join(f"{sentence[:1].upper()}{sentence[1:]}" for sentence in said)


def below_0(seen: LookedAt, rows: Iterable[Mapping[str, Any]]) -> str:
    """What numbers below 0 are, where there are any."""
    some = any(
        (row["value"] if row["low"] is None else row["low"]) < 0 for row in rows if row["value"] is not None
    )
    return f"Below 0 there are more {seen.deaths}." if some else ""


def beside(mean: float | None, interval: Sequence[float | None] | None) -> str:
    """What stands beside a mark: ``958 (285 to 1,642)``; a plain number where it is known or has no interval.

    >>> beside(0.0, (0.0, 0.0)), beside(958.4, (285.0, 1642.0)), beside(-0.6, (-1.4, 0.02)), beside(None, None)
    ('none', '958 (285 to 1,642)', '-0.6 (-1.4 to 0.02)', '-')
    """
    if mean is None:
        return "-"
    low, high = interval or (None, None)
    if low is None or high is None or not high > low:
        return "none" if mean == 0 else _signed(mean)
    return f"{_signed(mean)} ({_signed(low)} to {_signed(high)})"


def _signed(value: float) -> str:
    size = f"{abs(value):.1g}" if 0 < abs(value) < TINY else count(value)
    return f"-{size}" if value < 0 else size


def _ranked(seen: LookedAt) -> tuple[str, ...]:
    return ranked(seen.summary, [arm.verdict for arm in seen.arms], seen.figures)


def _more(arms: Sequence[Arm]) -> str:
    return (
        f"; {len(arms) - 1} more {'scenario is' if len(arms) == 2 else 'scenarios are'} shown with it"
        if len(arms) > 1
        else ""
    )


def _plain(sentence: str) -> str:
    return sentence.removesuffix(".")
