"""How each variable of a model becomes a table: what no draw moves once, the rest for every block of draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from simcore.dims import YEAR
from simcore.draws import DrawBlock
from simcore.kernels.products import multiplied
from simcore.margins import conditional_shares
from simcore.model import Model, Structure
from simcore.network import Array, Labelled, Network, Node, needed_for, push_forward
from simcore.spec import OddsRatio, Variable

Strata = Mapping[str, tuple[str, ...]]


def at_years(node: Node, rows: Sequence[int]) -> Node:
    """The node with only some years left in its table."""
    if YEAR not in node.parents or not node.tables:
        return node
    axis = 1 + node.parents.index(YEAR)
    return node.holding(np.ascontiguousarray(node.tables[0].take(rows, axis=axis)))


class Shares:
    """How common each level of a variable is, over the strata given; between two bounds where the model says so."""

    def __init__(self, model: Model, name: str, strata: Strata) -> None:
        data = model.shares[name]
        between = model.spec.variables[name].shares.between
        self.axes = data.axes
        self.at = None if between is None else between.at
        self.low, self.high = (self._over(model, values, strata) for values in (data.low, data.high))

    def _over(self, model: Model, values: Array, strata: Strata) -> Array:
        if YEAR in self.axes:
            rows = [model.strata[YEAR].index(year) for year in strata[YEAR]]
            values = values.take(rows, axis=self.axes.index(YEAR))
        return np.ascontiguousarray(values[None])

    def of(self, draws: DrawBlock) -> Array:
        """``float64[draws or 1, *axes, levels]``."""
        if self.at is None:
            return self.low
        at = draws[self.at].reshape(-1, *[1] * (self.low.ndim - 1))
        return np.asarray(self.low + at * (self.high - self.low))


class PlainVariable:
    """A variable whose shares are its table."""

    def __init__(self, model: Model, name: str, strata: Strata) -> None:
        variable = model.spec.variables[name]
        self.shares = Shares(model, name, strata)
        tables = (self.shares.low,) if self.shares.at is None else ()
        self.outline = Node(name, variable.levels, variable.shares.by, variable.decision_number, tables, (0,))

    def node(self, draws: DrawBlock, before: Sequence[Node]) -> Node:
        """The variable for a block of draws."""
        return self.outline if self.shares.at is None else self.outline.holding(self.shares.of(draws))


class LogisticVariable:
    """A variable with odds ratios: its intercepts are solved so that its shares hold.

    ``before`` are the variables before it; those without a table yet differ from block to block.
    """

    def __init__(
        self,
        model: Model,
        structure: Structure,
        name: str,
        strata: Strata,
        reference: tuple[str, ...],
        before: Sequence[Node],
    ) -> None:
        variable = model.spec.variables[name]
        ratios = structure.odds_ratios(variable)
        known = Network(strata, tuple(before))
        self.shares = Shares(model, name, strata)
        self.parents = tuple(dict.fromkeys(ratio.parent for ratio in ratios))
        by = variable.shares.by
        natural = frozenset(ratio.parent for ratio in ratios if not structure.is_causal(name, ratio))
        self.outline = Node(
            name, variable.levels, (*by, *self.parents), variable.decision_number, (), (0,), natural
        )
        self.sizes = [len(known.levels(parent)) for parent in self.parents]
        self.odds = _Odds(variable, ratios, self.parents, known)
        self.joint = _Joint(model, (*by, *self.parents), len(by), strata, reference, before)
        # years that are held are alike, and stand first
        cells = self.shares.low[0, ..., 0].size
        self.stride = cells // len(strata[YEAR]) if by[:1] == (YEAR,) else 0

    def node(self, draws: DrawBlock, before: Sequence[Node]) -> Node:
        """The variable's conditional table for a block of draws."""
        shares = self.shares.of(draws)
        levels = shares.shape[-1]
        table = conditional_shares(
            shares.reshape(shares.shape[0], -1, levels),
            self.odds.of(draws),
            self.joint.given(before),
            self.stride,
        )
        return self.outline.holding(table.reshape(-1, *shares.shape[1:-1], *self.sizes, levels))


