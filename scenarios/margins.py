"""What is kept of the deaths of every draw: sums over all but a dimension or two, small enough for a thousand draws."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from scenarios.fewer_births import averted_by_fewer, is_beside, prevented
from simcore.by_level import LevelCounts
from simcore.dims import YEAR
from simcore.model import Model
from simcore.results import BlockResult

Array = NDArray[np.float64]
IMD = "imd_decile"


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
