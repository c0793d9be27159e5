"""Long runs in turns, a block of draws each; they stand back while quick answers are wanted, but not for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable

PATIENCE = 4
"""Quick answers that one block of a long run stands back for."""


class Stopped(Exception):
    """Nobody wants this run any more."""


class Rota:
    """Who of several threads may go on: one at a time, in the order in which they came to wait.

    Examples
    --------
    >>> rota = Rota()
    >>> rota.turn("a", lambda: False)  # alone, it may go on at once
    >>> rota.leave("a")
    """

    def __init__(self, at_once: int = 1, patience: int = PATIENCE) -> None:
        self.at_once, self.patience = at_once, patience
        self._changed = threading.Condition()
        self._waiting: dict[Hashable, None] = {}
        self._going: set[Hashable] = set()
        self._quick = 0
        self._passed = 0

    def turn(self, who: Hashable, stopped: Callable[[], bool]) -> None:
        """End this one's turn, if it has one, and wait for its next. Raises Stopped."""
        with self._changed:
            self._going.discard(who)
            self._waiting[who] = None
            self._changed.notify_all()
            self._changed.wait_for(lambda: stopped() or self._may_go(who))
            del self._waiting[who]
            if stopped():
                self._changed.notify_all()
                raise Stopped
            self._going.add(who)
            self._passed = 0
            self._changed.notify_all()

    def leave(self, who: Hashable) -> None:
        """It has ended."""
        with self._changed:
            self._going.discard(who)
            self._changed.notify_all()

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

    def _may_go(self, who: Hashable) -> bool:
        room = len(self._going) < self.at_once and next(iter(self._waiting)) == who
        return room and (self._quick == 0 or self._passed >= self.patience)
