"""From deaths by draw to what is said about them: means, intervals, and how much of the spread is ours.

Three errors are kept apart. The interval is over draws (parameter uncertainty). ``draw_error`` is the
standard error of the mean over a finite number of draws; each draw has births of its own, so it holds their
luck too. ``mc_error`` is the part of it from the finite number of simulated births, draws held: births of a
draw are counted in slices, and slices of one draw differ by nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.fewer_births import averted_by_fewer, is_beside, prevented
from simcore.by_level import LevelCounts
from simcore.dims import YEAR
from simcore.model import Model
from simcore.results import BlockResult

Array = NDArray[np.float64]
LARGEST_SHARE = 0.05
"""The share of Monte Carlo variance above which it is taken out of the interval."""
ROUNDING = 1e-11
"""Share of all deaths below which a difference or a spread is nothing but rounding."""
IMD = "imd_decile"
FIFTHS = {"most_deprived_fifth": slice(0, 2), "least_deprived_fifth": slice(8, 10)}


@dataclass(frozen=True)
class Margins:
    """Deaths of some draws, summed over all but one dimension at a time.

    ``by[dim]`` is ``float64[arms, draws, levels]``; ``total`` is ``float64[arms, draws]``;
    ``slices`` is ``float64[arms, draws, slices]``; ``people`` maps ``(arm, step)`` to ``float64[draws, years]``,
    one year in a model without them; ``strata`` is ``float64[arms, draws, *strata]`` and ``apart``
    ``float64[arms, draws, causes, age bands]``; ``pass_share`` is ``float64[draws]``, empty where deaths are not
    drawn; ``settled`` says of each arm that no parameter moves its deaths, and is empty where that is not known.
    ``ages`` is ``float64[arms, draws, years, age bands]``, ``final_slices`` the slices of the final year, and
    ``levels`` births and deaths by each variable asked for.

    Every arm has all births. Of a scenario that prevents some, ``prevented`` holds how many
    (``float64[draws, *strata]`` by its name, if births at steps were counted) and ``by_fewer`` the deaths so averted
    (the same), which are in no other number here: its rates are ``(strata - by_fewer) / (births - prevented)``.
    """

    arms: tuple[str, ...]
    total: Array
    by: dict[str, Array]
    slices: Array
    people: dict[tuple[str, str], Array]
    strata: Array = field(default_factory=lambda: np.zeros(0))
    apart: Array = field(default_factory=lambda: np.zeros(0))
    pass_share: Array = field(default_factory=lambda: np.zeros(0))
    settled: tuple[bool, ...] = ()
    prevented: dict[str, Array] = field(default_factory=dict)
    by_fewer: dict[str, Array] = field(default_factory=dict)
    ages: Array = field(default_factory=lambda: np.zeros(0))
    final_slices: Array = field(default_factory=lambda: np.zeros(0))
    levels: dict[str, LevelCounts] = field(default_factory=dict)

    @classmethod
    def of(cls, model: Model, block: BlockResult, settled: tuple[bool, ...] = ()) -> Margins:
        """The margins of one block."""
        dims = [*model.strata, "cause", "age_band"]
        of_strata = range(2, 2 + len(model.strata))
        # arms that only say what fewer births avert stand after all others
        arms = tuple(arm for arm in block.arms if not is_beside(arm))
        deaths = block.deaths[: len(arms)]
        by = {}
        for axis, dim in enumerate(dims, start=2):
            others = tuple(i for i in range(2, deaths.ndim) if i != axis)
            by[dim] = deaths.sum(axis=others)
        stages = {step: at for step, at in block.stages.items() if not is_beside(step[0])}
        return cls(
            arms=arms,
            total=by[dims[0]].sum(axis=-1),
            by=by,
            strata=deaths.sum(axis=(-2, -1)),
            apart=deaths.sum(axis=tuple(of_strata)),
            slices=block.slices[: len(arms)].sum(axis=tuple(of_strata)),
            people={step: _by_year(model, at) for step, at in stages.items()},
            pass_share=block.pass_share,
            settled=settled,
            prevented=prevented(stages),
            by_fewer=averted_by_fewer(block.arms, block.deaths.sum(axis=(-2, -1))),
            ages=_ages_by_year(model, deaths),
            final_slices=_in_final_year(model, block.slices[: len(arms)]).sum(axis=tuple(of_strata)),
            levels={name: counts.of_first(len(arms)) for name, counts in block.levels.items()},
        )

    @classmethod
    def join(cls, parts: list[Margins]) -> Margins:
        """All draws, in order."""
        first = parts[0]
        return cls(
            arms=first.arms,
            total=np.concatenate([p.total for p in parts], axis=1),
            by={dim: np.concatenate([p.by[dim] for p in parts], axis=1) for dim in first.by},
            strata=np.concatenate([p.strata for p in parts], axis=1),
            apart=np.concatenate([p.apart for p in parts], axis=1),
            slices=np.concatenate([p.slices for p in parts], axis=1),
            people={step: np.concatenate([p.people[step] for p in parts]) for step in first.people},
            pass_share=np.concatenate([p.pass_share for p in parts]),
            settled=first.settled,
            prevented={arm: np.concatenate([p.prevented[arm] for p in parts]) for arm in first.prevented},
            by_fewer={arm: np.concatenate([p.by_fewer[arm] for p in parts]) for arm in first.by_fewer},
            ages=np.concatenate([p.ages for p in parts], axis=1),
            final_slices=np.concatenate([p.final_slices for p in parts], axis=1),
            levels={name: LevelCounts.join([p.levels[name] for p in parts]) for name in first.levels},
        )


def in_final_year(model: Model, margins: Margins) -> Margins:
    """Deaths of the final year alone, by strata; the very same in a model without years."""
    if YEAR not in model.strata:
        return margins
    strata = _in_final_year(model, margins.strata)
    axes = {dim: axis for axis, dim in enumerate(model.strata, start=2)}
    by = {dim: strata.sum(axis=tuple(at for at in axes.values() if at != axis)) for dim, axis in axes.items()}
    return replace(
        margins, total=by[YEAR].sum(axis=-1), by=by, strata=strata, slices=margins.final_slices, people={}
    )


def _in_final_year(model: Model, values: Array) -> Array:
    """``float64[arms, draws, *strata, ...]``, of years the last one only."""
    dims = list(model.strata)
    return values.take([-1], axis=2 + dims.index(YEAR)) if YEAR in dims else values


def _ages_by_year(model: Model, deaths: Array) -> Array:
    """Deaths by year and age band, in one year where a model has none: ``float64[arms, draws, years, age bands]``."""
    dims = list(model.strata)
    others = tuple(axis for axis, dim in enumerate(dims, start=2) if dim != YEAR)
    found = deaths.sum(axis=(*others, -2))
    return np.asarray(found if YEAR in dims else found[:, :, None])


def _by_year(model: Model, at: Array) -> Array:
    """Births at a step summed over strata but the year: ``float64[draws, years]``."""
    dims = list(model.strata)
    if YEAR not in dims:
        return np.asarray(at.reshape(at.shape[0], -1).sum(axis=1, keepdims=True))
    year = 1 + dims.index(YEAR)
    return np.asarray(at.sum(axis=tuple(axis for axis in range(1, at.ndim) if axis != year)))


class Quantity(NamedTuple):
    """A number of deaths by draw, and what is known of its spread: what :func:`estimate` takes."""

    draws: Array
    slices: Array | None = None
    settled: bool = False
    size: float = 0.0


@dataclass(frozen=True)
class Estimate:
    """A quantity over draws."""

    mean: float
    interval95: tuple[float, float]
    mc_error: float
    draw_error: float
    mc_variance_share: float
    mc_variance_removed: bool

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers, unrounded."""
        return {
            "mean": self.mean,
            "interval95": list(self.interval95),
            "mc_error": self.mc_error,
            "draw_error": self.draw_error,
            "mc_variance_share": self.mc_variance_share,
            "mc_variance_removed": self.mc_variance_removed,
        }


