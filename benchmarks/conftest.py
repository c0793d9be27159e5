"""What the benchmarks share: which files they are, and how their figures are taken."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("python_files", "bench_*.py")


@pytest.fixture
def medians(benchmark: Any) -> Callable[..., list[float]]:
    """Median seconds of several functions, timed in turn so that a busy machine slows them alike.

    The last one is also what the benchmark's own line reports.
    """

    def take(*functions: Callable[[], object], rounds: int = 9) -> list[float]:
        times: list[list[float]] = [[] for _ in functions]
        for _ in range(rounds if benchmark.enabled else 1):
            for function, taken in zip(functions, times, strict=True):
                begin = time.perf_counter()
                function()
                taken.append(time.perf_counter() - begin)
        benchmark.pedantic(functions[-1], rounds=rounds)
        return [median(taken) for taken in times]

    return take
