"""What laying any intervention needs: who is aimed at, what numbers are in these draws, the steps so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from scenarios.interventions.luck import Luck
from scenarios.schema import Intervention, Number, Scenario
from scenarios.schema.paths import reached_in, uncertain_parts
from simcore.arms import Arm, HazardEdit, Step, Treatment
from simcore.arms import decision_of as decision_of
from simcore.dims import YEAR
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
        """True for combinations of levels, of steps so far too, that are aimed at: ``bool[*axes]``."""
        stages = {step.name: step.levels for step in self.steps}

        def levels_of(axis: str) -> tuple[str, ...]:
            return stages[axis] if axis in stages else self.program.network.levels(axis)

        hit = np.ones([len(levels_of(axis)) for axis in axes], dtype=bool)
        for name, levels in aimed.items():
            if name in axes:
                inside = np.array([level in levels for level in levels_of(name)])
                hit &= inside.reshape([-1 if axis == name else 1 for axis in axes])
        return hit

    def drawn(self, value: Distribution, name: str) -> Array:
        """A number's values in this block of draws, by its full name: ``float64[draws or 1]``."""
        low, high = value.bounds
        self.certain &= low == high
        return self._luck.values(value, name, self.draws.index)

    def over_years(self, change: Intervention, key: str, number: Number) -> tuple[Labelled, Labelled]:
        """How much of the way from what changes nothing is gone, and to which value, in the years it acts in.

        ``float64[1, *axes]`` and ``float64[draws or 1, *axes]``, over the year where a number varies by it, and over
        nothing otherwise. Years outside its window, at which nobody is aimed, are as one inside.
        """
        name = f"{change.id}/{key}"
        drawn = {tail: self.drawn(part, name + tail) for tail, part in uncertain_parts(number).items()}
        years = self.years or [0]
        held = [year for year in years if change.years.holds(year) or not self.years]
        if not held:
            return Labelled((), np.zeros(1)), Labelled((), np.zeros(1))
        in_year = {year: reached_in(number, year, drawn) for year in held}
        found = [in_year.get(year, in_year[held[0]]) for year in years]
        gone = np.array([[share for share, _ in found]])
        value = np.stack(np.broadcast_arrays(*(np.atleast_1d(v) for _, v in found)), axis=-1)
        if (gone == gone[:, :1]).all() and (value == value[:, :1]).all():
            return Labelled((), gone[:, 0]), Labelled((), value[:, 0])
        return Labelled((YEAR,), gone), Labelled((YEAR,), value)

    def number(self, change: Intervention, key: str, number: Number, nothing: float) -> Labelled:
        """A number in the years it acts in, ``nothing`` being what changes nothing: ``float64[draws or 1, *axes]``."""
        gone, value = self.over_years(change, key, number)
        partly = nothing + gone.values * (value.values - nothing)
        return Labelled(value.axes, np.where(gone.values == 1.0, value.values, partly))

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


def changes_nothing(number: Labelled, nothing: float = 1.0) -> bool:
    """Whether a number is for certain what changes nothing: its steps are counted, and no table is touched."""
    return bool((number.values == nothing).all())


def over(number: Labelled, axes: Sequence[str]) -> Array:
    """A number spread over more axes, of length one where it does not vary: ``float64[draws or 1, *axes]``."""
    places = [number.axes.index(axis) for axis in axes if axis in number.axes]
    values = number.values.transpose(0, *(1 + place for place in places))
    return values[(slice(None), *(slice(None) if axis in number.axes else None for axis in axes))]
