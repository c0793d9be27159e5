"""Monte Carlo errors are honest: thousands of runs, and draws of few births.

Where births are few, their sums are skewed: a sum that falls short tells a smaller error, so that scores have a mean
below zero though nothing is wrong. There the distance from the truth must be zero on average, and its square that of
the error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from tests.chance import z_of_t
from tests.studies.claims import Claim, no_gap, standard_normal
from tests.studies.rounds import progress, shared_out
from tests.test_standard_errors import FREEDOM, QUANTITIES, Study, gaps_and_errors, study

Sizes = Mapping[str, tuple[int, int]]
"""Draws and seeds."""
MANY: Sizes = {
    "england, expected": (500, 192),
    "england, realised": (500, 24),
    "harbour, expected": (1000, 48),
    "harbour, realised": (1000, 24),
}
FEW: Sizes = {"england, expected": (500, 32), "harbour, expected": (1000, 16)}
BIRTHS = (100, 1000)
"""Of a draw: so few that slices cannot share them out evenly."""
ROUND = 200


def claims(seed: int, many: Sizes = MANY, few: Sizes = FEW) -> Iterator[Claim]:
    for name, size in many.items():
        gaps, told = all_runs(name, study(name, *size), seed)
        for quantity, t in zip(QUANTITIES, gaps / told, strict=True):
            yield standard_normal(f"{name}, {quantity}", z_of_t(t, FREEDOM))
    for name, size in few.items():
        for births in BIRTHS:
            what = f"{name}, {births:,} births a draw"
            runs = all_runs(what, study(name, *size)._replace(births=births), seed)
            for quantity, gap, error in zip(QUANTITIES, *runs, strict=True):
                yield from of_few(f"{what}, {quantity}", gap, error)


def all_runs(name: str, asked: Study, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Distances from the truth and errors told: ``float64[quantities, runs]`` each."""
    rounds = progress(shared_out(asked.draws, ROUND), -(-asked.draws.size // ROUND), name)
    parts = [gaps_and_errors(asked._replace(draws=draws, first_seed=1000 * seed)) for draws in rounds]
    gaps, told = (np.concatenate(each, axis=1) for each in zip(*parts, strict=True))
    return gaps, told


def of_few(what: str, gap: np.ndarray, error: np.ndarray) -> Iterator[Claim]:
    """Mean and mean square, judged by their own spread over runs."""
    for kind, off, unit in (
        ("distance from the truth", gap, np.sqrt(np.mean(error**2))),
        ("square of the error", gap**2 - error**2, np.mean(error**2)),
    ):
        one = off.std(ddof=1) / np.sqrt(off.size)
        yield no_gap(f"{what}, {kind}", float(off.mean() / one), float(one / unit), "a run's")
