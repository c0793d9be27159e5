"""Natural values beside those under policy: what a severed arrow reads.

Where a variable is moved by a step alone, its own node still holds the natural value. Where it has followed a cause
that was moved, the natural value is lost; a *natural copy* brings it back, jointly with the value under policy, as
one and the same luck would give the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from simcore.arms import Arrow, decision_of
from simcore.network import Array, Network, Node


def with_natural_copies(
    network: Network, natural: Network, severed: frozenset[Arrow], drawn_to: str | None
) -> tuple[Network, dict[str, str]]:
    """A network of one arm in which each child of a severed arrow reads its parent's natural value.

    Parameters
    ----------
    network
        The arm's, in which children of severed arrows read their parent's own node.
    natural
        The network without policy.

    Returns
    -------
    tuple
        The network, and for each parent that hazards read by nature the node that holds its natural value.
    """
    severed = frozenset(
        arrow
        for arrow in severed
        if {arrow.parent, arrow.child or arrow.parent} <= {node.name for node in natural.nodes}
    )
    moved = _followed(network, natural)
    wanted = {arrow.parent for arrow in severed} & moved
    for node in reversed(natural.nodes):
        if node.name in wanted:
            wanted.update(moved.intersection(node.parents))
    # past the cut copies are summed out exactly, unless what is drawn reads them
    after = (
        0 if drawn_to is None or _any_drawn(network, severed, drawn_to) else network.position(drawn_to) + 1
    )
    holder: dict[str, str] = {}
    for node in natural.nodes:
        if node.name in wanted:
            was = tuple(holder.get(p, p) for p in node.parents)
            copy = natural_copy(node, network[node.name], was, network)
            place = 1 + max(network.position(p) for p in copy.parents if p not in network.strata)
            place = max(place, after)
            network = Network(network.strata, (*network.nodes[:place], copy, *network.nodes[place:]))
            holder[node.name] = copy.name
    nodes = list(network.nodes)
    for parent, child in severed:
        for place, node in enumerate(nodes):
            if child is not None and parent in holder and _reads_as(node, child):
                parents = tuple(holder[parent] if p == parent else p for p in node.parents)
                nodes[place] = replace(node, parents=parents)
    of_deaths = {parent: holder.get(parent, parent) for parent, child in severed if child is None}
    return Network(network.strata, tuple(nodes)), of_deaths


def _followed(network: Network, natural: Network) -> set[str]:
    """Variables whose own node no longer holds the natural value: a cause was moved."""
    followed: set[str] = set()
    for node in natural.nodes:
        now = network[node.name]
        if now.parents != node.parents or not followed.isdisjoint(now.parents):
            followed.add(node.name)
    return followed


def _any_drawn(network: Network, severed: frozenset[Arrow], drawn_to: str) -> bool:
    return any(
        child is not None and network.position(child) <= network.position(drawn_to) for _, child in severed
    )


def _reads_as(node: Node, child: str) -> bool:
    """The child, or what a treatment makes of it: both hang on the child's causes."""
    return node.name == child or (node.stands_for == child and node.name.endswith(f">{child}"))


def natural_copy(node: Node, now: Node, was: Sequence[str], network: Network) -> Node:
    """The natural value of a variable, given the value that followed policy and the causes of both.

    Parameters
    ----------
    node
        The variable in the natural world, with one table.
    now
        The same variable as it follows policy.
    was
        The nodes that hold the natural value of its causes, in the order of its parents.
    """
    axes = list(dict.fromkeys((*now.parents, *was)))
    sizes = [len(network.levels(axis)) for axis in axes]
    shape = (*sizes, len(node.levels))
    table = node.tables[0]
    given_now, given_was = (
        np.broadcast_to(_over(axes, table, parents), (table.shape[0], *shape))
        for parents in (now.parents, was)
    )
    coupled = same_luck(given_now, given_was)
    name = copy_of(node.name)
    return Node(
        name,
        node.levels,
        (node.name, *axes),
        decision_of(name),
        (np.ascontiguousarray(np.moveaxis(coupled, -2, 1)),),
        (0,),
    )


def copy_of(variable: str) -> str:
    """What the natural copy of a variable is called."""
    return f"natural {variable}"


def _over(axes: Sequence[str], table: Array, parents: Sequence[str]) -> Array:
    """A table ``[draws, *parents, levels]`` over other axes, of length one where it does not hang on them."""
    at = [parents.index(axis) for axis in axes if axis in parents]
    turned = table.transpose(0, *(1 + i for i in at), table.ndim - 1)
    return turned[(slice(None), *(slice(None) if axis in parents else None for axis in axes), slice(None))]


def same_luck(now: Array, other: Array) -> Array:
    """Chance of each level under other causes given the level now, where one uniform number decides both.

    Parameters
    ----------
    now, other : float64[..., levels]
        Chances of each level.

    Returns
    -------
    float64[..., levels now, levels under other causes]

    Examples
    --------
    Of ten who are at the second level now, four would be at the first had it a chance of 0.4 more:

    >>> same_luck(np.array([0.0, 1.0]), np.array([0.4, 0.6]))
    array([[0.4, 0.6],
           [0.4, 0.6]])
    >>> same_luck(np.array([0.5, 0.5]), np.array([0.9, 0.1]))
    array([[1. , 0. ],
           [0.8, 0.2]])
    """
    ends, others = np.cumsum(now, axis=-1), np.cumsum(other, axis=-1)
    # rounding must leave nobody out
    ends[..., -1] = others[..., -1] = np.maximum(ends[..., -1], others[..., -1])
    first = np.zeros((*ends.shape[:-1], 1))
    begins = np.concatenate([first, ends[..., :-1]], axis=-1)
    others_begin = np.concatenate([first, others[..., :-1]], axis=-1)
    upper = np.minimum(ends[..., :, None], others[..., None, :])
    lower = np.maximum(begins[..., :, None], others_begin[..., None, :])
    both = np.maximum(upper - lower, 0.0)
    each = both.sum(axis=-1, keepdims=True)
    return np.where(each > 0, both / np.where(each > 0, each, 1.0), other[..., None, :])
