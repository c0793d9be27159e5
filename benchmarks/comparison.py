"""Whole comparisons of England, each in a process of its own: seconds, and peak memory that does not grow."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from benchmarks.rows import Goal, Row
from benchmarks.timing import peak_mb

SCENARIOS = ("child_poverty_35", "smoking_cessation")
WHOLE = (1000, 100_000)
FEW, MORE_DRAWS, MORE_BIRTHS = (200, 10_000), (800, 10_000), (200, 100_000)
"""Draws, and births of each; 80 draws are kept in one piece, so fewer of them need less."""


def by_comparison() -> Iterator[Row]:
    """The whole question, then four times the draws and ten times the births of a small one."""
    with tempfile.TemporaryDirectory() as folder:
        number = count()

        def compare(draws: int, births: int) -> tuple[float, float]:
            begin = time.perf_counter()
            peak = peak_mb(
                "simcore.cli", "compare", *SCENARIOS, "--json", "--draws", draws, "--births", births,
                "--years", "2025-2034", "--out", Path(folder) / str(next(number)),
            )  # fmt: skip
            return time.perf_counter() - begin, peak

        compare(2, 1000)  # compiled before any clock starts
        first = None
        for draws, births in (FEW, MORE_DRAWS, MORE_BIRTHS, WHOLE):
            seconds, peak = compare(draws, births)
            first = first or peak
            size = f"England, {draws:,} draws", 7, len(SCENARIOS) + 1, births, os.cpu_count() or 1
            yield Row("comparison", *size, "seconds", seconds, seconds, seconds, "s")
            yield Row(
                "comparison", *size, "peak", peak, peak, peak, "MB at peak",
                ratio=peak / first, ratio_to="to the first",
            )  # fmt: skip


def goals(rows: Sequence[Row]) -> Iterator[Goal]:
    """A ratio of peaks up to 1.1 is called flat."""
    peaks = [row for row in rows if (row.about, row.what) == ("comparison", "peak")]
    yield Goal("comparison: peak of four times the draws over the first", peaks[1].ratio, "<=", 1.1)
    yield Goal("comparison: peak of ten times the births over the first", peaks[2].ratio, "<=", 1.1)
    yield Goal("comparison: peak of the whole question, MB", peaks[3].median, "<=", 600)
    whole = next(r.median for r in rows if (r.what, r.workload) == ("seconds", peaks[3].workload))
    yield Goal("comparison: seconds of the whole question", whole, "<=", 60)
