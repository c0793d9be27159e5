"""The machine code itself: free of the clock's noise, and quick to fail when the compiler loses its way."""

from dataclasses import replace

import numpy as np
import pytest
from llvmlite.binding import get_host_cpu_features
from numba import njit

from simcore.kernels import cohort, fingerprint, levels, profiles, rng
from simcore.kernels.packed import Packed
from tests.worlds import random_world


@pytest.fixture(scope="module")
def world() -> Packed:
    world = random_world(0)
    profiles.count_profiles(world, 1, 0)
    return world


def test_each_kernel_is_compiled_for_one_signature_only(world: Packed) -> None:
    other = random_world(3, arms=2, drawn=6)
    locked = other.thresholds.copy()
    locked.flags.writeable = False  # a type of its own to numba, were it let through
    other = replace(other, thresholds=locked)
    profiles.count_profiles(other, 2**63, 2**32 - 1, 3, 1500)
    for kernel in (cohort.locate, levels.work_out, levels.fill_row, profiles._count):
        assert len(kernel.signatures) <= 1  # none where the caller came from the cache with it inside


@pytest.mark.skipif(not get_host_cpu_features().get("avx2"), reason="no vector unit to look for")
def test_the_generator_is_vectorised() -> None:
    afresh = njit(rng.fill_words.py_func)  # code from the cache cannot be looked into
    few = np.zeros(16, np.uint32)
    afresh(few, few, 16, 0, 0, np.uint64(0), 0, np.zeros((1, 4, 16), np.uint32))
    (code,) = afresh.inspect_asm().values()
    wide = [x for x in code.splitlines() if "vpmuludq" in x and ("ymm" in x or "zmm" in x)]
    assert len(wide) >= 20  # two a round, ten rounds


def test_the_fingerprint_names_the_sources() -> None:
    assert fingerprint.source_hash() == fingerprint.source_hash()
    assert len(fingerprint.source_hash()) == 16
