"""Observed counts beside the same groups of the model.

What is compared follows from two files: ``observed_groups.csv`` (what was counted) and ``model.yaml`` (what the model
has). A count of a variable, level or cause that the model does not have is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from validation_groups import Asked, Groups, count_each
from validation_observed import Observed, read_observed
from validation_tools import Array, england, rows_of

from simcore.draws import DrawBlock
from simcore.model import Model
from simcore.solved import OWN, read_central, read_draws

DRAWS = 50
WHOLE = ("all", "cause", "age_at_death")
"""Factors that tell deaths apart and not births."""


@dataclass(frozen=True)
class Compared:
    """One observed count beside the model: rate of the central draw, mean rate of draws and 95%."""

    seen: Observed
    central: float
    rate: float
    low: float
    high: float
    z: float
    fitted: bool


def compared_counts() -> list[Observed]:
    """Every published count that the model can be asked for, in the order of the file."""
    model = england()
    rows = rows_of("observed_groups.csv")
    # a cause of which the model tells fewer apart means something else there
    partition = {row["cause"] for row in rows} - {""} <= set(model.spec.deaths.causes)
    return [
        seen
        for seen in read_observed(rows)
        if in_model(model, seen) and in_period(model, seen) and (partition or not seen.cause)
    ]


@cache
def compare_all(draws: int = DRAWS) -> tuple[Compared, ...]:
    """Every count beside the model."""
    model, seen = england(), compared_counts()
    structure = model.structure()
    central = rates(seen, read_central(model, structure, OWN))
    spread = rates(seen, read_draws(model, structure, draws, OWN))
    return tuple(_compared(*one) for one in zip(seen, central, spread, strict=True))


def _compared(seen: Observed, central: Array, rate: Array) -> Compared:
    mean, spread = float(rate.mean()), float(rate.std(ddof=1))
    low, high = np.quantile(rate, [0.025, 0.975])
    z, fitted = seen.z(mean, spread), is_fitted(england(), seen)
    return Compared(seen, float(central[0]), mean, float(low), float(high), z, fitted)


def in_period(model: Model, seen: Observed) -> bool:
    """The reference years together and the last of them; of the model's very births also every earlier year."""
    years = model.spec.reference_years
    if seen.years in (years, years[-1:]):
        return True
    whose = {**model.strata, "year": (seen.period,)}
    earlier = len(seen.years) == 1 and seen.years[0] < years[0]
    return seen.factor == "all" and earlier and seen.births == model.births_in(whose).sum()


def in_model(model: Model, seen: Observed) -> bool:
    """Whether the model has the groups, and the cause, age and years of death."""
    deaths = model.spec.deaths
    if (seen.cause and seen.cause not in deaths.causes) or not set(seen.years) <= set(model.years):
        return False
    if seen.factor == "age_at_death":
        # told once, not again for each period that holds the age
        return seen.outcome == "infant" and set(seen.levels) <= set(deaths.age_bands)
    return all(
        _known(model, factor) and set(levels) <= set(model.levels(factor))
        for factor, levels in told_apart(seen)
    )


def _known(model: Model, factor: str) -> bool:
    return factor in model.spec.variables or factor in model.strata


def told_apart(seen: Observed) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Factors of births, and the levels that are counted."""
    if seen.factor not in WHOLE:
        yield seen.factor, seen.levels
    if seen.within is not None:
        yield seen.within


def rates(seen: Sequence[Observed], draws: DrawBlock) -> list[Array]:
    """Deaths for each birth of every group: ``float64[draws]`` each."""
    model = england()
    found = count_each(model, model.structure(), draws, map(_asked, seen))
    return [_rate(one, found[_asked(one)]) for one in seen]


def rates_of(seen: Observed, draws: DrawBlock) -> Array:
    """Deaths for each birth of one group: ``float64[draws]``."""
    return rates([seen], draws)[0]


def _asked(seen: Observed) -> Asked:
    return tuple(factor for factor, _ in told_apart(seen)), seen.years


def _rate(seen: Observed, found: Groups) -> Array:
    model = england()
    deaths = model.spec.deaths
    bands, causes = list(deaths.age_bands), list(deaths.causes)
    born, died = found.births, found.deaths
    for factor, levels in told_apart(seen):
        at = [model.levels(factor).index(level) for level in levels]
        born, died = born[:, at].sum(axis=1), died[:, at].sum(axis=1)
    within = set(deaths.age_periods.get(seen.outcome, bands))
    if seen.factor == "age_at_death":
        within &= set(seen.levels)
    died = died[..., [bands.index(band) for band in bands if band in within]].sum(axis=-1)
    return np.asarray((died[..., causes.index(seen.cause)] if seen.cause else died.sum(axis=-1)) / born)


def is_fitted(model: Model, seen: Observed) -> bool:
    """Whether the model was made to return this count, or one that holds it."""
    spec = model.spec
    if not set(seen.years) <= set(spec.reference_years):
        return False
    groups = [factor for factor, _ in told_apart(seen)]
    if set(groups) <= set(spec.deaths.baseline.by):
        return True
    if len(groups) > 1:
        return False
    if spec.deaths.residual is not None and seen.factor == spec.deaths.residual.by:
        return not seen.cause
    return any(source in seen.sources for source in _sources_of_ratios(model, seen.factor))


def _sources_of_ratios(model: Model, factor: str) -> Iterable[str]:
    """Where ratios of a factor on the hazards of death were read."""
    spec = model.spec
    ratios = (r for h in spec.deaths.hazard_ratios if h.parent == factor for r in h.ratios.values())
    return (spec.parameters[r].source for r in ratios if isinstance(r, str) and r in spec.parameters)
