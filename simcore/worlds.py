"""Arms laid over the natural world: other sets of tables for the same births.

All arms share one network: an arm that lacks a step has a table there that changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from simcore.arms import Arm, Arrow, Step, Treatment, distinct_steps, distinct_treatments
from simcore.hazards import Hazards
from simcore.network import Array, Labelled, Network, Node
from simcore.program import Program
from simcore.severed import copy_of, with_natural_copies


@dataclass(frozen=True)
class Worlds:
    """Several arms over one network: what the kernels draw in one pass."""

    names: tuple[str, ...]
    network: Network
    hazards: tuple[Hazards, ...]
    hazards_of_arm: tuple[int, ...]

    def hazards_in(self, arm: int) -> Hazards:
        """The hazards of one arm."""
        return self.hazards[self.hazards_of_arm[arm]]


@dataclass(frozen=True)
class World:
    """One arm by itself: what the exact sums work on."""

    name: str
    network: Network
    hazards: Hazards
    carriers: dict[str, str]
    """For every natural variable, the node that holds its value under policy."""
    cut: int
    """Variables before this position are drawn by the expected estimator."""
    frontier: int
    """Weights go forward to this position and risk comes back to it (see :attr:`Program.last_by_year`)."""
    severed: frozenset[Arrow] = frozenset()
    """Arrows over which natural values are read."""


def lay_arms(program: Program, arms: Sequence[Arm]) -> Worlds:
    """One network that holds every arm; the first arm is the comparator.

    Raises
    ------
    ArmConflict
        If two arms describe steps of the same name with other parents, levels or decision, or put steps of
        which one reads the other in another order.
    ValueError
        If several arms are laid of which one has severed arrows: they share what reads what.
    """
    severed = frozenset[Arrow]().union(*(arm.severed for arm in arms))
    if severed and len(arms) > 1:
        raise ValueError("an arm with severed arrows is laid by itself")
    network = program.network
    if len(arms) > 1:
        nodes = (replace(node, table_of_arm=(0,) * len(arms)) for node in network.nodes)
        network = Network(network.strata, tuple(nodes))
    natural = [node.name for node in program.network.nodes]
    drawn_to = program.model.spec.drawn_to
    steps = distinct_steps(arms)
    early = _needed_early(network, steps, arms, drawn_to)
    for step in steps:
        parents = tuple(p if p in network.strata else network.carrier(p) for p in step.parents)
        network = _insert(
            network, step, parents, [_find(arm, step.name) for arm in arms], drawn_to, step.name in early
        )
    for variable, step_name in distinct_treatments(arms, natural):
        network = _treat(network, variable, step_name, arms, drawn_to, severed)
    network = _follow_policy(network, natural, severed)
    network, kept = with_natural_copies(network, program.network, severed, drawn_to)
    carriers = {name: network.carriers[name] for name in natural}
    base = program.hazards.renamed({**carriers, **kept})
    hazards = [base]
    of_arm = []
    for arm in arms:
        edited = base
        for edit in arm.hazard_edits:
            axes = tuple(carriers.get(axis, axis) for axis in edit.factor.axes)
            edited = edited.with_factor(Labelled(axes, edit.factor.values))
        if edited is not base:
            hazards.append(edited)
        of_arm.append(len(hazards) - 1 if edited is not base else 0)
    return Worlds(tuple(arm.name for arm in arms), network, tuple(hazards), tuple(of_arm))


def lay_arm(program: Program, arm: Arm) -> World:
    """One arm over the natural world, as though there were no other."""
    worlds = lay_arms(program, [arm])
    network, variables = worlds.network, program.model.spec.variables
    drawn_to = program.model.spec.drawn_to
    frontier = network.position(network.carrier(program.last_by_year)) + 1 if program.last_by_year else 0
    # what is read in place of a variable before the frontier belongs there too
    copies = set(map(copy_of, variables)) if arm.severed else set()
    while network.nodes[frontier:] and network.nodes[frontier].name in copies:
        frontier += 1
    return World(
        arm.name,
        network,
        worlds.hazards_in(0),
        {name: network.carrier(name) for name in variables},
        network.position(drawn_to) + 1 if drawn_to else 0,
        frontier,
        arm.severed,
    )


def _find(arm: Arm, name: str) -> Step | None:
    return next((step for step in arm.steps if step.name == name), None)


def _needed_early(
    network: Network, steps: Sequence[Step], arms: Sequence[Arm], drawn_to: str | None
) -> set[str]:
    """Steps that stand before the cut: drawn variables follow them, or a step that does hangs on them."""
    if drawn_to is None or not steps:
        return set()
    drawn = network.nodes[: network.position(drawn_to) + 1]
    read = {p for node in drawn for p in node.parents if p not in node.natural_parents}
    early = {step.name for step in steps if step.replaces in read}
    early |= {t.step for arm in arms for t in arm.treatments if t.variable in read}
    for step in reversed(steps):
        # a step reads the steps before it, by their own names or by the variable that they stand for
        if any(
            other.name in early and (step.name in other.parents or step.replaces in other.parents)
            for other in steps
        ):
            early.add(step.name)
    return early


def _insert(
    network: Network,
    step: Step,
    parents: tuple[str, ...],
    per_arm: Sequence[Step | None],
    drawn_to: str | None,
    early: bool = False,
) -> Network:
    """The step as a node of its own: after its parents, and after the cut unless a drawn node needs it.

    Past the cut a policy is summed out exactly, so that arms differ by no luck at all.
    """
    tables: list[Array] = []
    of_arm = []
    absent = any(own is None for own in per_arm)
    inert = _inert(network, step) if absent else np.empty(0)
    for own in per_arm:
        table = inert if own is None else own.table
        known = next(
            (i for i, other in enumerate(tables) if other is table or np.array_equal(other, table)), None
        )
        if known is None:
            tables.append(table)
        of_arm.append(len(tables) - 1 if known is None else known)
    place = 1 + max((network.position(p) for p in parents if p not in network.strata), default=-1)
    if drawn_to is not None and not early:
        after_cut = network.position(drawn_to) + 1
        drawn = network.nodes[place:after_cut]
        if not any(_reads(node, step) for node in drawn):
            place = max(place, after_cut)
    without = (which for which, own in zip(of_arm, per_arm, strict=True) if own is None)
    node = Node(
        step.name, step.levels, parents, step.decision, tuple(tables), tuple(of_arm), stands_for=step.replaces,
        inert=next((which for which in without if tables[which] is inert), None),
    )  # fmt: skip
    return Network(network.strata, (*network.nodes[:place], node, *network.nodes[place:]))


def _reads(node: Node, step: Step) -> bool:
    """Whether a node follows the value that the step replaces."""
    return step.replaces in node.parents and step.replaces not in node.natural_parents


def _inert(network: Network, step: Step) -> Array:
    """The table of an arm without the step: nobody is at it, or the value stays what it was."""
    sizes = [len(network.levels(p)) for p in step.parents]
    table = np.zeros((1, *sizes, len(step.levels)))
    if step.replaces is None:
        table[..., 0] = 1.0
    else:
        for level in range(len(step.levels)):
            table[:, level, ..., level] = 1.0
    return table


def _follow_policy(network: Network, natural: Sequence[str], severed: frozenset[Arrow]) -> Network:
    """Natural variables read their parents' value under policy, unless they are only associated or kept from it."""
    carriers = network.carriers
    moved = {name for name in natural if carriers[name] != name}
    if not moved:
        return network
    nodes = list(network.nodes)
    for name in natural:
        node = network[name]
        if not moved.isdisjoint(node.parents):
            parents = tuple(
                p if p in node.natural_parents or Arrow(p, name) in severed else carriers.get(p, p)
                for p in node.parents
            )
            nodes[network.position(name)] = replace(node, parents=parents)
    return Network(network.strata, tuple(nodes))


