"""A precision that is asked for: how far a headline may be off, which sizes get there, and what was reached.

The *error* of a headline is the standard error of its mean over draws: how far it would move if parameters
and births were all drawn again. Each draw holds its own parameters and its own births, so the spread between
draws contains both. The part from parameters falls with draws alone, the part from births with either.

Sizes follow from results alone, never from the clock, so that the same question takes the same road on any
machine and after any interruption.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scenarios.margins import Margins
from scenarios.uncertainty import averted, deaths_under, estimate

FLOOR = 0.001
"""Share of the comparator's deaths below which a headline is judged as though it were that large.

A headline of 0, or one that cannot be told from 0, has no relative error worth asking for.
"""
LEAST_DRAWS = 100
"""A standard error from fewer draws is itself too uncertain to stop by."""
MOST_BIRTHS = 1_000_000
"""Births of each draw at which a run stops where no other limit is given."""
MOST_SAMPLED = 10_000
"""Draws at which it stops where the model ships none but has them sampled."""
FINEST, COARSEST = 1e-6, 0.5
"""Precisions between which one may be asked for."""
STEP = 20
"""Draws are added in whole blocks."""
GROWTH = 1.1
"""Draws grow by a tenth at least: few looks at the error, so that stopping by it hardly favours a small one."""
NEAR = 1.05
"""Beyond reach, births are added until the error is within this factor of the best that limits allow."""
COST_OF_A_DRAW = 300_000
"""What a draw costs beside its births, in births; it chooses the road, never whether the end is reached."""
TINY = 1e-12


@dataclass(frozen=True)
class Precision:
    """What is asked for: the error of every headline as a share of it, and where to stop trying.

    Without ``most_draws`` all draws that ship with the model may be used.

    >>> Precision(0.01)
    Precision(share=0.01, most_draws=None, most_births=1000000)

    Raises
    ------
    ValueError
        If the share is not between 0.0001% and 50%.
    """

    share: float
    most_draws: int | None = None
    most_births: int = MOST_BIRTHS

    def __post_init__(self) -> None:
        if not FINEST <= self.share <= COARSEST:
            raise ValueError(f"precision: a share from {FINEST:g} to {COARSEST}, got {self.share}")


@dataclass(frozen=True, order=True)
class Sizes:
    """How much is simulated: draws, and births of each draw (0 where nothing is drawn)."""

    draws: int
    births: int


@dataclass(frozen=True)
class Headline:
    """One number that the precision is promised for, and what its error is made of.

    ``of_draws`` is the variance of one draw from its parameters, ``of_birth`` that from simulating a single birth.
    ``grain`` is the number of real births where deaths are drawn one by one, else 0: no such headline is
    known better than one simulated death, however alike the draws.
    """

    name: str
    measure: str
    value: float
    judged_against: float
    target: float
    of_draws: float
    of_birth: float
    grain: float

    def error(self, at: Sizes) -> float:
        """Its standard error with these sizes."""
        spread = math.sqrt(self._variance(at.births) / at.draws)
        return max(spread, self.grain / (at.draws * at.births)) if self.grain else spread

    def met(self, at: Sizes) -> bool:
        """Whether it is as precise as asked; what rounding alone puts beyond it is."""
        return self.error(at) <= self.target * (1.0 + 1e-9)

    def draws_for(self, births: int) -> float:
        """Draws with which its error would be the one asked for."""
        draws = self._variance(births) / self.target**2
        return max(draws, self.grain / (births * self.target)) if self.grain else draws

    def _variance(self, births: int) -> float:
        """Variance of one draw of so many births."""
        return self.of_draws + (self.of_birth / births if self.of_birth else 0.0)


def headlines(margins: Margins, births: int, share: float, real_births: float = 0.0) -> list[Headline]:
    """The comparator's deaths, then the deaths averted by every arm.

    Fifths of deprivation are no headlines: they are parts of a total, some of them a death or two, and one of
    those would set the size of the whole run.

    Parameters
    ----------
    births
        Simulated births of each draw.
    real_births
        Births they stand for, where deaths were drawn one by one.
    """
    floor = FLOOR * float(margins.total[0].mean())
    found = []
    for arm, name in enumerate(margins.arms):
        quantity = averted(margins, arm) if arm else deaths_under(margins, arm)
        at, n = estimate(*quantity), quantity.draws.size
        of_births = n * at.mc_error**2
        against = max(abs(at.mean), floor)
        found.append(
            Headline(
                name,
                "deaths_averted" if arm else "deaths",
                at.mean,
                against,
                max(share * against, TINY),
                0.0 if quantity.settled else max(n * at.draw_error**2 - of_births, 0.0),
                of_births * births,
                real_births,
            )
        )
    return found


def next_sizes(found: Sequence[Headline], at: Sizes, least_draws: int, limits: Sizes) -> Sizes:
    """Sizes that are expected to do, at the least further cost; the same sizes where nothing is left to gain.

    Draws that are at hand stay so; with more births they are all run again, which counts among the cost.
    Where something is beyond reach, every draw is used, and births as far as they are of use.

    >>> wide = Headline("offer", "deaths_averted", 100.0, 100.0, 1.0, 400.0, 0.0, 0.0)
    >>> next_sizes([wide], Sizes(100, 1000), 100, Sizes(2000, 10**6))
    Sizes(draws=400, births=1000)
    """
    goals = [h.target if h.met(limits) else NEAR * h.error(limits) for h in found]
    beyond = not all(h.met(limits) for h in found)
    options = []
    for births in _ladder(found, at.births, limits.births):
        ends = Sizes(limits.draws, births)
        if births < limits.births and any(h.error(ends) > goal for h, goal in zip(found, goals, strict=True)):
            continue
        needed = _whole(max(h.draws_for(births) for h in found), max(at.draws, least_draws))
        draws = limits.draws if beyond else min(needed, limits.draws)
        new = draws - at.draws if births == at.births else draws
        options.append((new * (births + COST_OF_A_DRAW), Sizes(draws, births)))
    return min(options)[1]


def births_matter(found: Sequence[Headline]) -> bool:
    """Whether the number of simulated births has a part in any error."""
    return any(h.of_birth > 0 or h.grain > 0 for h in found)


def _ladder(found: Sequence[Headline], births: int, most: int) -> list[int]:
    """Numbers of births to choose from, each twice the one before; one only where births make no error."""
    steps = [births]
    while steps[-1] < most and births_matter(found):
        steps.append(min(2 * steps[-1], most))
    return steps


def _whole(draws: float, least: int) -> int:
    """So many draws or a few more: whole blocks, and a tenth more than there are if more at all."""
    if draws <= least * (1.0 + 1e-9):
        return least
    return math.ceil(max(draws, GROWTH * least) / STEP) * STEP
