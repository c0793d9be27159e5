"""Full answers in the background: one for each who asks, all in turns, each stopped when nobody waits for it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any

from scenarios.question import Question
from scenarios.recorded import record_of
from scenarios.running import Tick
from scenarios.web.kept import Answer, Kept
from scenarios.web.refusals import BY_STATUS, Refused, in_words, told
from scenarios.web.rota import Rota, Stopped
from scenarios.web.view import View
from simcore.problems import DocumentError
from simcore.run import Settings

MOST_RUNS = 32
MOST_SECONDS = 300.0
"""Seconds of computing that one full answer may take; waiting for its turn is not counted."""
HERE_AND_NOW = ("made", "libraries", "platform", "threads")
"""What a run record says of where it was made, and what moves no number."""

WAITING = "waiting"
"""What a run does before its first turn."""

Event = dict[str, Any]


class Running:
    """One full answer on its way, as the loop sees it: events come, and it can be stopped."""

    def __init__(self, who: str, look: Callable[[], None]) -> None:
        self.who = who
        self._look = look
        self._stopped = threading.Event()
        self._loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self.why = ""

    def stop(self, why: str = "") -> None:
        """It ends with the block of draws that it is at."""
        self.why = self.why or why
        self._stopped.set()
        self._look()

    def stopped(self) -> bool:
        return self._stopped.is_set()

    def say(self, event: Event | None) -> None:
        """From its thread: the next event, None after the last."""
        try:
            self._loop.call_soon_threadsafe(self._events.put_nowait, event)
        except RuntimeError:  # the loop has ended, and with it whoever listened
            self._stopped.set()

    async def lines(self) -> AsyncIterator[bytes]:
        """Events as lines of JSON, until the last."""
        while (event := await self._events.get()) is not None:
            yield json.dumps(event, allow_nan=False).encode() + b"\n"


Work = Callable[[Tick, int], dict[str, Any]]
"""Works out a full answer on so many threads, and calls between blocks of draws."""


class Runs:
    """All full answers on their way. Lives on the loop; each run has a thread of its own."""

    def __init__(
        self,
        view: View,
        kept: Kept,
        rota: Rota,
        *,
        threads: int = 1,
        most: int = MOST_RUNS,
        most_seconds: float = MOST_SECONDS,
    ) -> None:
        self.view, self.kept, self.rota = view, kept, rota
        self.threads, self.most, self.most_seconds = threads, most, most_seconds
        self._pool = ThreadPoolExecutor(most, thread_name_prefix="full")
        self._active: dict[Running, None] = {}

    @property
    def active(self) -> int:
        """Runs that have not ended."""
        return len(self._active)

    def start(self, who: str, work: Work, key: str) -> Running:
        """Begin one; the former one of the same who asks is stopped.

        Raises
        ------
        Refused
            With 503 if there are too many.
        """
        for former in self._active:
            if former.who == who:
                former.stop("a newer one took the place of this run")
        if len(self._active) >= self.most:
            raise Refused(
                503, "too many full answers are on their way; try again shortly", {"retry-after": "5"}
            )
        running = Running(who, self.rota.look)
        # several threads have blocks in hand that no turn holds back
        threads = self.threads if all(other.stopped() for other in self._active) else 1
        self._active[running] = None
        done = self._pool.submit(self._work, running, work, key, threads)
        loop = asyncio.get_running_loop()
        done.add_done_callback(lambda _: _soon(loop, lambda: self._active.pop(running, None)))
        return running

    def close(self) -> None:
        """All of them are stopped, and nothing is begun any more."""
        for running in self._active:
            running.stop("the server ends")
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _work(self, running: Running, work: Work, key: str, threads: int) -> None:
        clock = _Clock(self.most_seconds)

        def tick(what: str, done: int, of: int) -> None:
            clock.stop()
            running.say({"progress": {"what": what, "done": done, "of": of}})
            self.rota.turn(running, running.stopped)
            clock.start()

        try:
            tick(WAITING, 0, 1)
            summary = work(tick, threads)
            shown = {**self.view.shown(summary), "key": key}
            self.kept.put(key, Answer(_packed(self.view.whole(summary)), _packed(shown)))
            running.say({"answer": shown})
        except Stopped:
            running.say({"problems": told(running.why or "this run was stopped"), "superseded": True})
        except DocumentError as error:
            running.say({"problems": in_words(error.problems)})
        except TookTooLong:
            limit = f"{self.most_seconds:,.0f} seconds of computing"
            running.say({"problems": told(f"this takes longer than the {limit} that one run has here")})
        except BaseException as error:
            running.say({"problems": told(BY_STATUS[500])})
            sys.excepthook(type(error), error, error.__traceback__)
        finally:
            self.rota.leave(running)
            running.say(None)


class TookTooLong(Exception):
    """A run has used up its time."""


class _Clock:
    """Time spent computing, between turns."""

    def __init__(self, most: float) -> None:
        self.most, self.spent = most, 0.0
        self._since: float | None = None

    def start(self) -> None:
        self._since = monotonic()

    def stop(self) -> None:
        if self._since is not None:
            self.spent += monotonic() - self._since
        self._since = None
        if self.spent > self.most:
            raise TookTooLong


def key_of(question: Question, draws: int, settings: Settings, variant_draws: int) -> str:
    """What was asked, as one word: scenarios, model, draws, sizes. The same question has the same."""
    record = record_of(question, draws, settings, {"variant_draws": variant_draws})
    asked = {name: value for name, value in record.items() if name not in HERE_AND_NOW}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _packed(what: Any) -> bytes:
    return json.dumps(what, allow_nan=False).encode()


def _soon(loop: asyncio.AbstractEventLoop, call: Callable[[], object]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(call)
