"""Twenty people at one page: how long a move takes to be answered, what goes wrong, and whether memory stays.

``make load`` starts the server as ``simcore serve`` does, and asks it as the page does: a move every three seconds of
each, the quick answer at once, the full answer a second later, given up at the next move. Kernels and prepared answers
are at hand before the clock starts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from benchmarks.machine import machine
from benchmarks.timing import ROOT
from scenarios.live.desk import Desk

EVERY, REST = 3.0, 1.0
"""Seconds between two moves of one, and from a move to the full answer."""
GOAL = 0.5
"""Seconds that half of the moves are answered within, on two processors."""
STEADY = 0.05
"""Share that memory may grow by over the second half of the requests."""
PATIENCE = 300
MOST_ON = 3
"""Interventions that one person has switched on at most."""


@dataclass
class Seen:
    """What happened, to all together."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    processor: float = 0.0
    """Seconds of the server's processors."""
    refused: int = 0
    """Policies that cannot be."""
    begun: int = 0
    finished: int = 0


@contextmanager
def server(*options: str) -> Iterator[tuple[str, int]]:
    """The server as anybody starts it: its address, and its process."""
    command = [sys.executable, "-m", "simcore.cli", "serve", "--port", "0", *options]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        address = running.stdout.readline().strip()
        if not address:
            raise SystemExit("the server did not start")
        yield address.rstrip("/"), running.pid
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(PATIENCE)


async def person(
    number: int, address: str, moves: int, begin: float, asked: argparse.Namespace, seen: Seen
) -> None:
    """One who moves a policy, a step every few seconds, and reads on."""
    luck = random.Random(number)
    async with httpx.AsyncClient(base_url=address, headers={"origin": address}, timeout=PATIENCE) as browser:
        await browser.get("/")
        start = (await browser.get("/api/start")).json()
        state: dict[str, Any] = {"v": 1, "years": start["years"]["chosen"], "variants": {}, "policy": []}
        full: asyncio.Task[None] | None = None
        for move in range(moves):
            await asyncio.sleep(max(0.0, begin + asked.every * move - time.perf_counter()))
            if full is not None:
                full.cancel()
            moved(state, start["levers"], luck)
            moved_at = time.perf_counter()
            try:
                answer = await browser.post("/api/quick", json={"state": state})
                if answer.status_code == 400:
                    # two levers may leave no share between 0 and 1: told in words, and taken back
                    seen.refused += bool(answer.json()["problems"])
                    state["policy"].pop()
                elif answer.status_code != 200 or not answer.json()["words"]["headline"]:
                    seen.errors.append(f"quick: {answer.status_code} {answer.text[:500]}")
            except httpx.HTTPError as error:
                seen.errors.append(f"quick: {error!r}")
            seen.seconds.append(time.perf_counter() - moved_at)
            if state["policy"] and not asked.no_full:
                full = asyncio.create_task(sharpen(browser, json.loads(json.dumps(state)), moved_at, seen))
        if full is not None:
            full.cancel()


async def sharpen(browser: httpx.AsyncClient, state: dict[str, Any], moved_at: float, seen: Seen) -> None:
    """The full answer, from a second after the move until the next one."""
    await asyncio.sleep(max(0.0, moved_at + REST - time.perf_counter()))
    seen.begun += 1
    try:
        async with browser.stream("POST", "/api/full", json={"states": [state]}) as stream:
            stream.raise_for_status()
            async for line in stream.aiter_lines():
                told = json.loads(line)
                seen.finished += "answer" in told
                if "problems" in told:
                    seen.errors.append(f"full: {told['problems']}")
    except httpx.HTTPError as error:
        seen.errors.append(f"full: {error!r}")


