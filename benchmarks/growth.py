"""How cost grows: with births, arms, variables and threads, and peak memory with births."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from benchmarks.models import invented
from benchmarks.rows import Goal, Row, in_ns
from benchmarks.timing import Seconds, in_turn, peak_mb, ratio
from benchmarks.w1 import PROFILE, workload
from benchmarks.workload import Workload

SEED = 1
BIRTHS = (100_000, 1_000_000, 10_000_000, 100_000_000)
ARMS = (1, 2, 5, 10, 20)
VARIABLES = (6, 12, 18, 24)
GREATEST = (1.2, 1.5, 2.5)
"""The greatest hazard ratio of every variable of an invented model: the more, the more births pass the screen."""
USUAL_BIRTHS, MANY_BIRTHS = 1_000_000, 10_000_000
ROUNDS, FEW_ROUNDS = 7, 5
BOTH = ("counted", "realised")


def _timed(loads: dict[str, Workload], rounds: int, threads: int = 1) -> dict[tuple[str, str], Seconds]:
    """Counted and realised of every workload, all in turn."""

    def call(load: Workload, what: str) -> Callable[[], object]:
        return lambda: getattr(load, what)(SEED, threads=threads)

    functions = {f"{name}/{what}": call(load, what) for name, load in loads.items() for what in BOTH}
    taken = in_turn(functions, rounds)
    return {(name, what): taken[f"{name}/{what}"] for name in loads for what in BOTH}


def by_births() -> Iterator[Row]:
    """W1 of more and more births; the ratio is to a million of them, each a birth."""
    loads = {str(n): workload(2, n) for n in BIRTHS}
    short = _timed({name: load for name, load in loads.items() if load.births < MANY_BIRTHS}, ROUNDS)
    taken = short | _timed({n: load for n, load in loads.items() if load.births >= MANY_BIRTHS}, FEW_ROUNDS)
    for name, load in loads.items():
        for what in BOTH:
            mine, usual = taken[name, what], taken[str(USUAL_BIRTHS), what]
            by_birth = mine.ns(load.births) / usual.ns(USUAL_BIRTHS)
            yield _row("births", "W1", load, what, mine, by_birth, "to 1,000,000 births")


def by_arms() -> Iterator[Row]:
    """W1 in more and more arms; the ratio is to one of them."""
    loads = {str(n): workload(n, USUAL_BIRTHS) for n in ARMS}
    taken = _timed(loads, ROUNDS)
    for name, load in loads.items():
        for what in BOTH:
            over = ratio(taken[name, what], taken["1", what])
            yield _row("arms", "W1", load, what, taken[name, what], over, "to one arm")


def by_variables(variables: Sequence[int] = VARIABLES, births: int = USUAL_BIRTHS) -> Iterator[Row]:
    """Invented models of more and more variables; the ratio is of realised to counted, or to the smallest model."""
    loads: dict[str, Workload] = {}
    for greatest in GREATEST:
        for n in variables:
            model = invented.model(n, greatest)
            for arms in (1, 2):
                loads[f"{n} {greatest} {arms}"] = Workload.of(
                    model, invented.arms(arms), births, invented.profile(model)
                )
    taken = _timed(loads, FEW_ROUNDS)
    for name, load in loads.items():
        of = f"invented, ratios to {name.split()[1]}"
        smallest = f"{variables[0]} {name.split(maxsplit=1)[1]}"
        counted, realised = (taken[name, what] for what in BOTH)
        to_smallest = ratio(counted, taken[smallest, "counted"])
        yield _row("variables", of, load, "counted", counted, to_smallest, f"to {variables[0]} variables")
        yield _row("variables", of, load, "realised", realised, ratio(realised, counted), "to counted")


def by_threads(births: int = MANY_BIRTHS) -> Iterator[Row]:
    """W1 on one thread and on two, whose counts must be the same; the ratio is of one to two."""
    load = workload(2, births)
    functions = {
        f"{what} {threads}": (lambda what=what, threads=threads: getattr(load, what)(SEED, threads=threads))
        for what in BOTH
        for threads in (1, 2)
    }
    taken = in_turn(functions, FEW_ROUNDS)
    for what in BOTH:
        if not np.array_equal(functions[f"{what} 1"](), functions[f"{what} 2"]()):
            raise AssertionError(f"{what}: two threads give other counts than one")
        for threads in (1, 2):
            mine = taken[f"{what} {threads}"]
            faster = ratio(taken[f"{what} 1"], mine)
            yield _row("threads", "W1", load, what, mine, faster, "times as fast as one", threads)


def by_memory() -> Iterator[Row]:
    """Peak memory of a process that counts, or realises, once; the ratio is to the fewest births."""
    for what in BOTH:
        first = None
        for births in (BIRTHS[0], BIRTHS[-1]):
            peaks = sorted(peak_mb("benchmarks.growth", what, births) for _ in range(3))
            first = first or peaks[1]
            yield Row(
                "memory", "W1", len(PROFILE), 2, births, 1, what, peaks[1], peaks[0], peaks[-1], "MB at peak",
                ratio=peaks[1] / first, ratio_to=f"to {BIRTHS[0]:,} births",
            )  # fmt: skip


def _row(
    about: str, name: str, load: Workload, what: str, taken: Seconds, over: float, to: str, threads: int = 1
) -> Row:
    """Variables are the model's own: steps of policies come on top, two for each further arm that has them."""
    passes = load.pass_share(SEED) if what == "realised" and load.births <= MANY_BIRTHS else None
    return Row(
        about, name, len(load.program.network.nodes), len(load.arms), load.births, threads, what,
        *in_ns(taken, load.births), pass_share=passes, ratio=over, ratio_to=to,
    )  # fmt: skip


