"""The answer for one scenario in one sentence, and the sentences without which it would mislead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.footnotes import ROUGH
from scenarios.words.evidence import standing
from scenarios.words.names import (
    NO_MEANINGS,
    Meanings,
    comparator,
    listed,
    period,
    quoted,
    under_structure,
)
from scenarios.words.rounding import count, count_range, fewer_to_more, of_draws, percent
from scenarios.words.verdict import Claim, Interval, Shift, Verdict, headline_part


def headline(summary: Mapping[str, Any], verdict: Verdict) -> str:
    """What is averted, with its interval, of how many: one sentence that says no more than the interval supports.

    Examples
    --------
    >>> from scenarios.words.verdict import verdict_of
    >>> averted = {"mean": 41.0, "interval95": [12.0, 80.0], "mc_error": 0.1}
    >>> arm = {"name": "a", "title": "An offer", "deaths_averted": averted, "percent": 2.05, "p_positive": 1.0}
    >>> summary = {"draws": 200, "definition": "period", "years": [2025], "words": {"deaths": "infant deaths"},
    ...            "baseline": {"name": "current_policy", "deaths": {"mean": 2000.0}}, "arms": [arm]}
    >>> print(headline(summary, verdict_of(summary, arm)).partition(" of 2,000")[0])
    In 2025, “An offer” would avert 41 infant deaths (95% interval 12 to 80)
    """
    when, what, deaths = period(summary), quoted(verdict), summary["words"]["deaths"]
    if verdict.claim is Claim.NONE:
        return _none(summary, verdict)
    if verdict.claim is Claim.UNCLEAR:
        return f"{when}, {_unclear(summary, verdict)}"
    size = count(verdict.mean)
    of, share = _of(summary, verdict)
    interval = with_interval(verdict)
    if verdict.claim is Claim.ADDS:
        more = f", {share} more" if share else ""
        than = f"than the {of}" if of else f"than under {comparator(summary)}"
        return f"{when}, {what} would mean {size} more {deaths} {interval} {than}{more}."
    verb = "would avert" if _may_avert(verdict) else "would mean"
    fewer = deaths if _may_avert(verdict) else f"fewer {deaths}"
    whole = f" of {of}" if of else ""
    them = f", {share} of them" if share else ""
    assumed = ", as a what-if," if verdict.what_if else ""
    return f"{when}{assumed or ','} {what} {verb} {size} {fewer} {interval}{whole}{them}."


def in_short(summary: Mapping[str, Any], verdict: Verdict) -> str:
    """The finding in a few words, for a line of a list: ``958 averted (95% interval 285 to 1,642)``."""
    if verdict.claim is Claim.NONE:
        return "none averted: null evidence" if verdict.null else "none averted"
    if verdict.claim is Claim.UNCLEAR:
        if verdict.interval95 is None:
            return "cannot be told: there is no interval"
        return f"cannot be told: {fewer_to_more(*verdict.interval95)}"
    found = "more" if verdict.claim is Claim.ADDS else "averted" if _may_avert(verdict) else "fewer"
    return f"{count(verdict.mean)} {found} {with_interval(verdict)}"


def caveats(
    summary: Mapping[str, Any], verdict: Verdict, meanings: Meanings = NO_MEANINGS
) -> tuple[str, ...]:
    """What has to be said with the headline, the gravest first; each a sentence or two."""
    said = [standing(verdict)] if standing(verdict) else []
    said += _structures(summary, verdict, meanings)
    if verdict.narrow and int(summary["draws"]) >= ROUGH:
        said.append(
            "The interval clears 0 so narrowly that another set of as many draws might not: read it as weak."
        )
    if verdict.fewer_births is not None:
        said.append(_fewer_births(summary, *verdict.fewer_births))
    if verdict.same_as is not None:
        said.append(f"It asks the same as {verdict.same_as}, so both answers are one.")
    return tuple(said)


def gravest(
    summary: Mapping[str, Any], verdict: Verdict, meanings: Meanings = NO_MEANINGS
) -> tuple[str, ...]:
    """What the headline never stands without: what it is no claim of, and what a structure does to it.

    Where there is neither, the first of what has to be said with it.
    """
    always = tuple(filter(None, (standing(verdict), *_structures(summary, verdict, meanings)[:1])))
    return always or caveats(summary, verdict, meanings)[:1]


def rough(summary: Mapping[str, Any]) -> str:
    """That so few draws make a rough interval; empty where they are enough.

    >>> rough({"draws": 20}), rough({"draws": 500})
    ('These are 20 draws: the ends of intervals are rough, and no decision should rest on them.', '')
    """
    draws = int(summary["draws"])
    if draws >= ROUGH:
        return ""
    if draws == 1:
        return "This is one draw: there are no intervals, and no decision should rest on it."
    return f"These are {draws} draws: the ends of intervals are rough, and no decision should rest on them."


def expected_deaths(summary: Mapping[str, Any]) -> float | None:
    """Deaths of the comparator that the headline is out of; None where the answer does not hold them."""
    if summary["definition"] != "final_year":
        return float(summary["baseline"]["deaths"]["mean"])
    for arm in summary["arms"]:
        at = headline_part(summary, arm)
        if at["percent"]:
            return float(100 * at["deaths_averted"]["mean"] / at["percent"])
    return None


def _may_avert(verdict: Verdict) -> bool:
    """Whether "would avert" may be said: of what is neither assumed, nor a reference path, nor null."""
    return verdict.claim is Claim.AVERTS and not (verdict.what_if or verdict.reference or verdict.null)


def _of(summary: Mapping[str, Any], verdict: Verdict) -> tuple[str, str]:
    """Of how many deaths, and what percentage of them."""
    expected = expected_deaths(summary)
    of = "" if not expected else f"{count(expected)} expected under {comparator(summary)}"
    return of, percent(verdict.percent) if of and verdict.percent is not None else ""


def with_interval(verdict: Verdict) -> str:
    """The interval of a number told without its sign, in brackets; why there is none, where there is none."""
    ends = verdict.interval95
    if ends is None:
        return "(no interval)"
    if verdict.spread == "known":
        return "(no interval: no uncertain number moves it)"
    if verdict.spread == "simulation":
        return f"(95% interval of simulation alone {count_range(*ends)})"
    return f"(95% interval {count_range(*ends)})"


def _unclear(summary: Mapping[str, Any], verdict: Verdict) -> str:
    what, deaths, ends = quoted(verdict), summary["words"]["deaths"], verdict.interval95
    assumed = "as a what-if, " if verdict.what_if else ""
    cannot = f"{assumed}whether {what} changes {deaths} cannot be told"
    if ends is None:
        one = "one draw has no interval" if summary["draws"] == 1 else "there is no interval"
        return f"{cannot}: {one}."
    if ends == (0, 0):
        return f"{cannot}: no difference in {deaths} was drawn, which may be chance."
    of, _ = _of(summary, verdict)
    over = "interval of simulation alone" if verdict.spread == "simulation" else "interval"
    said = f"{cannot}: the 95% {over} runs {fewer_to_more(*ends)}{f', of {of}' if of else ''}"
    return said + (f"; {_most_draws(verdict.p_averts, ends)}." if verdict.spread == "draws" else ".")


def _most_draws(p_averts: float, ends: Interval) -> str:
    return f"in {of_draws(p_averts)} of draws there are fewer"


def _none(summary: Mapping[str, Any], verdict: Verdict) -> str:
    when, what, deaths = period(summary), quoted(verdict), summary["words"]["deaths"]
    assumed = ", as a what-if," if verdict.what_if else ","
    if verdict.null:
        why = "no usable effect was found" if verdict.grade == "D" else "studies found no effect"
        return f"{when}{assumed} {what} is counted as changing no {deaths}: the evidence is null ({why})."
    if verdict.fewer_births is not None:
        return (
            f"{when}{assumed} {what} makes no birth safer: among the {summary['words']['births']} that happen "
            f"exactly 0 {deaths} are averted."
        )
    return f"{when}{assumed} {what} changes nothing that {deaths} hang on here: exactly 0 are averted in every draw."


def _structures(summary: Mapping[str, Any], verdict: Verdict, meanings: Meanings) -> list[str]:
    """Structures under which the answer is another one, those that undo it first."""
    said = []
    none = [shift for shift in verdict.shifts if shift.moved == "none"]
    if none:
        names = listed([under_structure(shift.structure, meanings) for shift in none], "or")
        whole = count(verdict.mean) if verdict.claim is Claim.AVERTS else ""
        read = (
            f" The mean may be anywhere from 0 to {whole}, according to how that is settled." if whole else ""
        )
        said.append(
            f"It hangs on a question that data have not settled: {names} the answer is exactly 0.{read}"
        )
    said += [_shifted(summary, verdict, shift, meanings) for shift in verdict.shifts if shift.moved != "none"]
    return said


def _shifted(summary: Mapping[str, Any], verdict: Verdict, shift: Shift, meanings: Meanings) -> str:
    name, deaths = under_structure(shift.structure, meanings), summary["words"]["deaths"]
    low, high = shift.interval95
    found = f"{count(shift.mean)} {'fewer' if shift.mean > 0 else 'more'} {deaths}"
    if shift.moved == "other_way":
        return f"It hangs on structure: {name} the answer turns round, to {found} ({count_range(low, high)})."
    if shift.moved == "cannot_tell":
        return f"It hangs on structure: {name} it cannot be told ({fewer_to_more(low, high)})."
    if shift.moved == "not_none":
        holds_0 = low <= 0 <= high
        told = fewer_to_more(low, high) if holds_0 else f"{found}, {count_range(low, high)}"
        which = "which way cannot be told, " if holds_0 else ""
        return f"{name[:1].upper()}{name[1:]} it is not none: {which}{told} ({shift.draws} draws)."
    holds_0 = low <= 0 <= high
    ends = fewer_to_more(low, high) if holds_0 else count_range(low, high)
    # fewer than under the comparator, not than under the structure that was chosen
    return (
        f"It hangs on structure: {name} there would be {found} (95% interval {ends}) than under "
        f"{comparator(summary)}, a mean outside the interval above."
    )


def _fewer_births(summary: Mapping[str, Any], mean: float, ends: Interval) -> str:
    words = summary["words"]
    interval = f" ({count_range(*ends)})" if ends[1] > ends[0] and ends[0] * ends[1] > 0 else ""
    way = "fewer" if mean >= 0 else "more"
    return (
        f"{'Fewer' if mean >= 0 else 'More'} {words['short']} mean {count(mean)} {way} {words['deaths']}{interval} "
        "over the period: no baby is made safer by it, so they stand apart and are in no other figure."
    )
