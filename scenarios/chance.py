"""Chance: how deaths that are counted differ from those that are expected, and whether a count would show a policy.

Two intervals hold chance. One is of the deaths that may be counted in a year under a scenario, of the births that
happen under it. The other is of the change between two independent years (or series of three), the first under the
comparator, the second under the scenario, with as many births: all that can ever be observed, as no year shows both
worlds. What is expected differs from draw to draw, with parameters and the effects of years; counts of one draw are
Poisson numbers around it.

The years that are compared either share what draws say of effects of years, as though nothing but the policy and luck
set them apart (``years 2032-2034``), or have effects of their own, those by which the same draw moves hazards from the
years before (``years 2029-2031 to 2032-2034``): the first is the best case, the second what official series meet.

Births of a draw are simulated, so that draws differ by more than they should. How much of their spread is of that kind
is known from slices of the births, and is taken out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scenarios.figures import ALL, IN_FILES_ALONE, Array, Figure
from scenarios.poisson_mixtures import POWER, change_interval, count_interval, least_detectable, shown
from scenarios.ran import Ran
from scenarios.uncertainty import averted
from scenarios.under import deaths_under, over
from simcore.dims import YEAR
from simcore.results import counted, wording

SERIES = 3
"""Years that official series of small numbers put together."""


@dataclass(frozen=True)
class Span:
    """Years that are counted together, and those before them that they may be set against."""

    level: str
    years: int
    these: slice
    before: slice | None = None


def chance(ran: Ran) -> list[Figure]:
    """What may be counted under every scenario, and what of it could be told from chance.

    None where deaths were drawn one by one: they hold chance already, that of the births simulated.
    """
    margins = ran.margins
    if margins.pass_share.size:
        return []
    by_year = margins.by[YEAR] if YEAR in margins.by else margins.total[..., None]
    born = [
        over(ran, deaths_under(ran, arm), YEAR).reshape(ran.draws, -1) for arm in range(len(margins.arms))
    ]
    labels = [f"year {year}" for year in ran.question.years] if YEAR in margins.by else [ALL]
    unit = counted(wording(ran.question.model))
    figures = []
    means = margins.total.mean(axis=1)
    # years share the noise of the period by their deaths
    noise = [noise_of_births(margins.slices[arm]) / mean if mean else 0.0 for arm, mean in enumerate(means)]
    for arm, name in enumerate(margins.arms):
        for place, level in enumerate(labels):
            # the whole path of what is the comparator; of a scenario, where its path ends
            if arm == 0 or place == len(labels) - 1:
                beside = {} if place == len(labels) - 1 else IN_FILES_ALONE
                expected = born[arm][:, place]
                expected = without(expected, noise[arm] * float(expected.mean()))
                figures.append(_count(name, level, expected, unit, beside))
    for span in spans(ran.question.years if YEAR in margins.by else ()):
        natural = by_year[0, :, span.these].sum(axis=-1)
        first = first_series(by_year[0], span, noise[0])
        figures += _of_comparator(margins.arms[0], span, first, natural, unit)
        for arm, name in enumerate(margins.arms[1:], start=1):
            figures += _change(name, span, first, natural, by_year[arm, :, span.these].sum(axis=-1), unit)
    for arm, name in enumerate(margins.arms[1:], start=1):
        saved = averted(margins, arm)
        figures.append(_among_same_babies(name, without(saved.draws, noise_of_births(saved.slices)), unit))
    return figures


def spans(years: Sequence[int]) -> Iterator[Span]:
    """The last year and the last three, where years follow one another; a span without years if there are none.

    >>> [span.level for span in spans([2030, 2031, 2032])]
    ['year 2032', 'year 2031 to 2032', 'years 2030-2032']
    """
    n = len(years)
    if not n:
        yield Span(ALL, 1, slice(None))
        return
    in_a_row = list(years) == list(range(years[0], years[0] + n))
    for size, word in ((1, "year"), (SERIES, "years")):
        if n < size or not (in_a_row or size == 1):
            continue
        last = _named(years[n - size :])
        yield Span(f"{word} {last}", size, slice(n - size, n))
        if n >= 2 * size and in_a_row:
            before = slice(n - 2 * size, n - size)
            yield Span(f"{word} {_named(years[before])} to {last}", size, slice(n - size, n), before)


def _named(years: Sequence[int]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}"


def first_series(natural: Array, span: Span, noise: float = 0.0) -> Array:
    """What the first of two series expects in each draw, nothing being changed: ``float64[draws]``.

    With effects of years of their own it is what the draw expects in the years before, at the level of the years that
    are compared, so that the two differ by effects of years alone and not by births or what the comparator changes.

    Parameters
    ----------
    natural : float64[draws, years]
        Under the comparator.
    noise
        The variance of expected deaths, for each of them, that is of simulated births.
    """
    these = natural[:, span.these].sum(axis=-1)
    if span.before is None:
        return np.asarray(these)
    before = natural[:, span.before].sum(axis=-1)
    if not (these.all() and before.all()):
        return np.asarray(these)
    ratio = np.exp(without(np.log(before / these), noise * (1.0 / these.mean() + 1.0 / before.mean())))
    first = these * ratio
    return np.asarray(first * (these.mean() / first.mean()))


def without(values: Array, variance: float) -> Array:
    """Values of draws moved towards their mean, until so much of their variance is gone.

    >>> without(np.array([1.0, 3.0]), 0.75), without(np.array([1.0, 3.0]), 9.0)
    (array([1.5, 2.5]), array([2., 2.]))
    """
    spread = float(values.var())
    left = np.sqrt(max(0.0, 1.0 - variance / spread)) if spread > 0 else 1.0
    return np.asarray(values.mean() + (values - values.mean()) * left)


def noise_of_births(slices: Array | None) -> float:
    """The variance that simulated births give to deaths of a draw, from their slices: ``float64[draws, slices]``.

    Slices of a draw are independent and of equal size; 0 where nothing was simulated.
    """
    if slices is None or slices.shape[-1] < 2:
        return 0.0
    return float(slices.shape[-1] * slices.var(axis=-1, ddof=1).mean())


def _count(scenario: str, level: str, expected: Array, unit: str, more: Mapping[str, Any]) -> Figure:
    low, high = count_interval(expected).tolist()
    return Figure(scenario, "deaths_in_a_year", level, float(expected.mean()), unit, (low, high), more=more)


def _of_comparator(scenario: str, span: Span, first: Array, natural: Array, unit: str) -> list[Figure]:
    """How often nothing shows as a fall, and the least fall that would be shown with a power of 80%."""
    alarms = shown(first, natural)
    share = least_detectable(first, natural)
    least = None if share is None else share * float(natural.mean()) / span.years
    return [
        _probability(scenario, "p_shown_by_chance", span.level, alarms),
        Figure(scenario, "least_detectable_fall", span.level, least, f"{unit} a year", more={"power": POWER}),
    ]


def _change(
    scenario: str, span: Span, first: Array, natural: Array, second: Array, unit: str
) -> list[Figure]:
    """The change that two counts may show, and how likely they show it in the direction in which it is expected."""
    expected = float((natural - second).mean())
    low, high = change_interval(first, second).tolist()
    change = Figure(scenario, "observable_change", span.level, expected, unit, (low, high))
    if expected == 0:
        return [change, Figure(scenario, "p_shown", span.level, None, "probability")]
    found = shown(first, second) if expected > 0 else shown(second, first)
    return [change, _probability(scenario, "p_shown", span.level, found)]


def _probability(scenario: str, measure: str, level: str, by_draw: Array) -> Figure:
    error = float(by_draw.std() / np.sqrt(max(by_draw.size - 1, 1)))
    return Figure(scenario, measure, level, float(by_draw.mean()), "probability", mc_error=error)


def _among_same_babies(scenario: str, draws: Array, unit: str) -> Figure:
    """Deaths averted with chance, were the same babies seen in both worlds, under the model's shared luck.

    The babies saved are a Poisson number, and so are those lost: of a scenario that harms no baby there are as many
    saved as deaths averted, and it is that which is assumed here.
    """
    low, high = change_interval(np.maximum(draws, 0.0), np.maximum(-draws, 0.0)).tolist()
    return Figure(scenario, "deaths_averted_among_same_babies", ALL, float(draws.mean()), unit, (low, high))
