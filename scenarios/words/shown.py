"""Whether official figures would show the change: what may be counted, and how often chance alone shows as much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.words.look_up import LookUp
from scenarios.words.names import NO_MEANINGS, level_in_words
from scenarios.words.rounding import of_draws
from scenarios.words.verdict import Claim, Verdict


def shown(summary: Mapping[str, Any], verdict: Verdict, figures: LookUp) -> str:
    """How likely official counts show the change, beside how likely they show one where nothing has changed.

    Of two series of the same years, which only a comparison of worlds has, nothing is said: nobody can count both.
    """
    at = _before_to_after(figures.some("chance", verdict.name, "p_shown"))
    if at is None or verdict.claim not in (Claim.AVERTS, Claim.ADDS):
        return ""
    chance = figures.one("chance", summary["baseline"]["name"], "p_shown_by_chance", at["level"])
    way = "fall" if verdict.claim is Claim.AVERTS else "rise"
    first, last = at["level"].partition(" ")[2].split(" to ")
    of = "three years" if at["level"].startswith("years") else "one year"
    assumed = "As a what-if: official" if verdict.what_if else "Official"
    said = (
        f"{assumed} counts of {of} ({_span(last)} against {_span(first)}) would show the {way} with a probability of "
        f"{of_draws(at['value'])}"
    )
    seldom = " More likely than not they would not show it." if at["value"] < 0.5 else ""
    if chance is None or way == "rise":
        return f"{said}.{seldom}"
    alone = of_draws(chance["value"])
    return f"{said}; where nothing has changed they show a fall with a probability of {alone}.{seldom}"


def _before_to_after(found: tuple[Mapping[str, Any], ...]) -> Mapping[str, Any] | None:
    """The longest series that follow one another."""
    pairs = [at for at in found if " to " in at["level"]]
    return pairs[-1] if pairs else None


def _span(years: str) -> str:
    return level_in_words(f"years {years.replace('-', ' to ')}", NO_MEANINGS)
