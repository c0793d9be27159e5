"""Years of life gained: what the deaths averted of each scenario would have had to live, by a life table."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scenarios.discounting import discount_rate, weights_of_years
from scenarios.figures import ALL, Array, Figure, figure_of
from scenarios.ran import Ran
from scenarios.uncertainty import ROUNDING
from scenarios.under import scenarios_of

YEARS = "years of life"


def life(ran: Ran) -> list[Figure]:
    """Years of life of every scenario, as they are and discounted where a rate is named; none without a life table."""
    return [figure for arm, _ in scenarios_of(ran) for figure in _of_scenario(ran, arm)]


def _of_scenario(ran: Ran, arm: int) -> Iterator[Figure]:
    name, plain = ran.margins.arms[arm], years_gained(ran, arm, 0.0)
    if plain is None:
        return
    yield figure_of(name, "years_of_life_gained", ALL, plain, YEARS, discount_rate=0.0)
    rate = discount_rate(ran, arm)
    discounted = years_gained(ran, arm, rate or 0.0)
    if rate and discounted is not None:
        yield figure_of(name, "years_of_life_gained_discounted", ALL, discounted, YEARS, discount_rate=rate)


def years_gained(ran: Ran, arm: int, rate: float) -> Array | None:
    """Years that the deaths averted of one scenario gain, to their value in its first year: ``float64[draws]``.

    None in a model without a life table. Whose death is averted has the expectation of everybody of that age, without
    regard to what the death was of; deaths that fewer births avert gain none.
    """
    table = ran.question.model.life
    if table is None:
        return None
    averted = ran.margins.ages[0] - ran.margins.ages[arm]
    averted = np.where(np.abs(averted) > ROUNDING * ran.margins.ages[0], averted, 0.0)
    bands = list(ran.question.model.spec.deaths.age_bands.values())
    edges = [bands[0][0], *(last for _, last in bands)]
    # how deaths are spread over the first year is the same question under every scenario
    spread = ran.margins.ages[0].mean(axis=0).sum(axis=0)
    each = table.in_first_year(edges, spread, rate)
    return np.asarray(np.einsum("dya,y,a->d", averted, weights_of_years(ran, rate), each))
