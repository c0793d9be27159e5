"""What laying any intervention needs: who is aimed at, what numbers are in these draws, the steps so far."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from scenarios.interventions.luck import Luck
from scenarios.schema import Intervention, Number, Scenario
from scenarios.schema.paths import uncertain_parts, varies
from simcore.arms import Arm, HazardEdit, Step, Treatment
from simcore.distributions import Distribution
from simcore.draws import DrawBlock
from simcore.network import Array, Labelled, needed_for, push_forward
from simcore.problems import DocumentError
from simcore.program import Program
from simcore.worlds import lay_arm


class Builder:
    """Collects the steps of one scenario over one program.

    ``certain`` says whether every block of draws would get the very same arm.
    """

    def __init__(self, scenario: Scenario, program: Program, draws: DrawBlock, luck: Luck) -> None:
        self.scenario, self.program, self.draws, self._luck = scenario, program, draws, luck
        self.certain = True
        self.years = [int(year) for year in program.years]
        self.steps: list[Step] = []
        self.treatments: list[Treatment] = []
        self.hazards: list[HazardEdit] = []

    def arm(self) -> Arm:
        """What was collected so far."""
        return Arm(self.scenario.name, tuple(self.steps), tuple(self.treatments), tuple(self.hazards))

    def refusal(self, place: int, key: str | tuple[str, ...], message: str) -> DocumentError:
        """What is raised where an intervention cannot be laid: the address is a key of it."""
        at = (key,) if isinstance(key, str) else key
        return DocumentError(self.scenario.problem(("interventions", place, *at), message))

    def aimed(self, change: Intervention) -> dict[str, tuple[str, ...]]:
        """Who is aimed at, the years among it where the intervention does not act in all of them."""
        aimed = {name: tuple(levels) for name, levels in change.where.items()}
        held = tuple(str(year) for year in self.years if change.years.holds(year))
        if len(held) < len(self.years):
            aimed = {"year": held, **aimed}
        return aimed

    def hit(self, axes: Sequence[str], aimed: Mapping[str, Sequence[str]]) -> np.ndarray:
        """True for combinations of levels that are aimed at: ``bool[*axes]``."""
        levels_of = self.program.network.levels
        hit = np.ones([len(levels_of(axis)) for axis in axes], dtype=bool)
        for name, levels in aimed.items():
            if name in axes:
                inside = np.array([level in levels for level in levels_of(name)])
                hit &= inside.reshape([-1 if axis == name else 1 for axis in axes])
        return hit

    def drawn(self, value: Distribution, name: str) -> Array:
        """A number's values in this block of draws, by its full name: ``float64[draws or 1]``."""
        low, high = value.bounds
        if low == high:
            return np.array([value.central])
        self.certain = False
        wanted = self.draws.index.astype(np.int64)
        central = wanted == 2**32 - 1
        wanted = np.where(central, 0, wanted)
        u = self._luck.first(f"intervention/{name}", int(wanted.max()) + 1)[wanted]
        return np.where(central, value.central, np.asarray(value.quantile(u)))

    def number(self, number: Number, name: str) -> Array:
        """A number that is the same in all years: ``float64[draws or 1]``."""
        return self.drawn(uncertain_parts(number)[""], name)

    def shares(self, aimed: Mapping[str, Sequence[str]], variable: str) -> Array:
        """Births aimed at by level of a variable, after the steps so far: ``float64[draws or 1, *strata, levels]``."""
        so_far = lay_arm(self.program, self.arm())
        network = so_far.network
        strata = tuple(network.strata)
        within = {name: levels for name, levels in aimed.items() if name not in strata}
        births = Labelled(strata, self.program.model.births_in(network.strata)[None])
        keep = (*strata, *(so_far.carriers[name] for name in within), so_far.carriers[variable])
        weights = push_forward(births, network.nodes, 0, keep).total(*keep)
        moved = {node.name for node in self.program.network.nodes} - self.program.settled
        self.certain &= moved.isdisjoint(needed_for(network.nodes, keep))
        hit = self.hit((*strata, *within), within)
        lead = weights.values.shape[: 1 + len(strata)]
        levels = weights.values.shape[-1]
        return np.asarray((weights.values * hit[..., None]).reshape(*lead, -1, levels).sum(axis=-2))


def decision_of(step: str) -> int:
    """The decision number of a step, from its name alone: the same intervention has the same luck everywhere.

    Model files use small numbers; steps take the first word of a block of their own far above them.
    """
    digest = hashlib.sha256(step.encode()).digest()
    return 4 * (2**20 + int.from_bytes(digest[:4], "little") % (2**31))


def changes_nothing(ratio: Array) -> bool:
    """Whether a ratio is one for certain: its steps are counted, and no table is touched."""
    return bool((ratio == 1.0).all())


def refuse_path(builder: Builder, place: int, key: tuple[str, ...], number: Number) -> None:
    """Numbers of a cascade over years have no steps yet."""
    if varies(number):
        raise builder.refusal(place, key, "a path over years is not built here; write one number")
