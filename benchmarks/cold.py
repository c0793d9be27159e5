"""What is paid before the first birth: tables of a draw, a kernel's first call in a new process, all compiled anew."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import cycle

import numpy as np

from benchmarks.rows import Goal, Row
from benchmarks.timing import ROOT, Seconds, in_turn, ratio
from scenarios.compare import variants_of
from scenarios.interventions import arms_of
from scenarios.question import ask
from simcore.block_births import pack_drawn
from simcore.draws import DrawBlock
from simcore.kernels.packed import Packed
from simcore.pack import Plans, apportion
from simcore.program import Compiler
from simcore.run import BLOCK, MakeArms, Settings, simulate
from simcore.solved import read_draws
from simcore.worlds import lay_arm

DRAWS, DRAWS_OF_RUN, BIRTHS = 200, 80, 100_000
YEARS = range(2025, 2035)
ROUNDS = 9

FIRST_CALL = """
from simcore.kernels.{module} import {kernel}
from tests.worlds import random_world
{kernel}(random_world(0), 1, 0)
"""


@dataclass
class Compilation:
    """What a run does before any birth is drawn: one structure's tables, all arms laid over them, thresholds."""

    compiler: Compiler
    draws: DrawBlock
    make_arms: MakeArms
    plans: Plans = field(default_factory=Plans)

    @cached_property
    def simulated(self) -> np.ndarray:
        return apportion(self.compiler.births, BIRTHS)

    def block(self, first: int, size: int) -> list[Packed]:
        """The packed programs of every draw of a block."""
        draws = self.draws.rows(slice(first, first + size))
        program = self.compiler.compile(draws)
        worlds = [lay_arm(program, arm) for arm in self.make_arms(program, draws)]
        # arms that change nothing before the cut are drawn together
        drawn = {tuple(node.name for node in world.network.nodes[: world.cut]): world for world in worlds}
        packed = []
        for before, world in drawn.items():
            packer = pack_drawn(world, before, self.simulated)
            plan = self.plans.of(packer)
            packed += [packer.of_draw(plan, draw) for draw in range(size)]
        return packed


def england() -> tuple[list[Compilation], int]:
    """Every structure that stands beside the headline, with the shipped scenarios; and how many these are."""
    question = ask([ROOT / "scenarios" / "library"], years=YEARS)
    chosen = {structure.label: structure for structure in variants_of(question).values()}
    found = [
        Compilation(
            Compiler(question.model, structure, question.years),
            read_draws(question.model, structure, DRAWS),
            arms_of(question.scenarios),
        )
        for structure in chosen.values()
    ]
    return found, len(question.scenarios)