def goals(rows: Sequence[Row]) -> Iterator[Goal]:
    """What growth should be."""

    def ns(about: str, what: str, **where: int | str) -> float:
        return next(r.median for r in rows if (r.about, r.what) == (about, what) and _at(r, where))

    for what in BOTH:
        most = max(
            r.ratio or 0.0 for r in rows if (r.about, r.what) == ("births", what) and r.births > USUAL_BIRTHS
        )
        yield Goal(f"{what}: a birth of many millions over one of a million", most, "<=", 1.1)
    one = ns("arms", "counted", arms=1)
    for n in ARMS[1:]:
        further = (ns("arms", "counted", arms=n) - one) / (n - 1)
        yield Goal(f"counted: ns of a further arm, {n} arms", further, "<=", 3)
    ten = ns("arms", "realised", arms=10) / ns("arms", "realised", arms=1)
    yield Goal("realised: ten arms over one", ten, "<=", 1.5)
    for greatest in GREATEST:
        name = f"invented, ratios to {greatest}"
        fewest, most_variables = (
            ns("variables", "counted", workload=name, arms=1, variables=n)
            for n in (VARIABLES[0], VARIABLES[-1])
        )
        yield Goal(
            f"counted: ns of a further variable, one arm, ratios to {greatest}",
            (most_variables - fewest) / (VARIABLES[-1] - VARIABLES[0]), "<=", 2,
        )  # fmt: skip
        dearest = max(r.ratio or 0.0 for r in rows if r.workload == name and r.what == "realised")
        yield Goal(f"realised over counted at most, ratios to {greatest}", dearest, "<=", 1.5)
    for what in BOTH:
        faster = next(r.ratio for r in rows if (r.about, r.what, r.threads) == ("threads", what, 2))
        yield Goal(f"{what}: two threads over one, 10 million births", faster, ">=", 1.8)
    for what in BOTH:
        few, many = (ns("memory", what, births=n) for n in (BIRTHS[0], BIRTHS[-1]))
        yield Goal(f"{what}: MB more for a thousand times the births", many - few, "<=", 5)


def _at(row: Row, where: dict[str, int | str]) -> bool:
    return all(getattr(row, name) == value for name, value in where.items())


if __name__ == "__main__":
    # one call in a process of its own, for its peak memory
    getattr(workload(2, int(sys.argv[2])), sys.argv[1])(SEED)
