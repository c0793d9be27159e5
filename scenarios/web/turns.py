"""Quick answers in turns: each who asks has one that runs and one that waits, so that no crowd of one is in the way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

from scenarios.web.refusals import Refused

T = TypeVar("T")
MOST_WAITING = 256


class Precedence(Protocol):
    """Whatever stands back while quick answers are wanted."""

    def hold(self) -> None: ...

    def release(self) -> None: ...


@dataclass(frozen=True)
class _Waiting:
    work: Callable[[], Any]
    done: asyncio.Future[Any]


class Turns:
    """A queue with one place for each who asks. A newer move takes the place of an older one, and keeps its turn.

    All of it lives on the event loop; work alone runs on threads.
    """

    def __init__(self, workers: int, before: Precedence, most_waiting: int = MOST_WAITING) -> None:
        self.most_waiting, self.before = most_waiting, before
        self._free = workers
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="quick")
        self._waiting: dict[Hashable, _Waiting] = {}
        self._running: set[Hashable] = set()

    async def do(self, who: Hashable, work: Callable[[], T]) -> T:
        """What ``work`` gives, when it is this one's turn.

        Raises
        ------
        Refused
            With 429 if a newer one of the same took its place; with 503 if too many wait.
        """
        former = self._waiting.get(who)
        if former is None and len(self._waiting) >= self.most_waiting:
            raise Refused(503, "too many people ask at once; try again in a moment", {"retry-after": "1"})
        if former is not None and not former.done.done():
            former.done.set_exception(
                Refused(429, "a newer move took the place of this one", {"retry-after": "1"}, superseded=True)
            )
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        # a key that is there already keeps its place in the order
        self._waiting[who] = _Waiting(work, done)
        self._start()
        return await done

    def close(self) -> None:
        """Nothing is begun any more."""
        for waiting in self._waiting.values():
            waiting.done.cancel()
        self._waiting.clear()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _start(self) -> None:
        for who in [who for who in self._waiting if who not in self._running]:
            if not self._free:
                return
            waiting = self._waiting.pop(who)
            # whoever went away takes no turn, and leaves it to the next
            if not waiting.done.done():
                self._free -= 1
                self._running.add(who)
                self.before.hold()
                task = asyncio.get_running_loop().run_in_executor(self._pool, waiting.work)
                task.add_done_callback(partial(self._end, who, waiting))

    def _end(self, who: Hashable, waiting: _Waiting, ended: asyncio.Future[Any]) -> None:
        self._free += 1
        self._running.discard(who)
        self.before.release()
        if ended.cancelled():
            waiting.done.cancel()
        elif not waiting.done.done():
            error = ended.exception()
            if error is None:
                waiting.done.set_result(ended.result())
            else:
                waiting.done.set_exception(error)
        self._start()