def moved(state: dict[str, Any], levers: list[dict[str, Any]], luck: random.Random) -> None:
    """Something is switched on, or off, or moved to another place."""
    policy = state["policy"]
    if not policy or (len(policy) < MOST_ON and luck.random() < 0.2):
        on = {chosen["lever"] for chosen in policy}
        policy.append({"lever": luck.choice([at["id"] for at in levers if at["id"] not in on]), "set": {}})
    elif len(policy) > 1 and luck.random() < 0.1:
        policy.pop(0)
    chosen = policy[-1]
    fields = next(at["fields"] for at in levers if at["id"] == chosen["lever"])
    if fields:
        at = luck.choice(fields)
        # a share that is lowered by points would leave 0 to 1 in some decile, and is refused
        low = max(at["low"], 0.0) if at["unit"] == "points" else at["low"]
        steps = round((at["high"] - low) / at["step"])
        chosen["set"][at["name"]] = round(low + luck.randint(0, steps) * at["step"], 9)


async def watch(process: int, seen: Seen) -> None:
    """Memory of the server, every second."""
    while True:
        seen.megabytes.append(resident(process))
        await asyncio.sleep(1.0)


def resident(process: int) -> float:
    """Megabytes that a process has in memory."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6


def processor_seconds(process: int) -> float:
    """Seconds that a process has computed for, all its threads together."""
    behind_name = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(behind_name[11]) + int(behind_name[12])) / os.sysconf("SC_CLK_TCK")


async def study(address: str, process: int, asked: argparse.Namespace) -> Seen:
    seen = Seen()
    watching = asyncio.create_task(watch(process, seen))
    used = processor_seconds(process)
    begin = time.perf_counter() + 1.0
    each = -(-asked.requests // asked.people)
    await asyncio.gather(
        *(
            # everybody at a moment of their own
            person(n, address, each, begin + asked.every * n / asked.people, asked, seen)
            for n in range(asked.people)
        )
    )
    watching.cancel()
    seen.processor = processor_seconds(process) - used
    return seen


def report(seen: Seen) -> bool:
    """Print what was found; whether it is what is asked for."""
    seconds, memory = np.array(seen.seconds), np.array(seen.megabytes)
    half, whole = np.percentile(seconds, [50, 95]), seconds.max()
    late = memory[len(memory) // 2 :]
    slope = np.polyfit(np.arange(len(late)), late, 1)[0] * len(late)
    print(f"machine          {machine()}")
    print(
        f"asked            {len(seconds):,} quick answers, {seen.refused:,} of what cannot be; {seen.begun:,} full "
        f"ones begun, {seen.finished:,} finished; {seen.processor:,.0f} seconds of a processor in all"
    )
    print(
        f"answered within  median {half[0] * 1000:,.0f} ms, 95% {half[1] * 1000:,.0f} ms, all {whole * 1000:,.0f} ms"
    )
    print(f"errors           {len(seen.errors)}" + "".join(f"\n  {error}" for error in seen.errors[:10]))
    print(
        f"server's memory  {memory[0]:,.0f} MB at the start, {late[0]:,.0f} half way, {memory[-1]:,.0f} at the end, "
        f"{memory.max():,.0f} at most; {slope:+,.0f} MB over the second half"
    )
    goals = {
        f"median under {GOAL * 1000:.0f} ms": half[0] < GOAL,
        "no error": not seen.errors,
        f"memory grows by under {STEADY:.0%} in the second half": slope < STEADY * late[0],
    }
    for goal, met in goals.items():
        print(f"{'met' if met else 'MISSED':16} {goal}")
    return all(goals.values())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--every", type=float, default=EVERY, help="seconds between two moves of one")
    parser.add_argument("--no-full", action="store_true", help="quick answers alone")
    parser.add_argument("options", nargs="*", help="of `simcore serve`, behind --")
    asked = parser.parse_args()
    if not asked.options:
        Desk(threads=len(os.sched_getaffinity(0))).prepare()
    with server(*asked.options) as (address, process):
        seen = asyncio.run(study(address, process, asked))
    return 0 if report(seen) else 1


if __name__ == "__main__":
    sys.exit(main())
