"""W1 in idiomatic NumPy: whole columns of births, logits and softmax worked out for each, boolean masks.

As an analyst would write it who knows NumPy well: no loop over births, no table of integers, every array reused
where that is natural. All arms read the same random numbers, NumPy's Philox.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.reference.exact import multipliers

CHUNK = 65_536
"""Births whose columns fit the cache."""


def deaths(w: dict[str, Any], births: int, arms: int, seed: int, chunk: int | None = None) -> np.ndarray:
    """Deaths by arm, decile, cause and band: ``int64[arms, 10, 4, 3]``; ``chunk`` births at a time, or all at once."""
    p = {name: np.array(value) for name, value in w.items() if isinstance(value, list)}
    smoking = {name: np.array(value) for name, value in w["smoking"].items()}
    gestation = {name: np.array(value) for name, value in w["gestation"].items()}
    worlds = multipliers(w, arms)
    rng = np.random.Generator(np.random.Philox(seed))
    counts = np.zeros((arms, 10, 4, 3), np.int64)
    for first in range(0, births, chunk or births):
        n = min(chunk or births, births - first)
        decile = np.searchsorted(np.cumsum(p["decile_p"])[:-1], rng.random(n), side="right")
        age = pick(p["age_p"][decile], rng.random(n))
        obesity = pick(p["obesity_p"][decile], rng.random(n))
        u_poverty, u_smoking, u_gestation = rng.random(n), rng.random(n), rng.random(n)
        clocks = rng.standard_exponential((n, 4))
        logit = smoking["intercept"] + smoking["decile"][decile] + smoking["age"][age]
        score = gestation["intercept"] + gestation["obesity"][obesity] + gestation["age"][age]
        ratio = p["rr_decile"].T[decile] * p["rr_age"].T[age] * p["rr_obesity"].T[obesity]
        for arm, (of_poverty, of_smoking) in enumerate(worlds):
            poor = u_poverty < of_poverty * p["poverty_p"][decile]
            smokes = u_smoking < of_smoking / (1 + np.exp(-(logit + smoking["poverty"] * poor)))
            odds = np.exp(
                score + smokes[:, None] * gestation["smoking"] + poor[:, None] * gestation["poverty"]
            )
            born = pick(odds, u_gestation * odds.sum(axis=1))
            risk = ratio.copy()
            risk[poor] *= p["rr_poverty"]
            risk[smokes] *= p["rr_smoking"]
            count_deaths(p, decile, born, risk, clocks, counts[arm])
    return counts


def pick(p: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Level of each birth, from weights [births, levels] and a number below their sum."""
    return np.asarray((u[:, None] >= np.cumsum(p, axis=1)[:, :-1]).sum(axis=1))


def count_deaths(
    p: dict[str, np.ndarray],
    decile: np.ndarray,
    born: np.ndarray,
    risk: np.ndarray,
    clocks: np.ndarray,
    counts: np.ndarray,
) -> None:
    """Add the deaths of one arm: a clock rings when its hazard has come to its number, the earliest wins."""
    base = p["death_base"].transpose(2, 0, 1)  # [gestation, cause, band]
    rings = clocks < base.sum(axis=-1)[born] * risk
    dying = np.flatnonzero(rings.any(axis=1))
    reached = np.cumsum(base[born[dying]] * risk[dying, :, None], axis=-1)  # [dying, cause, band]
    clock = clocks[dying]
    band = (clock[..., None] >= reached[..., :-1]).sum(axis=-1)
    before = np.concatenate([np.zeros((*clock.shape, 1)), reached[..., :-1]], axis=-1)
    at, after = (np.take_along_axis(a, band[..., None], axis=-1)[..., 0] for a in (before, reached))
    first = p["band_first_day"][band]
    length = p["band_last_day"][band] + 1 - first
    day = np.where(rings[dying], first + length * (clock - at) / (after - at), np.inf)
    cause = day.argmin(axis=1)
    band = np.take_along_axis(band, cause[:, None], axis=1)[:, 0]
    np.add.at(counts, (decile[dying], cause, band), 1)
