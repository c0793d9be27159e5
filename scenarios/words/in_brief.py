"""An answer in a few lines: what a page shows at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.words.headline import caveats, headline, rough
from scenarios.words.names import NO_MEANINGS, Meanings
from scenarios.words.verdict import Verdict, verdicts_of


def in_brief(summary: Mapping[str, Any], meanings: Meanings = NO_MEANINGS) -> dict[str, Any]:
    """``headline`` of the first scenario, and ``notes``; ``others`` are headlines of the rest, with their notes.

    Parameters
    ----------
    summary
        An answer, or a quick one, which has fewer sections.
    """
    told = [_of(summary, verdict, meanings) for verdict in verdicts_of(summary)]
    if not told:
        return {"headline": "", "notes": [], "others": []}
    first, *others = told
    notes = [*first["notes"], *filter(None, [rough(summary)])]
    return {**first, "notes": notes, "others": others}


def _of(summary: Mapping[str, Any], verdict: Verdict, meanings: Meanings) -> dict[str, Any]:
    return {
        "scenario": verdict.name,
        "headline": headline(summary, verdict),
        "notes": list(caveats(summary, verdict, meanings)),
        "what_if": verdict.what_if,
    }
