"""Changes of arms put into a network one after the other, each as a node of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from simcore.arm_order import spread
from simcore.arms import Arm, Arrow, Step, Treatment, find_step, find_treatment
from simcore.network import Array, Labelled, Network, Node
from simcore.treatment import moving_table, relapse_table

NO_YES = ("no", "yes")


@dataclass
class Laying:
    """A network of some arms, to which nodes are added in causal order.

    An arm that lacks a step has a table there that changes nothing. Past the cut a policy is summed out exactly, so
    that arms differ by no luck at all; ``early`` are the nodes that must stand before it all the same.
    """

    network: Network
    arms: Sequence[Arm]
    drawn_to: str | None
    early: set[str]
    severed: frozenset[Arrow] = frozenset()
    """Arrows over which the child reads its parent's own node."""
    _untreated: dict[str, str] = field(default_factory=dict)
    """The node that carries a variable's value before any treatment."""

    def step(self, step: Step) -> None:
        """A step; it reads variables as they are carried by now, and the stratum dimensions that births are in."""
        network = self.network
        sizes = self._sizes(step.parents)
        own = [find_step(arm, step.name) for arm in self.arms]
        parents = tuple(p if p in network.strata else network.carrier(p) for p in step.parents)
        self._add(
            step, parents, [None if one is None else spread(one, step.parents, sizes).table for one in own]
        )

    def treat(self, variable: str, name: str) -> None:
        """The variable's value among the treated, and after it who goes back."""
        network, treatments = self.network, find_treatment(self.arms, name)
        first = next(t for t in treatments if t is not None)
        node, now = network[variable], network.carrier(variable)
        followed = followed_by(node, network, self.severed)
        given = [network.carrier(p) if p in followed else p for p in node.parents]
        numbers = [n for t in treatments if t is not None for n in (t.value, t.gone) if n is not None]
        more = _other_axes(numbers, given)
        table = np.expand_dims(node.tables[0], tuple(range(-1 - len(more), -1)))
        natural = Labelled((*given, *more), table)
        before = [self._untreated[variable]] if variable in self._untreated else []
        self._untreated.setdefault(variable, now)
        parents = (now, *before, *natural.axes, first.step)
        sizes = self._sizes(parents)
        shape = (*sizes.values(), len(node.levels))

        def moving(treatment: Treatment) -> Array:
            at = sizes[first.step]
            chances = moving_table(treatment, natural, node.levels, at, not_yet_moved=bool(before))
            return np.broadcast_to(chances, (chances.shape[0], *shape))

        tables = [None if treatment is None else moving(treatment) for treatment in treatments]
        step = Step(name, node.levels, parents, np.empty(0), first.decision, replaces=variable)
        self._add(step, parents, tables)
        self._relapse(treatments, now, name)

    def _relapse(self, treatments: Sequence[Treatment | None], was: str, now: str) -> None:
        """The stage of those who go back, after the step that moved them."""
        own = [None if treatment is None else treatment.relapse for treatment in treatments]
        first = next((relapse for relapse in own if relapse is not None), None)
        if first is None:
            return
        axes = _other_axes((relapse.share for relapse in own if relapse is not None), ())
        parents = (was, now, *axes)
        shape = (*self._sizes(parents).values(), len(NO_YES))
        tables: list[Array | None] = []
        for relapse in own:
            table = None if relapse is None else relapse_table(relapse.share, axes, shape[0])
            tables.append(None if table is None else np.broadcast_to(table, (table.shape[0], *shape)))
        self._add(Step(first.stage, NO_YES, parents, np.empty(0), first.decision), parents, tables)

    def _sizes(self, names: Sequence[str]) -> dict[str, int]:
        return {name: len(self.network.levels(name)) for name in names}

    def _add(self, step: Step, parents: tuple[str, ...], per_arm: Sequence[Array | None]) -> None:
        """A step as a node: after its parents, and after the cut unless a drawn node needs it."""
        network = self.network
        tables: list[Array] = []
        of_arm = []
        absent = any(own is None for own in per_arm)
        inert = _inert(network, step) if absent else np.empty(0)
        for own in per_arm:
            table = inert if own is None else own
            known = next(
                (i for i, other in enumerate(tables) if other is table or np.array_equal(other, table)), None
            )
            if known is None:
                tables.append(table)
            of_arm.append(len(tables) - 1 if known is None else known)
        place = 1 + max((network.position(p) for p in parents if p not in network.strata), default=-1)
        if self.drawn_to is not None and step.name not in self.early:
            after_cut = network.position(self.drawn_to) + 1
            drawn = network.nodes[place:after_cut]
            if not any(step.replaces in followed_by(node, network) for node in drawn):
                place = max(place, after_cut)
        without = (which for which, own in zip(of_arm, per_arm, strict=True) if own is None)
        node = Node(
            step.name, step.levels, parents, step.decision, tuple(tables), tuple(of_arm),
            stands_for=step.replaces, inert=next((which for which in without if tables[which] is inert), None),
        )  # fmt: skip
        self.network = Network(network.strata, (*network.nodes[:place], node, *network.nodes[place:]))


def followed_by(node: Node, network: Network, severed: Collection[Arrow] = ()) -> list[str]:
    """Parents whose value under policy a variable reads: with no stratum dimension is it only associated."""
    associated = {p for p in node.natural_parents if p not in network.strata}
    return [p for p in node.parents if p not in associated and Arrow(p, node.name) not in severed]


def follow_policy(network: Network, natural: Sequence[str], severed: Collection[Arrow]) -> Network:
    """Natural variables read their parents' value under policy, unless they are only associated or kept from it."""
    carriers = network.carriers
    moved = {
        name for name, carrier in carriers.items() if name in (*network.strata, *natural) and carrier != name
    }
    if not moved:
        return network
    nodes = list(network.nodes)
    for name in natural:
        node = network[name]
        if not moved.isdisjoint(node.parents):
            followed = followed_by(node, network, severed)
            parents = tuple(carriers.get(p, p) if p in followed else p for p in node.parents)
            nodes[network.position(name)] = replace(node, parents=parents)
    return Network(network.strata, tuple(nodes))


def _other_axes(numbers: Iterable[Labelled], known: Sequence[str]) -> tuple[str, ...]:
    """Stratum dimensions that numbers vary over, and that are not known already."""
    return tuple(dict.fromkeys(axis for number in numbers for axis in number.axes if axis not in known))


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
