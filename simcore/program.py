"""The compile step: a model and a block of parameter draws become tables.

The result is the *natural* world: every variable as it is without policy. Arms are laid over it by
:mod:`simcore.arms`. Everything carries the draws of the block as its first axis.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from simcore.dims import YEAR
from simcore.draws import DrawBlock
from simcore.factors import NaturalFactors, residual_like
from simcore.hazards import Hazards
from simcore.margins import MarginError
from simcore.model import Model, Structure
from simcore.network import Array, Labelled, Network, Node, needed_for
from simcore.problems import DocumentError
from simcore.variables import LogisticVariable, PlainVariable, at_years


@dataclass(frozen=True)
class Program:
    """Tables of the natural world for some years and draws, ready for arms."""

    model: Model
    structure: Structure
    years: tuple[str, ...]
    network: Network
    hazards: Hazards
    settled: frozenset[str] = frozenset()
    """Variables whose natural tables no draw moves."""
    residual: Array | None = None
    """``float64[draws, age periods, levels]``: what is left of the gradient, as it stands in the hazards."""

    def residual_like(self, level: str) -> Labelled:
        """The factor that gives every birth the residual of one level of its dimension.

        Returns
        -------
        Labelled
            ``float64[draws or 1, levels, *variables it acts within, causes, age bands]``.

        Raises
        ------
        ValueError
            If the model has no residual.
        """
        return residual_like(self.model, self.residual, level)

    def without_idle(self, read: Collection[str]) -> Program:
        """The program without variables on which neither risk, nor the cut, nor any of those ``read`` hangs.

        They would change nothing but where a policy stands: one that such a variable follows, were it drawn,
        would have to be drawn too.
        """
        nodes, drawn_to = self.network.nodes, self.model.spec.drawn_to
        goals = {*read, *self.hazards.axes([node.name for node in nodes])}
        needed = needed_for(nodes, goals if drawn_to is None else {*goals, drawn_to})
        kept = tuple(node for node in nodes if node.name in needed)
        return self if len(kept) == len(nodes) else replace(self, network=Network(self.network.strata, kept))

    @cached_property
    def last_by_year(self) -> str | None:
        """The last exposure or descriptor that varies by year, through its causes or itself, or is drawn.

        What comes later is the same in every year, and is worked out once for all of them. It hangs on the
        model alone, so that arms are summed in the same order whatever they change; and not on variables
        that risk does not hang on, so that one more of these moves no bit.
        """
        spec, nodes = self.model.spec, self.network.nodes
        needed = needed_for(nodes, self.hazards.axes([node.name for node in nodes]))
        varies = {YEAR}
        last = None
        for node in nodes:
            if node.name in needed and not varies.isdisjoint(node.parents):
                varies.add(node.name)
                if spec.variables[node.name].kind != "intermediate":
                    last = node.name
            # never before the cut: what is drawn is not summed
            if node.name == spec.drawn_to:
                last = node.name
        return last


class Compiler:
    """Compiles block after block of draws for the same years: what no draw moves is worked out once.

    It changes nothing of itself, so threads may share it.

    Parameters
    ----------
    years
        Years wanted, all within the model; every year of the model if not given. Margins that do not
        vary by year are solved over the model's reference years whatever is asked for, so that no
        answer for one year depends on which other years were asked for.
    given
        The first variables as compiled before, taken as they are.
    """

    def __init__(
        self,
        model: Model,
        structure: Structure,
        years: Sequence[int] | None = None,
        given: Sequence[Node] = (),
    ) -> None:
        self.model, self.structure = model, structure
        every = model.strata.get(YEAR, ())
        self.years = _labels(years) if years is not None else every
        reference = _labels(model.spec.reference_years)
        held = tuple(year for year in every if year in self.years or year in reference)
        strata = {dim: (held if dim == YEAR else levels) for dim, levels in model.strata.items()}
        self.strata = {dim: (self.years if dim == YEAR else levels) for dim, levels in strata.items()}
        self.births = model.births_in(self.strata)
        self._wanted = [held.index(year) for year in self.years]
        self._given = tuple(given)
        self._variables: list[PlainVariable | LogisticVariable] = []
        outlines = list(given)
        for name, variable in list(model.spec.variables.items())[len(given) :]:
            planned = (
                LogisticVariable(model, structure, name, strata, reference, outlines)
                if structure.odds_ratios(variable)
                else PlainVariable(model, name, strata)
            )
            self._variables.append(planned)
            outlines.append(planned.outline)
        # the tables that no draw moves, in the years wanted: every block shares them
        self._settled = [at_years(node, self._wanted) for node in outlines]
        self._names_settled = frozenset(node.name for node in self._settled if node.tables)
        self._factors = NaturalFactors(model, structure, self.years)

    def held(self, draws: DrawBlock) -> list[Node]:
        """Every variable in causal order, over the years wanted and the reference years."""
        nodes = list(self._given)
        for variable in self._variables:
            try:
                nodes.append(variable.node(draws, nodes))
            except MarginError as error:
                message = (
                    f"{error}; its ratios are too large or too small for its shares, change one or the other"
                )
                place = ("variables", variable.outline.name, "odds_ratios")
                raise DocumentError(self.model.problem(place, message)) from None
        return nodes

    def compile(self, draws: DrawBlock) -> Program:
        """Tables of every variable and hazard for one block of draws.

        Raises
        ------
        DocumentError
            If no intercepts return an observed margin.
        """
        nodes = tuple(
            settled if settled.tables else at_years(node, self._wanted)
            for settled, node in zip(self._settled, self.held(draws), strict=True)
        )
        return Program(
            self.model,
            self.structure,
            self.years,
            Network(self.strata, nodes),
            self._factors.hazards(draws),
            self._names_settled,
            draws.residual,
        )


def compile_natural(
    model: Model, structure: Structure, draws: DrawBlock, years: Sequence[int] | None = None
) -> Program:
    """Tables of every variable and hazard for one block of draws (:class:`Compiler` for several)."""
    return Compiler(model, structure, years).compile(draws)


class Recompiler:
    """Compiles the reference years again and again while the solver moves some parameters.

    Variables before ``first_moving`` hang on none of those, and are compiled once.
    """

    def __init__(self, model: Model, structure: Structure, draws: DrawBlock, moving: Collection[str]) -> None:
        hangs = [
            any(r in moving for ratio in structure.odds_ratios(v) for r in ratio.ratios.values())
            for v in model.spec.variables.values()
        ]
        self.first_moving = hangs.index(True) if True in hangs else len(hangs)
        years = model.spec.reference_years or None
        fixed = Compiler(model, structure, years).held(draws)[: self.first_moving]
        self._compiler = Compiler(model, structure, years, fixed)

    def compile(self, draws: DrawBlock) -> Program:
        """The natural world with the parameters as they stand."""
        return self._compiler.compile(draws)


def _labels(years: Sequence[int] | tuple[()]) -> tuple[str, ...]:
    return tuple(str(year) for year in years)
