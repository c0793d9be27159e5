"""A model and its arms as the engine runs them: every estimator by one call, its tables known beforehand.

What benchmarks know of packed programs stands here, and in ``steps.py`` what they know of the loops' parts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numba import njit

from scenarios.interventions import arms_of
from scenarios.read import read_scenarios
from scenarios.schema import Scenario
from simcore.arms import Arm
from simcore.dims import SLICE
from simcore.draws import central
from simcore.expected import RiskCache, exact_rows, expected_deaths, needed_before
from simcore.fanout import count_deaths_threaded, count_profiles_threaded
from simcore.kernels.arrays import Ints
from simcore.kernels.cohort import BLOCK
from simcore.kernels.deaths import Dying, count_with_passed, dying_of
from simcore.kernels.packed import Packed
from simcore.kernels.profiles import Counting, counting_of
from simcore.kernels.rng import fill_words
from simcore.load import load_model
from simcore.model import Model
from simcore.network import Array, Labelled
from simcore.pack import Packer, apportion
from simcore.program import Program, compile_natural
from simcore.rows import Rows
from simcore.run import pack_worlds
from simcore.worlds import World, Worlds, lay_arm, lay_arms


@dataclass(frozen=True)
class Workload:
    """A model, arms and a number of births.

    ``profile`` are the variables that births are counted by, ``deaths_by`` those that deaths are told apart by.
    """

    program: Program
    arms: tuple[Arm, ...]
    births: int
    profile: tuple[str, ...]
    deaths_by: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        model: Model,
        scenarios: Sequence[Scenario],
        births: int,
        profile: tuple[str, ...],
        deaths_by: tuple[str, ...] = (),
    ) -> Workload:
        """Scenarios laid over the central draw of a model, for its first year."""
        draws = central(model)
        program = compile_natural(model, model.structure(), draws, model.years[:1])
        return cls(program, tuple(arms_of(scenarios)(program, draws)), births, profile, deaths_by)

    # ---- counted and realised: everything drawn

    @cached_property
    def _worlds(self) -> Worlds:
        return lay_arms(self.program, self.arms)

    @cached_property
    def simulated(self) -> Ints:
        """Simulated births by stratum."""
        return apportion(self.program.model.births_in(self.program.network.strata), self.births)

    @cached_property
    def _packer(self) -> Packer:
        carrier = self._worlds.network.carrier
        packer = pack_worlds(self.program, self._worlds, self.simulated)
        profile, cells = (tuple(map(carrier, names)) for names in (self.profile, self.deaths_by))
        return replace(packer, profile=profile, cells=cells)

    @cached_property
    def packed(self) -> Packed:
        """Every variable, every arm, the clocks of death."""
        return self._packer.with_deaths(self._packer.plan(), 0)

    @cached_property
    def _counting(self) -> Counting:
        return counting_of(self.packed)

    @cached_property
    def dying(self) -> Dying:
        """All that realising deaths needs beside the births, the screen within it."""
        return dying_of(self.packed)

    def counted(self, seed: int, draw: int = 0, threads: int = 1) -> Ints:
        """Every birth worked out, and counted by profile: ``int64[arms, profiles]``."""
        return count_profiles_threaded(self.packed, seed, draw, threads=threads, prepared=self._counting)

    def realised(self, seed: int, draw: int = 0, threads: int = 1) -> Ints:
        """Deaths drawn: ``int64[arms, *strata, slice, *deaths_by, causes, bands]``."""
        counts = count_deaths_threaded(self.packed, seed, draw, threads=threads, prepared=self.dying)
        return counts.reshape(len(self.arms), *self._packer.cell_shape(), *counts.shape[-2:])

    def pass_share(self, seed: int) -> float:
        """Share of births that the screen lets pass."""
        return count_with_passed(self.packed, seed, 0)[1] / self.packed.n_births

    # ---- expected and exact: births drawn to the cut, or none, the rest summed out

    @cached_property
    def worlds(self) -> tuple[World, ...]:
        """Each arm by itself."""
        return tuple(lay_arm(self.program, arm) for arm in self.arms)

    @cached_property
    def _cut(self) -> tuple[Packer, Packed, Counting]:
        """Births drawn down to the cut, where all arms are alike."""
        natural = lay_arms(self.program, [Arm("natural")])
        nodes = natural.network.nodes[: self.worlds[0].cut]
        packer = Packer(natural, nodes, self.simulated, 1, tuple(node.name for node in nodes))
        packed = packer.plan()
        return packer, packed, counting_of(packed)

    def expected(self, seed: int, draw: int = 0, threads: int = 1) -> Array:
        """Births drawn to the cut, what follows summed out: ``float64[arms, *strata, *deaths_by, causes, bands]``."""
        packer, packed, prepared = self._cut
        counts = count_profiles_threaded(packed, seed, draw, threads=threads, prepared=prepared)
        counted = counts[0].reshape(1, *packer.shape())
        births = Labelled((*packer.profile, SLICE, *self.program.network.strata), counted.astype(np.float64))
        return self._summed_out(
            lambda world, needed, cache: Rows.of(births.total(*world.network.strata, *needed), 1, range(1))
        )

    def exact(self) -> Array:
        """Nothing drawn: ``float64[arms, *strata, *deaths_by, causes, bands]``."""
        births = self.simulated.astype(np.float64)
        return self._summed_out(lambda world, needed, cache: exact_rows(world, births, cache, self.deaths_by))

    def _summed_out(self, births: Callable[[World, tuple[str, ...], RiskCache], Rows]) -> Array:
        cache, deaths = RiskCache(1), []
        for world in self.worlds:
            needed = needed_before(world, world.cut, (*cache.risk(world)[1], *self.deaths_by))
            rows = births(world, needed, cache)
            deaths.append(expected_deaths(world, world.cut, rows, cache, self.deaths_by)[0])
        return np.stack(deaths)


def read_workload(
    folder: Path, files: Sequence[Path], births: int, profile: tuple[str, ...], deaths_by: tuple[str, ...]
) -> Workload:
    """A model folder and scenario files, as anyone would write them."""
    return Workload.of(load_model(folder), read_scenarios(files), births, profile, deaths_by)


@njit(cache=True, nogil=True)
def _words(births, blocks, seed, words, k, key):
    mixed = np.uint32(0)
    for start in range(0, births, BLOCK):
        n = min(BLOCK, births - start)
        for i in range(n):
            k[i] = np.uint32(start + i)
        for number in range(blocks):
            fill_words(k, key, n, number, 0, seed, 0, words)
            mixed ^= words[0, 0, 0] ^ words[0, 1, n // 2] ^ words[0, 2, n - 1] ^ words[0, 3, 0]
    return mixed


def words(births: int, blocks: int, seed: int) -> int:
    """The engine's random numbers alone: so many Philox blocks a birth."""
    scratch = np.empty((1, 4, BLOCK), np.uint32), np.empty(BLOCK, np.uint32), np.ones(BLOCK, np.uint32)
    return int(_words(births, blocks, np.uint64(seed), *scratch))
