"""Births of one draw, laid out so that single ones can be looked at in every arm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simcore.arms import Arm, ArmConflict
from simcore.birth_id import BirthId
from simcore.dims import SLICE
from simcore.draws import DrawBlock
from simcore.kernels.deaths import Realised, realise_births
from simcore.kernels.packed import Packed
from simcore.kernels.profiles import evaluate_births
from simcore.model import Model, Structure
from simcore.network import Array
from simcore.problems import DocumentError, Problem
from simcore.program import compile_natural
from simcore.run import MakeArms, pack_worlds
from simcore.worlds import Worlds, lay_arms

CENTRAL = -1
"""The number of the central draw wherever a birth is named."""

Levels = NDArray[np.uint8]
HowMany = Callable[[Array], NDArray[np.int64]]
"""From real births by stratum to those to be looked at."""


@dataclass(frozen=True)
class Individuals:
    """Some births of each stratum in every arm; the natural world stands hidden after the last."""

    model: Model
    arms: tuple[Arm, ...]
    worlds: Worlds
    packed: Packed
    births: Array
    """``float64[*strata]``: real births."""
    simulated: NDArray[np.int64]
    """``int64[*strata]``: births that can be looked at."""
    draw: int
    """As births are keyed; :attr:`draw_shown` is how it is written."""
    seed: int

    @property
    def n_arms(self) -> int:
        """Arms that are shown."""
        return len(self.arms)

    @property
    def draw_shown(self) -> int:
        """The draw's number, -1 for the central one."""
        return CENTRAL if self.draw == 2**32 - 1 else self.draw

    @cached_property
    def names(self) -> list[str]:
        """Every variable of the packed program, in its order."""
        network = self.worlds.network
        return [*network.strata, SLICE, *(node.name for node in network.nodes)]

    def levels(self, first: int, last: int) -> Levels:
        """``uint8[arms and the natural world, variables, births]`` of a range of births."""
        return evaluate_births(self.packed, self.seed, self.draw, first, last)

    def fates(self, first: int, last: int) -> Realised:
        """What becomes of a range of births in every arm, the natural world included."""
        return realise_births(self.packed, self.seed, self.draw, first, last)

    def ids(self, first: int, last: int) -> list[str]:
        """The ids of a range of births."""
        cells = list(np.ndindex(*self.simulated.shape))
        start = self.packed.stratum_start
        positions = np.arange(first, last)
        strata = np.searchsorted(start, positions, side="right") - 1
        labels = list(self.worlds.network.strata.values())
        return [
            str(BirthId(tuple(dim[i] for dim, i in zip(labels, cells[s], strict=True)), int(k)))
            for s, k in zip(strata, positions - start[strata], strict=True)
        ]


def lay_individuals(
    model: Model,
    structure: Structure,
    draw: DrawBlock,
    make_arms: MakeArms,
    years: Sequence[int],
    seed: int,
    how_many: HowMany,
) -> Individuals:
    """Lay every arm of one draw over the births that ``how_many`` chooses.

    Raises
    ------
    ValueError
        If the block holds more than one draw.
    DocumentError
        If two arms mean different things by one intervention.
    """
    if draw.size != 1:
        raise ValueError("single births are looked at in one draw")
    program = compile_natural(model, structure, draw, years)
    arms = tuple(make_arms(program, draw))
    try:
        worlds = lay_arms(program, [*arms, Arm("natural")])
    except ArmConflict as error:
        raise DocumentError(Problem(model.name, None, None, "", str(error))) from None
    births = model.births_in(worlds.network.strata)
    simulated = how_many(births)
    packer = pack_worlds(program, worlds, simulated)
    packed = packer.with_deaths(packer.plan(), 0)
    return Individuals(model, arms, worlds, packed, births, simulated, int(draw.index[0]), seed)
