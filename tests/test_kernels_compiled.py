"""The machine code itself: free of the clock's noise, and quick to fail when the compiler loses its way.

Each check is shown to fail on a kernel that was broken for it.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from types import ModuleType
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from llvmlite.binding import get_host_cpu_features
from numba import njit

from benchmarks import slowed
from benchmarks.slowed import afresh
from simcore.kernels import cohort, deaths, fingerprint, levels, profiles, rng
from simcore.kernels.levels import fill_row
from simcore.kernels.packed import Packed
from tests.machine_code import assembly, references, wide
from tests.worlds import random_world

WIDE = {
    "fill_words": ("vpmuludq", 20, "rng.py"),  # two multiplications a round, ten rounds
    "fill_row": ("vpadd", 1, "levels.py"),
    "_compare_constants": ("vpcmp", 1, "levels.py"),
}
"""Instructions on 256 bits that a loop over births must have, at least how many, and where it is."""
WIDE_IN_THE_SCREEN = {
    "fill_stretch": (
        "vpmuludq",
        19,
        "rng.py",
    ),  # the first round is alike for all, but for one multiplication
    "_fill_limits": ("vpcmp", 3, "sift.py"),  # one an edge
    "_sift_halves": ("vpcmp", 1, "sift.py"),
}
LOOPS: list[tuple[ModuleType, str, dict[str, tuple[str, int, str]]]] = [
    (profiles, "_count", WIDE),
    (profiles, "_levels", WIDE),
    (deaths, "realise", WIDE | WIDE_IN_THE_SCREEN),
]
needs_vectors = pytest.mark.skipif(
    not get_host_cpu_features().get("avx2"),
    reason="NO AVX2: whether kernels are vectorised is not checked on this processor",
)


@pytest.fixture(scope="module")
def world() -> Packed:
    return random_world(0)


@pytest.fixture(scope="module")
def compiled(world: Packed) -> dict[str, Any]:
    """The loops over blocks, with all that they call, compiled anew."""
    again = {name: afresh(getattr(module, name)) for module, name, _ in LOOPS}
    with ExitStack() as replaced:
        for module, name, _ in LOOPS:
            replaced.enter_context(patch.object(module, name, again[name]))
        profiles.count_profiles(world, 1, 0)
        profiles.evaluate_births(world, 1, 0)
        deaths.count_deaths(world, 1, 0)
    return again


def not_wide(kernel: Any, wanted: dict[str, tuple[str, int, str]]) -> list[str]:
    """Loops that have lost their wide instructions."""
    code = assembly(kernel)
    return [
        f"{function} is not vectorised: {found} {kind} where {least} were; see simcore/kernels/{module}"
        for function, (kind, least, module) in wanted.items()
        if (found := wide(code.get(function, ""), kind)) < least
    ]


def counting_references(kernel: Any) -> list[str]:
    """Loops that count references."""
    return [
        f"{function} counts references at {found} places in its loops: is it compiled as a `block_kernel` "
        f"(simcore/kernels/block.py)?"
        for function, found in references(kernel).items()
        if found
    ]


def test_each_kernel_is_compiled_for_one_signature_only(world: Packed) -> None:
    profiles.count_profiles(world, 1, 0)
    other = random_world(3, arms=2, drawn=6)
    locked = other.thresholds.copy()
    locked.flags.writeable = False  # a type of its own to numba, were it let through
    other = replace(other, thresholds=locked)
    profiles.count_profiles(other, 2**63, 2**32 - 1, 3, 1500)
    for kernel in (cohort.locate, levels.work_out, levels.fill_row, profiles._count):
        assert len(kernel.signatures) <= 1  # none where the caller came from the cache with it inside


def test_loops_over_blocks_release_the_interpreter_lock() -> None:
    for module, name, _ in LOOPS:
        assert getattr(module, name).targetoptions["nogil"]
    assert not afresh(profiles._count, nogil=False).targetoptions["nogil"]


# ---- vectors


@needs_vectors
@pytest.mark.parametrize(("module", "name", "wanted"), LOOPS)
def test_loops_over_births_are_vectorised(
    compiled: dict[str, Any], module: ModuleType, name: str, wanted: dict[str, tuple[str, int, str]]
) -> None:
    assert not_wide(compiled[name], wanted) == []


@needs_vectors
def test_a_generator_that_is_not_vectorised_is_caught() -> None:
    slow, words = slowed.slow_words(), np.zeros((1, 4, 16), np.uint32)
    births = np.arange(16, dtype=np.uint32)
    slow(births, births, 16, 3, 1, np.uint64(7), 0, words)
    assert [loop.split()[0] for loop in not_wide(slow, WIDE)] == list(WIDE)  # the others are not even there
    assert not_wide(slow, {"fill_words": WIDE["fill_words"]})[0].startswith("fill_words is not vectorised: ")
    right = np.zeros_like(words)
    rng.fill_words(births, births, 16, 3, 1, np.uint64(7), 0, right)
    assert np.array_equal(words, right)  # slow, and nothing else


@needs_vectors
def test_a_screen_that_is_not_vectorised_is_caught() -> None:
    world = random_world(0)
    slow = slowed.realising(sift=slowed.slow_screen())
    with patch.object(deaths, "realise", slow):
        found = deaths.count_deaths(world, 1, 0)
    (told,) = not_wide(slow, WIDE | WIDE_IN_THE_SCREEN)
    assert told.startswith("_sift_halves is not vectorised: 0 vpcmp") and told.endswith("sift.py")
    assert np.array_equal(found, deaths.count_deaths(world, 1, 0))


# ---- references


@pytest.mark.parametrize("name", ["_count", "_levels", "realise"])
def test_loops_count_no_references(compiled: dict[str, Any], name: str) -> None:
    assert counting_references(compiled[name]) == []


@njit
def fill_row_of_a_slice(reads, first, end, begin, n, levels, row):
    fill_row(reads[first:end], 0, end - first, begin, n, levels, row)


@njit
def fill_row_of_a_tuple(reads, first, end, begin, n, levels, row):
    fill_row_of_both((reads, levels), first, end, begin, n, row)


@njit
def fill_row_of_both(tables, first, end, begin, n, row):
    fill_row(tables[0], first, end, begin, n, tables[1], row)


@pytest.mark.parametrize("way", [fill_row_of_a_slice, fill_row_of_a_tuple])
def test_a_slice_or_a_tuple_in_the_loop_is_caught(world: Packed, way: Any) -> None:
    wanted = world.profile_vars
    look_ups, (n, columns) = levels.look_ups_of(world, wanted), (4, world.n_columns + 1)
    slow = afresh(levels.work_out, fill_row=way)
    slow(
        look_ups.first, look_ups.reads, look_ups.thresholds, look_ups.guide, True, n,
        np.zeros((look_ups.blocks.size, 4, n), np.uint32), np.zeros(n, np.uint32), np.zeros((columns, n), np.uint8),
    )  # fmt: skip
    assert any(told.startswith("work_out counts references") for told in counting_references(slow))


def test_the_fingerprint_names_the_sources() -> None:
    assert fingerprint.source_hash() == fingerprint.source_hash()
    assert len(fingerprint.source_hash()) == 16
