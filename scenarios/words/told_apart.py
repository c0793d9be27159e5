"""Of which causes, at which ages and in which years deaths are averted: the largest parts, where they can be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scenarios.words.look_up import Figure, LookUp
from scenarios.words.names import NO_MEANINGS, Meanings, in_words, level_in_words, listed, whole_period
from scenarios.words.rounding import count, count_range, fewer_to_more
from scenarios.words.verdict import Claim, Verdict

LARGEST = 2
"""Parts that are named; a table has the rest."""


def by_cause(
    summary: Mapping[str, Any], verdict: Verdict, figures: LookUp, meanings: Meanings = NO_MEANINGS
) -> str:
    """The causes of which most deaths are averted, over the whole period; empty where nothing can be claimed."""
    alike = acts_alike(_arm(summary, verdict), meanings)
    by = "by cause, as the model shares them out" if alike else "by cause"
    return _parts(verdict, figures, "cause", by, meanings, whole_period(summary))


def by_age(
    summary: Mapping[str, Any], verdict: Verdict, figures: LookUp, meanings: Meanings = NO_MEANINGS
) -> str:
    """The ages at death at which most deaths are averted, over the whole period."""
    return _parts(verdict, figures, "age_band", "by age at death", meanings, whole_period(summary))


def over_time(summary: Mapping[str, Any], verdict: Verdict, figures: LookUp) -> str:
    """What is averted in the first and in the last year; no trend is claimed."""
    years = figures.levels("by", verdict.name, "deaths_averted", "year")
    if len(years) < 2 or verdict.claim not in (Claim.AVERTS, Claim.ADDS):
        return ""
    told = listed(
        [f"{_number(at, verdict)} in {level_in_words(at['level'])}" for at in (years[0], years[-1])]
    )
    said = f"as a what-if, {told}." if verdict.what_if else f"{told}."
    return said[:1].upper() + said[1:]


def acts_alike(arm: Mapping[str, Any], meanings: Meanings) -> tuple[str, ...]:
    """Variables that a scenario moves and that act on every cause of death alike, so that no split is a finding."""
    moved = {step.partition(":moves ")[2] for step in arm.get("people", {})}
    return tuple(sorted(moved & meanings.alike))


def _arm(summary: Mapping[str, Any], verdict: Verdict) -> Mapping[str, Any]:
    return next((arm for arm in summary["arms"] if arm["name"] == verdict.name), {})


def no_finding(variables: Iterable[str]) -> str:
    """That the split by cause follows from an assumption; empty where it does not."""
    named = [in_words(name) for name in variables]
    if not named:
        return ""
    acts = "acts" if len(named) == 1 else "act"
    return (
        f"In the model {listed(named)} {acts} on every cause of death alike: how these deaths are split by cause "
        "follows from that, and is no finding."
    )


def _parts(verdict: Verdict, figures: LookUp, dim: str, by: str, meanings: Meanings, when: str) -> str:
    found = [at for at in figures.levels("by", verdict.name, "deaths_averted", dim) if at["interval95"]]
    sure = [at for at in found if _same_way(at, verdict)]
    if not sure:
        return ""
    largest = sorted(sure, key=lambda at: -abs(at["value"]))[:LARGEST]
    told = [f"{_number(at, verdict)} {_at(dim, at, meanings)}" for at in largest]
    against = [at for at in found if _other_way(at, verdict)]
    assumed = f"{when}{'as a what-if, ' if verdict.what_if else ''}"
    said = (
        f"{assumed}{by}, the largest parts are {listed(told)}"
        if len(found) > 1
        else f"{assumed}{by}: {told[0]}"
    )
    return f"{said[:1].upper()}{said[1:]}.{_against(dim, against, verdict, meanings)}"


def _at(dim: str, at: Figure, meanings: Meanings) -> str:
    level = level_in_words(at["level"], meanings)
    if dim == "cause":
        return level if level.startswith("of ") else f"from {level}"
    return f"at {level}"


def _number(at: Figure, verdict: Verdict) -> str:
    """A part with its interval, said so that its sign is in words."""
    low, high = at["interval95"] or (at["value"], at["value"])
    if low <= 0 <= high and low < high:
        return f"an unclear number ({fewer_to_more(low, high)})"
    if at["value"] == 0:
        return "none"
    word = "more" if at["value"] < 0 else "fewer" if verdict.what_if else "averted"
    interval = f" (95% interval {count_range(low, high)})" if high > low else ""
    return f"{count(at['value'])} {word}{interval}"


def _same_way(at: Figure, verdict: Verdict) -> bool:
    low, high = at["interval95"]
    return bool(
        low > 0 if verdict.claim is Claim.AVERTS else high < 0 if verdict.claim is Claim.ADDS else False
    )


def _other_way(at: Figure, verdict: Verdict) -> bool:
    low, high = at["interval95"]
    return bool(
        high < 0 if verdict.claim is Claim.AVERTS else low > 0 if verdict.claim is Claim.ADDS else False
    )


def _against(dim: str, against: Sequence[Figure], verdict: Verdict, meanings: Meanings) -> str:
    if not against:
        return ""
    largest = sorted(against, key=lambda at: -abs(at["value"]))[:LARGEST]
    told = [f"{_number(at, verdict)} {_at(dim, at, meanings)}" for at in largest]
    at = "from" if dim == "cause" else "at"
    told += [f"smaller numbers {at} {len(against) - LARGEST} others"] if against[LARGEST:] else []
    return f" The other way there are {listed(told)}."