def estimate(draws: Array, slices: Array | None = None, settled: bool = False, size: float = 0.0) -> Estimate:
    """Mean and interval of a quantity over draws.

    Parameters
    ----------
    draws : float64[draws]
    slices : float64[draws, slices], optional
        The same quantity as the sum of its slices; none where nothing was drawn.
    settled
        That no parameter moves it, so that draws differ by their births alone.
    size
        Deaths that it is a difference of: what is less than :data:`ROUNDING` of them is no spread.

    Notes
    -----
    Slices of one draw are independent and of equal size, so the Monte Carlo variance of a draw is the
    number of slices times the variance between them. Where its mean is above :data:`LARGEST_SHARE` of the
    variance between draws, draws are moved towards their mean until the rest is left. Where no rest can be told
    from chance (a sample variance has a relative standard error of ``sqrt(2 / (draws - 1))``), the interval
    is left whole: too wide, never a point. ``mc_variance_share`` then says that more births are needed.

    What is settled has no rest: all variance between draws is taken out, the interval is the mean, and
    ``mc_error`` is the whole error.

    Examples
    --------
    >>> estimate(np.array([7.0, 9.0]), np.array([[4.0, 3.0], [4.0, 5.0]]), settled=True).interval95
    (8.0, 8.0)
    """
    n = draws.size
    rounding = (ROUNDING * max(size, float(np.abs(draws).max()))) ** 2
    within = np.zeros(n)
    if slices is not None and slices.shape[-1] > 1:
        within = slices.shape[-1] * slices.var(axis=-1, ddof=1)
        within = np.where(within > rounding, within, 0.0)
    between = float(draws.var(ddof=1)) if n > 1 else 0.0
    if between <= rounding:
        between = 0.0
    centre = float(draws.mean())
    if settled:
        removed = bool(within.any())
        share = float(removed)
    else:
        share = float(within.mean()) / between if between > 0 else 0.0
        removed = bool(share > LARGEST_SHARE and 1.0 - share > 2.0 * np.sqrt(2.0 / (n - 1)))
    low = high = centre
    if between > 0 and not settled:
        spread = centre + (draws - centre) * np.sqrt(1.0 - share) if removed else draws
        low, high = (float(q) for q in np.quantile(spread, [0.025, 0.975]))
    return Estimate(
        centre, (low, high), float(np.sqrt(within.sum())) / n, float(np.sqrt(between / n)), share, removed
    )


