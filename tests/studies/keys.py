"""Words of neighbouring keys, and halves of words, are independent: 64 times as many pairs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tests.keying import Keying, compiled, steps
from tests.studies.claims import Claim, none_small, uniform
from tests.studies.rounds import progress
from tests.test_keying import RUNS, N, battery, halves_of, p_of_halves

TIMES = 64


def claims(seed: int, keying: Keying = compiled, n: int = N, times: int = TIMES) -> Iterator[Claim]:
    runs = RUNS * times
    found = list(progress(battery(keying, n, runs, seed), 5 * len(steps()), "tests of neighbours"))
    p = np.array([value for *_, value in found])
    step, test, _ = min(found, key=lambda each: each[-1])
    yield none_small("words of neighbouring keys", p, f"{test}, step {tuple(step)}", 4 * n * runs)
    yield uniform("all tests of neighbours together", p)
    many = progress((halves_of(keying, 2, seed * times + i) for i in range(times)), times, "halves")
    halves = np.concatenate(list(many), axis=1)
    # halves meet in many pairs, so that these P-values are not independent: the smallest alone is judged
    p = np.array(p_of_halves(halves))
    yield none_small("halves of words", p, f"test {p.argmin()}", halves.shape[1])
