"""What a scenario costs, and for one death averted: in prices of one year, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.words.look_up import Figure, LookUp
from scenarios.words.names import in_words, listed
from scenarios.words.rounding import figures_of, money, of_draws
from scenarios.words.verdict import Claim, Verdict


def spending(summary: Mapping[str, Any], verdict: Verdict, figures: LookUp) -> tuple[str, ...]:
    """What it costs over the period, and for one death averted; nothing where the file states no cost."""
    costs = figures.some("cost", verdict.name, "cost")
    sums = [at for at in costs if at["value"] is not None and "year " not in at["level"]]
    if not costs:
        return ()
    whole = figures.one("cost", verdict.name, "cost")
    if not sums:
        why = f": {whole['why']}" if whole is not None and "why" in whole else ""
        return (f"No cost is given{why}.",)
    over = summary["years"]
    span = f"over {over[0]} to {over[-1]}" if len(over) > 1 else f"in {over[0]}" if over else "in all"
    assumed = "As a what-if, it" if verdict.what_if else "It"
    said = [f"{assumed} would cost about {listed([_amount(at) for at in sums])} {span}."]
    if len(sums) > 1:
        said.append(
            "These are prices of several years, so they are not added, and there is no cost of one death averted."
        )
        return tuple(said)
    free = sums[0].get("without_costs", [])
    if free:
        parts = listed([in_words(name) for name in free])
        said.append(
            f"That is of its other parts alone: no cost is stated of {parts}. As what is averted is of all parts, no "
            "cost of one death averted is given."
        )
        return tuple(said)
    return (*said, *filter(None, [_for_one(summary, verdict, figures)]))


def _for_one(summary: Mapping[str, Any], verdict: Verdict, figures: LookUp) -> str:
    at = figures.one("cost", verdict.name, "cost_per_death_averted")
    words = summary["words"]
    one = words["deaths"].removesuffix("s") if words["deaths"].endswith("s") else words["deaths"]
    if at is None:
        return ""
    if at["value"] is None:
        why = at.get("why") or f"none is averted in {of_draws(at.get('p_no_gain', 1.0))} of draws"
        return f"There is no cost of one {one} averted: {why}."
    discounted = (
        f", costs discounted at {100 * at['discount_rate']:.3g}% a year" if at.get("discount_rate") else ""
    )
    ends = at["interval95"]
    if verdict.claim is not Claim.AVERTS or ends is None or None in ends:
        none = of_draws(at.get("p_no_gain", 1.0))
        return f"What one {one} averted costs has no upper bound: in {none} of draws none is averted."
    currency, known = _currency(at), figures_of(at["value"], ends)
    low, high = (money(end, known, currency) for end in ends)
    fewer = (
        f"one {one} fewer" if verdict.what_if or verdict.null or verdict.reference else f"one {one} averted"
    )
    amount = money(at["value"], known, currency)
    return f"For {fewer} that is about {amount} (95% interval {low} to {high}{discounted})."


def _amount(at: Figure) -> str:
    currency, ends = _currency(at), at["interval95"]
    known = figures_of(at["value"], ends)
    prices = at["unit"].partition(", ")[2]
    wide = ends is not None and ends[0] != ends[1]
    interval = f"95% interval {' to '.join(money(end, known, currency) for end in ends)}" if wide else ""
    beside = "; ".join(filter(None, [interval, prices]))
    return f"{money(at['value'], known, currency)}{f' ({beside})' if beside else ''}"


def _currency(at: Figure) -> str:
    return str(at["unit"]).partition(",")[0]
