"""What may be claimed of a scenario: rules on its interval, its evidence and its structures, and nothing else.

Everything that a reader is told of a scenario starts here. A sentence says "averts" where :attr:`Verdict.claim` is
:attr:`Claim.AVERTS`, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import hypot, sqrt
from typing import Any, Literal

Spread = Literal["draws", "known", "simulation", "none"]
"""What an interval is over: parameter draws; nothing, as no uncertain number moves the answer; the births simulated
alone; or there is none, as of a single draw."""
Moved = Literal["none", "other_way", "cannot_tell", "beyond", "not_none"]
"""What another structure does to an answer: nothing is averted; the opposite; the interval holds 0; the mean lies
outside the interval; or there is something where there was nothing."""
Interval = tuple[float, float]

BOUNDS = frozenset({"what_if_equal", "what_if_residual"})
"""Kinds of intervention that are bounds, which no policy reaches."""
Z = 1.96
"""Standard errors to either side that hold 95% of a normal distribution."""


class Claim(StrEnum):
    """What the interval of an answer supports."""

    AVERTS = "averts"
    """The whole interval is above 0."""
    ADDS = "adds"
    """The whole interval is below 0: more die."""
    UNCLEAR = "unclear"
    """The interval holds 0, or there is no interval."""
    NONE = "none"
    """Exactly nothing, in every draw."""


@dataclass(frozen=True)
class Shift:
    """Another structure under which the answer is another one."""

    structure: str
    """``child_poverty=zero``"""
    moved: Moved
    mean: float
    interval95: Interval
    draws: int


@dataclass(frozen=True)
class Verdict:
    """What may be claimed of a scenario, and what has to be said with it.

    Attributes
    ----------
    name, title
        Of the scenario.
    claim
        What the interval supports.
    mean, interval95
        Deaths averted by the headline's definition; ``interval95`` is None where ``spread`` is ``none``.
    spread
        What the interval is over.
    percent
        Of the comparator's deaths; None where there are none.
    p_averts
        The share of draws in which deaths fall.
    narrow
        That the interval clears 0 by so few draws that another set of as many might not.
    status, grade
        Of the evidence that the file states; None where it states none.
    what_if
        An effect assumed to be looked at, or a bound: nobody claims that it can be had.
    bound
        No policy reaches it.
    shifts
        Structures under which the answer is another one.
    fewer_births
        Deaths that fall away because fewer are born, which are in no other figure: mean and interval.
    same_as
        Another scenario that asks the same, if there is one.
    """

    name: str
    title: str
    claim: Claim
    mean: float
    interval95: Interval | None
    spread: Spread
    percent: float | None
    p_averts: float
    narrow: bool
    status: str | None
    grade: str | None
    what_if: bool
    bound: bool
    shifts: tuple[Shift, ...] = ()
    fewer_births: tuple[float, Interval] | None = None
    same_as: str | None = None

    @property
    def null(self) -> bool:
        """Whether studies found no effect, or there is none to use."""
        return self.status == "null"

    @property
    def reference(self) -> bool:
        """Whether it is a path that others are held against, which nobody proposes."""
        return self.status == "reference"

    @property
    def hangs_on_structure(self) -> bool:
        """Whether a question that data have not settled decides what is found."""
        return bool(self.shifts)


def verdicts_of(summary: Mapping[str, Any]) -> list[Verdict]:
    """The verdict on every scenario of an answer, in its order."""
    return [verdict_of(summary, arm) for arm in summary["arms"]]


def verdict_of(summary: Mapping[str, Any], arm: Mapping[str, Any]) -> Verdict:
    """The verdict on one scenario of an answer.

    Parameters
    ----------
    summary
        The answer, as :func:`scenarios.compare.answer` gives it.
    arm
        One of ``summary["arms"]``.

    Examples
    --------
    >>> at = {"mean": 9.0, "interval95": [-2.0, 20.0], "mc_error": 0.1}
    >>> arm = {"name": "offer", "title": "An offer", "deaths_averted": at, "percent": 1.0, "p_positive": 0.9}
    >>> found = verdict_of({"draws": 200, "definition": "period", "arms": [arm]}, arm)
    >>> found.claim, found.p_averts
    (<Claim.UNCLEAR: 'unclear'>, 0.9)
    """
    at = headline_part(summary, arm)
    averted = at["deaths_averted"]
    spread, interval = spread_of(averted, int(summary["draws"]))
    luck = summary.get("run", {}).get("estimator") == "realised"
    claim = claim_of(float(averted["mean"]), interval, luck)
    evidence = arm.get("evidence") or {}
    bound = is_bound(summary, arm["name"])
    fewer = arm.get("by_fewer_births")
    return Verdict(
        name=arm["name"],
        title=str(arm["title"]).strip(),
        claim=claim,
        mean=float(averted["mean"]),
        interval95=interval,
        spread=spread,
        percent=at["percent"],
        p_averts=float(at["p_positive"]),
        narrow=spread == "draws" and _narrow(claim, float(at["p_positive"]), int(summary["draws"])),
        status=evidence.get("status"),
        grade=evidence.get("grade"),
        what_if=bound or evidence.get("status") == "what_if",
        bound=bound,
        shifts=_shifts(summary, at, claim, interval if spread == "draws" else None),
        fewer_births=None if fewer is None else (float(fewer["mean"]), _ends(fewer)),
        same_as=arm.get("asks_the_same_as"),
    )


def headline_part(summary: Mapping[str, Any], arm: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a scenario averts as the terms of the answer define it: over the period, or in its final year."""
    return {**arm, **arm["final_year"]} if summary["definition"] == "final_year" else arm


