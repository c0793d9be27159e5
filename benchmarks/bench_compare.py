"""A comparison's peak memory does not grow with births or draws: fresh processes, and ratios of their peaks."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
MOST_MB = 600
FLAT = 1.10
"""A ratio of peaks up to which memory is called flat: four times the draws, ten times the births."""

# A child begins with its parent's peak until it has loaded its own program, and pytest is larger than this.
MEASURE = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
child.returncode = os.waitstatus_to_exitcode(status)
print(usage.ru_maxrss)
sys.exit(child.returncode)
"""


class Cost(NamedTuple):
    peak_mb: float
    seconds: float


def compare(out: Path, draws: int, births: int) -> Cost:
    """One comparison of two shipped scenarios in a process of its own, with its files written."""
    asked = [
        *(sys.executable, "-m", "simcore.cli", "compare", "child_poverty_35", "smoking_cessation", "--json"),
        *("--draws", str(draws), "--births", str(births), "--years", "2025-2034", "--out", str(out)),
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *asked], env=environment, check=True, capture_output=True, text=True
    )
    seconds = time.perf_counter() - begin
    return Cost(float(done.stdout) / (1024**2 if sys.platform == "darwin" else 1024), seconds)


@pytest.fixture(scope="module", autouse=True)
def compiled(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Compile before any clock starts."""
    compare(tmp_path_factory.mktemp("warm") / "out", 2, 1000)


@pytest.mark.parametrize(
    ("what", "few", "many"),
    [("draws", (100, 10_000), (400, 10_000)), ("births", (100, 10_000), (100, 100_000))],
    ids=["four times the draws", "ten times the births"],
)
def test_peak_memory_is_flat(
    benchmark: Any, tmp_path: Path, what: str, few: tuple[int, int], many: tuple[int, int]
) -> None:
    small = compare(tmp_path / "few", *few)
    large = benchmark.pedantic(compare, args=(tmp_path / "many", *many), rounds=1)
    benchmark.extra_info["peak MB"] = [round(small.peak_mb), round(large.peak_mb)]
    benchmark.extra_info["ratio of peaks"] = round(large.peak_mb / small.peak_mb, 3)
    benchmark.extra_info["seconds"] = [round(small.seconds, 1), round(large.seconds, 1)]
    assert large.peak_mb < FLAT * small.peak_mb
    assert large.peak_mb < MOST_MB


def test_the_whole_question(benchmark: Any, tmp_path: Path) -> None:
    """1,000 draws of 100,000 births; a tenth of the draws where nothing is timed."""
    draws = 1000 if benchmark.enabled else 100
    cost = benchmark.pedantic(compare, args=(tmp_path / "out", draws, 100_000), rounds=1)
    benchmark.extra_info["peak MB"] = round(cost.peak_mb)
    benchmark.extra_info["seconds"] = round(cost.seconds, 1)
    assert cost.peak_mb < MOST_MB
