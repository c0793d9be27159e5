"""The compile step: a model and a block of parameter draws become tables.

The result is the *natural* world: every variable as it is without policy. Arms are laid over it by
:mod:`simcore.arms`. Everything carries the draws of the block as its first axis.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from simcore.documents import DocumentError
from simcore.draws import DrawBlock
from simcore.hazards import Hazards, natural_hazards
from simcore.margins import MarginError, probabilities, solve_intercepts
from simcore.model import Model, Structure
from simcore.network import Array, Labelled, Network, Node, push_forward
from simcore.spec import OddsRatio, Variable


@dataclass(frozen=True)
class Program:
    """Tables of the natural world for some years and draws, ready for arms."""

    model: Model
    structure: Structure
    years: tuple[str, ...]
    network: Network
    hazards: Hazards


def compile_natural(
    model: Model, structure: Structure, draws: DrawBlock, years: Sequence[int] | None = None
) -> Program:
    """Tables of every variable and hazard for one block of draws.

    Parameters
    ----------
    years
        Years wanted, all within the model; every year of the model if not given. Margins that do not
        vary by year are solved over the model's reference years whatever is asked for, so that no
        answer for one year depends on which other years were asked for.
    """
    wanted = _labels(years) if years is not None else model.strata.get("year", ())
    reference = _labels(model.spec.reference_years)
    held = tuple(y for y in model.strata.get("year", ()) if y in wanted or y in reference)
    strata = {dim: (held if dim == "year" else levels) for dim, levels in model.strata.items()}
    compiler = _Compiler(model, structure, draws, strata, reference)
    rows = np.array([held.index(year) for year in wanted], dtype=np.int64)
    kept = tuple(_at_years(node, rows) for node in compiler.nodes())
    network = Network({**strata, **({"year": wanted} if "year" in strata else {})}, kept)
    return Program(model, structure, wanted, network, natural_hazards(model, structure, draws))


class Recompiler:
    """Compiles the reference years again and again while the solver moves some parameters.

    Variables before ``first_moving`` hang on none of those, and are compiled once.
    """

    def __init__(self, model: Model, structure: Structure, draws: DrawBlock, moving: Collection[str]) -> None:
        reference = _labels(model.spec.reference_years) or model.strata.get("year", ())
        strata = {dim: (reference if dim == "year" else levels) for dim, levels in model.strata.items()}
        self.compiler = _Compiler(model, structure, draws, strata, reference)
        hangs = [
            any(r in moving for ratio in structure.odds_ratios(v) for r in ratio.ratios.values())
            for v in model.spec.variables.values()
        ]
        self.first_moving = hangs.index(True) if True in hangs else len(hangs)
        self._fixed = self.compiler.nodes()[: self.first_moving]

    def compile(self, draws: DrawBlock) -> Program:
        """The natural world with the parameters as they stand."""
        compiler = self.compiler
        compiler.draws = draws
        network = Network(compiler.strata, tuple(compiler.nodes(self._fixed)))
        years = compiler.strata.get("year", ())
        hazards = natural_hazards(compiler.model, compiler.structure, draws)
        return Program(compiler.model, compiler.structure, years, network, hazards)


def _distinct(margin: Array, weights: Array) -> tuple[list[int], list[int]]:
    """Years to solve, and which of them each year takes: years that are held are alike."""
    rows, back = [0], [0]
    for year in range(1, margin.shape[1]):
        if not all(np.array_equal(values[:, year], values[:, year - 1]) for values in (margin, weights)):
            rows.append(year)
        back.append(len(rows) - 1)
    return rows, back


def _labels(years: Sequence[int] | tuple[()]) -> tuple[str, ...]:
    return tuple(str(year) for year in years)


def _at_years(node: Node, rows: np.ndarray) -> Node:
    """The node with only the wanted years left in its table."""
    if "year" not in node.parents:
        return node
    axis = 1 + node.parents.index("year")
    table = np.ascontiguousarray(node.tables[0].take(rows, axis=axis))
    return Node(node.name, node.levels, node.parents, node.decision, (table,), (0,), node.natural_parents)


class _Compiler:
    """One block of draws under one structure; each variable needs the nodes before it."""

    def __init__(
        self,
        model: Model,
        structure: Structure,
        draws: DrawBlock,
        strata: dict[str, tuple[str, ...]],
        reference: tuple[str, ...],
    ) -> None:
        self.model, self.structure, self.draws = model, structure, draws
        self.strata, self.reference = strata, reference
        self._joints: dict[str, Array] = {}

    def nodes(self, fixed: Sequence[Node] = ()) -> list[Node]:
        """Every variable in causal order, those in ``fixed`` as they are."""
        nodes = list(fixed)
        for name, variable in list(self.model.spec.variables.items())[len(nodes) :]:
            try:
                nodes.append(self._node(name, variable, nodes, first_moving=len(fixed)))
            except MarginError as error:
                message = (
                    f"{error}; its ratios are too large or too small for its shares, change one or the other"
                )
                raise DocumentError(self.model.problem(("variables", name, "odds_ratios"), message)) from None
        return nodes

    def _node(self, name: str, variable: Variable, before: Sequence[Node], first_moving: int) -> Node:
        """The variable's conditional table, intercepts solved where it has odds ratios."""
        shares = self._shares(name, variable)
        ratios, number = self.structure.odds_ratios(variable), variable.decision_number
        if not ratios:
            return Node(name, variable.levels, variable.shares.by, number, (shares.values,), (0,))
        parents = tuple(dict.fromkeys(ratio.parent for ratio in ratios))
        sizes = [len(self._levels(parent)) for parent in parents]
        by = variable.shares.by
        if len(before) > first_moving or name not in self._joints:
            self._joints[name] = self._joint(before, by, parents)
        weights = self._joints[name]
        offsets = self._offsets(variable, ratios, parents, sizes)
        rows, back = _distinct(shares.values, weights) if by[:1] == ("year",) else (slice(None), slice(None))
        shares_of, weights_of = shares.values[:, rows], weights[:, rows]
        margin = shares_of.reshape(shares_of.shape[0], -1, len(variable.levels))
        flat_offsets = offsets.reshape(offsets.shape[0], -1, len(variable.levels))
        alpha = solve_intercepts(
            margin, flat_offsets, weights_of.reshape(weights.shape[0], margin.shape[1], -1)
        )
        flat = probabilities(alpha[:, :, None, :], flat_offsets[:, None])
        table = flat.reshape(flat.shape[0], *shares_of.shape[1:-1], *sizes, len(variable.levels))[:, back]
        natural = frozenset(ratio.parent for ratio in ratios if not self.structure.is_causal(name, ratio))
        return Node(name, variable.levels, (*by, *parents), number, (table,), (0,), natural)

    def _levels(self, name: str) -> tuple[str, ...]:
        return self.strata[name] if name in self.strata else self.model.spec.variables[name].levels

    def _shares(self, name: str, variable: Variable) -> Labelled:
        """``float64[draws or 1, *by, levels]``; between two bounds where the model says so."""
        data = self.model.shares[name]
        low, high = data.low[None], data.high[None]
        between = variable.shares.between
        if between is not None:
            at = self.draws[between.at].reshape(-1, *[1] * data.low.ndim)
            low = low + at * (high - low)
        if "year" in data.axes:
            every = self.model.strata["year"]
            rows = [every.index(year) for year in self.strata["year"]]
            low = low.take(rows, axis=1 + data.axes.index("year"))
        return Labelled(data.axes, np.ascontiguousarray(low))

    def _joint(self, before: Sequence[Node], by: tuple[str, ...], parents: tuple[str, ...]) -> Array:
        """Distribution of the parents in each cell of ``by``: ``float64[draws or 1, *by, *parents]``."""
        start = self.model.births_in(self.strata)
        if "year" in self.strata and "year" not in by:
            of_reference = np.array(
                [year in self.reference for year in self.strata["year"]], dtype=np.float64
            )
            axis = list(self.strata).index("year")
            start = start * of_reference.reshape([-1 if i == axis else 1 for i in range(start.ndim)])
        weights = push_forward(Labelled(tuple(self.strata), start[None]), before, 0, {*by, *parents})
        joint = weights.total(*by, *parents).values
        of_cell = joint.sum(axis=tuple(range(1 + len(by), joint.ndim)), keepdims=True)
        return np.asarray(joint / of_cell)

    def _offsets(
        self, variable: Variable, ratios: Sequence[OddsRatio], parents: tuple[str, ...], sizes: list[int]
    ) -> Array:
        """Log odds ratios: ``float64[draws or 1, *parents, levels]``."""
        drawn = any(isinstance(r, str) for ratio in ratios for r in ratio.ratios.values())
        offsets = np.zeros((self.draws.size if drawn else 1, *sizes, len(variable.levels)))
        for ratio in ratios:
            moved = [variable.levels.index(level) for level in ratio.of or variable.levels[1:]]
            for level, value in ratio.ratios.items():
                at: list[slice | int | list[int]] = [slice(None)] * offsets.ndim
                at[1 + parents.index(ratio.parent)] = self._levels(ratio.parent).index(level)
                log_ratio = np.log(self.draws.number(value)).reshape(-1, *[1] * (len(parents)))
                for target in moved:
                    at[-1] = target
                    view = offsets[tuple(at)]
                    view += log_ratio.reshape(-1, *[1] * (view.ndim - 1))
        return offsets
