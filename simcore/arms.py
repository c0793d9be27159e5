"""Arms: what another world changes, in generic words.

An arm is described by generic edits and knows nothing of the policy behind them:

* a :class:`Step` is one more variable. A step that *replaces* a variable carries its value from there
  on (the natural value stays, for what is only associated with it); any other step is a stage that
  can be counted (reached, accepts). A stratum dimension is replaced alike: births are counted where they are,
  and every table and hazard reads the level that the step gives;
* a :class:`Treatment` changes the chance of one level of a variable among those at a step, and a
  :class:`Relapse` gives some of those whom it moved the hazards of their old level back;
* a :class:`HazardEdit` multiplies hazards among those at a step, or in some strata.
* a severed :class:`Arrow` keeps a child from following: it reads its parent's natural value.

:mod:`simcore.arm_order` says in which order they act, :mod:`simcore.worlds` lays arms over the natural world.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from simcore.network import Array, Labelled

Rule = Literal["ratio", "difference", "odds_ratio", "share"]
"""How a treatment's value changes a chance: times it, plus it, its odds times it, or it is the chance."""


@dataclass(frozen=True)
class Step:
    """One more variable of an arm.

    ``table`` is ``float64[draws or 1, *parents, levels]``. A step that replaces a variable or a stratum dimension
    has that as its first parent and the same levels.
    """

    name: str
    levels: tuple[str, ...]
    parents: tuple[str, ...]
    table: Array
    decision: int
    replaces: str | None = None


@dataclass(frozen=True)
class Relapse:
    """Of those whom a treatment moved, a share has from one age band on the hazards of the level they came from.

    It is a counted stage. What came before that age stays as the treatment left it, and so does every other
    variable. ``share`` is ``float64[draws or 1, *axes]`` over stratum dimensions.
    """

    stage: str
    share: Labelled
    age_band: str
    decision: int


@dataclass(frozen=True)
class Treatment:
    """Change the natural chance of one level among births at the last level of a step.

    What is gained is taken from the levels after it, in proportion, and only births that were there move
    (where the chance falls, the other way); levels before it are left alone. ``value`` is
    ``float64[draws or 1, *axes]`` over stratum dimensions, and ``gone`` says alike how much of the way from the
    natural chance to the one that ``rule`` makes is gone (all of it if not given). The chance is capped at what the
    level and those after it hold together, and at nothing. It becomes a step of its own, so that what is only
    associated with the variable does not follow.

    Where several treat one variable, each moves only those whom none before it has moved, with the same chance as
    if there were no other.
    """

    variable: str
    level: str
    step: str
    value: Labelled
    decision: int
    rule: Rule = "ratio"
    gone: Labelled | None = None
    relapse: Relapse | None = None

    @property
    def node(self) -> str:
        """The name of the step that carries the variable's value after it."""
        return f"{self.step}>{self.variable}"


@dataclass(frozen=True)
class HazardEdit:
    """A factor ``float64[draws or 1, *axes, causes, age bands]`` on the hazards of an arm.

    Variables among its axes are read under policy. A stratum dimension is that in which births are counted, but for
    those that it ``follows``, which are read as the arm has replaced them.
    """

    factor: Labelled
    of: str = ""
    """Whose doing it is."""
    follows: tuple[str, ...] = ()


class Arrow(NamedTuple):
    """A variable and what reads it: another variable, or hazards of death where ``child`` is None."""

    parent: str
    child: str | None


@dataclass(frozen=True)
class Arm:
    """A named world."""

    name: str
    steps: tuple[Step, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    hazard_edits: tuple[HazardEdit, ...] = ()
    severed: frozenset[Arrow] = frozenset()
    """Arrows over which the child reads the natural value, as though there were no policy."""

    @property
    def reads(self) -> set[str]:
        """Everything by name that the arm hangs on or changes."""
        parents = {parent for step in self.steps for parent in step.parents}
        treated = {treatment.variable for treatment in self.treatments}
        return parents | treated | {axis for edit in self.hazard_edits for axis in edit.factor.axes}

    @property
    def relapses(self) -> tuple[tuple[Treatment, Relapse], ...]:
        """Treatments after which some go back, each with how."""
        return tuple((t, t.relapse) for t in self.treatments if t.relapse is not None)

    @property
    def stages(self) -> tuple[str, ...]:
        """Every stage that is counted."""
        steps = (step.name for step in self.steps if step.replaces is None)
        return (*steps, *(relapse.stage for _, relapse in self.relapses))

    @property
    def nodes(self) -> set[str]:
        """The names of all steps that the arm adds."""
        return {step.name for step in self.steps} | {t.node for t in self.treatments} | set(self.stages)


def decision_of(step: str) -> int:
    """The decision number of a step, from its name alone: the same intervention has the same luck everywhere.

    Model files use small numbers; steps take the first word of a block of their own far above them.
    """
    digest = hashlib.sha256(step.encode()).digest()
    return 4 * (2**20 + int.from_bytes(digest[:4], "little") % (2**31))


class ArmConflict(ValueError):
    """Two arms mean different things by one step, or by the order of two."""


def find_step(arm: Arm, name: str) -> Step | None:
    """The step of an arm by its name, if it has it."""
    return next((step for step in arm.steps if step.name == name), None)


def find_treatment(arms: Sequence[Arm], node: str) -> list[Treatment | None]:
    """The treatment behind a node in each arm, none in those without."""
    return [next((t for t in arm.treatments if t.node == node), None) for arm in arms]
