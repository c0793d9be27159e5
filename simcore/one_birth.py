"""What is to be told of one birth: what decided each thing, arm by arm, and when each clock rings.

Facts only, as plain values; :mod:`simcore.telling` puts them into words.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from simcore.birth_id import BirthId
from simcore.individuals import Individuals
from simcore.kernels.arrays import Ints
from simcore.luck import WORDS, Luck, clock_times, hazards_of
from simcore.network import Node

CERTAIN = 2**32 - 1


@dataclass(frozen=True)
class Decided:
    """A level, and the number that decided it: any from ``low`` up to ``high`` would have given the same."""

    name: str
    """The variable, or the intervention's stage."""
    level: str
    low: float
    high: float
    number: float
    given: tuple[tuple[str, str], ...]
    """What the chance hung on: names and their levels in this world."""

    @property
    def chance(self) -> float:
        """The probability of this level."""
        return self.high - self.low


@dataclass(frozen=True)
class Step:
    """A step of an intervention: a stage that a birth is at or not, or a value that it moves or leaves."""

    intervention: str
    decided: Decided
    moves: str | None
    """The variable whose value it may change; none for a stage."""
    was: str | None
    """The value before it."""


@dataclass(frozen=True)
class Followed:
    """A variable that no intervention moved, and that differs from its natural value all the same."""

    natural: Decided
    now: Decided


@dataclass(frozen=True)
class Clock:
    """One cause's clock in one arm: it rings within the days of the model where its number is below ``limit``."""

    cause: str
    number: float
    limit: float
    time: float
    """Days of life at which it rings; infinite where it never does within the last age band."""


@dataclass(frozen=True)
class Parting:
    """Where an arm first differs from the comparator: a variable, its two values, and whose doing it is."""

    variable: str
    here: str
    there: str
    intervention: str
    acts_here: bool
    """Whether it moved the value in this arm; else it did so in the comparator, and not here."""


@dataclass(frozen=True)
class HazardChange:
    """A cause and age band whose hazard an arm multiplies itself, against the comparator with the same values."""

    cause: str
    age_band: str
    ratio: float


@dataclass(frozen=True)
class InArm:
    """One birth in one arm."""

    name: str
    steps: tuple[Step, ...]
    followed: tuple[Followed, ...]
    parting: Parting | None
    hazards: tuple[HazardChange, ...]
    clocks: tuple[Clock, ...]
    death: tuple[str, str, int] | None
    """Cause, age band and completed days of life; none for those who live."""


@dataclass(frozen=True)
class OneBirth:
    """All there is to be told."""

    id: BirthId
    model: str
    seed: int
    draw: int
    strata: tuple[tuple[str, str], ...]
    births: float
    """Real births of its stratum."""
    called: str
    """What births are in the model's own words."""
    natural: tuple[Decided, ...]
    arms: tuple[InArm, ...]
    days: float
    """How many days of life the model covers."""


def look_at(births: Individuals, position: int) -> OneBirth:
    """The facts of one birth by its place in the packed program."""
    return _Look(births, position).all()


