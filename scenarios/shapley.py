"""Shapley values: what each player adds to a total, averaged over all orders in which players may join.

All orders are gone through where players are few. Where they are many, some orders are drawn, each with its reverse;
parts then have a standard error, and still add up, since each order by itself does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, combinations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
MOST_EXACT = 8
"""Players up to which every coalition is worked out: 256 of them."""
PAIRS = 32
"""Orders drawn where players are more, each with its reverse."""
SEED = 20_260_101

Coalition = frozenset[int]


@dataclass(frozen=True)
class Game:
    """So many players, and the coalitions whose worth has to be known.

    Examples
    --------
    Two players of whom either alone brings 6 and both bring 8:

    >>> game = Game(2)
    >>> [sorted(c) for c in game.coalitions]
    [[], [0], [1], [0, 1]]
    >>> game.parts(np.array([0.0, 6.0, 6.0, 8.0]))
    array([4., 4.])
    """

    players: int

    @property
    def exact(self) -> bool:
        """Whether all orders are gone through."""
        return self.players <= MOST_EXACT

    @cached_property
    def coalitions(self) -> tuple[Coalition, ...]:
        """The empty one first, the whole last."""
        if self.exact:
            every = chain.from_iterable(combinations(range(self.players), k) for k in range(self.players + 1))
            return tuple(map(frozenset, every))
        everyone = range(self.players)
        ends = [
            *(frozenset({player}) for player in everyone),
            *(frozenset(everyone) - {player} for player in everyone),
        ]
        met = [frozenset(order[:k]) for order in chain(*self.orders) for k in range(self.players)]
        return tuple(dict.fromkeys([frozenset(), *ends, *met, frozenset(everyone)]))

    @cached_property
    def orders(self) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
        """Orders that were drawn, each beside its reverse; the same ones whenever players are as many."""
        draw = np.random.default_rng([SEED, self.players])
        drawn = [tuple(draw.permutation(self.players).tolist()) for _ in range(PAIRS)]
        return tuple((order, order[::-1]) for order in drawn)

    def parts(self, worth: Array) -> Array:
        """What each player adds: ``float64[players, ...]``, which add up to the worth of all less that of none.

        ``worth`` is ``float64[coalitions, ...]``, in the order of :attr:`coalitions`.
        """
        if not self.exact:
            return np.asarray(self._of_pairs(worth).mean(axis=0))
        parts = np.zeros((self.players, *worth.shape[1:]))
        for coalition in self.coalitions:
            size = len(coalition)
            for player in set(range(self.players)) - coalition:
                orders = math.factorial(size) * math.factorial(self.players - size - 1)
                added = self._added(worth, coalition, player)
                parts[player] += orders / math.factorial(self.players) * added
        return parts

    def errors(self, worth: Array) -> Array | None:
        """Standard error of each part from the orders that were drawn; none where all were gone through."""
        if self.exact:
            return None
        return np.asarray(self._of_pairs(worth).std(axis=0, ddof=1) / math.sqrt(PAIRS))

    def alone(self, worth: Array) -> Array:
        """What each player brings as the first: ``float64[players, ...]``."""
        return self._each(worth, [frozenset()] * self.players)

    def last(self, worth: Array) -> Array:
        """What each brings as the last, and would be lost without it: ``float64[players, ...]``."""
        everyone = frozenset(range(self.players))
        return self._each(worth, [everyone - {player} for player in range(self.players)])

    def _each(self, worth: Array, before: Sequence[Coalition]) -> Array:
        """What each player adds to a coalition of its own."""
        added = np.zeros((self.players, *worth.shape[1:]))
        for player, coalition in enumerate(before):
            added[player] = self._added(worth, coalition, player)
        return added

    @cached_property
    def _place(self) -> dict[Coalition, int]:
        return {coalition: place for place, coalition in enumerate(self.coalitions)}

    def _added(self, worth: Array, coalition: Coalition, player: int) -> Array:
        return np.asarray(worth[self._place[coalition | {player}]] - worth[self._place[coalition]])

    def _of_pairs(self, worth: Array) -> Array:
        """``float64[pairs, players, ...]``."""
        return np.stack([(self._in(worth, one) + self._in(worth, other)) / 2 for one, other in self.orders])

    def _in(self, worth: Array, order: Sequence[int]) -> Array:
        """What each player adds in one order."""
        added = np.empty((self.players, *worth.shape[1:]))
        for place, player in enumerate(order):
            added[player] = self._added(worth, frozenset(order[:place]), player)
        return added
