"""What each intervention of a file does to births, followed exactly through the tables of a model: nothing drawn.

Births of every stratum go forward through the central draw of the parameters, in the very arm that a comparison
lays; who is aimed at, who is reached and who is moved are sums over it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scenarios.interventions import arms_of
from scenarios.schema import Intervention, Scenario
from simcore.arms import Arm
from simcore.dims import YEAR
from simcore.everyone import Everyone
from simcore.expected import births_at, births_moved, exact_weights
from simcore.model import Model, Structure
from simcore.network import Array, Labelled, Node, needed_for, push_forward
from simcore.program import Program, compile_natural
from simcore.solved import read_central
from simcore.worlds import World, lay_arm

Among = Mapping[str, Sequence[int]]
"""Which levels of which node or stratum dimension."""


@dataclass(frozen=True)
class Move:
    """One exposure as an intervention finds it and leaves it, among the births aimed at."""

    variable: str
    levels: tuple[str, ...]
    before: Array
    """Births by level: ``float64[years, levels]``."""
    after: Array
    moved: Array
    """Births whose level it changes: ``float64[years]``."""


@dataclass(frozen=True)
class Trace:
    """What one intervention does, year by year; births a year, ``float64[years]``, throughout."""

    change: Intervention
    aimed: Array
    """Births aimed at in the years in which it acts."""
    stages: Mapping[str, Array]
    """Births at each counted step: eligible, reached, accepts."""
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class Traced:
    """A whole scenario, followed through a model."""

    years: tuple[int, ...]
    births: Array
    """All births: ``float64[years]``."""
    traces: tuple[Trace, ...]
    """In the order of the file."""
    natural: Mapping[str, Array]
    """Of every variable that ends otherwise, all births by level as the model has them: ``float64[years, levels]``."""
    after: Mapping[str, Array]
    """The same after every intervention, what follows from them among it."""


class Tracer:
    """Follows scenarios that were checked against a model; the model is compiled once for all of them.

    Raises DocumentError if the structure has no draws.
    """

    def __init__(self, model: Model, structure: Structure, years: Sequence[int]) -> None:
        self.model, self.structure, self.years = model, structure, tuple(years)
        self._middle = read_central(model, structure)
        self._program = compile_natural(model, structure, self._middle, self.years)
        natural = _Tracing(self._program, lay_arm(self._program, Arm("natural")))
        self.births = natural.births({})
        self._natural = {name: natural.by_level((name,), {})[0] for name in model.spec.variables}

    def trace(self, scenario: Scenario) -> Traced:
        """The whole scenario.

        Raises
        ------
        DocumentError
            If an intervention would push a share out of 0 to 1.
        """
        (arm,) = arms_of([scenario])(self._program, self._middle)
        tracing = _Tracing(self._program, lay_arm(self._program, arm))
        traces = tuple(tracing.trace(change) for change in scenario.interventions)
        after = {name: tracing.by_level((tracing.world.carriers[name],), {})[0] for name in self._natural}
        moved = [
            name
            for name, before in self._natural.items()
            if not np.allclose(before, after[name], rtol=1e-9, atol=1e-6)
        ]
        natural = {name: self._natural[name] for name in moved}
        return Traced(self.years, self.births, traces, natural, {name: after[name] for name in moved})

    @property
    def deadly(self) -> set[str]:
        """Every variable that the risk of death hangs on, under this structure."""
        program = self._program
        axes = {axis for factor in program.hazards.factors for axis in factor.axes}
        return needed_for(program.network.nodes, axes)


class _Tracing:
    """Sums over one world."""

    def __init__(self, program: Program, world: World) -> None:
        self.program, self.world, self.network = program, world, world.network
        self.strata = tuple(world.network.strata)
        births = program.model.births_in(world.network.strata)
        self.births_in = exact_weights(world, births)
        self.everyone = Everyone(program, births, {})

    def trace(self, change: Intervention) -> Trace:
        stages, moves = {}, []
        for node in self.network.nodes:
            owner, _, stage = node.name.partition(":")
            if owner == change.id and node.stands_for is None:
                stages[stage] = self.by_year(births_at(self.world, node.name, self.everyone))
            elif owner == change.id and stage:
                moves.append(self.move(change, node))
        aimed = stages["eligible"] if "eligible" in stages else self.births(self.aimed_at(change))
        return Trace(change, aimed, stages, tuple(moves))

    def move(self, change: Intervention, node: Node) -> Move:
        assert node.stands_for is not None
        eligible = f"{change.id}:eligible"
        offered = any(other.name == eligible for other in self.network.nodes)
        among = {eligible: [1]} if offered else self.aimed_at(change, node)
        before, after = self.by_level((node.parents[0], node.name), among)
        moved = self.by_year(births_moved(self.world, node.name, self.everyone))
        return Move(node.stands_for, node.levels, before, after, moved)

    def aimed_at(self, change: Intervention, step: Node | None = None) -> Among:
        """Who is aimed at: of a variable, the value that the step reads; without a step, that after every step."""
        held = [year for year in self.network.strata[YEAR] if change.years.holds(int(year))]
        wanted: dict[str, Sequence[str]] = {**change.where, YEAR: held}
        variables = [] if step is None else [p for p in step.parents if p not in self.strata]
        read = {self.network[p].stands_for or p: p for p in variables}
        among = {}
        for name, levels in wanted.items():
            axis = name if name in self.strata else read.get(name, self.world.carriers.get(name, name))
            among[axis] = [i for i, level in enumerate(self.network.levels(axis)) if level in levels]
        return among

    def births(self, among: Among) -> Array:
        """Births at some levels: ``float64[years]``."""
        return np.asarray(self.among((), among).total(YEAR).values[0])

    def by_level(self, nodes: tuple[str, ...], among: Among) -> list[Array]:
        """Births at some levels by level of each node: ``float64[years, levels]``."""
        at = self.among(nodes, among)
        return [at.total(YEAR, node).values[0] for node in nodes]

    def among(self, nodes: tuple[str, ...], among: Among) -> Labelled:
        """Births by stratum and by the nodes named, zero where nobody is aimed at."""
        axes = tuple(dict.fromkeys((*self.strata, *among, *nodes)))
        at = push_forward(self.births_in, self.network.nodes, 0, axes).total(*axes)
        values = at.values
        for axis, levels in among.items():
            hit = np.isin(np.arange(len(self.network.levels(axis))), levels)
            values = values * hit.reshape([-1 if other == axis else 1 for other in axes])
        return Labelled(axes, values)

    def by_year(self, births: Array) -> Array:
        """Births by stratum, ``float64[draws, *strata]``, of the central draw: ``float64[years]``."""
        return np.asarray(Labelled(self.strata, births).total(YEAR).values[0])