class _Odds:
    """Odds of each level at each combination of parents, against those with no odds ratio."""

    def __init__(
        self, variable: Variable, ratios: Sequence[OddsRatio], parents: tuple[str, ...], known: Network
    ) -> None:
        shape = (*(len(known.levels(parent)) for parent in parents), len(variable.levels))
        cell = np.arange(int(np.prod(shape))).reshape(shape)
        self.base = np.ones(cell.size)
        self.levels = len(variable.levels)
        self.names: list[str] = []
        pairs = []
        for ratio in ratios:
            moved = [variable.levels.index(level) for level in ratio.of or variable.levels[1:]]
            for level, value in ratio.ratios.items():
                at_level = known.levels(ratio.parent).index(level)
                cells = np.moveaxis(cell, parents.index(ratio.parent), 0)[at_level][..., moved].ravel()
                if isinstance(value, str):
                    pairs.append(np.stack([np.full(cells.size, len(self.names)), cells]))
                    self.names.append(value)
                else:
                    self.base[cells] *= value
        if pairs:
            self.number_of, self.cell_of = np.ascontiguousarray(np.concatenate(pairs, axis=1))

    def of(self, draws: DrawBlock) -> Array:
        """``float64[draws or 1, parents, levels]``."""
        if not self.names:
            return self.base.reshape(1, -1, self.levels)
        numbers = np.stack([draws[name] for name in self.names], axis=1)
        return multiplied(self.base, numbers, self.number_of, self.cell_of).reshape(
            draws.size, -1, self.levels
        )


class _Joint:
    """How the parents spread in each cell of a margin.

    Where the margin has no years, births of the reference years are meant.
    """

    def __init__(
        self,
        model: Model,
        axes: tuple[str, ...],
        n_by: int,
        strata: Strata,
        reference: tuple[str, ...],
        before: Sequence[Node],
    ) -> None:
        self.axes, self.n_by = axes, n_by
        self.years: list[int] | None = None
        if YEAR in strata and YEAR not in axes:
            self.years = [i for i, year in enumerate(strata[YEAR]) if year in reference]
            strata = {**strata, YEAR: tuple(strata[YEAR][i] for i in self.years)}
        births = Labelled(tuple(strata), _births_meant(model, strata, axes[:n_by], reference)[None])
        # what no draw moves leads the way, and is pushed forward once
        self.known = next((i for i, node in enumerate(before) if not node.tables), len(before))
        needed = needed_for(before[self.known :], axes)
        self.start = push_forward(births, self._reference(before[: self.known]), 0, needed)
        self.whole = None if {n.name for n in before[self.known :]} & needed else self._spread(self.start)

    def given(self, before: Sequence[Node]) -> Array:
        """``float64[draws or 1, cells, parents]``: rows sum to one."""
        if self.whole is not None:
            return self.whole
        rest = self._reference(before[self.known :])
        return self._spread(push_forward(self.start, rest, 0, set(self.axes)))

    def _reference(self, nodes: Sequence[Node]) -> list[Node]:
        return [node if self.years is None else at_years(node, self.years) for node in nodes]

    def _spread(self, weights: Labelled) -> Array:
        joint = weights.total(*self.axes).values
        cells = int(np.prod(joint.shape[1 : 1 + self.n_by]))
        joint = joint.reshape(joint.shape[0], cells, -1)
        return np.asarray(joint / joint.sum(axis=-1, keepdims=True))


def _births_meant(model: Model, strata: Strata, by: tuple[str, ...], reference: tuple[str, ...]) -> Array:
    """Births that parents are weighed by: where the margin has no years, those of the reference years alone."""
    births = model.births_in(strata)
    counted = np.ones_like(births)
    if YEAR in strata and YEAR not in by:
        other = [i for i, year in enumerate(strata[YEAR]) if year not in reference]
        np.moveaxis(counted, list(strata).index(YEAR), 0)[other] = 0.0
    # a cell without births keeps its margin too: there, strata count alike
    summed = tuple(i for i, dim in enumerate(strata) if dim not in by)
    empty = (births * counted).sum(axis=summed, keepdims=True) == 0
    return np.where(empty, counted, births * counted)
