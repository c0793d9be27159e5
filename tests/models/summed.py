"""The readable twin of a model too large to write out: variables are summed out one at a time.

Nothing of the engine is used, as in :mod:`tests.models.plain`, whose tables and hazards these are. Levels that no
hazard tells apart are added up; deaths are worked out one level of the residual at a time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from string import ascii_letters

import numpy as np

from tests.models.plain import Plain

Factor = tuple[Sequence[str], np.ndarray]
KIND = "kind of "
CELL = "cause", "age band"
Among = tuple[str, str]
"""A variable and the natural level of those who are counted; each stratum keeps its weight."""


class Summed(Plain):
    """One draw of a model over some years: births and deaths by any variables, under ``do`` or not."""

    def births_by(
        self, by: Sequence[str], do: Mapping[str, str] | None = None, among: Among | None = None
    ) -> np.ndarray:
        """Births of the wanted years: ``float64[*by]``; a variable under ``do`` is at its natural level."""
        births, do = self._births_wanted(), do or {}
        if among is not None:
            name, level = among
            inside = self._together(births, [*self.strata, name], do)[..., self.levels(name).index(level)]
            births = np.divide(births**2, inside, out=np.zeros_like(births), where=inside > 0)
            return self._together(births, [*by], do, among)
        return self._together(births, [*by], do)

    def deaths_by(
        self, by: Sequence[str], do: Mapping[str, str] | None = None, among: Among | None = None
    ) -> np.ndarray:
        """Deaths of the wanted years: ``float64[*by, causes, age bands]``."""
        do, slow = do or {}, self._slow
        apart = [name for name in self._told_apart if name != slow]
        at = [self._axis(name) for name in apart if name not in do]
        held = {name: self._kinds(name)[1][self.levels(name).index(level)] for name, level in do.items()}
        place = tuple(held.get(name, slice(None)) for name in apart)
        rest = [name for name in by if name != slow]
        axes = list(dict.fromkeys((*rest, *at)))
        births = self.births_by([slow, *axes] if slow else axes, do, among)
        births = births if slow else births[None]
        somewhere = int(births.reshape(len(births), -1).sum(axis=1).argmax())
        # where nobody is born any risk will do
        levels = [level if births[level].any() else somewhere for level in range(len(births))]
        each = [
            _einsum((axes, born), ((*at, *CELL), self._risk_within(level)[place]), (*rest, *CELL))
            for born, level in zip(births, levels, strict=True)
        ]
        return np.stack(each, axis=by.index(slow)) if slow in by else np.sum(each, axis=0)

    # ---- births

    def _births_wanted(self) -> np.ndarray:
        if "year" not in self.strata:
            return self.births
        year = list(self.strata).index("year")
        return self.births * self.wanted.reshape([-1 if i == year else 1 for i in range(self.births.ndim)])

    def _together(
        self,
        births: np.ndarray,
        kept: list[str],
        do: Mapping[str, str] | None = None,
        among: Among | None = None,
    ) -> np.ndarray:
        do, factors, needed = do or {}, [(tuple(self.strata), births)], set()
        for name in kept:
            if name.startswith(KIND):
                of = name.removeprefix(KIND)
                table = np.eye(len(self._kinds(of)[0]))[self._kinds(of)[1]]
                factors.append(((of, name), table))
                needed.add(of)
            else:
                needed.add(name)
        if among is not None:
            factors.append(((among[0],), np.array([float(at == among[1]) for at in self.levels(among[0])])))
            needed.add(among[0])
        for name in reversed(self.spec.variables):
            if name in needed:
                axes, place = [], []
                for parent, natural in self._parents(name):
                    held = parent in do and not natural
                    place.append(self.levels(parent).index(do[parent]) if held else slice(None))
                    axes += [] if held else [parent]
                needed.update(axes)
                factors.append(((*axes, name), self.tables[name][tuple(place)]))
        return _summed(factors, kept)

    # ---- risk

    @property
    def _slow(self) -> str | None:
        residual = self.spec.deaths.residual
        return None if residual is None else residual.by

    @property
    def _told_apart(self) -> list[str]:
        """What hazards hang on, in the order of the file."""
        return [name for name in self.names if len(self._kinds(name)[0]) > 1]

    def _axis(self, name: str) -> str:
        return name if len(self._kinds(name)[0]) == len(self.levels(name)) else KIND + name

    @cache  # noqa: B019  a world lives as long as the test
    def _kinds(self, name: str) -> tuple[list[int], list[int]]:
        """One level of each kind that hazards tell apart, and the kind of every level."""
        deaths, levels = self.spec.deaths, self.levels(name)
        trend = deaths.trend is not None and deaths.trend.ratio not in self.structure.neutral
        if name in (*deaths.baseline.by, self._slow, "year" if trend else None):
            return [*range(len(levels))], [*range(len(levels))]
        alike = []
        ratios = list(self._hazard_ratios())
        for level in levels:
            of = [self.value(n[level]) if level in n else 1.0 for r, n in ratios if r.parent == name]
            withins = [deaths.ratios_act_within, *(r.within for r, _ in ratios if r.within is not None)]
            alike.append((*of, *(level in w[name] for w in withins if name in w)))
        first = [alike.index(mine) for mine in alike]
        kinds = sorted(set(first))
        return kinds, [kinds.index(f) for f in first]

    @cache  # noqa: B019
    def _risk_within(self, level: int) -> np.ndarray:
        """P(death by cause and age band | kinds), at one level of the residual: ``float64[*kinds, causes, bands]``."""
        whole = self.at
        some = [[level] if name == self._slow else self._kinds(name)[0] for name in self.names]
        self.at = dict(zip(self.names, np.ix_(*some), strict=True))
        risk = self.risk()
        self.at = whole
        axes = [i for i, name in enumerate(self.names) if len(some[i]) > 1]
        return risk.reshape(*(len(some[i]) for i in axes), *risk.shape[-2:])


def _einsum(left: Factor, right: Factor, keep: Sequence[str]) -> np.ndarray:
    """The product of two tables with named axes, summed over those not kept."""
    letter = dict(zip(dict.fromkeys((*left[0], *right[0])), ascii_letters, strict=False))
    first, second, out = ("".join(letter[n] for n in names) for names in (left[0], right[0], keep))
    return np.einsum(f"{first},{second}->{out}", left[1], right[1])


def _summed(factors: Sequence[Factor], keep: Sequence[str]) -> np.ndarray:
    """The product of all factors, summed over what is not kept: next, whatever leaves the smallest table."""
    left = list(factors)
    size = {name: n for names, table in left for name, n in zip(names, table.shape, strict=True)}

    def touched(name: str) -> set[str]:
        return {other for names, _ in left if name in names for other in names}

    while unkept := sorted({name for names, _ in left for name in names} - set(keep)):
        name = min(unkept, key=lambda name: math.prod(size[other] for other in touched(name)))
        touching = [factor for factor in left if name in factor[0]]
        rest = tuple(sorted(touched(name) - {name}))
        left = [factor for factor in left if name not in factor[0]] + [(rest, _product(touching, rest))]
    return _product(left, tuple(keep))


def _product(factors: Sequence[Factor], keep: tuple[str, ...]) -> np.ndarray:
    first, *others = sorted(factors, key=lambda factor: factor[1].size)
    for i, other in enumerate(others):
        last = i == len(others) - 1
        axes = keep if last else tuple(dict.fromkeys((*first[0], *other[0])))
        first = axes, _einsum(first, other, axes)
    return first[1] if others else _einsum(first, ((), np.ones(())), keep)
