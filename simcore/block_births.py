"""Births of a block of draws down to the cut: drawn once, for every arm that changes nothing before it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simcore.arms import Arm
from simcore.dims import SLICE
from simcore.draws import DrawBlock
from simcore.expected import RiskCache, exact_rows
from simcore.kernels.levels import look_ups_of, with_tables
from simcore.kernels.profiles import evaluate_births
from simcore.network import Array
from simcore.pack import Packer, Plans
from simcore.program import Program
from simcore.rows import DrawnRows, Rows, SingleBirths
from simcore.slices import SLICES
from simcore.worlds import World, Worlds, lay_arm


@dataclass(frozen=True)
class Simulation:
    """How births stand for those there are.

    Attributes
    ----------
    births : float64[*strata]
        Those there are.
    simulated : int64[*strata]
        Those that are drawn.
    by_chance
        Whether any are drawn at all.
    """

    births: Array
    simulated: NDArray[np.int64]
    seed: int
    by_chance: bool
    plans: Plans

    @cached_property
    def scale(self) -> Array:
        """Real births that a simulated one stands for: ``float64[*strata]``."""
        return np.where(self.simulated > 0, self.births / np.maximum(self.simulated, 1), 0.0)


class BlockBirths:
    """Births of a block down to the cut, for every arm.

    They are drawn once for all arms that change nothing before the cut; those whose deaths hang on the same
    variables there share their rows as well. An arm that changes something before it draws them again, with the
    same luck.
    """

    def __init__(
        self,
        simulation: Simulation,
        program: Program,
        worlds: Sequence[World],
        cache: RiskCache,
        block: DrawBlock,
        by: tuple[str, ...] = (),
    ) -> None:
        self._simulation, self._cache, self._index, self._by = simulation, cache, block.index, by
        self._variables = set(program.model.spec.variables)
        self._worlds = worlds
        self._needed = [cache.hangs_on(world, world.cut, by) for world in worlds]
        self._natural = [self._is_natural(world) for world in worlds]
        shared = {name for i, needed in enumerate(self._needed) if self._natural[i] for name in needed}
        # where deaths hang on nothing that is drawn, no luck may enter: not that of a birth more in one slice
        self._by_chance = [simulation.by_chance and needed != () for needed in self._needed]
        self._shared = Drawing(simulation, lay_arm(program.without_idle(shared), Arm("natural")), shared)
        self._own: dict[int, Drawing] = {}
        self._here = range(0)
        self._single: SingleBirths | None = None
        self._kept: dict[tuple[str, ...], Rows] = {}

    def begin(self, here: range) -> None:
        """Go on to these draws of the block; what was met of others is dropped."""
        self._cache.forget()
        self._here, self._single, self._kept = here, None, {}

    def rows(self, arm: int) -> Rows:
        """Births of an arm by stratum and the variables before the cut that its deaths, and ``by``, hang on."""
        needed = self._needed[arm]
        if not self._natural[arm]:
            return self._rows(arm)
        if needed not in self._kept:
            self._kept[needed] = self._rows(arm)
        return self._kept[needed]

    def _rows(self, arm: int) -> Rows:
        if not self._by_chance[arm]:
            births = self._simulation.births
            return exact_rows(self._worlds[arm], births, self._cache, self._by, self._here)
        return DrawnRows.counted(
            self._births(arm), self._needed[arm], self._cache.draws, self._simulation.scale
        )

    def _births(self, arm: int) -> SingleBirths:
        if not self._natural[arm]:
            if arm not in self._own:
                self._own[arm] = Drawing(self._simulation, self._worlds[arm], self._needed[arm])
            return self._own[arm].births(self._index, self._here)
        if self._single is None:
            self._single = self._shared.births(self._index, self._here)
        return self._single

    def _is_natural(self, world: World) -> bool:
        return self._variables.issuperset(node.name for node in world.network.nodes[: world.cut])


class Drawing:
    """Births of one world, drawn down to the cut: what is wanted of each of them."""

    def __init__(self, simulation: Simulation, world: World, variables: Collection[str]) -> None:
        self._seed = simulation.seed
        self._packer = pack_drawn(world, (), simulation.simulated)
        self._plan = simulation.plans.of(self._packer)
        sizes = self._packer.sizes()
        strata = tuple(world.network.strata)
        names = (*(name for name in sizes if name in variables), SLICE, *strata)
        self._wanted = np.array([list(sizes).index(name) for name in names])
        self._look_ups = look_ups_of(self._plan, self._wanted)
        self._form = names, strata, sizes

    def births(self, index: NDArray[np.uint32], here: range) -> SingleBirths:
        """Those of the draws ``here`` of a block."""
        levels = {}
        for z in here:
            packed = self._packer.of_draw(self._plan, z)
            look_ups = with_tables(self._look_ups, packed)
            drawn = evaluate_births(
                packed, self._seed, int(index[z]), variables=self._wanted, prepared=look_ups
            )
            levels[z] = drawn[0]
        return SingleBirths(*self._form, levels)


def pack_drawn(world: World, profile: tuple[str, ...], simulated: np.ndarray) -> Packer:
    """Births of one arm drawn to the cut, counted by the variables of a profile before it."""
    alone = Worlds((world.name,), world.network, (world.hazards,), (0,))
    return Packer(alone, world.network.nodes[: world.cut], simulated, SLICES, profile)
