"""Realised deaths on W1: four clocks, most births passed over by the screen."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from benchmarks.w1 import w1
from simcore.fanout import count_deaths_threaded
from simcore.kernels.deaths import count_deaths, pass_share
from simcore.kernels.screen import screen_of

BIRTHS = 1_000_000

Medians = Callable[..., list[float]]


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """Compile before any clock starts."""
    count_deaths(w1(2, 2000), 1, 0)


@pytest.mark.parametrize("arms", [1, 2, 6], ids="{} arms".format)
def test_realising_deaths(benchmark: Any, medians: Medians, arms: int) -> None:
    packed = w1(arms, BIRTHS)
    screen = screen_of(packed)
    full, screened = medians(
        lambda: count_deaths(packed, 1, 0, skip=False),
        lambda: count_deaths(packed, 1, 0, screen=screen),
        rounds=5,
    )
    assert np.array_equal(count_deaths(packed, 1, 0), count_deaths(packed, 1, 0, skip=False))
    benchmark.extra_info["ns a birth"] = round(1e9 * screened / BIRTHS, 2)
    benchmark.extra_info["ns a birth, none passed over"] = round(1e9 * full / BIRTHS, 2)
    benchmark.extra_info["% that pass the screen"] = round(100 * pass_share(packed, 1, 0), 2)


def test_the_bound_of_a_new_draw(benchmark: Any, medians: Medians) -> None:
    packed = w1(2)
    (seconds,) = medians(lambda: screen_of(packed))
    benchmark.extra_info["ms"] = round(1e3 * seconds, 2)


def test_a_second_thread(benchmark: Any, medians: Medians) -> None:
    births = 10_000_000 if benchmark.enabled else 100_000
    packed = w1(2, births)
    one, two = medians(
        lambda: count_deaths_threaded(packed, 1, 0, threads=1),
        lambda: count_deaths_threaded(packed, 1, 0, threads=2),
        rounds=5,
    )
    benchmark.extra_info["times as fast"] = round(one / two, 2)