def is_bound(summary: Mapping[str, Any], name: str) -> bool:
    """Whether an intervention of a scenario, as it was run, is a bound that no policy reaches."""
    scenario = summary.get("run", {}).get("scenarios", {}).get(name, {})
    changes = scenario.get("as_run", {}).get("interventions", ())
    return any(change["change"] in BOUNDS for change in changes)


def claim_of(mean: float, interval: Interval | None, luck: bool = False) -> Claim:
    """What an interval supports.

    Parameters
    ----------
    interval
        None where there is none, which supports nothing.
    luck
        Whether deaths were drawn one by one: none averted may then be chance.

    Examples
    --------
    >>> claim_of(958, (285, 1642)), claim_of(-336, (-553, -103)), claim_of(0.9, (0.0, 3.5))
    (<Claim.AVERTS: 'averts'>, <Claim.ADDS: 'adds'>, <Claim.UNCLEAR: 'unclear'>)
    """
    if interval is None:
        return Claim.UNCLEAR
    low, high = interval
    if low > 0 and mean > 0:
        return Claim.AVERTS
    if high < 0 and mean < 0:
        return Claim.ADDS
    return Claim.NONE if mean == low == high == 0 and not luck else Claim.UNCLEAR


def spread_of(at: Mapping[str, Any], draws: int) -> tuple[Spread, Interval | None]:
    """What the interval of a number is over, and the interval.

    Where no parameter moves it the interval is that of the births simulated, from ``mc_error``.
    """
    if at.get("interval95") is None:
        return "none", None
    low, high = _ends(at)
    if low == high == at["mean"] == 0 and not at["mc_error"]:
        return "known", (low, high)
    if draws < 2:
        return "none", None
    if high > low:
        return "draws", (low, high)
    error = Z * float(at["mc_error"])
    return ("simulation", (at["mean"] - error, at["mean"] + error)) if error > 0 else ("known", (low, high))


def _shifts(
    summary: Mapping[str, Any], at: Mapping[str, Any], claim: Claim, interval: Interval | None
) -> tuple[Shift, ...]:
    chosen = {f"{name}={option}" for name, option in summary.get("structure", {}).items()}
    found = []
    for name, other in at.get("variants", {}).items():
        moved = None if name in chosen else _moved(claim, interval, other)
        if moved is not None:
            found.append(Shift(name, moved, float(other["mean"]), _ends(other), int(other["draws"])))
    return tuple(found)


def _moved(claim: Claim, interval: Interval | None, other: Mapping[str, Any]) -> Moved | None:
    mean, (_, there) = float(other["mean"]), spread_of(other, int(other["draws"]))
    found = claim_of(mean, there)
    if claim is Claim.NONE:
        return None if found is Claim.NONE else "not_none"
    if found is Claim.NONE:
        return "none"
    # other structures have draws of their own, and fewer: what may be the luck of those is no doing of the structure
    luck = 2 * hypot(float(other["draw_error"]), float(other["draw_error"]))
    if there is None or abs(mean - float(other["chosen_on_same_draws"])) <= luck:
        return None
    if {claim, found} == {Claim.AVERTS, Claim.ADDS}:
        return "other_way"
    if claim is not Claim.UNCLEAR and found is Claim.UNCLEAR:
        return "cannot_tell"
    return "beyond" if interval is not None and not interval[0] <= mean <= interval[1] else None


def _narrow(claim: Claim, p_averts: float, draws: int) -> bool:
    """Whether draws on the wrong side of 0 might well be more than the one in forty that an end of an interval has."""
    if claim not in (Claim.AVERTS, Claim.ADDS):
        return False
    wrong = draws * (1 - p_averts if claim is Claim.AVERTS else p_averts)
    return wrong + 2 * sqrt(wrong + 1) > draws / 40


def _ends(at: Mapping[str, Any]) -> Interval:
    low, high = at["interval95"]
    return float(low), float(high)
