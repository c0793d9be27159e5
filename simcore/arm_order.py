"""In which order what arms change is laid: by what it changes, never by where it stands in a file.

Whatever changes a variable comes after whatever changes its causes, so that it finds them as they are left. Of one
variable, steps come before treatments, each as they stand in their arm. A stage stands just before the first change
that hangs on it, and after all of them if none does: who is offered help is found as everything earlier leaves
them, and who is served as everything does.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from simcore.arms import Arm, ArmConflict, Step

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Change:
    """One thing to be laid: the node that it becomes, what that replaces, and what it reads."""

    node: str
    moves: str | None
    """The variable or stratum dimension whose value it changes; none for a stage."""
    reads: tuple[str, ...]
    """Variables, stratum dimensions and stages."""
    step: Step | None
    """None for a treatment."""


def order_of(
    arms: Sequence[Arm], strata: Mapping[str, Collection[str]], causal_order: Sequence[str]
) -> list[Change]:
    """Everything that these arms change, each once, in the order in which it is laid.

    Raises
    ------
    ArmConflict
        If two arms have other levels or decisions for one step, change one variable in different orders, or hang
        changes of different variables on one stage.
    """
    steps = _distinct(arms)
    rank = {name: place for place, name in enumerate((*strata, *causal_order))}
    own = [_movers(arm, steps) for arm in arms]
    movers: list[Change] = []
    for moved in sorted({change.moves for changes in own for change in changes}, key=lambda m: rank[str(m)]):
        of_one = [[change.node for change in changes if change.moves == moved] for changes in own]
        by_node = {change.node: change for changes in own for change in changes}
        movers += [by_node[node] for node in in_one_order(of_one)]
    stages = {name: step for name, step in steps.items() if step.replaces is None}
    _check_stages(own, stages, rank)
    laid: list[Change] = []
    done: set[str] = set()

    def lay(names: Iterable[str]) -> None:
        for name in names:
            if name in stages and name not in done:
                done.add(name)
                lay(stages[name].parents)
                laid.append(Change(name, None, stages[name].parents, stages[name]))

    for change in movers:
        lay(change.reads)
        laid.append(change)
    lay(stages)
    return laid


def needed_early(changes: Sequence[Change], drawn: Collection[str], strata: Collection[str]) -> set[str]:
    """Nodes that stand before the cut: drawn variables follow them, or a change that does hangs on them.

    ``drawn`` are the variables and stratum dimensions that drawn variables follow.
    """
    early, read = set(), set(drawn)
    for change in reversed(changes):
        if change.moves in read or change.node in read:
            early.add(change.node)
            # changes read the dimensions that births are counted in, whatever replaces them
            read.update(set(change.reads) - set(strata))
    return early


def in_one_order(orders: Sequence[Sequence[Key]]) -> list[Key]:
    """Everything in these orders once, as it stands in each; else as first met.

    Raises
    ------
    ArmConflict
        If two of them disagree.

    Examples
    --------
    >>> in_one_order(["ad", "cd", "abc"])
    ['a', 'b', 'c', 'd']
    """
    after: dict[Key, set[Key]] = {key: set() for order in orders for key in order}
    for order in orders:
        for place, later in enumerate(order):
            after[later].update(order[:place])
    done: list[Key] = []
    while len(done) < len(after):
        free = [key for key in after if key not in done and after[key] <= set(done)]
        if not free:
            stuck = " and ".join(repr(key) for key in after if key not in done)
            raise ArmConflict(f"{stuck} act in another order in two scenarios; give one of them another id")
        done.append(free[0])
    return done


def spread(step: Step, parents: tuple[str, ...], sizes: Mapping[str, int]) -> Step:
    """The same step over more parents, on which it does not hang."""
    if parents == step.parents:
        return step
    kept = [1 + step.parents.index(parent) for parent in parents if parent in step.parents]
    table = step.table.transpose(0, *kept, step.table.ndim - 1)
    for place, parent in enumerate(parents):
        if parent not in step.parents:
            table = np.repeat(np.expand_dims(table, place + 1), sizes[parent], axis=place + 1)
    return replace(step, parents=parents, table=table)


def _movers(arm: Arm, steps: Mapping[str, Step]) -> list[Change]:
    """What changes a value in one arm, in its order."""
    replacing = [steps[step.name] for step in arm.steps if step.replaces is not None]
    by_step = [Change(step.name, step.replaces, step.parents, step) for step in replacing]
    return by_step + [Change(t.node, t.variable, (t.variable, t.step), None) for t in arm.treatments]


def _distinct(arms: Sequence[Arm]) -> dict[str, Step]:
    """Every step of these arms once; arms may differ in whom it is aimed at, and so in what it hangs on."""
    found: dict[str, Step] = {}
    for arm in arms:
        for step in arm.steps:
            first = found.setdefault(step.name, step)
            if (first.levels, first.decision, first.replaces) != (step.levels, step.decision, step.replaces):
                raise ArmConflict(
                    f"{step.name!r} means different things in two scenarios; give one another id"
                )
            more = tuple(parent for parent in step.parents if parent not in first.parents)
            found[step.name] = replace(first, parents=(*first.parents, *more)) if more else first
    return found


def _check_stages(
    own: Sequence[Sequence[Change]], stages: Mapping[str, Step], rank: Mapping[str, int]
) -> None:
    """A stage before changes of one variable here and of another there would find other people in company."""
    first: dict[str, str] = {}
    for changes in own:
        here: dict[str, str] = {}
        for change in sorted(changes, key=lambda c: rank[str(c.moves)]):
            waiting = list(change.reads)
            while waiting:
                name = waiting.pop()
                if name in stages and name not in here:
                    here[name] = str(change.moves)
                    waiting += stages[name].parents
        for name, moved in here.items():
            if first.setdefault(name, moved) != moved:
                raise ArmConflict(
                    f"{name!r} moves {first[name]} in one scenario and {moved} in another; give one another id"
                )
