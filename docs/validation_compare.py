"""Observed counts beside the same groups of the model.

What is compared follows from two files: ``observed_groups.csv`` (what was counted) and ``model.yaml`` (what the model
has). A count of a variable, level or cause that the model does not have is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from validation_groups import Groups, count_groups
from validation_observed import Observed, read_observed
from validation_tools import Array, england, rows_of

from simcore.model import Model
from simcore.solved import read_draws

DRAWS = 200
WHOLE = ("all", "cause", "age_at_death")
"""Factors that tell deaths apart and not births."""


@dataclass(frozen=True)
class Compared:
    """One observed count beside the model's draws: mean rate and 95%."""

    seen: Observed
    rate: float
    low: float
    high: float
    z: float
    fitted: bool


@cache
def compare_all() -> tuple[Compared, ...]:
    """Every count that the model can be asked for, in the order of the file."""
    model = england()
    causes = {row["cause"] for row in rows_of("observed_groups.csv")} - {""}
    # a cause of which the model tells fewer apart means something else there
    partition = causes <= set(model.spec.deaths.causes)
    seen = read_observed(rows_of("observed_groups.csv"))
    return tuple(
        compare(s) for s in seen if in_model(model, s) and in_period(model, s) and (partition or not s.cause)
    )


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
    groups = [(seen.factor, seen.levels), *([seen.within] if seen.within else [])]
    return all(
        factor in WHOLE or (_known(model, factor) and set(levels) <= set(model.levels(factor)))
        for factor, levels in groups
    )


def _known(model: Model, factor: str) -> bool:
    return factor in model.spec.variables or factor in model.strata


def compare(seen: Observed) -> Compared:
    """One count beside the model."""
    rates = rates_of(seen)
    mean, spread = float(rates.mean()), float(rates.std(ddof=1))
    low, high = np.quantile(rates, [0.025, 0.975])
    return Compared(seen, mean, float(low), float(high), seen.z(mean, spread), is_fitted(england(), seen))


def rates_of(seen: Observed, draws: int = DRAWS) -> Array:
    """Deaths for each birth of the group: ``float64[draws]``."""
    model = england()
    deaths = model.spec.deaths
    bands, causes = list(deaths.age_bands), list(deaths.causes)
    groups = list(_told_apart(seen))
    counted = _count(tuple(factor for factor, _ in groups), seen.years, draws)
    born, died = counted.births, counted.deaths
    for factor, levels in groups:
        at = [model.levels(factor).index(level) for level in levels]
        born, died = born[:, at].sum(axis=1), died[:, at].sum(axis=1)
    within = set(deaths.age_periods.get(seen.outcome, bands))
    if seen.factor == "age_at_death":
        within &= set(seen.levels)
    died = died[..., [bands.index(band) for band in bands if band in within]].sum(axis=-1)
    return np.asarray((died[..., causes.index(seen.cause)] if seen.cause else died.sum(axis=-1)) / born)


def _told_apart(seen: Observed) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Factors of births, and the levels that are counted."""
    if seen.factor not in WHOLE:
        yield seen.factor, seen.levels
    if seen.within is not None:
        yield seen.within


@cache
def _count(factors: tuple[str, ...], years: tuple[int, ...], draws: int) -> Groups:
    model, structure = england(), england().structure()
    return count_groups(model, structure, read_draws(model, structure, draws), years, *factors)


def is_fitted(model: Model, seen: Observed) -> bool:
    """Whether the model was made to return this count, or one that holds it."""
    spec = model.spec
    if not set(seen.years) <= set(spec.reference_years) or seen.within is not None:
        return False
    if seen.factor in WHOLE or seen.factor in spec.deaths.baseline.by:
        return True
    if spec.deaths.residual is not None and seen.factor == spec.deaths.residual.by:
        return not seen.cause
    ratios = (r for h in spec.deaths.hazard_ratios if h.parent == seen.factor for r in h.ratios.values())
    named = (spec.parameters[r] for r in ratios if isinstance(r, str) and r in spec.parameters)
    return any(parameter.source in seen.sources for parameter in named)
