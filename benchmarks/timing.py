"""How figures are taken: in turn, so that a busy machine slows them alike; medians, and how far they spread."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
LEAST, MOST_CALLS = 0.03, 15
"""Seconds that a round of a short function lasts at least, and the most calls it is made of."""

# A child begins with its parent's peak until it has loaded its own program: a small parent measures it.
_MEASURE = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
child.returncode = os.waitstatus_to_exitcode(status)
print(usage.ru_maxrss)
sys.exit(child.returncode)
"""


class Seconds(NamedTuple):
    """Seconds that a function took over several rounds."""

    taken: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.taken)

    def ns(self, births: int) -> float:
        """Nanoseconds a birth, of the median round."""
        return 1e9 * self.median / births

    def spread(self, births: int) -> tuple[float, float]:
        """Nanoseconds a birth of the fastest and the slowest round."""
        return 1e9 * min(self.taken) / births, 1e9 * max(self.taken) / births


def in_turn(functions: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Seconds]:
    """Time every function in every round, one after the other, once each has been called without a clock.

    A short function is called again within its round and the median call stands for the round: a call of a few
    milliseconds is often interrupted.
    """
    calls: dict[str, int] = {}
    taken: dict[str, list[float]] = {name: [] for name in functions}
    for name, function in functions.items():
        function()  # compiled, loaded, touched
        calls[name] = min(max(int(LEAST / _seconds(function)), 1), MOST_CALLS)
    for _ in range(rounds):
        for name, function in functions.items():
            taken[name].append(median(_seconds(function) for _ in range(calls[name])))
    return {name: Seconds(tuple(times)) for name, times in taken.items()}


def _seconds(function: Callable[[], object]) -> float:
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin


def ratio(above: Seconds, below: Seconds) -> float:
    """Median over rounds of one time over the other: what slows a whole round cancels."""
    return median(a / b for a, b in zip(above.taken, below.taken, strict=True))


def peak_mb(module: str, *arguments: object) -> float:
    """Peak memory of ``python -m module arguments`` in a process of its own, in megabytes."""
    asked = [sys.executable, "-m", module, *map(str, arguments)]
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, *asked],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return float(done.stdout) / (1024**2 if sys.platform == "darwin" else 1024)
