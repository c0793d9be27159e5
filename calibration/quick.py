"""The quick path: draws from a bell around the peak, weighted by how far the posterior differs from it.

The bell is a multivariate t with the curvature of the peak: its tails are longer than those of the posterior, so
that weights are bounded as far as the posterior is nearly normal. Where it is not, the tail of the weights says
so (Vehtari et al. 2024, Pareto smoothed importance sampling; k-hat).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from calibration.fit import Density, Fit, FitError, Tick
from calibration.optimum import Optimum
from simcore.network import Array

CHAINS = 4
TRIED = 4
"""Draws tried for each draw kept: few are then taken twice."""
DEGREES = 30.0
"""Of freedom, of the bell: its tails are longer than normal, and its spread is nearly that of the posterior."""
TOGETHER = 25
"""Draws that a thread weighs before it looks for an interrupt."""


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
    from arviz_stats.base import array_stats

    if draws < CHAINS * 2 or draws % CHAINS:
        raise ValueError(f"draws: a multiple of {CHAINS}, at least {CHAINS * 2}, got {draws}")
    kept = draws // CHAINS
    batch = kept * tried
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(CHAINS)]
    white, log_bell, starts = [], [], []
    for stream in streams:
        normal = stream.standard_normal((batch, len(density.names)))
        stretch = np.sqrt(DEGREES / stream.chisquare(DEGREES, batch))
        white.append(normal * stretch[:, None])
        log_bell.append(_log_bell(white[-1]))
        starts.append(stream.random())
    z = peak.from_white(np.concatenate(white))
    heights = _heights(density, z, threads, tick)
    ratios = heights - peak.value - np.concatenate(log_bell)
    if not np.isfinite(ratios).any():
        raise FitError("no draw around the peak has any weight: the posterior is not where its peak is")
    # the library takes the weights' logarithms with their signs turned
    smoothed, khat = array_stats.psislw(-ratios)
    weights = np.exp(smoothed - smoothed.max()).reshape(CHAINS, batch)
    picked = np.stack(
        [chain * batch + systematic(weights[chain], kept, starts[chain]) for chain in range(CHAINS)]
    )
    return Fit(density.names, z[picked], heights[picked], "quick", seed, khat=float(khat))


def systematic(weights: Array, n: int, start: float) -> np.ndarray:
    """Pick ``n`` by weight, at even steps along their sum, beginning ``start`` of a step in: ``int64[n]``, sorted.

    One whose weight is ``k`` steps long is picked ``k`` times, give or take one: the least that chance can add.

    >>> systematic(np.array([1.0, 2.0, 1.0]), 4, 0.5)
    array([0, 1, 1, 2])
    """
    ends = np.cumsum(weights)
    picked = np.searchsorted(ends, (np.arange(n) + start) * (ends[-1] / n), side="right")
    return np.minimum(picked, np.flatnonzero(weights)[-1])


def _log_bell(white: Array) -> Array:
    """Log density of the multivariate t in whitened coordinates, up to a constant: ``float64[draws]``."""
    return np.asarray(
        -0.5 * (DEGREES + white.shape[1]) * np.log1p(np.einsum("dk,dk->d", white, white) / DEGREES)
    )


def _heights(density: Density, z: Array, threads: int, tick: Tick | None) -> Array:
    """The log density of each draw, on several threads: ``float64[draws]``."""
    heights = np.empty(len(z))

    def weigh(first: int) -> None:
        for i in range(first, min(first + TOGETHER, len(z))):
            heights[i] = density.value_and_gradient(z[i])[0]
            if np.isnan(heights[i]) or heights[i] == np.inf:
                raise FitError(f"the log density is {heights[i]} at z = {z[i].tolist()}")

    pool = ThreadPoolExecutor(threads)
    try:
        for done, _ in enumerate(pool.map(weigh, range(0, len(z), TOGETHER)), start=1):
            if tick is not None:
                tick("draws", min(done * TOGETHER, len(z)), len(z))
    finally:
        pool.shutdown(cancel_futures=True)
    return heights
