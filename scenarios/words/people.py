"""How many births are reached, and how many of them there are for one death averted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.words.look_up import Figure, LookUp
from scenarios.words.names import DEPRIVED, in_words
from scenarios.words.rounding import about, figures_of, of_draws
from scenarios.words.verdict import Claim, Verdict

STEPS = {
    "eligible": "are eligible",
    "reached": "are offered it",
    "accepts": "accept it",
    "relapses": "relapse",
    "prevented": "are prevented",
}
"""What is said of births at a step; those moved are named by what moves."""
TOLD = ("accepts", "reached", "eligible", "moves")
"""The step that a sentence is about, the first that there is."""


def step_in_words(step: str) -> str:
    """``cessation_offer:moves smoking`` as ``have a change in smoking``.

    >>> step_in_words("cessation_offer:moves smoking"), step_in_words("cessation_offer:accepts")
    ('have a change in smoking', 'accept it')
    """
    _, _, at = step.rpartition(":")
    verb, _, variable = at.partition(" ")
    if variable in DEPRIVED:
        variable = f"{variable.removeprefix('imd_')} of deprivation"
    return f"have a change in {in_words(variable)}" if verb == "moves" else STEPS.get(at, in_words(at))


def number_needed(summary: Mapping[str, Any], verdict: Verdict, figures: LookUp) -> str:
    """How many births at a step there are for one death averted; why not, where there is no such number."""
    needed = figures.some("reach", verdict.name, "number_needed")
    if not needed or verdict.claim in (Claim.NONE, Claim.ADDS):
        return ""
    words, at = summary["words"], _told(needed)
    one = words["deaths"].removesuffix("s") if words["deaths"].endswith("s") else words["deaths"]
    if at["value"] is None:
        if "why" in at:
            return f"No number for one {one} averted is given: {at['why']}."
        return f"No number for one {one} averted is given: none is averted in {of_draws(at['p_no_gain'])} of draws."
    if verdict.claim is not Claim.AVERTS or at["interval95"] is None or at["interval95"][1] is None:
        least = _least(words, at)
        return (
            f"How many {words['short']} there are for one {one} averted has no upper bound: in "
            f"{of_draws(at['p_no_gain'])} of draws none is averted.{least}"
        )
    figures_known = figures_of(at["value"], at["interval95"])
    low, high = (about(end, figures_known) for end in at["interval95"])
    interval = "" if low == high else f" (95% interval {low} to {high})"
    assumed = "As a what-if, for" if verdict.what_if else "For"
    fewer = (
        f"one {one} fewer" if verdict.what_if or verdict.null or verdict.reference else f"one {one} averted"
    )
    return (
        f"{assumed} {fewer} about {about(at['value'], figures_known)} {words['short']} {step_in_words(at['level'])}"
        f"{interval}."
    )


def _told(needed: tuple[Figure, ...]) -> Figure:
    for step in TOLD:
        for at in needed:
            if at["level"].rpartition(":")[2].partition(" ")[0] == step:
                return at
    return needed[0]


def _least(words: Mapping[str, str], at: Figure) -> str:
    if at["interval95"] is None or at["interval95"][0] is None:
        return ""
    low = at["interval95"][0]
    return f" At the least, about {about(low)} {words['short']} {step_in_words(at['level'])} for one."
