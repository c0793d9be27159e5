"""Whether kernels are as fast as they were: ``make bench-guard``.

Seconds say little on a machine that others use, so every figure is a ratio of two times of one run: all jobs in turn,
round after round, the best of each. A ratio fails that is beyond 1.5 times the recorded one in three tries. Times are
processor time. What two threads gain is judged twice: by the processor time that they take together, and on the wall,
in the best round. The wall is judged only if two threads of the bare generator, which share nothing and take as long,
were given a second processor in nearly every round: where others work beside, a round tells of them.

``make bench-guard RECORD=1`` writes ``guard.json`` anew and says what moved.
``python -m benchmarks.guard --broken WAY`` judges kernels that were slowed on purpose (`benchmarks.slowed`).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from benchmarks.machine import machine, processors
from benchmarks.models.w1.build import parameters
from benchmarks.reference import numpy_w1
from benchmarks.slowed import WAYS, broken
from benchmarks.w1 import workload
from benchmarks.workload import words

RECORDED = Path(__file__).parent / "guard.json"
BEYOND, TRIES, ROUNDS = 1.5, 3, 7
LEAST = 0.03
"""Seconds that a job is called for in a round, once at least."""
SEED, FEW, BIRTHS, MANY = 1, 2 * numpy_w1.CHUNK, 1_000_000, 10_000_000
GIVEN = 0.65
"""Two threads that share nothing take no more of the time of one than this where there are two processors for them."""
NOT_GIVEN = 1
"""Rounds without them that still let the others be judged."""
CLOCKS = {"thread": time.thread_time, "process": time.process_time, "wall": time.perf_counter}

NUMPY = "NumPy in chunks"
BLOCKS_AS_LONG = {"counted": 10, "realised": 3}
"""Philox blocks a birth that take about as long, for a machine gives a second processor to short work first."""
BLOCKS = (
    "the loop over blocks; does it still vectorise (tests/test_kernels_compiled.py)? simcore/kernels/rng.py"
)
APART = "which births are worked out for more than one arm: simcore/kernels/differing.py, apart.py"
SHARED = (
    "how births are divided, the interpreter lock (nogil), memory that threads share: simcore/fanout.py and"
)

Job = tuple[Callable[[], object], int]
"""A call, and how many births it is for."""
Times = Mapping[str, Mapping[str, Sequence[float]]]
"""Seconds a birth of each job by each clock, the best of every round."""


class Ratio(NamedTuple):
    """The time of one job over that of another, and where to look when it grows."""

    above: str
    below: str
    look: str
    clock: str = "thread"

    @property
    def name(self) -> str:
        return f"{self.above}, over {self.below}" + (", wall" if self.clock == "wall" else "")

    @property
    def jobs(self) -> dict[str, str]:
        """What has to be timed; on the wall, the same of threads that share nothing too."""
        both = self.above, self.below
        return {job: f"numbers alone: {job}" if self.clock == "wall" else job for job in both}

    def of(self, times: Times) -> float | None:
        """The ratio, if it can be judged."""
        above, below = (times[job][self.clock] for job in self.jobs)
        if self.clock != "wall":
            return min(above) / min(below)
        two, one = (times[job]["wall"] for job in self.jobs.values())
        not_given = sum(a / b > GIVEN for a, b in zip(two, one, strict=True))
        return min(a / b for a, b in zip(above, below, strict=True)) if not_given <= NOT_GIVEN else None


RATIOS = (
    Ratio("counted", NUMPY, f"{BLOCKS}, levels.py, profiles.py"),
    Ratio("realised", NUMPY, f"{BLOCKS}, sift.py, realise.py"),
    Ratio("counted in ten arms", "counted in one arm", f"{APART}, profiles.py"),
    Ratio("realised in ten arms", "realised in one arm", f"{APART}, realise.py"),
    Ratio("expected", "realised", "what is summed out: simcore/expected.py; then as for counted"),
    *(
        Ratio(f"{what} by two threads", f"{what} by one thread", f"{SHARED} simcore/kernels/{module}", clock)
        for what, module in (("counted", "profiles.py"), ("realised", "realise.py"))
        for clock in ("process", "wall")
    ),
)


def jobs() -> dict[str, Job]:
    """What is timed: W1, in two arms where nothing else is said, tables known beforehand."""
    usual, one, ten = (workload(arms, BIRTHS) for arms in (2, 1, 10))
    many = workload(2, MANY)
    found: dict[str, Job] = {
        NUMPY: (partial(numpy_w1.deaths, parameters(), FEW, 2, SEED, numpy_w1.CHUNK), FEW),
        "expected": (partial(usual.expected, SEED), BIRTHS),
    }
    for what in ("counted", "realised"):
        found[what] = partial(getattr(usual, what), SEED), BIRTHS
        found[f"{what} in one arm"] = partial(getattr(one, what), SEED), BIRTHS
        found[f"{what} in ten arms"] = partial(getattr(ten, what), SEED), BIRTHS
        for threads, name in ((1, f"{what} by one thread"), (2, f"{what} by two threads")):
            found[name] = partial(getattr(many, what), SEED, threads=threads), MANY
            found[f"numbers alone: {name}"] = partial(_numbers, BLOCKS_AS_LONG[what], threads), MANY
    return found


def _numbers(blocks: int, threads: int) -> None:
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda _: words(MANY // threads, blocks, SEED), range(threads)))


def timed(jobs: Mapping[str, Job]) -> Times:
    """All jobs in turn, round after round."""
    rounds: dict[str, dict[str, list[float]]] = {name: {clock: [] for clock in CLOCKS} for name in jobs}
    for call, _ in jobs.values():
        call()  # compiled, loaded, touched
    for _ in range(ROUNDS):
        for name, (call, births) in jobs.items():
            calls, until = [], time.perf_counter() + LEAST
            while not calls or time.perf_counter() < until:
                began = [now() for now in CLOCKS.values()]
                call()
                calls.append([now() - then for now, then in zip(CLOCKS.values(), began, strict=True)])
            for clock, taken in zip(CLOCKS, zip(*calls, strict=True), strict=True):
                rounds[name][clock].append(min(taken) / births)
    return rounds


def measure(jobs: Mapping[str, Job], ratios: Sequence[Ratio]) -> dict[str, float]:
    """One try: those of the ratios that can be judged."""
    wanted = {job for ratio in ratios for both in ratio.jobs.items() for job in both}
    times = timed({name: job for name, job in jobs.items() if name in wanted})
    found = {ratio.name: ratio.of(times) for ratio in ratios}
    return {name: value for name, value in found.items() if value is not None}


def judge(
    tried: Callable[[Sequence[Ratio]], Mapping[str, float]],
    ratios: Sequence[Ratio],
    recorded: Mapping[str, float],
) -> tuple[dict[str, float], list[Ratio]]:
    """The least of each ratio, and those that every try found too great; one that was fine is not tried again."""
    least: dict[str, float] = {}
    left = list(ratios)
    for _ in range(TRIES):
        for name, value in tried(left).items():
            least[name] = min(value, least.get(name, value))
        left = [r for r in left if r.name not in least or not least[r.name] <= BEYOND * recorded[r.name]]
        if not left:
            break
    return least, [ratio for ratio in left if ratio.name in least]


def record(tried: Callable[[Sequence[Ratio]], Mapping[str, float]], ratios: Sequence[Ratio]) -> None:
    """Write the median of three tries; what could not be judged keeps what it had."""
    tries = [tried(ratios) for _ in range(TRIES)]
    before = read()["ratios"] if RECORDED.exists() else {}
    names = set().union(*tries)
    now = {name: float(f"{median(t[name] for t in tries if name in t):.4g}") for name in names}
    for ratio in RATIOS:
        was = before.get(ratio.name, "nothing")
        print(f"{ratio.name}: {was} -> {now.get(ratio.name, 'NOT RECORDED: no second processor')}")
    kept = {"machine": machine(), "ratios": before | now}
    RECORDED.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def read() -> dict[str, Any]:
    """What was recorded, and on which machine."""
    found: dict[str, Any] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return found


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.guard",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--record", action="store_true", help="write guard.json anew")
    ways = "; ".join(f"{way}: {what}" for way, what in WAYS.items())
    parser.add_argument("--broken", choices=WAYS, metavar="WAY", help=ways)
    asked = parser.parse_args(arguments)
    if asked.broken and asked.record:
        parser.error("kernels slowed on purpose are not recorded")
    begin = time.monotonic()
    ratios = [ratio for ratio in RATIOS if processors() > 1 or ratio.clock == "thread"]
    with broken(asked.broken) if asked.broken else nullcontext():
        tried = partial(measure, jobs())
        if asked.record:
            record(tried, ratios)
            return 0
        recorded = read()
        if unknown := [ratio.name for ratio in RATIOS if ratio.name not in recorded["ratios"]]:
            print(f"not in guard.json: {'; '.join(unknown)}; make bench-guard RECORD=1", file=sys.stderr)
            return 2
        least, lost = judge(tried, ratios, recorded["ratios"])
    print(f"{'ratio':62} recorded    found")
    for ratio in RATIOS:
        found, was = least.get(ratio.name), recorded["ratios"][ratio.name]
        told = "FAILED" if ratio in lost else "ok"
        if found is None:
            told = "NOT JUDGED: this machine gave no second processor"
        print(f"{ratio.name:62} {was:8.4f} {'-' if found is None else f'{found:.4f}':>8}  {told}")
    print(f"{len(least) - len(lost)} as fast as they were, {len(lost)} not; {time.monotonic() - begin:.0f} s")
    for ratio in lost:
        times = least[ratio.name] / recorded["ratios"][ratio.name]
        print(f"{times:.1f} times what it was: {ratio.name}\n    look at {ratio.look}", file=sys.stderr)
    if lost:
        on = recorded["machine"]["processor"]
        print(f"recorded on {on}; if it is meant to be so: make bench-guard RECORD=1", file=sys.stderr)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
