"""What coalitions of players avert, draw by draw, and the parts that follow: one road for every decomposition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scenarios.figures import Array
from scenarios.margins import Margins
from scenarios.question import Question
from scenarios.running import Tick
from scenarios.shapley import Game
from scenarios.uncertainty import ROUNDING
from simcore.run import MakeArms, Settings, simulate
from simcore.solved import read_draws

REST = "beside these"
"""What no player of a game has a part in."""
AT_ONCE = 160
"""Arms times draws whose deaths are held together: it sets memory, and no number."""


@dataclass(frozen=True)
class Parts:
    """Deaths averted by each player, which add up to the total in every draw.

    Attributes
    ----------
    players
        What each is called.
    part, alone, last : float64[players, draws]
        Averaged over all orders; as the first of them, and as the last.
    slices : float64[players, draws, slices]
        The part from each slice of simulated births.
    by
        The part by cause, age band and every dimension of births: ``float64[players, draws, levels]``.
    total : float64[draws]
    order_error : float64[players]
        Standard error of the mean part from the orders that were drawn; 0 where all were gone through.
    exact
        Whether all orders were gone through.
    """

    players: tuple[str, ...]
    part: Array
    alone: Array
    last: Array
    slices: Array
    by: Mapping[str, Array]
    total: Array
    order_error: Array
    exact: bool

    @classmethod
    def of(cls, game: Game, players: Sequence[str], margins: Margins) -> Parts:
        """The parts of a game: arms of ``margins`` are the reference, then each coalition in the game's order.

        What the empty coalition averts is nobody's, and is a part of its own (:data:`REST`) where it is more than
        rounding.
        """

        def worth(deaths: Array) -> Array:
            return np.asarray(deaths[0] - deaths[1:])

        total = worth(margins.total)
        errors = game.errors(total.mean(axis=1))
        parts = cls(
            tuple(players),
            game.parts(total),
            game.alone(total),
            game.last(total),
            game.parts(worth(margins.slices)),
            {dim: game.parts(worth(deaths)) for dim, deaths in margins.by.items()},
            total[-1],
            np.zeros(game.players) if errors is None else errors,
            game.exact,
        )
        if np.abs(total[0]).max() <= ROUNDING * np.abs(margins.total[0]).max():
            return parts
        rest = replace(
            parts,
            players=(REST,),
            part=total[:1],
            alone=total[:1],
            last=total[:1],
            slices=worth(margins.slices)[:1],
            by={dim: worth(deaths)[:1] for dim, deaths in margins.by.items()},
            order_error=np.zeros(1),
        )
        return parts.joined(rest)

    def less(self, other: Parts) -> Parts:
        """These parts less others of the same draws, player by player; one that either lacks has nothing there."""
        players = tuple(dict.fromkeys((*self.players, *other.players)))

        def taken(mine: Array, theirs: Array) -> Array:
            difference = np.zeros((len(players), *(mine if len(self.players) else theirs).shape[1:]))
            difference[: len(self.players)] = mine
            for place, player in enumerate(other.players):
                difference[players.index(player)] -= theirs[place]
            return difference

        both = np.zeros(len(players))
        for parts in (self, other):
            for place, player in enumerate(parts.players):
                both[players.index(player)] += parts.order_error[place] ** 2
        return Parts(
            players,
            taken(self.part, other.part),
            taken(self.alone, other.alone),
            taken(self.last, other.last),
            taken(self.slices, other.slices),
            {dim: taken(mine, other.by[dim]) for dim, mine in self.by.items()},
            self.total - other.total,
            np.sqrt(both),
            self.exact and other.exact,
        )

    def with_inert(self, players: Sequence[str]) -> Parts:
        """The same with players that nothing hangs on, whose part is 0."""

        def none(mine: Array) -> Array:
            return np.zeros((len(players), *mine.shape[1:]))

        inert = replace(
            self,
            players=tuple(players),
            part=none(self.part),
            alone=none(self.alone),
            last=none(self.last),
            slices=none(self.slices),
            by={dim: none(part) for dim, part in self.by.items()},
            order_error=none(self.order_error),
        )
        return self.joined(inert)

    def joined(self, other: Parts) -> Parts:
        """The players of both, of the same total."""
        return replace(
            self,
            players=(*self.players, *other.players),
            part=np.concatenate([self.part, other.part]),
            alone=np.concatenate([self.alone, other.alone]),
            last=np.concatenate([self.last, other.last]),
            slices=np.concatenate([self.slices, other.slices]),
            by={dim: np.concatenate([part, other.by[dim]]) for dim, part in self.by.items()},
            order_error=np.concatenate([self.order_error, other.order_error]),
        )


def margins_of(
    question: Question,
    make_arms: MakeArms,
    arms: int,
    draws: int,
    settings: Settings,
    tick: Tick,
    what: str,
) -> Margins:
    """Margins of arms that are no scenarios of the question, over its first draws, in the usual births and luck."""
    model, structure = question.model, question.structure
    block = read_draws(model, structure, draws, question.source)
    chosen = replace(
        settings,
        # parts are of expected deaths: chance would drown them
        estimator="exact" if settings.estimator == "exact" else "expected",
        people=False,
        block=min(settings.block, max(1, AT_ONCE // arms)),
    )
    parts, done = [], 0
    for _, result in simulate(model, structure, block, make_arms, question.years, chosen):
        parts.append(Margins.of(model, result))
        done += result.index.size
        tick(what, done, draws)
    return Margins.join(parts)
