"""Arms laid over the natural world: other sets of tables for the same births.

All arms share one network: an arm that lacks a step has a table there that changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from simcore.arm_order import Change, needed_early, order_of
from simcore.arms import Arm, ArmConflict, Arrow
from simcore.hazards import Hazards
from simcore.laying import Laying, follow_policy, followed_by
from simcore.network import Labelled, Network
from simcore.program import Program
from simcore.severed import copy_of, with_natural_copies
from simcore.treatment import relapse_factor


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
    """For every stratum dimension and natural variable, the node that holds its value under policy."""
    cut: int
    """Variables before this position are drawn by the expected estimator."""
    unedited: Hazards
    """The hazards without what the arm itself multiplies them by: its first factors."""
    frontier: int
    """Weights go forward to this position and risk comes back to it (see :attr:`Program.last_by_year`)."""
    severed: frozenset[Arrow] = frozenset()
    """Arrows over which natural values are read."""


def lay_arms(program: Program, arms: Sequence[Arm]) -> Worlds:
    """One network that holds every arm; the first arm is the comparator.

    Raises
    ------
    ArmConflict
        If two arms describe steps of the same name with other levels or decision, or put changes of one
        variable in another order; or if some would go back to a hazard that is no multiple of the one they have.
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
    changes = order_of(arms, network.strata, natural)
    drawn_to = program.model.spec.drawn_to
    laying = Laying(network, arms, drawn_to, _early(program, changes), severed)
    for change in changes:
        if change.step is not None:
            laying.step(change.step)
        else:
            laying.treat(str(change.moves), change.node)
    network = follow_policy(laying.network, natural, severed)
    network, kept = with_natural_copies(network, program.network, severed, drawn_to)
    carriers = {name: network.carrier(name) for name in (*network.strata, *natural)}
    base = program.hazards.renamed({**carriers, **kept})
    hazards = [base]
    of_arm = []
    for arm in arms:
        edited = base
        for factor in (*_edits(arm, network, carriers), *_relapses(arm, network, base)):
            edited = edited.with_factor(factor)
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
        {name: network.carrier(name) for name in (*network.strata, *variables)},
        network.position(drawn_to) + 1 if drawn_to else 0,
        worlds.hazards[0],
        frontier,
        arm.severed,
    )


def _early(program: Program, changes: Sequence[Change]) -> set[str]:
    """Changes that stand before the cut."""
    network, drawn_to = program.network, program.model.spec.drawn_to
    if drawn_to is None or not changes:
        return set()
    drawn = network.nodes[: network.position(drawn_to) + 1]
    return needed_early(changes, {p for node in drawn for p in followed_by(node, network)}, network.strata)


def _edits(arm: Arm, network: Network, carriers: Mapping[str, str]) -> Iterator[Labelled]:
    """The factors that an arm names, over the nodes that they read."""
    for edit in arm.hazard_edits:
        counted_in = set(network.strata) - set(edit.follows)
        axes = tuple(axis if axis in counted_in else carriers.get(axis, axis) for axis in edit.factor.axes)
        yield Labelled(axes, edit.factor.values)


def _relapses(arm: Arm, network: Network, base: Hazards) -> Iterator[Labelled]:
    """Hazards of those who go back: of the level that they came from, in every factor that tells it."""
    for treatment, relapse in arm.relapses:
        # whoever was moved is moved by nothing that comes later
        was, now = network[treatment.node].parents[0], network.carrier(treatment.variable)
        first_band = base.age_bands.index(relapse.age_band)
        for factor in base.factors:
            if now not in factor.axes:
                continue
            try:
                values = relapse_factor(factor, now, first_band)
            except ValueError as error:
                raise ArmConflict(f"{relapse.stage}: {error}, so that nobody can go back to it") from None
            if values is not None:
                yield Labelled((relapse.stage, was, *factor.axes), values)
