"""Full answers that are kept for quick ones to lean on, by stage and by which levers were on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from scenarios.live.asked import Asked, On
from scenarios.live.averted import TOTAL, Deaths
from scenarios.live.bounded import Bounded
from scenarios.live.fixing import as_fixed
from scenarios.live.response import Anchor
from scenarios.live.stage import MOST_STAGES, Key

MOST = 60
"""Anchors that are kept beside the prepared ones: of 500 draws each is about a megabyte."""
Levers = frozenset[On]
Place = tuple[Key, Levers]


def _anchors() -> Bounded[Place, Anchor]:
    return Bounded(MOST)


@dataclass
class Anchors:
    """Threads may share it.

    Attributes
    ----------
    home
        The stage that is prepared: others lean on it until they have answers of their own.
    prepared
        Answers of every lever by itself there, as its file has it, by name.
    learned
        The last full answer of each set of levers.
    rough
        Of a few draws, for where there is no full answer.
    """

    home: Key
    home_central: Deaths
    home_before: Deaths | None = None
    prepared: dict[str, Anchor] = field(default_factory=dict)
    learned: Bounded[Place, Anchor] = field(default_factory=_anchors)
    rough: Bounded[Place, Anchor] = field(default_factory=_anchors)
    before: Bounded[Key, Deaths] = field(default_factory=lambda: Bounded(MOST_STAGES))

    def of(self, asked: Asked, central: Deaths) -> Anchor | None:
        """The last full answer of the same levers; of a single one else what was prepared of it.

        ``central`` is what the central draw averts: an answer that averted next to nothing beside it is passed over.
        """
        stage = asked.stage.key
        learned = self.learned.get((stage, asked.on))
        if learned is not None and learned.guides(central, asked.stage.before.mean):
            return learned
        if len(asked.state.policy) != 1:
            return None
        (chosen,) = asked.state.policy
        lever = asked.levers[chosen.lever]
        anchor = self.prepared.get(lever.id)
        if anchor is None:
            return None
        fixed = as_fixed(anchor, lever, asked.scenario)
        # aimed at some, or on another way up, draws lie apart by other places and years than in the file's answer
        here = stage == self.home and chosen.set.deciles is None and chosen.set.ramp is None
        return fixed if here else replace(fixed, elsewhere=True)

    def deaths(self, stage: Key, central: Deaths) -> Deaths:
        """Deaths under the comparator in every draw; where they were not run, as far from the central as at home."""
        known = self.before.get(stage)
        if known is None and stage == self.home:
            known = self.home_before
        if known is not None:
            return known
        if self.home_before is None:
            return central
        return central.times(self.home_before.parts[TOTAL] / self.home_central.mean)
