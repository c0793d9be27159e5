"""What would change the answer: numbers that go with it from draw to draw, and questions that data have not settled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.words.look_up import Figure, LookUp
from scenarios.words.names import NO_MEANINGS, Meanings, number_in_words, structure_in_words
from scenarios.words.rounding import count
from scenarios.words.verdict import Claim, Verdict

ERRORS = 4
"""Standard errors that a swing has to have: of some sixty numbers several swing by twice their error by chance."""
TOLD = 3
"""Numbers that a sentence names."""
GOES_WITH = (
    "What goes with the answer from draw to draw is not all its own doing: a number may vary together with another "
    "that matters."
)
"""What has to be said wherever drivers are shown."""


def largest_swings(verdict: Verdict, figures: LookUp, meanings: Meanings = NO_MEANINGS) -> list[Figure]:
    """Numbers that swing the headline by more than chance among draws would, the largest first.

    Of a published effect and the direct one that was solved from it, the larger stands for both.
    """
    swings = [
        at
        for at in figures.some("drivers", verdict.name, "swing")
        if at["value"] and abs(at["value"]) > ERRORS * float(at["mc_error"] or 0.0)
    ]
    found: dict[str, Figure] = {}
    for at in sorted(swings, key=lambda at: -abs(at["value"])):
        found.setdefault(meanings.solved_from.get(at["level"], at["level"]), at)
    return list(found.values())


def drivers(verdict: Verdict, figures: LookUp, meanings: Meanings = NO_MEANINGS) -> str:
    """The numbers that the headline hangs on most; that none can be told from chance, where that is so."""
    if not figures.some("drivers", verdict.name, "swing") or verdict.claim is Claim.NONE:
        return ""
    found = largest_swings(verdict, figures, meanings)[:TOLD]
    if not found:
        return "No single uncertain number moves it by more than chance among these draws would."
    told = [_swing(at, meanings) for at in found]
    assumed = "As a what-if, the mean" if verdict.what_if else "The mean"
    return f"{assumed} is {'; '.join(told)}."


def _swing(at: Figure, meanings: Meanings) -> str:
    low, high = (fewer_or_more(answer) for answer in at["answers"])
    part = {0.1: "tenth", 0.25: "quarter"}.get(at.get("part", 0.1), f"{at.get('part', 0.1):.0%}")
    name = number_in_words(at["level"], meanings)
    return f"{low} in the {part} of draws where “{name}” is lowest and {high} where it is highest"


def fewer_or_more(averted: float) -> str:
    """A mean with its sign in words.

    >>> fewer_or_more(12.2), fewer_or_more(-3.0), fewer_or_more(0)
    ('12 fewer', '3.0 more', 'none')
    """
    return f"{count(averted)} {'fewer' if averted > 0 else 'more'}" if averted else "none"


def range_over_structures(summary: Mapping[str, Any], variants: Mapping[str, Mapping[str, Any]]) -> str:
    """The smallest and the largest mean under the structures beside the one chosen; empty where there is none."""
    chosen = {f"{name}={option}" for name, option in summary.get("structure", {}).items()}
    others = {name: float(at["mean"]) for name, at in variants.items() if name not in chosen}
    if not others:
        return ""
    low, high = min(others, key=others.__getitem__), max(others, key=others.__getitem__)
    if others[low] == others[high]:
        return f"Under every other structure it is {fewer_or_more(others[low])}."
    # other structures have fewer draws: held against the headline, all of them might seem to lie to one side
    same = {float(variants[name]["chosen_on_same_draws"]) for name in (low, high)}
    beside = f"; as chosen, on the same draws, it is {fewer_or_more(same.pop())}" if len(same) == 1 else ""
    return (
        f"Over the other structures the mean runs from {fewer_or_more(others[low])} ({structure_in_words(low)}) to "
        f"{fewer_or_more(others[high])} ({structure_in_words(high)}){beside}."
    )
