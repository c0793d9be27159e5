"""Arms: what another world changes, in generic words.

An arm is described by generic edits and knows nothing of the policy behind them:

* a :class:`Step` is one more variable. A step that *replaces* a variable carries its value from there
  on (the natural value stays, for what is only associated with it); any other step is a stage that
  can be counted (reached, accepts);
* a :class:`Treatment` raises or lowers the chance of one level of a variable among those at a step;
* a :class:`HazardEdit` multiplies hazards among those at a step, or in some strata;
* a severed :class:`Arrow` keeps a child from following: it reads its parent's natural value.

:mod:`simcore.worlds` lays arms over the natural world.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from simcore.network import Array, Labelled

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Step:
    """One more variable of an arm.

    ``table`` is ``float64[draws or 1, *parents, levels]``. A step that replaces a variable has that
    variable as its first parent and the same levels.
    """

    name: str
    levels: tuple[str, ...]
    parents: tuple[str, ...]
    table: Array
    decision: int
    replaces: str | None = None


@dataclass(frozen=True)
class Treatment:
    """Multiply the natural probability of one level among births at the last level of a step.

    What is gained is taken from the levels after it, in proportion, and only births that were there move
    (below one, the other way); levels before it are left alone. ``ratio`` is ``float64[draws or 1]``; the
    probability is capped at what the level and those after it hold together. It becomes a step of its own, so
    that what is only associated with the variable does not follow.
    """

    variable: str
    level: str
    step: str
    ratio: Array
    decision: int


@dataclass(frozen=True)
class HazardEdit:
    """A factor ``float64[draws or 1, *axes, causes, age bands]`` on the hazards of an arm."""

    factor: Labelled
    of: str = ""
    """Whose doing it is."""


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
    hazard_edits: tuple[HazardEdit, ...] = field(default=())
    severed: frozenset[Arrow] = frozenset()
    """Arrows over which the child reads the natural value, as though there were no policy."""

    @property
    def reads(self) -> set[str]:
        """Everything by name that the arm hangs on or changes."""
        parents = {parent for step in self.steps for parent in step.parents}
        treated = {treatment.variable for treatment in self.treatments}
        return parents | treated | {axis for edit in self.hazard_edits for axis in edit.factor.axes}


def decision_of(step: str) -> int:
    """The decision number of a step, from its name alone: the same intervention has the same luck everywhere.

    Model files use small numbers; steps take the first word of a block of their own far above them.
    """
    digest = hashlib.sha256(step.encode()).digest()
    return 4 * (2**20 + int.from_bytes(digest[:4], "little") % (2**31))


class ArmConflict(ValueError):
    """Two arms mean different things by one step, or by the order of two."""


def distinct_steps(arms: Sequence[Arm]) -> list[Step]:
    """Every step of these arms once, those that replace a variable first: each stage reads the value under policy.

    Steps of which one reads the other stand as they do in each arm, whichever arm is named first.

    Raises
    ------
    ArmConflict
        If two arms describe a step in different ways, or put two such steps in another order.
    """
    found: dict[str, Step] = {}
    for arm in arms:
        for step in arm.steps:
            first = found.setdefault(step.name, step)
            same = (first.levels, first.parents, first.decision, first.replaces) == (
                step.levels, step.parents, step.decision, step.replaces,
            )  # fmt: skip
            if not same:
                raise ArmConflict(
                    f"{step.name!r} means different things in two scenarios; give one another id"
                )

    def matters(earlier: str, later: str) -> bool:
        one, other = found[earlier], found[later]
        return one.replaces in other.parents or other.replaces in one.parents

    replacing = [[step.name for step in arm.steps if step.replaces is not None] for arm in arms]
    stages = [name for name, step in found.items() if step.replaces is None]
    return [found[name] for name in (*_in_one_order(replacing, matters), *stages)]


def distinct_treatments(arms: Sequence[Arm], causal_order: Sequence[str]) -> list[tuple[str, str]]:
    """Variable and step of every treatment of these arms once, a cause before what follows from it.

    Treatments of one variable stand as they do in each arm.

    Raises
    ------
    ArmConflict
        If two arms treat one variable in another order.
    """
    orders = [[(t.variable, t.step) for t in arm.treatments] for arm in arms]
    found = _in_one_order(orders, lambda earlier, later: earlier[0] == later[0])
    return sorted(found, key=lambda treated: causal_order.index(treated[0]))


def _in_one_order(orders: Sequence[Sequence[Key]], matters: Callable[[Key, Key], bool]) -> list[Key]:
    """Everything in these orders once, each pair whose order matters as it stands in each; else as first met."""
    after: dict[Key, set[Key]] = {key: set() for order in orders for key in order}
    for order in orders:
        for place, later in enumerate(order):
            after[later].update(earlier for earlier in order[:place] if matters(earlier, later))
    done: list[Key] = []
    while len(done) < len(after):
        free = [key for key in after if key not in done and after[key] <= set(done)]
        if not free:
            stuck = " and ".join(repr(key) for key in after if key not in done)
            raise ArmConflict(f"{stuck} stand in another order in two scenarios; write them in one order")
        done.append(free[0])
    return done
