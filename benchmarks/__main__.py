"""Every figure as one table: ``make bench``, or a part of it, ``python -m benchmarks --only w1``."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks import cold, comparison, growth, leaves, library, w1
from benchmarks.machine import machine
from benchmarks.rows import Goal, Row, as_text, write

PARTS: dict[str, tuple[Callable[[], Iterator[Row]], ...]] = {
    "w1": (w1.rows,),
    "growth": (growth.by_births, growth.by_arms, growth.by_variables, growth.by_threads, growth.by_memory),
    "leaves": (leaves.by_leaf,),
    "cold": (cold.by_tables, cold.by_new_process),
    "comparison": (comparison.by_comparison,),
    "library": (library.by_library,),
}
GOALS: dict[str, Callable[[Sequence[Row]], Iterator[Goal]]] = {
    "w1": w1.goals,
    "growth": growth.goals,
    "leaves": leaves.goals,
    "cold": cold.goals,
    "comparison": comparison.goals,
    "library": library.goals,
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART", help=", ".join(PARTS)
    )
    parser.add_argument("--out", type=Path, default=Path("out/bench"), metavar="FOLDER")
    asked = parser.parse_args(arguments)
    found, begin = machine(), time.monotonic()
    rows: list[Row] = []
    goals: list[Goal] = []
    for part in asked.only:
        mine: list[Row] = []
        for measure in PARTS[part]:
            print(
                f"{time.monotonic() - begin:4.0f} s  {measure.__module__}.{measure.__name__}", file=sys.stderr
            )
            mine += measure()
        goals += GOALS[part](mine)
        rows += mine
    write(asked.out, rows, goals, found)
    print(as_text(rows, goals))
    print("; ".join(f"{name}: {value}" for name, value in found.items()))
    print(f"{time.monotonic() - begin:.0f} s; written to {asked.out}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