def deaths_under(margins: Margins, arm: int) -> Quantity:
    """Deaths in one arm."""
    slices = margins.slices[arm] if margins.slices.shape[-1] else None
    return Quantity(margins.total[arm], slices, _settled(margins, arm))


def averted(margins: Margins, arm: int) -> Quantity:
    """Deaths averted against arm 0; what is less than rounding of all deaths is none."""
    slices = margins.slices[0] - margins.slices[arm] if margins.slices.shape[-1] else None
    size = float(margins.total[0].mean())
    draws = margins.total[0] - margins.total[arm]
    draws = np.where(np.abs(draws) > ROUNDING * size, draws, 0.0)
    return Quantity(draws, slices, _settled(margins, 0) and _settled(margins, arm), size)


def averted_by_fewer_births(margins: Margins, arm: int) -> Array | None:
    """Deaths averted because fewer are born than under arm 0, in no other number; none where nobody is prevented.

    Returns
    -------
    float64[draws, *strata] or None
    """
    here, there = (margins.by_fewer.get(margins.arms[which]) for which in (arm, 0))
    if there is None:
        return here
    return np.zeros_like(there) - there if here is None else here - there


def _settled(margins: Margins, arm: int) -> bool:
    return bool(margins.settled) and margins.settled[arm]


def baseline_summary(model: Model, births: Array, margins: Margins) -> dict[str, Any]:
    """Births, deaths and mortality of the comparator."""
    deaths = estimate(*deaths_under(margins, 0))
    out: dict[str, Any] = {
        "name": margins.arms[0],
        "births": float(births.sum()),
        "deaths": deaths.as_dict(),
        "imr": 1000 * deaths.mean / float(births.sum()),
    }
    if _has_tenths(model):
        axis = list(model.strata).index(IMD)
        per_decile = births.sum(axis=tuple(i for i in range(births.ndim) if i != axis))
        died = margins.by[IMD][0].mean(axis=0)
        out["births_by_decile"] = per_decile.tolist()
        out["imr_by_decile"] = (1000 * died / per_decile).tolist()
        pairs = per_decile.reshape(-1, 2).sum(axis=1)
        out["imr_by_fifth"] = (1000 * died.reshape(-1, 2).sum(axis=1) / pairs).tolist()
    return out


