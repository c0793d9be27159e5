"""``simulate``: the whole flow on one page, draws in blocks, blocks on threads.

    draws -> tables (program) -> arms -> births drawn to the cut (kernels) -> weights x risk -> deaths

A block's result depends on its draws, the arms and the seed alone: never on the number of threads, the
order of arms, or which other arms there are.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simcore.arms import Arm
from simcore.dims import SLICE
from simcore.draws import DrawBlock
from simcore.expected import (
    RiskCache,
    births_at,
    births_moved,
    exact_weights,
    expected_deaths,
    needed_before,
    risk_before,
)
from simcore.kernels.deaths import count_with_passed
from simcore.kernels.profiles import count_profiles, counting_of
from simcore.model import Model, Structure
from simcore.network import Array, Labelled
from simcore.pack import Packer, Plans, apportion
from simcore.program import Compiler, Program
from simcore.results import BlockResult
from simcore.slices import SLICES, births_in_slices, even_slices
from simcore.strata import stratum_keys
from simcore.worlds import World, Worlds, lay_arm, lay_arms

Estimator = Literal["expected", "exact", "realised"]
BLOCK = 20
"""Draws compiled together; it sets memory, and no number."""

MakeArms = Callable[[Program, DrawBlock], Sequence[Arm]]
"""Arms for one block of draws (their effects may be uncertain); the first one is the comparator."""


@dataclass(frozen=True)
class Settings:
    """How to run: nothing here changes what is estimated, only how well and how fast."""

    seed: int = 1
    births: int = 100_000
    threads: int = 1
    estimator: Estimator = "expected"
    block: int = BLOCK
    people: bool = True
    """Whether births at each step of an intervention are counted."""


def births_drawn(model: Model, settings: Settings) -> int:
    """Simulated births of each draw: 0 where nothing is drawn, as where a model has no cut to draw them to."""
    by_chance = settings.estimator == "realised" or (
        settings.estimator == "expected" and model.spec.drawn_to is not None
    )
    return settings.births if by_chance else 0


def simulate(
    model: Model,
    structure: Structure,
    draws: DrawBlock,
    make_arms: MakeArms,
    years: Sequence[int],
    settings: Settings,
    skip: Callable[[int], bool] = lambda start: False,
) -> Iterator[tuple[int, BlockResult]]:
    """Run every block of draws and give each as ``(number of its first draw, result)``, in order.

    ``skip(start)`` leaves out blocks that are at hand already. Closing the iterator stops the run.
    """
    starts = [s for s in range(0, draws.size, settings.block) if not skip(s)]
    run = Run(Compiler(model, structure, years), make_arms, settings)

    def one(start: int) -> BlockResult:
        return run.block(draws.rows(slice(start, start + settings.block)))

    if settings.threads == 1:
        for start in starts:
            yield start, one(start)
        return
    with ThreadPoolExecutor(settings.threads) as pool:
        waiting: deque[tuple[int, Future[BlockResult]]] = deque()
        try:
            for start in starts:
                waiting.append((start, pool.submit(one, start)))
                if len(waiting) > settings.threads:
                    first, future = waiting.popleft()
                    yield first, future.result()
            while waiting:
                first, future = waiting.popleft()
                yield first, future.result()
        finally:
            for _, future in waiting:
                future.cancel()


@dataclass(frozen=True)
class Run:
    """What all blocks of a run share, and threads with them."""

    compiler: Compiler
    make_arms: MakeArms
    settings: Settings
    plans: Plans = field(default_factory=Plans)

    def block(self, draws: DrawBlock) -> BlockResult:
        """Deaths in every arm for one block of draws."""
        program = self.compiler.compile(draws)
        arms = self.make_arms(program, draws)
        estimate = _realised if self.settings.estimator == "realised" else _expected
        return estimate(self, program, arms, draws)

    @cached_property
    def simulated(self) -> NDArray[np.int64]:
        """Simulated births of each stratum."""
        return apportion(self.compiler.births, self.settings.births)

    @cached_property
    def in_slices(self) -> NDArray[np.int64]:
        """Simulated births of each stratum and slice."""
        return births_in_slices(self.simulated, stratum_keys(self.compiler.strata))

    @cached_property
    def scale(self) -> Array:
        """Real births that a simulated one stands for, in each stratum."""
        return np.where(self.simulated > 0, self.compiler.births / np.maximum(self.simulated, 1), 0.0)


def run_block(
    model: Model,
    structure: Structure,
    block: DrawBlock,
    make_arms: MakeArms,
    years: Sequence[int],
    settings: Settings,
) -> BlockResult:
    """Deaths in every arm for one block of draws alone."""
    return Run(Compiler(model, structure, years), make_arms, settings).block(block)


def _expected(run: Run, program: Program, arms: Sequence[Arm], block: DrawBlock) -> BlockResult:
    cache, births = RiskCache(), run.compiler.births
    worlds = [lay_arm(program.without_idle(arm.reads), arm) for arm in arms]
    drawn = births_drawn(program.model, run.settings) > 0
    profiles = [needed_before(world, world.cut, cache.risk(world).axes) if drawn else () for world in worlds]
    counts = _Counts(run, program, worlds, profiles, block)
    deaths, slices = [], []
    for number, (world, needed) in enumerate(zip(worlds, profiles, strict=True)):
        # where deaths hang on nothing that is drawn, no luck may enter: not that of a birth more in one slice
        start = world.cut if needed else 0
        weights = counts.births(number, needed) if needed else exact_weights(world, births)
        deaths.append(_all_draws(expected_deaths(world, start, weights, cache), block.size))
        if needed:
            risk = risk_before(world, start, cache)
            by_slice = _by_slice(counts.by_slice(number, needed), risk, len(world.network.strata))
            slices.append(even_slices(by_slice, run.in_slices))
        elif drawn:
            equal = deaths[-1].sum(axis=(-1, -2)) / SLICES
            slices.append(np.broadcast_to(equal[..., None], (*equal.shape, SLICES)))
    empty = np.zeros((len(arms), block.size, *births.shape, 0))
    return BlockResult(
        block.index,
        tuple(arm.name for arm in arms),
        np.stack(deaths),
        np.stack(slices) if slices else empty,
        _people(arms, worlds, births, block.size) if run.settings.people else {},
    )


def _people(
    arms: Sequence[Arm], worlds: Sequence[World], births: Array, n: int
) -> dict[tuple[str, str], Array]:
    """Births at every counted step of each arm, and those whom its interventions move.

    Summed exactly whatever is drawn: they are what a programme plans for.
    """
    people = {}
    for arm, world in zip(arms, worlds, strict=True):
        everyone = exact_weights(world, births)
        for step in arm.steps:
            if step.replaces is None:
                people[arm.name, step.name] = births_at(world, step.name, everyone)
        for node in world.network.nodes:
            if node.stands_for is not None:
                label = f"{node.name.partition(':')[0]}:moves {node.stands_for}"
                people[arm.name, label] = births_moved(world, node.name, everyone)
    return {step: _all_draws(at, n) for step, at in people.items()}


def _all_draws(values: Array, n: int) -> Array:
    """Values of which no parameter is uncertain are the same in every draw."""
    return np.broadcast_to(values, (n, *values.shape[1:]))


def _by_slice(sliced: Labelled, risk: Labelled, n_strata: int) -> Array:
    """Infant deaths by stratum and slice: ``float64[draws, *strata, slices]``."""
    strata, needed = sliced.axes[:n_strata], sliced.axes[n_strata + 1 :]
    axes = (*strata, *needed)
    order = [0, *(1 + risk.axes.index(axis) for axis in axes if axis in risk.axes)]
    values = risk.values.transpose(order)
    missing = [1 + axes.index(axis) for axis in axes if axis not in risk.axes]
    values = np.expand_dims(values, missing)
    shape = sliced.values.shape
    cells = (*shape[1 : 1 + n_strata], *shape[2 + n_strata :])
    values = np.broadcast_to(values, (values.shape[0], *cells))
    flat = values.reshape(values.shape[0], *shape[1 : 1 + n_strata], -1, 1)
    return np.asarray(np.matmul(sliced.values.reshape(*shape[: 2 + n_strata], -1), flat)[..., 0])


class _Counts:
    """Births drawn to the cut, for every arm whose deaths hang on a variable drawn (``profiles`` names them).

    Arms that change nothing before the cut share one draw of the births, every natural variable among them. An
    arm that does is counted by itself, with its own steps in the profile: together their profiles would multiply.
    """

    def __init__(
        self,
        run: Run,
        program: Program,
        worlds: Sequence[World],
        profiles: Sequence[tuple[str, ...]],
        block: DrawBlock,
    ) -> None:
        shared: _Drawn | None = None
        self._of_arm: dict[int, _Drawn] = {}
        natural = set(program.model.spec.variables)
        for number, (world, profile) in enumerate(zip(worlds, profiles, strict=True)):
            if not profile:
                continue
            if natural.issuperset(_before_cut(world)):
                if shared is None:
                    nature = lay_arm(program, Arm("nature"))
                    shared = _Drawn(run, nature, _before_cut(nature), block)
                self._of_arm[number] = shared
            else:
                self._of_arm[number] = _Drawn(run, world, profile, block)

    def by_slice(self, arm: int, needed: tuple[str, ...]) -> Labelled:
        """Real births of one arm: axes strata, slice, then the variables needed."""
        return self._of_arm[arm].weights(needed)

    def births(self, arm: int, needed: tuple[str, ...]) -> Labelled:
        """Real births of one arm: axes strata, then the variables needed."""
        return self._of_arm[arm].births(needed)


def _before_cut(world: World) -> tuple[str, ...]:
    return tuple(node.name for node in world.network.nodes[: world.cut])


class _Drawn:
    """Births of a block of draws in one world, counted by the variables of a profile before the cut."""

    def __init__(self, run: Run, world: World, profile: tuple[str, ...], block: DrawBlock) -> None:
        self._kept: dict[tuple[str, ...], Labelled] = {}
        self._whole: dict[tuple[str, ...], Labelled] = {}
        packer = pack_drawn(world, profile, run.simulated)
        plan, shape = run.plans.of(packer), packer.shape()
        counted = np.empty((block.size, *shape))
        prepared = counting_of(plan)
        for z, draw in enumerate(block.index):
            packed = packer.of_draw(plan, z)
            prepared = counting_of(packed, prepared)
            counts = count_profiles(packed, run.settings.seed, int(draw), prepared=prepared)
            counted[z] = counts.reshape(shape)
        self.counted = Labelled((*profile, SLICE, *world.network.strata), counted)
        self.scale = run.scale

    def weights(self, needed: tuple[str, ...]) -> Labelled:
        """Real births by strata, slice and the variables needed."""
        if needed not in self._kept:
            strata = self.counted.axes[-self.scale.ndim :]
            kept = self.counted.total(*strata, SLICE, *needed)
            scale = self.scale.reshape(*self.scale.shape, *[1] * (1 + len(needed)))
            self._kept[needed] = Labelled(kept.axes, kept.values * scale)
        return self._kept[needed]

    def births(self, needed: tuple[str, ...]) -> Labelled:
        """The same, with the slices added up."""
        if needed not in self._whole:
            sliced = self.weights(needed)
            self._whole[needed] = sliced.total(*(axis for axis in sliced.axes if axis != SLICE))
        return self._whole[needed]


def pack_drawn(world: World, profile: tuple[str, ...], simulated: np.ndarray) -> Packer:
    """Births of one arm drawn to the cut, counted by the variables of a profile before it."""
    alone = Worlds((world.name,), world.network, (world.hazards,), (0,))
    return Packer(alone, world.network.nodes[: world.cut], simulated, SLICES, profile)


def pack_worlds(program: Program, worlds: Worlds, simulated: np.ndarray, slices: int = 1) -> Packer:
    """Everything drawn, down to the clocks of death: for realised deaths and individual births."""
    deaths = program.model.spec.deaths
    bands = list(deaths.age_bands.values())
    edges = (bands[0][0], *(last for _, last in bands))
    clocks = tuple(cause.clock for cause in deaths.causes.values())
    return Packer(worlds, worlds.network.nodes, simulated, slices, (), edges, clocks)


def _realised(run: Run, program: Program, arms: Sequence[Arm], block: DrawBlock) -> BlockResult:
    births, scale = run.compiler.births, run.scale
    worlds = lay_arms(program, arms)
    packer = pack_worlds(program, worlds, run.simulated, SLICES)
    plan = run.plans.of(packer)
    cut = (len(arms), *births.shape, SLICES)
    deaths, slices, passed = [], [], np.zeros(block.size, np.int64)
    for z, draw in enumerate(block.index):
        counted, passed[z] = count_with_passed(packer.with_deaths(plan, z), run.settings.seed, int(draw))
        counted = counted.reshape(*cut, *counted.shape[-2:])
        deaths.append(counted.sum(axis=len(cut) - 1) * scale[..., None, None])
        slices.append(even_slices(counted.sum(axis=(-1, -2)) * scale[..., None], run.in_slices))
    laid = [lay_arm(program, arm) for arm in arms] if run.settings.people else []
    people = _people(arms, laid, births, block.size) if run.settings.people else {}
    return BlockResult(
        block.index,
        worlds.names,
        np.stack(deaths, axis=1),
        np.stack(slices, axis=1),
        people,
        passed / max(int(run.simulated.sum()), 1),
    )
