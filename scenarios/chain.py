"""Along which arrows it comes: deaths averted by a scenario, parted among the arrows out of what it changes.

This is a property of the model, not a finding: it says how the model's arrows carry an effect. Each arrow out of an
exposure (or descriptor) that the scenario changes, into what is none (gestation, hazards of death), is a switch. On,
the child reads the exposure under policy; off, its natural value. Arrows between exposures are no switches: an
effect that takes two arrows in a row would be shared between them, and parts would hang on how many steps a model
draws.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scenarios.interventions import arms_of
from scenarios.question import Question
from scenarios.running import Tick
from scenarios.schema import Scenario
from scenarios.shapley import Game
from scenarios.worths import Parts, margins_of
from simcore.arms import Arm, Arrow
from simcore.draws import DrawBlock
from simcore.network import Array, Node, needed_for
from simcore.program import Program, compile_natural
from simcore.run import Settings
from simcore.solved import read_draws

LOOKED_AT = 20
"""Draws in which an arrow has to have no effect to be left out: one that is uncertain has some in any of them."""


@dataclass(frozen=True)
class Link:
    """An arrow that a scenario's effect comes along: out of a variable, or straight from an intervention.

    ``child`` is None where hazards of death are meant.
    """

    parent: str
    child: str | None
    of_intervention: bool = False

    @property
    def label(self) -> str:
        """As it is printed.

        >>> Link("smoking", "gestation").label, Link("smoking", None).label
        ('smoking -> gestation', 'smoking -> deaths')
        """
        return f"{self.parent} -> {self.child or 'deaths'}"


@dataclass(frozen=True)
class Links:
    """The arrows of one arm, and those among them along which nothing can come."""

    links: tuple[Link, ...]
    inert: tuple[Link, ...]

    @classmethod
    def of(cls, program: Program, arm: Arm) -> Links:
        """Found in the tables of some draws."""
        spec, nodes = program.model.spec, program.network.nodes
        between = {name for name, variable in spec.variables.items() if variable.kind == "intermediate"}
        moved, straight = _straight(arm, between)
        if not moved.isdisjoint(program.network.strata):
            # where every decile is as one, all arrows go out of the decile: the whole is one part
            return cls((), ())
        followed: set[str] = set()
        for node in nodes:
            if node.name not in between and any(_reads(node, p, moved, followed) for p in node.parents):
                followed.add(node.name)
        risk = needed_for(nodes, program.hazards.axes([node.name for node in nodes]))
        links: list[Link] = []
        inert: list[Link] = []
        for parent in (node.name for node in nodes if node.name in moved | followed):
            for node in nodes:
                if node.name in between and _reads(node, parent, moved, followed):
                    acts = node.name in risk and not _same_along(node.tables[0], node.parents.index(parent))
                    (links if acts else inert).append(Link(parent, node.name))
            hang = [factor for factor in program.hazards.factors if parent in factor.axes]
            if hang:
                acts = not all(_same_along(factor.values, factor.axes.index(parent)) for factor in hang)
                (links if acts else inert).append(Link(parent, None))
        return cls(tuple(dict.fromkeys((*links, *straight))), tuple(inert))


def _straight(arm: Arm, between: Collection[str]) -> tuple[set[str], list[Link]]:
    """Exposures that an arm moves itself, and what its interventions do to an intermediate or to hazards."""
    does = [(s.name.partition(":")[0], s.replaces) for s in arm.steps if s.replaces is not None]
    does += [(t.step.partition(":")[0], t.variable) for t in arm.treatments]
    moved = {variable for _, variable in does if variable not in between}
    straight = [Link(name, variable, True) for name, variable in does if variable in between]
    return moved, [*straight, *(Link(edit.of, None, True) for edit in arm.hazard_edits)]


def _reads(node: Node, parent: str, moved: Collection[str], followed: Collection[str]) -> bool:
    """Whether a variable follows a parent: one by association alone is read before an intervention moves it."""
    held = followed if parent in node.natural_parents else {*moved, *followed}
    return parent in node.parents and parent in held


def _same_along(values: Array, parent: int) -> bool:
    """Whether a table ``[draws, *parents, ...]`` is the same at every level of one of its parents."""
    return bool((np.ptp(values, axis=1 + parent) == 0).all())


def arm_along(arm: Arm, on: Sequence[Link], links: Sequence[Link]) -> Arm:
    """The arm with some of its arrows on and the others off; whatever else it does, it does in any case."""
    if links and not on:
        return replace(arm, name="no arrow", steps=(), treatments=(), hazard_edits=())
    off = [link for link in links if link not in on]
    severed = frozenset(Arrow(link.parent, link.child) for link in off if not link.of_intervention)
    straight = {(link.parent, link.child) for link in off if link.of_intervention}
    return replace(
        arm,
        name=f"{arm.name}, along: {', '.join(link.label for link in on) or 'nothing'}",
        steps=tuple(s for s in arm.steps if (s.name.partition(":")[0], s.replaces or "") not in straight),
        treatments=tuple(t for t in arm.treatments if (t.step.partition(":")[0], t.variable) not in straight),
        hazard_edits=tuple(edit for edit in arm.hazard_edits if (edit.of, None) not in straight),
        severed=severed,
    )


def along_chain(question: Question, scenario: Scenario, draws: int, settings: Settings, tick: Tick) -> Parts:
    """The part of each arrow in deaths averted, arrows switched on in all orders and averaged.

    Measured against a comparator that changes something itself, it is the part in what the scenario averts
    against no policy, less the part in what the comparator does.
    """
    parts = _against_nothing(question, scenario, draws, settings, tick)
    comparator = question.scenarios[0]
    if not comparator.interventions:
        return parts
    return parts.less(_against_nothing(question, comparator, draws, settings, tick))


def _against_nothing(
    question: Question, scenario: Scenario, draws: int, settings: Settings, tick: Tick
) -> Parts:
    """Parts of a scenario's effect against a world without policy."""
    make = arms_of([scenario])
    first = read_draws(question.model, question.structure, min(draws, LOOKED_AT), question.source)
    program = compile_natural(question.model, question.structure, first, question.years)
    found = Links.of(program, *make(program, first))
    game = Game(len(found.links))

    def arms(program: Program, block: DrawBlock) -> list[Arm]:
        (whole,) = make(program, block)
        some = [[found.links[place] for place in sorted(coalition)] for coalition in game.coalitions]
        return [Arm("no policy"), *(arm_along(whole, on, found.links) for on in some)]

    what = f"chain of {scenario.name}"
    margins = margins_of(question, arms, 1 + len(game.coalitions), draws, settings, tick, what)
    parts = Parts.of(game, [link.label for link in found.links], margins)
    return parts.with_inert([link.label for link in found.inert])