def _has_tenths(model: Model) -> bool:
    """Whether births are known by ten equal parts of deprivation, so that two make a fifth."""
    return len(model.strata.get(IMD, ())) == 10


def headline_of(model: Model, births: Array, margins: Margins, arm: int) -> dict[str, Any]:
    """What one scenario averts, whose, and how sure that is."""
    quantity = averted(margins, arm)
    total, headline = quantity.draws, estimate(*quantity)
    baseline = margins.total[0]
    out: dict[str, Any] = {
        "name": margins.arms[arm],
        "deaths_averted": headline.as_dict(),
        # of no deaths at all there is no percentage
        "percent": float(100 * total.mean() / baseline.mean()) if baseline.any() else None,
        "per_1000_births": float(1000 * total.mean() / births.sum()),
        "p_positive": float((total > 0).mean()),
    }
    if _has_tenths(model):
        by_decile = margins.by[IMD][0] - margins.by[IMD][arm]
        out["by_decile"] = by_decile.mean(axis=0).tolist()
        for name, pair in FIFTHS.items():
            deaths = by_decile[:, pair].sum(axis=1)
            fifth = estimate(*quantity._replace(draws=deaths, slices=None))
            out[name] = {
                "mean": fifth.mean,
                "interval95": list(fifth.interval95),
                "draw_error": fifth.draw_error,
            }
    return out


def arm_summary(model: Model, births: Array, margins: Margins, arm: int) -> dict[str, Any]:
    """The headline of one scenario, of what and at which age deaths are averted, and births at each step."""
    out = headline_of(model, births, margins, arm)
    spec = model.spec.deaths
    for name, dim, labels in (("by_cause", "cause", spec.causes), ("by_age", "age_band", spec.age_bands)):
        mean = (margins.by[dim][0] - margins.by[dim][arm]).mean(axis=0)
        out[name] = dict(zip(labels, mean.tolist(), strict=True))
    fewer = averted_by_fewer_births(margins, arm)
    if fewer is not None:
        apart = estimate(fewer.reshape(fewer.shape[0], -1).sum(axis=1))
        out["by_fewer_births"] = {
            "mean": apart.mean,
            "interval95": list(apart.interval95),
            "draw_error": apart.draw_error,
        }
    people = {step: v.sum(axis=1) for (name, step), v in margins.people.items() if name == margins.arms[arm]}
    if people:
        out["people"] = {
            step: {"mean": float(v.mean()), "interval95": [float(q) for q in np.quantile(v, [0.025, 0.975])]}
            for step, v in people.items()
        }
    return out


def by_year(margins: Margins, arm: int, years: list[int]) -> dict[str, float]:
    """Mean deaths averted in each year."""
    if "year" not in margins.by:
        return {}
    values = (margins.by["year"][0] - margins.by["year"][arm]).mean(axis=0)
    return {str(year): float(value) for year, value in zip(years, values, strict=True)}