def by_tables() -> Iterator[Row]:
    """All arms and all structures of England, in blocks as they are run and draw by draw; then a second thread."""
    structures, arms = england()
    size = "England", len(structures[0].compiler.model.spec.variables), arms, BIRTHS
    for block in (BLOCK, 1):
        compile_next = partial(_compile_next, structures, cycle(range(0, DRAWS, block)), block)
        wall = in_turn({"tables": compile_next}, ROUNDS)["tables"]
        cpu = Seconds(tuple(_cpu_seconds(compile_next) for _ in range(ROUNDS * BLOCK // block)))
        for what, taken in ((_tables(block), wall), (f"{_tables(block)}, CPU time", cpu)):
            yield Row("cold", *size, 1, what, *_figures(taken, 1e3 / block), "ms a draw")

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)  # as the command line does
    every = [(structure, first) for first in range(0, DRAWS, BLOCK) for structure in structures]
    alone = in_turn({str(n): partial(_compile_on, every, n) for n in (1, 2)}, ROUNDS)
    whole = in_turn({str(n): partial(_run_on, structures[0], n) for n in (1, 2)}, ROUNDS)
    sys.setswitchinterval(before)
    for what, taken, draws in ((_tables(BLOCK), alone, DRAWS), ("a run, one structure", whole, DRAWS_OF_RUN)):
        yield Row(
            "cold", *size, 2, what, *_figures(taken["2"], 1e3 / draws), "ms a draw",
            ratio=ratio(taken["1"], taken["2"]), ratio_to="times one thread",
        )  # fmt: skip


def _compile_on(every: Sequence[tuple[Compilation, int]], threads: int) -> None:
    """Tables alone, each thread on a processor of its own.

    Threads that hand over the interpreter as often as this are otherwise kept on one processor by the scheduler.
    """
    processors = cycle(sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_setaffinity") else [])

    def settle() -> None:
        for processor in processors:
            os.sched_setaffinity(threading.get_native_id(), {processor})
            break

    with ThreadPoolExecutor(threads, initializer=settle) as pool:
        list(pool.map(lambda block: block[0].block(block[1], BLOCK), every))


def _run_on(structure: Compilation, threads: int) -> None:
    """Tables, births and sums, as a comparison runs them."""
    compiler = structure.compiler
    draws = structure.draws.rows(slice(0, DRAWS_OF_RUN))
    settings = Settings(births=BIRTHS, threads=threads)
    asked = compiler.model, compiler.structure, draws, structure.make_arms, YEARS, settings
    for _ in simulate(*asked):
        pass


def _tables(block: int) -> str:
    return f"tables, all structures, {block} a block"


def _compile_next(structures: Sequence[Compilation], places: Iterator[int], block: int) -> None:
    first = next(places)
    for structure in structures:
        structure.block(first, block)


def by_new_process() -> Iterator[Row]:
    """A first call from the cache, from the start of Python to its end; an empty cache filled, and found full."""
    for module, kernel in (("profiles", "count_profiles"), ("deaths", "count_deaths")):
        script = FIRST_CALL.format(module=module, kernel=kernel)
        taken = in_turn(
            {"first": partial(spent_on, "-c", script), "numba": partial(spent_on, "-c", "import numba")},
            ROUNDS,
        )
        yield Row(
            "cold", "small world", 5, 3, 2800, 1, f"first {kernel}", *_figures(taken["first"], 1.0), "s",
            ratio=ratio(taken["first"], taken["numba"]), ratio_to="to importing numba",
        )  # fmt: skip
    with tempfile.TemporaryDirectory() as cache:
        cold, again = (spent_on("-m", "simcore.cli", "warm", cache=cache) for _ in range(2))
    for what, number in (("everything compiled", 0), ("everything compiled, CPU time", 1)):
        figures = _figures(Seconds((cold[number],)), 1.0)
        full = {"ratio": cold[number] / again[number], "ratio_to": "to a full cache"}
        yield Row("cold", "no births", 0, 0, 0, 1, what, *figures, "s", **full)


def spent_on(*arguments: str, cache: str | None = None) -> tuple[float, float]:
    """Seconds, and seconds of CPU time, of a Python process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    if cache is not None:
        environment["NUMBA_CACHE_DIR"] = cache
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, *arguments], env=environment, check=True, capture_output=True)
    seconds, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _cpu_seconds(function: Callable[[], object]) -> float:
    begin = time.thread_time()
    function()
    return time.thread_time() - begin


def _figures(taken: Seconds, scale: float) -> tuple[float, float, float]:
    """Median, fastest and slowest."""
    return scale * taken.median, scale * min(taken.taken), scale * max(taken.taken)


def goals(rows: Sequence[Row]) -> Iterator[Goal]:
    """CPU time where there is one thread: a machine with other work says little of anything else."""
    of_one = {row.what: row for row in rows if row.threads == 1}
    tables = of_one[f"{_tables(BLOCK)}, CPU time"].median
    yield Goal("cold: tables of a draw, all arms and structures, ms of CPU time", tables, "<=", 3)
    of_two = {row.what: row.ratio for row in rows if row.threads == 2}
    yield Goal(
        "cold: tables alone on two threads, times as fast as on one", of_two[_tables(BLOCK)], ">=", 1.4
    )
    yield Goal(
        "cold: a run on two threads, times as fast as on one", of_two["a run, one structure"], ">=", 1.7
    )
    for kernel in ("count_profiles", "count_deaths"):
        first = of_one[f"first {kernel}"].median
        yield Goal(f"cold: first {kernel} of a new process, s", first, "<=", 0.6)
    yield Goal("cold: everything compiled, s", of_one["everything compiled"].median, "<=", 60)
