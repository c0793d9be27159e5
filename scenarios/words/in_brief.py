"""An answer in a few lines: what a page shows at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.words.headline import caveats, headline, rough
from scenarios.words.names import NO_MEANINGS, Meanings
from scenarios.words.verdict import Verdict, verdicts_of

ALONE = (
    "This holds the chosen structure alone: what other answers to questions that data have not settled would give is "
    "not in it."
)


def in_brief(summary: Mapping[str, Any], meanings: Meanings = NO_MEANINGS) -> dict[str, Any]:
    """``headline`` of the first scenario, and ``notes``; ``others`` are headlines of the rest, with their notes.

    Parameters
    ----------
    summary
        An answer, or a quick one, which has fewer sections.
    """
    verdicts = verdicts_of(summary)
    told = [_of(summary, verdict, meanings) for verdict in verdicts]
    if not told:
        return {"headline": "", "notes": [], "others": []}
    first, *others = told
    # what is exactly nothing is so in any number of draws
    few = "" if verdicts[0].spread == "known" else rough(summary)
    notes = [*first["notes"], *filter(None, [_alone(summary), few])]
    return {**first, "notes": notes, "others": others}


def _alone(summary: Mapping[str, Any]) -> str:
    """That structures beside the one chosen were not asked, as in a quick answer; empty where they were."""
    if not summary.get("structure") or any(arm.get("variants") for arm in summary["arms"]):
        return ""
    return ALONE


def _of(summary: Mapping[str, Any], verdict: Verdict, meanings: Meanings) -> dict[str, Any]:
    return {
        "scenario": verdict.name,
        "headline": headline(summary, verdict),
        "notes": list(caveats(summary, verdict, meanings)),
        "what_if": verdict.what_if,
    }
