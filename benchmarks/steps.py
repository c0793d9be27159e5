"""Each step of the loops over births by itself, on one block of W1 that lies in the cache: ``make bench-steps``.

A round does a step a thousand times on a thousand births: a million in all, so that a column in milliseconds reads as
nanoseconds a birth. Steps follow one another in the loops, and what a processor does of one while it waits for another
is seen in whole runs only (``make bench``); here one sees which step a change has moved.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numba import njit
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.w1 import workload
from simcore.kernels.apart import narrow, pick, set_apart, take_words
from simcore.kernels.cohort import BLOCK, fill_given, make_room, strata_of
from simcore.kernels.levels import THRESHOLDS, LookUps, fill_blocks, fill_row, work_out
from simcore.kernels.profiles import _move, _tally, counting_of
from simcore.kernels.realise import _judge, _make_bench, _move_deaths
from simcore.kernels.rng import fill_word, fill_words
from simcore.kernels.sift import gather, sift

N = TIMES = 1000
BIRTHS = 100_000
SEED, DRAW = np.uint64(4), 0
"""Five of these births die in one arm, four in the other."""
Step = tuple[Callable[..., Any], tuple[Any, ...]]


@njit(nogil=True)
def again(step, times, arguments):
    """A step over and over: calling one from Python takes longer than many a step."""
    for _ in range(times):
        step(*arguments)


def alone(look_ups: LookUps, levels: int) -> np.ndarray:
    """The look-up of arm 0 of a variable with so many levels."""
    at = np.flatnonzero(look_ups.first[:, THRESHOLDS] == levels - 1)[0]
    return look_ups.first[at : at + 1].copy()


def steps() -> dict[str, Step]:
    """Steps by name, each with arguments as it finds them in the loop; what comes before it has been done."""
    load = workload(2, BIRTHS)
    packed, dying, counting = load.packed, load.dying, counting_of(load.packed)
    _, key, levels_of, slices = strata_of(packed)
    look_ups, suspects, clocks, sieve = dying.look_ups, dying.suspects, dying.clocks, dying.sieve
    tables = look_ups.reads, look_ups.thresholds, look_ups.guide
    here, apart = (make_room(look_ups.blocks.size, look_ups.n_columns) for _ in range(2))
    who = here.k, here.key
    here.k[:N], here.key[:N], here.stratum[:N] = np.arange(N), key[0], 0
    fill_given(levels_of, slices, *who, here.stratum, N, here.levels)
    fill_blocks(look_ups.blocks, look_ups.lanes, 0, look_ups.n_first_blocks, *who, N, DRAW, SEED, here.words)
    mine = *tables, True, N, here.words, here.row, here.levels
    work_out(look_ups.first, *mine)

    # the screen
    words, limit, passes = (
        np.empty(shape, kind)
        for shape, kind in (((sieve.blocks.size, 4, BLOCK), "u4"), (BLOCK, "u4"), (2 * BLOCK, "u1"))
    )
    for b, number in enumerate(sieve.blocks):
        fill_words(*who, N, number, DRAW, SEED, b, words)
    flags, passing = np.empty(BLOCK, np.uint8), np.empty(BLOCK, np.int64)
    screen = sieve.slot, sieve.lane, sieve.used, sieve.edges, sieve.limits
    same_memory = words.view(np.uint16), limit, limit.view(np.uint16), passes, passes.view(np.uint16)
    sifted = *screen, N, words, *same_memory, flags
    sift(*sifted)

    # births that can differ between the arms
    at_first, narrower, suspected = (np.empty(BLOCK, kind) for kind in (np.uint32, np.uint32, np.uint8))
    first_asked = suspects.rows, suspects.differs, suspects.words, suspects.bounds, suspects.reads
    picked = *first_asked, N, here.words, here.levels, here.row, suspected, at_first
    m = pick(*picked)
    chosen = at_first.copy()
    set_apart(chosen, m, suspects.asked, suspects.asked_words, here, apart)
    further = look_ups.blocks, look_ups.lanes, look_ups.n_first_blocks, look_ups.blocks.size
    fill_blocks(*further, apart.k, apart.key, m, DRAW, SEED, apart.words)
    m = narrow(
        suspects.rows_again, suspects.differs, suspects.words_again, suspects.bounds, suspects.reads, m,
        suspects.carried, suspects.carried_words, suspects.drawn_words, here, apart, suspected, narrower, chosen,
    )  # fmt: skip
    theirs = *tables, True, m, apart.words, apart.row, apart.levels
    work_out(look_ups.further, *theirs)

    # clocks of both arms, of births as they come: behind the screen there are few, and they are the likelier to die
    bench, other = (_make_bench(clocks.high_blocks.size, clocks.factors_of.shape[1]) for _ in range(2))
    for b, number in enumerate(clocks.high_blocks):
        fill_words(*who, N, number, DRAW, SEED, b, bench.high)
    take_words(chosen, m, clocks.halves, bench.high, other.high)
    judged = clocks, 0, N, DRAW, SEED, here, bench
    _judge(*judged)
    _judge(clocks, 1, m, DRAW, SEED, apart, other)
    deaths = np.zeros((2, packed.n_cells, packed.deaths.n_causes, packed.deaths.n_bands), np.int64)
    moved = dying.cells, dying.reads, 1, chosen, m, here.levels, bench.fate, apart.levels, other.fate, deaths

    # profiles
    profile, after = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint32)
    (begin, end), (begin_1, end_1) = counting.outputs.tolist()
    indexed = counting.reads, begin, end, 0, N, here.levels, profile
    fill_row(*indexed)
    fill_row(counting.reads, begin_1, end_1, 0, m, apart.levels, after)
    counts = np.zeros((2, packed.n_profiles), np.int64)
    return {
        "random numbers, one block": (fill_words, (*who, N, 0, DRAW, SEED, 0, here.words)),
        "random numbers, one word of a block": (fill_word, (*who, N, 0, 2, DRAW, SEED, 0, here.words)),
        "look-up of two levels": (work_out, (alone(look_ups, 2), *mine)),
        "look-up of ten levels, one row for all": (work_out, (alone(look_ups, 10), *mine)),
        "look-up of five levels, by a guide": (work_out, (alone(look_ups, 5), *mine)),
        "sift": (sift, sifted),
        "gather": (gather, (flags, N, passing, narrower)),
        "pick those who can differ": (pick, picked),
        "judge clocks": (_judge, judged),
        "move deaths of another arm": (_move_deaths, moved),
        "profile index": (fill_row, indexed),
        "tally of profiles": (_tally, (profile, N, counts)),
        "move profiles of another arm": (_move, (profile, chosen, after, m, 1, counts)),
    }


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    found = steps()
    metafunc.parametrize(("step", "arguments"), list(found.values()), ids=list(found))


def test_step(step: Callable[..., Any], arguments: tuple[Any, ...], benchmark: BenchmarkFixture) -> None:
    if benchmark.disabled:  # once, to see that it can be called
        benchmark(step, *arguments)
    else:
        again(step, 1, arguments)  # compiled outside the clock
        benchmark.pedantic(again, args=(step, TIMES, arguments), rounds=50, warmup_rounds=2)
