"""The slow, readable twin: every combination of levels written out, straight from the model file.

Nothing of the engine is used but the file as read: no network, no Newton step, no arms, no kernel.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from simcore.draws import DrawBlock
from simcore.model import Model, Structure


class Plain:
    """One draw of a model over some years.

    The joint distribution has one axis for every stratum dimension and every variable, in the order of
    the file. A variable under ``do`` keeps its axis: that is the value it has by nature.
    """

    def __init__(
        self, model: Model, structure: Structure, draws: DrawBlock, draw: int, years: Sequence[int] = ()
    ) -> None:
        self.model, self.structure, self.spec = model, structure, model.spec
        self.number = {name: float(values[draw]) for name, values in draws.parameters.items()}
        self.baseline = model.baseline if draws.baseline is None else draws.baseline[draw]
        self.residual = None if draws.residual is None else draws.residual[draw]
        self.strata = dict(model.strata)
        self.births = model.births
        if "year" in self.strata:
            reference = tuple(str(y) for y in self.spec.reference_years)
            self.strata["year"] = tuple(dict.fromkeys((*(str(y) for y in years), *reference)))
            rows = [model.strata["year"].index(y) for y in self.strata["year"]]
            self.births = model.births.take(rows, axis=list(self.strata).index("year"))
            self.reference = np.array([y in reference for y in self.strata["year"]])
            self.wanted = np.array([y in {str(w) for w in years} for y in self.strata["year"]])
        self.names = [*self.strata, *self.spec.variables]
        self.sizes = [len(self.levels(name)) for name in self.names]
        self.at = dict(zip(self.names, np.ix_(*(range(n) for n in self.sizes)), strict=True))
        self.tables: dict[str, np.ndarray] = {}
        for name in self.spec.variables:
            self.tables[name] = self._table(name)

    def levels(self, name: str) -> tuple[str, ...]:
        return self.strata[name] if name in self.strata else self.spec.variables[name].levels

    def value(self, number: float | str) -> float:
        return self.number[number] if isinstance(number, str) else number

    def _ratios(self, name: str):
        return self._with_effect(
            r
            for r in self.spec.variables[name].odds_ratios
            if not (r.causal and r.parent in self.structure.off)
        )

    def _hazard_ratios(self):
        return self._with_effect(
            r for r in self.spec.deaths.hazard_ratios if r.parent not in self.structure.off
        )

    def _with_effect(self, every: Iterable):
        """Each ratio beside the levels at which it says something."""
        for ratio in every:
            numbers = {at: n for at, n in ratio.ratios.items() if n not in self.structure.neutral}
            if numbers:
                yield ratio, numbers

    def _shares(self, name: str) -> np.ndarray:
        data, between = self.model.shares[name], self.spec.variables[name].shares.between
        share = data.low if between is None else data.low + self.number[between.at] * (data.high - data.low)
        if "year" in data.axes:
            rows = [self.model.strata["year"].index(y) for y in self.strata["year"]]
            share = share.take(rows, axis=data.axes.index("year"))
        return share

    def _table(self, name: str) -> np.ndarray:
        """P(level | by, parents of odds ratios): axes ``*by, *parents, level``."""
        variable, share, ratios = self.spec.variables[name], self._shares(name), list(self._ratios(name))
        if not ratios:
            return share
        by, parents = variable.shares.by, list(dict.fromkeys(r.parent for r, _ in ratios))
        odds = np.ones([*(len(self.levels(p)) for p in parents), len(variable.levels)])
        for ratio, numbers in ratios:
            for level, number in numbers.items():
                for target in ratio.of or variable.levels[1:]:
                    cell: list[object] = [slice(None)] * len(parents) + [variable.levels.index(target)]
                    cell[parents.index(ratio.parent)] = self.levels(ratio.parent).index(level)
                    odds[tuple(cell)] *= self.value(number)
        # births of the reference years, unless the margin is given year by year
        counted = np.ones_like(self.births)
        if "year" in self.strata and "year" not in by:
            year = list(self.strata).index("year")
            counted *= self.reference.reshape([-1 if i == year else 1 for i in range(counted.ndim)])
        births = self.births * counted
        cells = tuple(i for i, dim in enumerate(self.strata) if dim not in by)
        # where there are none, strata count alike
        births = np.where(births.sum(axis=cells, keepdims=True) > 0, births, counted)
        weights = self._together(births, [*by, *parents])
        axes = tuple(range(len(by), weights.ndim))
        weights = weights / weights.sum(axis=axes, keepdims=True)
        # raise or lower each level's odds until the mean over the parents is the margin
        base = share.reshape(*share.shape[:-1], *[1] * len(parents), share.shape[-1])
        target = base
        for _ in range(400):
            p = base * odds
            p = p / p.sum(axis=-1, keepdims=True)
            mean = (weights[..., None] * p).sum(axis=axes, keepdims=True)
            if np.abs(mean - target).max() < 1e-14:
                break
            base = base * np.divide(target, mean, out=np.ones_like(mean), where=mean > 0)
        return p

    def _together(self, births: np.ndarray, kept: list[str]) -> np.ndarray:
        """Births by what is kept, of which the last variable has a table by now: ``float64[*kept]``."""
        before = self.names[: max(len(self.strata), 1 + max(self.names.index(k) for k in kept))]
        joint = births.reshape(*births.shape, *[1] * (len(before) - births.ndim))
        grid = dict(zip(before, np.ix_(*(range(len(self.levels(b))) for b in before)), strict=True))
        for other in before[len(self.strata) :]:
            joint = joint * self._conditional(other, grid, {})
        now = [b for b in before if b in kept]
        weights = joint.sum(axis=tuple(i for i, b in enumerate(before) if b not in kept))
        return weights.transpose([now.index(k) for k in kept])

    def _conditional(self, name: str, grid: Mapping[str, np.ndarray], do: Mapping[str, str]) -> np.ndarray:
        """P(the natural level of ``name`` | its parents as they are under ``do``), over the grid."""
        place: list[object] = []
        for parent, associated in self._parents(name):
            level = do.get(parent) if not associated else None
            place.append(grid[parent] if level is None else self.levels(parent).index(level))
        return self.tables[name][(*place, grid[name])]

    def _parents(self, name: str) -> list[tuple[str, bool]]:
        """The axes of a variable's table before its own, and whether each is read as it is by nature."""
        ratios = [ratio for ratio, _ in self._ratios(name)]
        parents = (*self.spec.variables[name].shares.by, *dict.fromkeys(r.parent for r in ratios))
        natural = {r.parent for r in ratios if not self.structure.is_causal(name, r)}
        return [(parent, parent in natural) for parent in parents]

    def joint(self, do: Mapping[str, str] | None = None) -> np.ndarray:
        """Births of the wanted years in every combination: ``float64[*strata, *variables]``."""
        births = self.births
        if "year" in self.strata:
            year = list(self.strata).index("year")
            births = births * self.wanted.reshape([-1 if i == year else 1 for i in range(births.ndim)])
        joint = births.reshape(*births.shape, *[1] * len(self.spec.variables))
        for name in self.spec.variables:
            joint = joint * self._conditional(name, self.at, do or {})
        return joint

    def risk(self, do: Mapping[str, str] | None = None) -> np.ndarray:
        """P(death by cause and age band | everything): broadcasts against ``joint()[..., None, None]``."""
        do, deaths = do or {}, self.spec.deaths
        causes, bands = list(deaths.causes), list(deaths.age_bands)

        def is_in(name: str, levels: Sequence[str]) -> np.ndarray:
            if name in do:
                return np.array(do[name] in levels).reshape([1] * len(self.names))
            return np.array([level in levels for level in self.levels(name)])[self.at[name]]

        place = tuple(self.levels(b).index(do[b]) if b in do else self.at[b] for b in deaths.baseline.by)
        hazard = self.baseline[place]
        hazard = hazard.reshape([1] * (len(self.names) + 2 - hazard.ndim) + list(hazard.shape))
        if deaths.residual is not None and self.residual is not None:
            acts = np.ones([1] * len(self.names), bool)
            for name, levels in deaths.ratios_act_within.items():
                acts = acts & is_in(name, levels)
            for p, members in enumerate(deaths.age_periods.values()):
                inside = np.array([band in members for band in bands])
                factor = self.residual[p][self.at[deaths.residual.by]]
                hazard = hazard * np.where(acts[..., None, None] & inside, factor[..., None, None], 1.0)
        trend = deaths.trend
        if trend is not None and trend.ratio not in self.structure.neutral:
            acts = np.ones([1] * len(self.names), bool)
            for name, levels in deaths.ratios_act_within.items():
                acts = acts & is_in(name, levels)
            years = np.array([max(0, int(y) - trend.after) for y in self.strata["year"]])[self.at["year"]]
            hazard = hazard * np.where(acts, self.value(trend.ratio) ** years, 1.0)[..., None, None]
        for ratio, numbers in self._hazard_ratios():
            within = deaths.ratios_act_within if ratio.within is None else ratio.within
            cells = np.outer(
                [ratio.causes is None or c in ratio.causes for c in causes],
                [ratio.age_bands is None or b in ratio.age_bands for b in bands],
            )
            for level, number in numbers.items():
                acts = is_in(ratio.parent, [level])
                for name, levels in within.items():
                    if name != ratio.parent:
                        acts = acts & is_in(name, levels)
                hazard = hazard * np.where(acts[..., None, None] & cells, self.value(number), 1.0)
        total = hazard.sum(axis=-2, keepdims=True)
        alive = np.exp(-(np.cumsum(total, axis=-1) - total))
        share = np.divide(hazard, total, out=np.zeros_like(hazard), where=total > 0)
        return share * alive * -np.expm1(-total)

    def deaths(
        self, by: Sequence[str], do: Mapping[str, str] | None = None, joint: np.ndarray | None = None
    ) -> np.ndarray:
        """Deaths by these axes, cause and age band, among ``joint`` (all births of the wanted years)."""
        if joint is None:
            joint = self.joint(do)
        risk = self.risk(do)
        # axes that neither the risk nor the answer needs are summed first
        idle = tuple(i for i, n in enumerate(self.names) if risk.shape[i] == 1 and n not in by)
        few = joint.sum(axis=idle, keepdims=True)
        dropped = tuple(i for i, n in enumerate(self.names) if n not in by)
        cells = np.stack([
            (few * risk[..., c, b]).sum(axis=dropped)
            for c in range(risk.shape[-2])
            for b in range(risk.shape[-1])
        ], axis=-1)  # fmt: skip
        return cells.reshape(*cells.shape[:-1], *risk.shape[-2:])

    def births_by(self, by: Sequence[str], do: Mapping[str, str] | None = None) -> np.ndarray:
        """Births of the wanted years: ``float64[*by]``; a variable under ``do`` is at its natural level."""
        joint = self.joint(do).sum(axis=tuple(i for i, n in enumerate(self.names) if n not in by))
        now = [n for n in self.names if n in by]
        return joint.transpose([now.index(n) for n in by])

    def deaths_by(self, by: Sequence[str], do: Mapping[str, str] | None = None) -> np.ndarray:
        """Deaths of the wanted years: ``float64[*by, causes, age bands]``, ``by`` in the order of the file."""
        return self.deaths(by, do)

    def only(self, joint: np.ndarray, name: str, level: str) -> np.ndarray:
        """Births with this natural level, the others at zero."""
        return joint * (np.array(self.levels(name))[self.at[name]] == level)

    def only_keeping_strata(self, joint: np.ndarray, name: str, level: str) -> np.ndarray:
        """The same, each stratum keeping its weight."""
        inside = self.only(joint, name, level)
        axes = tuple(range(len(self.strata), joint.ndim))
        return inside * (joint.sum(axis=axes, keepdims=True) / inside.sum(axis=axes, keepdims=True))

    def period(self, cells: np.ndarray, period: str) -> np.ndarray:
        """Deaths summed over causes and the bands of an age period (all of them: ``infant``)."""
        members = self.spec.deaths.age_periods.get(period, tuple(self.spec.deaths.age_bands))
        inside = [band in members for band in self.spec.deaths.age_bands]
        return cells[..., inside].sum(axis=(-1, -2))


def odds(p: float) -> float:
    return p / (1.0 - p)


def is_close(found: float, wanted: float, share: float) -> bool:
    return math.isclose(found, wanted, rel_tol=share)
