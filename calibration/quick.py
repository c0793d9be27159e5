"""The quick path: draws from a bell around the peak, weighted by how far the posterior differs from it.

The bell is a multivariate t with the curvature of the peak, or a mixture of them where scales are treated apart:
its tails are longer than normal. Where the posterior is not like it, the tail of the weights says so (Vehtari et
al. 2024, Pareto smoothed importance sampling; k-hat).
"""

from __future__ import annotations

import numpy as np

from calibration.bells import Bell, draw, log_density
from calibration.climb import Optimum
from calibration.diagnostics import smoothed
from calibration.evaluate import evaluate
from calibration.fit import Density, Fit, FitError, Tick
from calibration.scales import bells_along
from simcore.network import Array

CHAINS = 4
TRIED = 2
"""Draws tried for each draw kept: few are then taken twice."""


def quick(
    density: Density,
    peak: Optimum,
    draws: int = 4000,
    seed: int = 1,
    *,
    tried: int = TRIED,
    threads: int = 1,
    tick: Tick | None = None,
) -> Fit:
    """Draws from the posterior by importance resampling around its peak.

    Each of the four chains is a batch of its own: `tried` times as many draws from the bell as are kept, weighed
    among themselves, and resampled systematically in the order in which they were drawn. So R-hat compares four
    answers that share no random number, and a draw that is taken twice stands twice in a row, where an effective
    size sees it. The weights' tail is smoothed over all four. Threads change nothing.

    Raises
    ------
    FitError
        When the density is not a number somewhere, or no draw has any weight.
    """
    if draws < CHAINS * 2 or draws % CHAINS:
        raise ValueError(f"draws: a multiple of {CHAINS}, at least {CHAINS * 2}, got {draws}")
    kept = draws // CHAINS
    batch = kept * tried
    bells = bells_along(density, peak, threads) if peak.scales else (Bell(peak.z, peak.whitening),)
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(CHAINS)]
    z = np.concatenate([draw(bells, batch, stream) for stream in streams])
    heights, _ = evaluate(density, z, threads, tick)
    ratios = heights - log_density(bells, z)
    if not np.isfinite(ratios.reshape(CHAINS, batch)).any(axis=1).all():
        raise FitError("no draw around the peak has any weight: the posterior is not where its peak is")
    smooth, khat = smoothed(ratios)
    log_weights = smooth.reshape(CHAINS, batch)
    weights = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
    picked = np.stack(
        [chain * batch + systematic(weights[chain], kept, streams[chain].random()) for chain in range(CHAINS)]
    )
    return Fit(density.names, z[picked], heights[picked], "quick", seed, khat=khat)


def systematic(weights: Array, n: int, start: float) -> np.ndarray:
    """Pick ``n`` by weight, at even steps along their sum, beginning ``start`` of a step in: ``int64[n]``, sorted.

    One whose weight is ``k`` steps long is picked ``k`` times, give or take one: the least that chance can add.

    >>> systematic(np.array([1.0, 2.0, 1.0]), 4, 0.5)
    array([0, 1, 1, 2])
    """
    ends = np.cumsum(weights)
    picked = np.searchsorted(ends, (np.arange(n) + start) * (ends[-1] / n), side="right")
    return np.asarray(np.minimum(picked, np.flatnonzero(weights)[-1]))
