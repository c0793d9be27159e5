"""Long runs in turns, a block of draws each; they stand back while quick answers are wanted, but not for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable

PATIENCE = 8
"""Quick answers that one block of a long run stands back for."""
IN_HAND = 4
"""Runs that are begun at a time: each holds some 60 MB until it ends, and none would end sooner if all were begun."""


class Stopped(Exception):
    """Nobody wants this run any more."""


class Rota:
    """Who of several threads may go on: one at a time, in the order in which they came to wait.

    Those that were begun take turns; another is begun when one of them has ended.

    Examples
    --------
    >>> rota = Rota()
    >>> rota.turn("a", lambda: False)  # alone, it may go on at once
    >>> rota.leave("a")
    """

    def __init__(self, in_hand: int = IN_HAND, patience: int = PATIENCE) -> None:
        self.in_hand, self.patience = in_hand, patience
        self._changed = threading.Condition()
        self._waiting: dict[Hashable, None] = {}
        self._begun: set[Hashable] = set()
        self._going: Hashable | None = None
        self._quick = 0
        self._passed = 0

    def turn(self, who: Hashable, stopped: Callable[[], bool]) -> None:
        """End this one's turn, if it has one, and wait for its next. Raises Stopped."""
        with self._changed:
            self._give_back(who)
            self._waiting[who] = None
            self._changed.wait_for(lambda: stopped() or self._may_go(who))
            del self._waiting[who]
            if stopped():
                self._changed.notify_all()
                raise Stopped
            self._begun.add(who)
            self._going = who
            self._passed = 0

    def leave(self, who: Hashable) -> None:
        """It has ended."""
        with self._changed:
            self._begun.discard(who)
            self._give_back(who)

    def look(self) -> None:
        """Somebody was stopped: whoever waits looks whether it was they."""
        with self._changed:
            self._changed.notify_all()

    def hold(self) -> None:
        """A quick answer begins."""
        with self._changed:
            self._quick += 1

    def release(self) -> None:
        """A quick answer has ended."""
        with self._changed:
            self._quick -= 1
            self._passed += 1
            self._changed.notify_all()

    def _give_back(self, who: Hashable) -> None:
        if self._going == who:
            self._going = None
        self._changed.notify_all()

    def _may_go(self, who: Hashable) -> bool:
        if self._going is not None or (self._quick > 0 and self._passed < self.patience):
            return False
        room = len(self._begun) < self.in_hand
        return who == next((first for first in self._waiting if room or first in self._begun), None)
