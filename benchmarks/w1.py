"""Workload W1 by every estimator, beside NumPy and C: one run, in turn, medians.

python -m benchmarks.w1                                                  a table, with what is aimed at
python -m benchmarks.w1 --births 1000000 --arms 2 --threads 1 --json     the figures alone
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from benchmarks.models.w1.build import FOLDER, parameters
from benchmarks.reference import compiled, exact, numpy_w1
from benchmarks.rows import Goal, Row, as_text
from benchmarks.timing import in_turn
from benchmarks.workload import Workload, read_workload, words
from simcore.documents import read_yaml
from simcore.kernels.packed import Packed

PROFILE = ("decile", "age", "poverty", "smoking", "obesity", "gestation")
ROUNDS = 7
NUMPY_BIRTHS = 1_000_000
"""NumPy is run on this many births at most: columns of more do not fit the memory of every machine."""
REPLICATES, REPLICATE_BIRTHS = 400, 50_000
"""Replicates whose spread is the variance of an estimator, and births in each."""

NAMES = {
    "expected": "engine: expected, cut after decile, age, obesity",
    "counted": "engine: every birth, counted by profile",
    "realised": "engine: realised deaths, four clocks, screened",
    "numpy": "NumPy: whole population",
    "numpy_chunked": f"NumPy: in chunks of {numpy_w1.CHUNK:,}",
    "c_full": "C: birth by birth in full, four clocks",
    "c_blocks": "C: the same, random numbers drawn a block ahead",
    "c_profiles": "C: so drawn ahead, counted by profile",
    "c_thinned": "C: realised deaths, four clocks, screened",
    "one_block": "engine: random numbers alone, one block a birth",
    "two_blocks": "engine: random numbers alone, two blocks",
    "c_one_block": "C: random numbers alone, one block a birth",
    "c_two_blocks": "C: random numbers alone, two blocks",
}
MAIN = ("expected", "counted", "realised", "numpy", "numpy_chunked", "c_full", "c_thinned")
"""Those that every run of the command reports first."""


def arm_files(folder: Path, arms: int) -> list[Path]:
    """The scenario in even steps from the baseline: one ordinary scenario file an arm."""
    whole = read_yaml(FOLDER / "scenario.yaml").data
    paths = []
    for arm in range(arms):
        step = arm / (arms - 1) if arms > 1 else 0.0
        changes = [{**c, "multiply": 1 - step * (1 - c["multiply"])} for c in whole["interventions"]]
        path = folder / f"arm_{arm:02}.yaml"
        text = yaml.safe_dump({**whole, "name": path.stem, "interventions": changes}, sort_keys=False)
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def workload(arms: int, births: int) -> Workload:
    """W1 as the engine runs it."""
    with tempfile.TemporaryDirectory() as folder:
        return read_workload(FOLDER, arm_files(Path(folder), arms), births, PROFILE, ("decile",))


def w1(arms: int = 2, births: int = 1_000_000) -> Packed:
    """W1 as a packed program: counted by profile of all six variables, deaths told apart by decile."""
    return workload(arms, births).packed


def measure(births: int, arms: int, threads: int, seed: int, rounds: int = ROUNDS) -> dict[str, Any]:
    """Every figure of one run: nanoseconds a birth for all arms together, medians, tables known beforehand."""
    engine, w = workload(arms, births), parameters()
    worlds, few = exact.multipliers(w, arms), min(births, NUMPY_BIRTHS)
    timed: dict[str, Callable[[], object]] = {
        "expected": lambda: engine.expected(seed, threads=threads),
        "counted": lambda: engine.counted(seed, threads=threads),
        "realised": lambda: engine.realised(seed, threads=threads),
        "exact": engine.exact,
        "numpy": lambda: numpy_w1.deaths(w, few, arms, seed),
        "numpy_chunked": lambda: numpy_w1.deaths(w, few, arms, seed, numpy_w1.CHUNK),
        "one_block": lambda: words(births, 1, seed),
        "two_blocks": lambda: words(births, 2, seed),
    }
    if compiled.compiler():
        c = compiled.W1(w, worlds, seed)
        timed |= {
            "c_full": lambda: c.deaths_in_full(births),
            "c_blocks": lambda: c.deaths_in_blocks(births),
            "c_profiles": lambda: c.profiles(births),
            "c_thinned": lambda: c.deaths_thinned(births),
            "c_one_block": lambda: c.words(births, 1),
            "c_two_blocks": lambda: c.words(births, 2),
        }
    taken = in_turn(timed, rounds)
    sizes = {name: few if name.startswith("numpy") else births for name in NAMES}
    ns = {name: taken[name].ns(n) if name in taken else None for name, n in sizes.items()}
    return {
        **{f"{name}_ns": ns[name] for name in MAIN},
        "deaths": engine.realised(seed).reshape(arms, 10, 4, 3).tolist(),
        "expected": exact.expected_deaths(w, births, worlds).tolist(),
        "births": births,
        "seed": seed,
        "arms": arms,
        "threads": threads,
        "rounds": rounds,
        "numpy_births": few,
        "pass_share": engine.pass_share(seed),
        "exact_ms": 1e3 * taken["exact"].median,
        "precision": precision(engine, taken["expected"].median / births, taken["realised"].median / births),
        **{f"{name}_ns": ns[name] for name in NAMES if name not in MAIN},
        "spread_ns": {name: taken[name].spread(n) for name, n in sizes.items() if name in taken},
    }


def precision(engine: Workload, expected: float, realised: float) -> dict[str, float | None]:
    """How many times the precision a second of realised deaths the expected ones have, in all and averted.

    ``expected`` and ``realised`` are seconds a birth. Precision a second is one over variance times seconds. The
    variance is that between replicates, each of births of its own (another draw number, the same tables); a ratio
    of two of them has a relative standard error of 2 / sqrt(replicates - 1), a tenth here. In all: deaths in the
    first arm; averted: those less the deaths in the last arm.
    """
    small = Workload(engine.program, engine.arms, REPLICATE_BIRTHS, engine.profile, engine.deaths_by)
    variance = {}
    for name, estimate in (("expected", small.expected), ("realised", small.realised)):
        every = [
            np.reshape(estimate(1, draw=r), (len(small.arms), -1)).sum(axis=1) for r in range(REPLICATES)
        ]
        deaths = np.array(every)
        variance[name] = deaths[:, 0].var(ddof=1), (deaths[:, 0] - deaths[:, -1]).var(ddof=1)
    several = len(small.arms) > 1
    total, averted = (
        float(there / here * realised / expected) if several or i == 0 else None
        for i, (here, there) in enumerate(zip(variance["expected"], variance["realised"], strict=True))
    )
    return {"total": total, "averted": averted}


def rows(figures: dict[str, Any] | None = None) -> Iterator[Row]:
    """Figures of a run, the usual one if none is given, as rows of a table."""
    found = figures or measure(1_000_000, 2, 1, 1)

    def row(
        births: int, what: str, *figure: float, unit: str = "ns a birth", passes: float | None = None
    ) -> Row:
        low, high = figure[1:] or figure * 2
        size = len(PROFILE), found["arms"], births, found["threads"]
        return Row("w1", "W1", *size, what, figure[0], low, high, unit, passes)

    for name, what in NAMES.items():
        if found[f"{name}_ns"] is not None:
            births = found["numpy_births"] if name.startswith("numpy") else found["births"]
            passes = found["pass_share"] if name == "realised" else None
            yield row(births, what, found[f"{name}_ns"], *found["spread_ns"][name], passes=passes)
    yield row(0, "engine: exact, every arm", found["exact_ms"], unit="ms")
    for name, value in found["precision"].items():
        if value is not None:
            yield row(found["births"], f"precision a second, expected: {name}", value, unit="x realised")


def goals(of: Sequence[Row]) -> Iterator[Goal]:
    """What W1's figures should reach."""
    figure = {row.what: row.median for row in of}

    def over(above: str, below: str) -> float | None:
        a, b = (figure.get(NAMES[name]) for name in (above, below))
        return None if a is None or b is None else a / b

    yield Goal("counted: times as fast as NumPy in chunks", over("numpy_chunked", "counted"), ">=", 40)
    yield Goal("counted: over C in full", over("counted", "c_full"), "<=", 0.6)
    yield Goal("realised: times as fast as NumPy in chunks", over("numpy_chunked", "realised"), ">=", 150)
    yield Goal("realised: over C realised and screened", over("realised", "c_thinned"), "<=", 1.0)
    for name, aim in (("total", 1000), ("averted", 2000)):
        what = f"precision a second, expected: {name}"
        yield Goal(f"{what}, times realised", figure.get(what), ">=", aim)
    yield Goal("exact: ms for both arms", figure["engine: exact, every arm"], "<=", 2)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.w1",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--births", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--arms", type=int, default=2, metavar="N", help="from the baseline to the scenario")
    parser.add_argument(
        "--threads", type=int, default=1, metavar="N", help="of the engine; NumPy and C have one"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, metavar="N", help=f"at least 5; {ROUNDS} if not given"
    )
    parser.add_argument("--json", action="store_true", help="JSON on standard output, and nothing else there")
    asked = parser.parse_args(arguments)
    most = compiled.MOST_ARMS
    if not (
        0 < asked.births < 2**32 and 1 <= asked.arms <= most and asked.threads >= 1 and asked.rounds >= 5
    ):
        parser.error(f"births from 1 to 2**32 - 1, arms from 1 to {most}, threads from 1, rounds from 5")
    figures = measure(asked.births, asked.arms, asked.threads, asked.seed, asked.rounds)
    if asked.json:
        print(json.dumps(figures))
    else:
        found = list(rows(figures))
        print(as_text(found, list(goals(found))), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
