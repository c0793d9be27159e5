"""Run, look at the errors, add what is lacking: until the precision asked for is reached, or a limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scenarios.margins import Margins
from scenarios.precision import (
    FLOOR,
    LEAST_DRAWS,
    Headline,
    Precision,
    Sizes,
    births_matter,
    headlines,
    next_sizes,
)
from simcore.results import counted
from simcore.spec import Wording

PLAIN = {"deaths": Wording().deaths, "short": Wording().births}
"""Words of a model that has none of its own."""


def refine(
    margins_of: Callable[[Sizes], Margins],
    least: Sizes,
    asked: Precision,
    limits: Sizes,
    real_births: float = 0.0,
    say: Callable[[str], None] = lambda said: None,
    words: Mapping[str, str] = PLAIN,
) -> tuple[Sizes, Margins, dict[str, Any]]:
    """Add draws or births until every headline is as precise as asked, or a limit is met.

    The first look is at :data:`~scenarios.precision.LEAST_DRAWS` draws, so that little is lost where more
    births turn out to be needed.

    Parameters
    ----------
    margins_of
        Runs these sizes, or what of them is lacking: draws only grow while births stay the same.
    least, limits
        Sizes below which the run does not end, and above which it does not go.
    real_births
        As for :func:`scenarios.precision.headlines`.
    say
        Told in words before each further step.
    words
        What the model counts (:func:`simcore.results.wording`).

    Returns
    -------
    tuple
        Sizes used, their margins, and what was reached, as plain data.
    """
    least_draws = min(max(least.draws, LEAST_DRAWS), limits.draws)
    at = Sizes(min(LEAST_DRAWS, least_draws), least.births)
    steps = []
    while True:
        margins = margins_of(at)
        found = headlines(margins, at.births, asked.share, real_births)
        worst = max(found, key=lambda h: h.error(at) / h.target)
        steps.append({"draws": at.draws, "births_per_draw": at.births, "largest_error": _relative(worst, at)})
        following = next_sizes(found, at, least_draws, limits)
        if following == at:
            return at, margins, {**_report(found, at, asked, limits), "steps": steps}
        whose = _called(worst.name, worst.measure, words)
        largest = f"the largest error is {percent(_relative(worst, at))}, of {whose}"
        found_out = largest if worst.error(at) > 0 else "every draw gives the same answer"
        say(f"{_size(at, words)}: {found_out}; going on to {_size(following, words)}")
        at = following


def _report(found: Sequence[Headline], at: Sizes, asked: Precision, limits: Sizes) -> dict[str, Any]:
    """What was asked, used and reached. Errors are in deaths; ``relative`` is to what a headline is judged against."""
    unmet = [h for h in found if not h.met(at)]
    stopped_by = ["most_draws"] if unmet else []
    if births_matter(unmet) and at.births == limits.births:
        stopped_by.append("most_births")
    return {
        "asked": asked.share,
        "reached": not unmet,
        "stopped_by": stopped_by,
        "draws": at.draws,
        "births_per_draw": at.births,
        "most_draws": limits.draws,
        "most_births": limits.births,
        "largest_error": max(_relative(h, at) for h in found),
        "floor": FLOOR * found[0].value,
        "headlines": [
            {
                "name": h.name,
                "measure": h.measure,
                "value": h.value,
                "error": h.error(at),
                "judged_against": h.judged_against,
                "relative": _relative(h, at),
                "met": h.met(at),
            }
            for h in found
        ],
    }


def _relative(headline: Headline, at: Sizes) -> float:
    return headline.error(at) / headline.judged_against if headline.judged_against else 0.0


def in_words(report: Mapping[str, Any], words: Mapping[str, str] = PLAIN) -> str:
    """What was asked, what was reached, with what, and what stopped it; in two or three sentences.

    >>> offer = {"name": "offer", "measure": "deaths_averted", "value": 25.0, "relative": 0.0113, "met": False}
    >>> print(in_words({"asked": 0.01, "reached": False, "stopped_by": ["most_draws"], "draws": 2000,
    ...     "births_per_draw": 100_000, "most_draws": 2000, "most_births": 10**6, "largest_error": 0.0113,
    ...     "floor": 20.5, "headlines": [offer]}))
    Precision of 1% was NOT reached: offer is known to 1.13%. It stopped at the limit of 2,000 draws
    (--most-draws); more births would not help. Used: 2,000 draws of 100,000 births.
    """
    asked = percent(report["asked"])
    drawn = _size(Sizes(report["draws"], report["births_per_draw"]), words)
    if report["reached"] and report["largest_error"] == 0:
        return f"Precision of {asked}: there is nothing to refine, every draw gives the same answer. Used: {drawn}."
    small = [
        h["name"]
        for h in report["headlines"]
        if h["measure"] == "deaths_averted" and abs(h["value"]) < report["floor"]
    ]
    judged = (
        f" Judged as {report['floor']:,.3g} {counted(words)}, {FLOOR:.1%} of the comparator's: {', '.join(small)}."
        if small
        else ""
    )
    if report["reached"]:
        largest = max(report["headlines"], key=lambda h: h["relative"])
        return (
            f"Precision of {asked} was reached: the largest error is {percent(largest['relative'])}, of "
            f"{_called(largest['name'], largest['measure'], words)}. Used: {drawn}.{judged}"
        )
    unmet = [
        f"{_called(h['name'], h['measure'], words)} is known to {percent(h['relative'])}"
        for h in report["headlines"]
        if not h["met"]
    ]
    limits = [f"{report['most_draws']:,} draws (--most-draws)"]
    if "most_births" in report["stopped_by"]:
        limits.append(f"{report['most_births']:,} {words['short']} (--most-births)")
    no_use = report["births_per_draw"] and len(limits) == 1
    more = f"; more {words['short']} would not help" if no_use else ""
    return (
        f"Precision of {asked} was NOT reached: {', '.join(unmet)}. It stopped at the limit of "
        f"{' and '.join(limits)}{more}. Used: {drawn}.{judged}"
    )


def _called(name: str, measure: str, words: Mapping[str, str]) -> str:
    """A headline as one would say it."""
    return f"{counted(words)} under {name}" if measure == "deaths" else name


def _size(at: Sizes, words: Mapping[str, str]) -> str:
    return f"{at.draws:,} draws" + (f" of {at.births:,} {words['short']}" if at.births else "")


def percent(share: float) -> str:
    """Three figures.

    >>> percent(0.01), percent(0.011289)
    ('1%', '1.13%')
    """
    return f"{100 * share:.3g}%"
