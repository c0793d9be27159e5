"""Who waits for whom: counted in turns, never in seconds."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Hashable

import pytest

from scenarios.web.refusals import Refused
from scenarios.web.rota import Rota, Stopped
from scenarios.web.turns import Turns
from tests.web_desk import play

CROWD = 200


class Gate:
    """Work that ends when it is let through; what was begun, in order."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.begun: list[str] = []

    def work(self, name: str) -> str:
        self.begun.append(name)
        self.open.wait()
        return name


async def asked(turns: Turns, who: Hashable, gate: Gate, name: str) -> asyncio.Task[str]:
    task = asyncio.ensure_future(turns.do(who, lambda: gate.work(name)))
    await asyncio.sleep(0)
    return task


async def refusals(tasks: list[asyncio.Task[str]]) -> list[int]:
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    return [error.status for error in ended if isinstance(error, Refused)]


def test_behind_a_crowd_of_one_the_next_turn_is_the_others() -> None:
    async def scene() -> None:
        gate, turns = Gate(), Turns(1, Rota())
        flood = [await asked(turns, "flood", gate, f"flood {n}") for n in range(CROWD)]
        honest = await asked(turns, "honest", gate, "honest")
        gate.open.set()
        assert await honest == "honest"
        assert sorted(await refusals(flood)) == [429] * (CROWD - 2)
        # one ran, one waited before the other came; its newest is the one that is answered
        assert gate.begun == ["flood 0", f"flood {CROWD - 1}", "honest"]
        turns.close()

    play(scene())


def test_everybody_has_a_turn_before_anybody_has_a_second() -> None:
    async def scene() -> None:
        gate, turns = Gate(), Turns(1, Rota())
        names = [f"client {n}" for n in range(8)]
        first = [await asked(turns, name, gate, f"{name}, move 0") for name in names]
        for move in range(1, 4):
            second = [await asked(turns, name, gate, f"{name}, move {move}") for name in names]
        gate.open.set()
        await asyncio.gather(*second)
        # the first had begun before the others came, so its newer move waits behind all of them
        others = [f"{name}, move 3" for name in names[1:]]
        assert gate.begun == ["client 0, move 0", *others, "client 0, move 3"]
        assert sorted(await refusals(first)) == [429] * 7
        turns.close()

    play(scene())


def test_one_who_asks_never_has_two_processors() -> None:
    async def scene() -> None:
        gate, turns = Gate(), Turns(2, Rota())
        mine = [await asked(turns, "mine", gate, f"mine {n}") for n in range(2)]
        other = await asked(turns, "other", gate, "other")
        while len(gate.begun) < 2:
            await asyncio.sleep(0)
        assert sorted(gate.begun) == ["mine 0", "other"]
        gate.open.set()
        assert await asyncio.gather(*mine, other) == ["mine 0", "mine 1", "other"]
        turns.close()

    play(scene())


def test_too_many_who_wait_are_told_to_come_again_and_a_newer_move_is_still_taken() -> None:
    async def scene() -> None:
        gate, turns = Gate(), Turns(1, Rota(), most_waiting=3)
        tasks = [await asked(turns, n, gate, str(n)) for n in range(5)]
        newer = await asked(turns, 2, gate, "newer")
        gate.open.set()
        assert await newer == "newer"
        assert sorted(await refusals(tasks)) == [429, 503]
        turns.close()

    play(scene())


def test_one_who_went_away_leaves_nobody_waiting_behind() -> None:
    async def scene() -> None:
        gate, turns = Gate(), Turns(1, Rota())
        running, gone, patient = [await asked(turns, name, gate, name) for name in ("one", "two", "three")]
        gone.cancel()
        gate.open.set()
        assert await asyncio.wait_for(asyncio.gather(running, patient), 30) == ["one", "three"]
        turns.close()

    play(scene())


def test_a_fault_in_one_answer_leaves_the_turns_as_they_were() -> None:
    async def scene() -> None:
        turns = Turns(1, Rota())
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                await turns.do("any", lambda: 1 // 0)
        assert await turns.do("any", lambda: 7) == 7
        turns.close()

    play(scene())


class Runner:
    """A long run of several blocks on a thread of its own; every turn of every one is noted."""

    def __init__(self, rota: Rota, name: str, blocks: int, log: list[str]) -> None:
        self.halt = False
        self.thread = threading.Thread(target=self.work, args=(rota, name, blocks, log))

    def work(self, rota: Rota, name: str, blocks: int, log: list[str]) -> None:
        try:
            for _ in range(blocks):
                rota.turn(name, lambda: self.halt)
                log.append(name)
        except Stopped:
            log.append(f"{name} stopped")
        finally:
            rota.leave(name)


def wait_until_waiting(rota: Rota, n: int) -> None:
    while len(rota._waiting) < n:
        threading.Event().wait(0.001)


def order_of(rota: Rota, names: str, blocks: int) -> str:
    """Whose block was run, one after another, where runs of so many blocks have come to wait in this order."""
    runs: list[Runner] = []
    log: list[str] = []
    rota.hold()  # none begins before all are there
    for n, name in enumerate(names, start=1):
        runs.append(Runner(rota, name, blocks, log))
        runs[-1].thread.start()
        wait_until_waiting(rota, n)
    rota.release()
    for run in runs:
        run.thread.join()
    return "".join(log)


def test_long_runs_take_turns_block_by_block() -> None:
    assert order_of(Rota(), "abc", 4) == "abc" * 4


def test_another_run_is_begun_when_one_has_ended_and_none_is_forgotten() -> None:
    assert order_of(Rota(in_hand=2), "abcd", 3) == "ababacbdcdcd"


def test_quick_answers_go_before_a_block_and_never_more_than_so_many() -> None:
    rota, log = Rota(patience=3), []
    rota.hold()
    run = Runner(rota, "run", 2, log)
    run.thread.start()
    wait_until_waiting(rota, 1)
    for n in range(6):
        assert len(log) == n // 3
        rota.hold()  # the next is there before the last has ended: they never let up
        rota.release()
        while len(log) < (n + 1) // 3:
            threading.Event().wait(0.001)
    run.thread.join()
    assert log == ["run", "run"]


def test_a_run_that_is_stopped_while_it_waits_is_out_of_the_way() -> None:
    rota, log = Rota(), []
    rota.turn("first", lambda: False)
    second, third = Runner(rota, "second", 1, log), Runner(rota, "third", 1, log)
    for n, run in enumerate((second, third), start=1):
        run.thread.start()
        wait_until_waiting(rota, n)
    second.halt = True
    rota.look()
    second.thread.join()
    assert log == ["second stopped"]
    rota.leave("first")
    third.thread.join()
    assert log == ["second stopped", "third"]
