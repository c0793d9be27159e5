"""Arms: what another world changes, in generic words.

An arm is described by generic edits and knows nothing of the policy behind them:

* a :class:`Step` is one more variable. A step that *replaces* a variable carries its value from there
  on (the natural value stays, for what is only associated with it); any other step is a stage that
  can be counted (reached, accepts);
* a :class:`Treatment` raises or lowers the chance of one level of a variable among those at a step;
* a :class:`HazardEdit` multiplies hazards among those at a step, or in some strata.

:mod:`simcore.worlds` lays arms over the natural world.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from simcore.network import Array, Labelled


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
    (below one, the other way). ``ratio`` is ``float64[draws or 1]``; the probability is capped at one. It
    becomes a step of its own, so that what is only associated with the variable does not follow.
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


@dataclass(frozen=True)
class Arm:
    """A named world."""

    name: str
    steps: tuple[Step, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    hazard_edits: tuple[HazardEdit, ...] = field(default=())
