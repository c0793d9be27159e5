"""A folder of scenario files compared at full size, in a process of its own: seconds, memory, Monte Carlo errors.

``python -m benchmarks --only library`` compares the files that ship, as whoever asks for them all does;
``python -m benchmarks.library FOLDER`` those of another folder.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.rows import Goal, Row, as_text
from benchmarks.timing import ROOT, peak_mb

LIBRARY = ROOT / "scenarios" / "library"
YEARS, DRAWS = "2025-2034", 1000
SMALLEST = 50
"""Deaths averted in ten years, five a year: of fewer, no Monte Carlo error is asked for."""


def by_library(folder: Path = LIBRARY) -> Iterator[Row]:
    """1,000 draws with all structures beside them, and the same without these but for two draws each."""
    with tempfile.TemporaryDirectory() as out:
        _compare(folder, Path(out) / "first", 2, 2)  # compiled before any clock starts
        for what, beside in (("with structures beside", None), ("headline alone", 2)):
            seconds, processor, peak, summary = _compare(folder, Path(out) / what, DRAWS, beside)
            error, births = _worst(summary), summary["run"]["births_per_draw"]
            size = f"England, {DRAWS:,} draws", 7, len(summary["arms"]) + 1, births, os.cpu_count() or 1
            for figure, value, unit in (
                ("seconds", seconds, "s"),
                ("seconds of a processor", processor, "s"),
                ("peak", peak, "MB at peak"),
                ("worst MC error of a headline", error, "%"),
            ):
                yield Row("library", *size, f"{what}: {figure}", value, value, value, unit)


def _compare(
    folder: Path, out: Path, draws: int, beside: int | None
) -> tuple[float, float, float, dict[str, Any]]:
    """Seconds, seconds of a processor, peak memory, and the answer."""
    more = () if beside is None else ("--variant-draws", beside)
    before, begin = _processor_seconds(), time.perf_counter()
    peak = peak_mb(
        "simcore.cli", "compare", folder, "--json", "--draws", draws, "--years", YEARS, "--out", out, *more
    )
    seconds = time.perf_counter() - begin
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    return seconds, _processor_seconds() - before, peak, summary


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _worst(summary: dict[str, Any]) -> float:
    """The largest Monte Carlo error of a headline, in percent of it."""
    headlines = [arm["deaths_averted"] for arm in summary["arms"]]
    large = [at for at in headlines if abs(at["mean"]) > SMALLEST]
    return max((100 * at["mc_error"] / abs(at["mean"]) for at in large), default=0.0)


def goals(rows: Sequence[Row]) -> Iterator[Goal]:
    """What is asked of 20 files, on two processors with nothing else to do."""
    found = {row.what: row.median for row in rows if row.about == "library"}
    for what in ("with structures beside", "headline alone"):
        yield Goal(f"library: {what}, seconds", found[f"{what}: seconds"], "<=", 60)
    yield Goal("library: peak, MB", found["with structures beside: peak"], "<=", 1000)
    yield Goal(
        "library: MC error of any headline above five deaths a year, %",
        found["with structures beside: worst MC error of a headline"], "<=", 1,
    )  # fmt: skip


def main() -> int:
    rows = list(by_library(Path(sys.argv[1]) if sys.argv[1:] else LIBRARY))
    print(as_text(rows, list(goals(rows))), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