class _Look:
    def __init__(self, births: Individuals, position: int) -> None:
        self.births, self.packed, self.network = births, births.packed, births.worlds.network
        self.spec, self.names = births.model.spec, births.names
        self.luck = Luck(births.packed, births.seed, births.draw, position)
        self.levels: Ints = births.levels(position, position + 1)[:, :, 0].astype(np.int64)
        self.fate = births.fates(position, position + 1)
        self.position = position
        self.hazards = [hazards_of(self.packed, arm, self.levels[arm]) for arm in range(births.n_arms)]

    def all(self) -> OneBirth:
        births = self.births
        stratum = int(np.searchsorted(self.packed.stratum_start, self.position, side="right")) - 1
        cell = tuple(
            labels[self.levels[0, self.names.index(dim)]] for dim, labels in self.network.strata.items()
        )
        return OneBirth(
            BirthId(cell, self.position - int(self.packed.stratum_start[stratum])),
            births.model.name,
            births.seed,
            births.draw_shown,
            tuple(zip(self.network.strata, cell, strict=True)),
            float(births.births.ravel()[stratum]),
            self.spec.words.births,
            tuple(self.decided(self.network[name], births.n_arms) for name in self.spec.variables),
            tuple(self.in_arm(arm) for arm in range(births.n_arms)),
            float(self.packed.deaths.edges[-1]),
        )

    def in_arm(self, arm: int) -> InArm:
        return InArm(
            self.births.worlds.names[arm],
            tuple(self.step(node, arm) for node in self.own_steps(arm)),
            tuple(self.followed(arm)),
            self.parting(arm),
            tuple(self.hazard_changes(arm)),
            tuple(self.clocks(arm)),
            self.death(arm),
        )

    # ---- decisions

    def level(self, name: str, arm: int) -> str:
        return self.network.levels(name)[int(self.levels[arm, self.names.index(name)])]

    def decided(self, node: Node, arm: int) -> Decided:
        """What decided a variable or a step in one arm, the natural world coming after the last."""
        v = self.names.index(node.name)
        used = self.packed.parents[v] >= 0
        row = int((self.packed.strides[v][used] * self.levels[arm, self.packed.parents[v][used]]).sum())
        limits = [int(t) for t in self.packed.table(arm, v)[row]]
        ends = [0.0, *(1.0 if t == CERTAIN else t / WORDS for t in limits), 1.0]
        place = int(self.levels[arm, v])
        given = tuple((self.shown(p), self.level(p, arm)) for p in node.parents)
        number = float(self.luck.decisions[v])
        return Decided(self.shown(node.name), node.levels[place], ends[place], ends[place + 1], number, given)

    def shown(self, name: str) -> str:
        """A variable by its name, whichever step holds its value; a stage by its own."""
        if name in self.network.strata or name in self.spec.variables:
            return name
        return self.network[name].stands_for or name.partition(":")[2]

    # ---- what interventions do

    def own_steps(self, arm: int) -> list[Node]:
        """The steps of an arm's own interventions, in causal order."""
        own = self.births.arms[arm].nodes
        return [node for node in self.network.nodes if node.name in own]

    def step(self, node: Node, arm: int) -> Step:
        intervention = node.name.partition(":")[0]
        was = None if node.stands_for is None else self.level(node.parents[0], arm)
        return Step(intervention, self.decided(node, arm), node.stands_for, was)

    def followed(self, arm: int) -> list[Followed]:
        """Natural variables whose own node differs from the natural world's."""
        n = self.births.n_arms
        return [
            Followed(self.decided(self.network[name], n), self.decided(self.network[name], arm))
            for name in self.spec.variables
            if self.level(name, arm) != self.level(name, n)
        ]

    def parting(self, arm: int) -> Parting | None:
        """The first value that differs from the comparator's."""
        for node in self.network.nodes:
            if node.stands_for is not None and self.level(node.name, arm) != self.level(node.name, 0):
                here, there = self.level(node.name, arm), self.level(node.name, 0)
                moved = self.level(node.parents[0], arm) != here
                return Parting(node.stands_for, here, there, node.name.partition(":")[0], moved)
        return None

    # ---- death

    def hazard_changes(self, arm: int) -> list[HazardChange]:
        """What interventions on hazards do here: this arm's factors against the comparator's, values held."""
        causes, bands = tuple(self.spec.deaths.causes), tuple(self.spec.deaths.age_bands)
        here, held = self.hazards[arm], hazards_of(self.packed, 0, self.levels[arm])
        return [
            HazardChange(causes[c], bands[b], float(here[c, b] / held[c, b]) if held[c, b] else math.inf)
            for c, b in np.argwhere(here != held)
        ]

    def clocks(self, arm: int) -> list[Clock]:
        hazards, numbers = self.hazards[arm], self.luck.clocks
        times = clock_times(hazards, numbers, self.packed.deaths.edges)
        limits = -np.expm1(-hazards.sum(axis=1))
        return [
            Clock(cause, float(number), float(limit), float(time))
            for cause, number, limit, time in zip(
                self.spec.deaths.causes, numbers, limits, times, strict=True
            )
        ]

    def death(self, arm: int) -> tuple[str, str, int] | None:
        cause, band, day = (int(part[arm, 0]) for part in self.fate)
        if cause < 0:
            return None
        deaths = self.spec.deaths
        return tuple(deaths.causes)[cause], tuple(deaths.age_bands)[band], day
