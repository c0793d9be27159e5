"""Among whom deaths are averted, and what becomes of the gap between the most and the least deprived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scenarios.words.look_up import Figure, LookUp
from scenarios.words.names import comparator, period, whole_period
from scenarios.words.rounding import count, count_range, percent, rate
from scenarios.words.verdict import Claim, Verdict, headline_part

FIFTHS = "most to least deprived fifth"


def who_benefits(summary: Mapping[str, Any], verdict: Verdict, figures: LookUp) -> tuple[str, ...]:
    """The share of the most deprived fifth beside its shares of births and deaths, and the gap before and after.

    Nothing where the answer has no deprivation, or where it claims nothing that could be shared out.
    """
    if verdict.claim not in (Claim.AVERTS, Claim.ADDS):
        return ()
    said = [
        _most_deprived(summary, verdict),
        gap(summary, verdict, figures),
        _ratio(summary, verdict, figures),
    ]
    return tuple(filter(None, said))


def gap(summary: Mapping[str, Any], verdict: Verdict, figures: LookUp) -> str:
    """What becomes of the gap between fifths, in a sentence; empty where the answer has none."""
    found = _before_after(summary, verdict, figures, "gap")
    if found is None:
        return ""
    before, after, change = found
    unit, (low, high) = before["unit"], change["interval95"]
    between = "the gap between the most and the least deprived fifth"
    begins = _begun(f"{whole_period(summary)}{between}")
    if low == high == 0:
        return f"{begins} stays as it is, at {rate(before['value'])} {unit}."
    if low <= 0 <= high:
        whether = _begun(f"{whole_period(summary)}whether {between} changes")
        return (
            f"{whether} cannot be told: from {rate(before['value'])} {unit}, the 95% interval runs "
            f"{_wider_to_narrower(low, high)}."
        )
    way = "narrow" if high < 0 else "widen"
    ends = sorted((abs(low), abs(high)))
    first, last = rate(before["value"]), rate(after["value"])
    from_to = f"from {first} to {last} {unit}, by" if first != last else f"from {first} {unit} by"
    return f"{begins} would {way} {from_to} {rate(change['value'])} (95% interval {rate(ends[0])} to {rate(ends[1])})."


def _begun(sentence: str) -> str:
    return f"{sentence[:1].upper()}{sentence[1:]}"


def shares_of_fifth(summary: Mapping[str, Any]) -> tuple[float, float] | None:
    """The most deprived fifth's share of births, and of the deaths expected under the comparator, in percent."""
    baseline = summary["baseline"]
    births, rates = baseline.get("births_by_decile"), baseline.get("imr_by_decile")
    if births is None or rates is None:
        return None
    deaths = [number * risk for number, risk in zip(births, rates, strict=True)]
    return _first_fifth(births), _first_fifth(deaths)


def _first_fifth(by_decile: Sequence[float]) -> float:
    whole = sum(by_decile)
    return 100 * sum(by_decile[:2]) / whole if whole else 0.0


def _most_deprived(summary: Mapping[str, Any], verdict: Verdict) -> str:
    arm = next(at for at in summary["arms"] if at["name"] == verdict.name)
    fifth = headline_part(summary, arm).get("most_deprived_fifth")
    shares = shares_of_fifth(summary)
    if fifth is None or shares is None or not verdict.mean:
        return ""
    births, deaths = (percent(share) for share in shares)
    low, high = fifth["interval95"]
    of = f"which has {births} of {summary['words']['short']} and {deaths} of expected {summary['words']['deaths']}"
    way = "averted" if verdict.claim is Claim.AVERTS and not verdict.what_if else "fewer"
    way = "more" if verdict.claim is Claim.ADDS else way
    if low <= 0 <= high:
        return f"How many of them are in the most deprived fifth cannot be told; it is the fifth {of}."
    share = percent(100 * fifth["mean"] / verdict.mean)
    same_way = (fifth["mean"] > 0) == (verdict.mean > 0)
    if not same_way:
        other = "more" if verdict.claim is Claim.AVERTS else "fewer"
        return f"In the most deprived fifth there would be {count(fifth['mean'])} {other}, against the whole."
    assumed = "as a what-if, " if verdict.what_if else ""
    when = f"{period(summary)}, " if whole_period(summary) else ""
    number = f"{count(fifth['mean'])} (95% interval {count_range(low, high)})"
    told = f"{number} of the {count(verdict.mean)} {way}, {share}"
    return _begun(f"{when}{assumed}{told}, would be in the most deprived fifth, {of}.")


def _ratio(summary: Mapping[str, Any], verdict: Verdict, figures: LookUp) -> str:
    """The same gap as a ratio, which may move the other way."""
    found = _before_after(summary, verdict, figures, "gap_ratio")
    if found is None:
        return ""
    before, after, change = found
    low, high = change["interval95"]
    if low == high == 0:
        return ""
    now = f"rates of the most deprived fifth are {before['value']:.2f} times those of the least"
    here = f"Under {comparator(summary)}"
    if low <= 0 <= high:
        return f"{here} {now}; whether that ratio changes cannot be told."
    then = f"{after['value']:.2f}"
    if then == f"{before['value']:.2f}":
        return (
            f"{here} {now}; that ratio would {'fall' if high < 0 else 'rise'} by less than is printed here."
        )
    return f"{here} {now}; they would be {then} times."


def _before_after(
    summary: Mapping[str, Any], verdict: Verdict, figures: LookUp, measure: str
) -> tuple[Figure, Figure, Figure] | None:
    before = figures.one("equity", summary["baseline"]["name"], measure, FIFTHS)
    after = figures.one("equity", verdict.name, measure, FIFTHS)
    change = figures.one("equity", verdict.name, f"{measure}_change", FIFTHS)
    if before is None or after is None or change is None or change["interval95"] is None:
        return None
    return before, after, change


def _wider_to_narrower(low: float, high: float) -> str:
    """A change of a gap that may be either: below 0 it narrows."""
    wider = "no wider" if high == 0 else f"{rate(high)} wider"
    narrower = "no narrower" if low == 0 else f"{rate(low)} narrower"
    return f"from {wider} to {narrower}"
