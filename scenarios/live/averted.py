"""What an arm averts, draw by draw and however it is told apart, as one thing that can be added and scaled.

All arithmetic of quick answers is done here, on every margin alike, so that deciles, causes and years of a quick
answer add up as those of a full one do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scenarios.margins import Array, Margins

TOTAL = "total"
STRATA = "strata"
BY = "by:"
_FIELDS = (STRATA, "apart", "slices", "ages", "final_slices")


@dataclass(frozen=True)
class Deaths:
    """Deaths of one arm, or how many fewer they are, over draws.

    ``parts`` holds ``float64[draws, ...]`` by name: ``total``; ``by:DIM`` for every dimension; the other margins.
    One draw stands for all where it meets several.
    """

    parts: Mapping[str, Array]

    @classmethod
    def of(cls, margins: Margins, arm: int) -> Deaths:
        """Those of one arm of a run."""
        by = {f"{BY}{dim}": values[arm] for dim, values in margins.by.items()}
        rest = {name: getattr(margins, name)[arm] for name in _FIELDS}
        return cls({TOTAL: margins.total[arm], **by, **rest})

    @cached_property
    def mean(self) -> float:
        """The mean total."""
        return float(self.parts[TOTAL].mean())

    @property
    def draws(self) -> int:
        """How many draws."""
        return int(self.parts[TOTAL].shape[0])

    def __add__(self, other: Deaths) -> Deaths:
        return self._with(other, np.add)

    def __sub__(self, other: Deaths) -> Deaths:
        return self._with(other, np.subtract)

    def first(self, draws: int) -> Deaths:
        """The first draws alone."""
        return Deaths({name: values[:draws] for name, values in self.parts.items()})

    def average(self) -> Deaths:
        """The mean over draws, as one draw."""
        return Deaths({name: values.mean(axis=0, keepdims=True) for name, values in self.parts.items()})

    def by_level(self, axis: int) -> Array:
        """Told apart by one dimension of the strata, counted from 0: ``float64[draws, levels]``."""
        strata = self.parts[STRATA]
        return np.asarray(strata.sum(axis=_others(strata, axis)))

    def apart_by(self, shares: Array, axis: int) -> Deaths:
        """One draw times shares that differ by a level of the strata: ``float64[draws, levels]``.

        Margins that are not of strata get the share that all strata together have.
        """
        strata = self.parts[STRATA]
        of_level = np.expand_dims(shares, _others(strata, axis))
        apart = strata * of_level
        dims = range(strata.ndim - 1)
        total = apart.reshape(apart.shape[0], -1).sum(axis=1)
        parts = self.times(total / self.mean).parts if self.mean else self.times(np.zeros_like(total)).parts
        # margins by the dimensions of the strata come first, in their order
        by = [name for name in self.parts if name.startswith(BY)]
        mine = {by[dim]: apart.sum(axis=_others(apart, dim)) for dim in dims}
        return Deaths({**parts, **mine, STRATA: apart, TOTAL: total})

    def as_the_others(self, which: NDArray[np.bool_]) -> Deaths:
        """With the mean of the other draws in place of some (``bool[draws]``)."""
        parts = {}
        for name, values in self.parts.items():
            parts[name] = values.copy()
            parts[name][which] = values[~which].mean(axis=0)
        return Deaths(parts)

    def times(self, factor: float | Array) -> Deaths:
        """Every number times a factor, or those of each draw times a factor of its own (``float64[draws]``)."""
        if isinstance(factor, float):
            return Deaths({name: values * factor for name, values in self.parts.items()})
        return Deaths(
            {
                name: values * factor.reshape(-1, *(1,) * (values.ndim - 1))
                for name, values in self.parts.items()
            }
        )

    def _with(self, other: Deaths, join: Callable[[Array, Array], Array]) -> Deaths:
        return Deaths({name: join(values, other.parts[name]) for name, values in self.parts.items()})


def margins_of(names: Sequence[str], arms: Sequence[Deaths], like: Margins) -> Margins:
    """Margins of several arms, with births at steps and births prevented as in ``like``, the same in every draw."""
    draws = max(arm.draws for arm in arms)

    def stacked(name: str) -> Array:
        return np.stack([_broadcast(arm.parts[name], draws) for arm in arms])

    return Margins(
        arms=tuple(names),
        total=stacked(TOTAL),
        by={dim: stacked(f"{BY}{dim}") for dim in like.by},
        people={step: _broadcast(at, draws) for step, at in like.people.items()},
        prevented={arm: _broadcast(at, draws) for arm, at in like.prevented.items()},
        by_fewer={arm: _broadcast(at, draws) for arm, at in like.by_fewer.items()},
        strata=stacked(STRATA),
        apart=stacked("apart"),
        slices=stacked("slices"),
        ages=stacked("ages"),
        final_slices=stacked("final_slices"),
    )


def _broadcast(values: Array, draws: int) -> Array:
    return np.broadcast_to(values, (draws, *values.shape[1:]))


def _others(strata: Array, axis: int) -> tuple[int, ...]:
    """Axes of ``float64[draws, *strata]`` but that of the draws and one of the strata."""
    return tuple(other for other in range(1, strata.ndim) if other != 1 + axis)
