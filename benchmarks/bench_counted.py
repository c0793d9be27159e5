"""Counting profiles on W1: what a birth costs, what a further arm costs, what a second thread gives.

Goals on one core: 25 ns a birth for one arm, 6 ns for each further arm; second thread at least 1.8 times.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from benchmarks.numpy_w1 import count_profiles_numpy
from benchmarks.w1 import w1
from simcore.fanout import count_profiles_threaded
from simcore.kernels.profiles import count_profiles, evaluate_births

BIRTHS = 1_000_000

Medians = Callable[..., list[float]]


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """Compile before any clock starts."""
    count_profiles(w1(2, 2000), 1, 0)
    evaluate_births(w1(2, 2000), 1, 0)


@pytest.mark.parametrize("arms", [1, 2, 6, 10], ids="{} arms".format)
def test_counting_profiles(benchmark: Any, medians: Medians, arms: int) -> None:
    one, many = w1(1, BIRTHS), w1(arms, BIRTHS)
    first, all_arms = medians(lambda: count_profiles(one, 1, 0), lambda: count_profiles(many, 1, 0))
    assert (count_profiles(many, 1, 0).sum(axis=1) == BIRTHS).all()
    benchmark.extra_info["ns a birth"] = round(1e9 * all_arms / BIRTHS, 2)
    if arms > 1:
        benchmark.extra_info["ns each further arm"] = round(1e9 * (all_arms - first) / BIRTHS / (arms - 1), 2)


def test_a_second_thread(benchmark: Any, medians: Medians) -> None:
    births = 10_000_000 if benchmark.enabled else 100_000
    packed = w1(2, births)
    one, two = medians(
        lambda: count_profiles_threaded(packed, 1, 0, threads=1),
        lambda: count_profiles_threaded(packed, 1, 0, threads=2),
        rounds=5,
    )
    cpu = [time.process_time()]
    for threads in (1, 2):
        count_profiles_threaded(packed, 1, 0, threads=threads)
        cpu.append(time.process_time())
    benchmark.extra_info["times as fast"] = round(one / two, 2)
    # about 1 where threads do not hinder each other, also on a machine with other work
    benchmark.extra_info["CPU time, two threads over one"] = round((cpu[2] - cpu[1]) / (cpu[1] - cpu[0]), 2)
    benchmark.extra_info["ns a birth"] = round(1e9 * two / births, 2)


def test_against_numpy_in_chunks(benchmark: Any, medians: Medians) -> None:
    packed = w1(2, 200_000)
    other, ours = medians(
        lambda: count_profiles_numpy(packed, 1), lambda: count_profiles(packed, 1, 0), rounds=5
    )
    a, b = count_profiles_numpy(packed, 1), count_profiles(packed, 1, 0)
    often = a > 100
    assert (np.abs(a - b)[often] < 6 * np.sqrt(2 * a[often])).all()  # the same work, other luck
    benchmark.extra_info["times as fast as NumPy"] = round(other / ours, 1)


@pytest.mark.parametrize("births", [1, 10_000, 100_000], ids="{:,} births".format)
def test_a_small_call(benchmark: Any, medians: Medians, births: int) -> None:
    packed = w1(2, births)
    (seconds,) = medians(lambda: count_profiles(packed, 1, 0), rounds=25)
    benchmark.extra_info["microseconds a call"] = round(1e6 * seconds, 1)


def test_a_table_of_births(benchmark: Any, medians: Medians) -> None:
    packed = w1(2, 100_000)
    (seconds,) = medians(lambda: evaluate_births(packed, 1, 0))
    benchmark.extra_info["ns a birth"] = round(1e9 * seconds / 100_000, 2)
