"""Risk by what each child reads, so that arms which differ in severed arrows alone share it.

Risk of a cell is worked out once for a level of smoking that gestation reads and one that hazards read. Where an arm
severs neither arrow the two are the same node, where it severs one they are two: the cells are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from simcore.hazards import Hazards
from simcore.network import Labelled, Network, Node
from simcore.severed import copy_of
from simcore.worlds import World


def read_apart(world: World) -> tuple[World, dict[str, str]]:
    """The world in which what policy moves before the frontier has a name of its own for each child after it.

    Returns
    -------
    tuple
        The world, fit for :class:`simcore.cell_risk.CellRisk` alone, and the node that each of these names is of.
    """
    before, after = world.network.nodes[: world.frontier], world.network.nodes[world.frontier :]
    known, moved = {node.name for node in before}, sorted(_moved(world))
    node_of: dict[str, str] = {}

    def named(child: str, parents: Sequence[str]) -> dict[str, str]:
        """For each parent that is the one holder of a variable, its name here."""
        names = {}
        for variable in moved:
            held = {variable, world.carriers[variable], copy_of(variable)}
            read = held.intersection(parents)
            if len(read) == 1 and read <= known:
                holder = read.pop()
                names[holder] = f"{variable} as {child} reads it"
                node_of[names[holder]] = holder
        return names

    apart = []
    for node in after:
        names = named(node.name, node.parents)
        apart.append(replace(node, parents=tuple(names.get(p, p) for p in node.parents)))
    factors = world.hazards.factors
    names = named("death", [axis for factor in factors for axis in factor.axes])
    renamed = tuple(Labelled(tuple(names.get(a, a) for a in f.axes), f.values) for f in factors)
    stands = [Node(name, world.network.levels(holder), (), 0, (), (0,)) for name, holder in node_of.items()]
    network = Network(world.network.strata, (*before, *stands, *apart))
    hazards = Hazards(world.hazards.causes, world.hazards.age_bands, renamed)
    return replace(world, network=network, hazards=hazards, frontier=len(before) + len(stands)), node_of


def _moved(world: World) -> set[str]:
    """Variables that policy moves, or that follow one: whatever is severed."""
    steps = {node.name: node.stands_for for node in world.network.nodes if node.stands_for is not None}
    moved = set(steps.values())
    for node in world.network.nodes:
        if node.name in world.carriers and any(p in moved or p in steps for p in node.parents):
            moved.add(node.name)
    return moved
