"""``simulate``: the whole flow on one page, draws in blocks, blocks on threads.

    draws -> tables (program) -> arms -> births drawn to the cut (kernels) -> weights x risk -> deaths

A block's result depends on its draws, the arms and the seed alone: never on the number of threads, the
order of arms, or which other arms there are.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simcore.arms import Arm
from simcore.block_births import BlockBirths, Simulation
from simcore.by_level import LevelCounts, count_at_levels, follows_policy, reaching
from simcore.draws import DrawBlock
from simcore.everyone import Everyone, Sums
from simcore.expected import RiskCache, births_at, births_moved, meet
from simcore.kernels.deaths import count_with_passed
from simcore.model import Model, Structure
from simcore.network import Array
from simcore.pack import Packer, Plans, apportion
from simcore.program import Compiler, Program
from simcore.results import BlockResult
from simcore.rows import DrawnRows
from simcore.slices import SLICES, births_in_slices, even_slices
from simcore.strata import stratum_keys
from simcore.worlds import World, Worlds, lay_arm, lay_arms

Estimator = Literal["expected", "exact", "realised"]
BIRTHS = 4_000
"""Simulated births of each draw, unless others are asked for. They are as many as 500 draws need for a Monte Carlo
error of under 0.4% of a headline of a few deaths a year, and of about 1% of a decile of it (docs/performance.md)."""
BLOCK = 20
"""Draws compiled together; it sets memory, and no number."""
AT_ONCE = 12_000
"""Rows of births that are summed together; it sets memory, and no number."""

MakeArms = Callable[[Program, DrawBlock], Sequence[Arm]]
"""Arms for one block of draws (their effects may be uncertain); the first one is the comparator."""


@dataclass(frozen=True)
class Settings:
    """How to run: nothing here changes what is estimated, only how well and how fast."""

    seed: int = 1
    births: int = BIRTHS
    threads: int = 1
    estimator: Estimator = "expected"
    block: int = BLOCK
    people: bool = True
    """Whether births at each step of an intervention are counted."""
    by: tuple[str, ...] = ()
    """Variables that births and deaths are told apart by, each by itself; none where deaths are realised."""

    def __post_init__(self) -> None:
        if self.by and self.estimator == "realised":
            raise ValueError("by: deaths that are realised are not told apart by a variable; use `expected`")


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
    settled: Sums = field(default_factory=dict)
    """Sums over all births that no draw moves."""

    def block(self, draws: DrawBlock) -> BlockResult:
        """Deaths in every arm for one block of draws."""
        return self.over(self.compiler.compile(draws), draws)

    def over(self, program: Program, draws: DrawBlock) -> BlockResult:
        """The same over a program that was compiled for these draws before."""
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
    def simulation(self) -> Simulation:
        """How births stand for those there are."""
        chance = births_drawn(self.compiler.model, self.settings) > 0
        return Simulation(
            self.compiler.births, self.simulated, self.settings.seed, by_chance=chance, plans=self.plans
        )


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
    births, n = run.compiler.births, block.size
    worlds = [lay_arm(program.without_idle(arm.reads), arm) for arm in arms]
    drawn = births_drawn(program.model, run.settings) > 0
    empty = np.zeros((len(arms), n, *births.shape, SLICES if drawn else 0))
    deaths, slices = np.zeros((len(arms), n, *births.shape, *program.hazards.shape)), empty
    cache = RiskCache(n)
    births_of = BlockBirths(run.simulation, program, worlds, cache, block)
    for here in _together(run, worlds, n, cache):
        first, last = here.start, here.stop
        births_of.begin(here)
        for number, world in enumerate(worlds):
            rows = births_of.rows(number)
            met = meet(world, world.cut, rows, cache)
            deaths[number, first:last] = met.deaths[first:last]
            if isinstance(rows, DrawnRows):
                by_slice = rows.by_slice(met.deaths_of_row, births.shape)[first:last]
                slices[number, first:last] = even_slices(by_slice, run.in_slices)
            elif drawn:
                slices[number, first:last] = deaths[number, first:last].sum(axis=(-1, -2))[..., None] / SLICES
    return BlockResult(
        block.index,
        tuple(arm.name for arm in arms),
        deaths,
        slices,
        _people(run, program, arms, worlds, n) if run.settings.people else {},
        levels={name: _at_levels(run, program, arms, block, name) for name in run.settings.by},
    )


def _at_levels(run: Run, program: Program, arms: Sequence[Arm], block: DrawBlock, name: str) -> LevelCounts:
    """Births and deaths at every level of a variable: the same births again, counted by it as well."""
    n, size = block.size, len(program.network.levels(name))
    laid = [lay_arm(program.without_idle({*arm.reads, name}), arm) for arm in arms]
    worlds = [reaching(world, name) for world in laid]
    births, deaths = np.zeros((2, len(arms), n, size))
    cache = RiskCache(n)
    births_of = BlockBirths(run.simulation, program, worlds, cache, block, (name,))
    for here in _together(run, worlds, n, cache, (name,)):
        at = slice(here.start, here.stop)
        births_of.begin(here)
        for number, world in enumerate(worlds):
            born, died = count_at_levels(world, name, births_of.rows(number), cache)
            births[number, at], deaths[number, at] = born[at], died[at]
    return LevelCounts(births, deaths, np.array([follows_policy(world, name) for world in worlds]))


def _together(
    run: Run, worlds: Sequence[World], n: int, cache: RiskCache, by: tuple[str, ...] = ()
) -> Iterator[range]:
    """Draws of a block that are summed together: it sets memory, and no number."""
    world = worlds[0]
    levels = [len(world.network.levels(name)) for name in cache.hangs_on(world, world.cut, by)]
    rows = math.prod(levels) * run.compiler.births.size
    if births_drawn(run.compiler.model, run.settings):
        rows = min(rows, run.settings.births)
    step = max(1, AT_ONCE // rows)
    for first in range(0, n, step):
        yield range(first, min(first + step, n))


def _people(
    run: Run, program: Program, arms: Sequence[Arm], worlds: Sequence[World], n: int
) -> dict[tuple[str, str], Array]:
    """Births at every counted step of each arm, and those whom its interventions move.

    Summed exactly whatever is drawn: they are what a programme plans for.
    """
    people = {}
    everyone = Everyone(program, run.compiler.births, run.settled)
    for arm, world in zip(arms, worlds, strict=True):
        for stage in arm.stages:
            people[arm.name, stage] = births_at(world, stage, everyone)
        for node in world.network.nodes:
            if node.stands_for is not None:
                label = f"{node.name.partition(':')[0]}:moves {node.stands_for}"
                people[arm.name, label] = births_moved(world, node.name, everyone)
    return {step: _all_draws(at, n) for step, at in people.items()}


def _all_draws(values: Array, n: int) -> Array:
    """Values of which no parameter is uncertain are the same in every draw."""
    return np.broadcast_to(values, (n, *values.shape[1:]))


def pack_worlds(program: Program, worlds: Worlds, simulated: np.ndarray, slices: int = 1) -> Packer:
    """Everything drawn, down to the clocks of death: for realised deaths and individual births."""
    deaths = program.model.spec.deaths
    bands = list(deaths.age_bands.values())
    edges = (bands[0][0], *(last for _, last in bands))
    clocks = tuple(cause.clock for cause in deaths.causes.values())
    return Packer(worlds, worlds.network.nodes, simulated, slices, (), edges, clocks)


def _realised(run: Run, program: Program, arms: Sequence[Arm], block: DrawBlock) -> BlockResult:
    births, scale = run.compiler.births, run.simulation.scale
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
    people = _people(run, program, arms, laid, block.size) if run.settings.people else {}
    return BlockResult(
        block.index,
        worlds.names,
        np.stack(deaths, axis=1),
        np.stack(slices, axis=1),
        people,
        passed / max(int(run.simulated.sum()), 1),
    )