def _treat(
    network: Network,
    variable: str,
    step: str,
    arms: Sequence[Arm],
    drawn_to: str | None,
    severed: frozenset[Arrow],
) -> Network:
    """The variable's value among the treated, as a step that replaces it."""
    node = network[variable]
    given = tuple(
        p
        if p in node.natural_parents or p in network.strata or Arrow(p, variable) in severed
        else network.carrier(p)
        for p in node.parents
    )
    per_arm: list[Step | None] = []
    for treatment in (_treatment(arm, variable, step) for arm in arms):
        if treatment is None:
            per_arm.append(None)
            continue
        level = node.levels.index(treatment.level)
        moved = transition(node.tables[0], level, treatment.ratio)
        # everybody not at the last level of the step stays as they are
        stays = np.broadcast_to(np.eye(len(node.levels)), moved.shape)
        table = np.stack([*[stays] * (len(network.levels(step)) - 1), moved], axis=-3)
        table = np.moveaxis(table, -2, 1)
        name, parents = f"{step}>{variable}", (variable, *node.parents, step)
        per_arm.append(Step(name, node.levels, parents, table, treatment.decision, replaces=variable))
    first = next(own for own in per_arm if own is not None)
    return _insert(network, first, (network.carrier(variable), *given, step), per_arm, drawn_to)


def _treatment(arm: Arm, variable: str, step: str) -> Treatment | None:
    return next((t for t in arm.treatments if (t.variable, t.step) == (variable, step)), None)


def transition(table: Array, level: int, ratio: Array) -> Array:
    """Chance of each new level given the natural one, so that one level becomes ``ratio`` times as likely.

    Parameters
    ----------
    table : float64[draws or 1, *parents, levels]
        Natural probabilities.
    level
        The level whose probability is multiplied; levels before it are left alone.
    ratio : float64[draws or 1]

    Returns
    -------
    float64[draws or 1, *parents, levels before, levels after]

    Examples
    --------
    Of those who would not quit (0.8), an eighth does, so that 0.2 becomes 0.3:

    >>> transition(np.array([[0.0, 0.2, 0.8]]), 1, np.array([1.5]))[0]
    array([[1.   , 0.   , 0.   ],
           [0.   , 1.   , 0.   ],
           [0.   , 0.125, 0.875]])
    """
    ratio = ratio.reshape(-1, *[1] * (table.ndim - 2))
    later = table[..., level + 1 :]
    after = later.sum(axis=-1)
    before = table[..., level]
    raised = np.clip(before * ratio, 0.0, before + after)
    join = np.where(after > 0, np.maximum(raised - before, 0.0) / np.where(after > 0, after, 1.0), 0.0)
    leave = np.where(before > 0, np.maximum(before - raised, 0.0) / np.where(before > 0, before, 1.0), 0.0)
    share = later / np.where(after > 0, after, 1.0)[..., None]
    leave = np.where(after > 0, leave, 0.0)
    out = np.zeros((*join.shape, table.shape[-1], table.shape[-1]))
    out[...] = np.eye(table.shape[-1])
    for other in range(level + 1, table.shape[-1]):
        out[..., other, other] = 1.0 - join
        out[..., other, level] = join
        out[..., level, other] = leave * share[..., other - level - 1]
    out[..., level, level] = 1.0 - leave
    return out
