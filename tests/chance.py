"""What counts by chance should look like, and how far they may be from it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import stats

Array = npt.NDArray[np.float64]
LEVEL = 1e-4
"""Chance that a bound is broken where nothing is wrong."""
LEAST_EXPECTED = 5.0


def pearson(counts: npt.ArrayLike, chances: npt.ArrayLike) -> tuple[float, int]:
    """Pearson's statistic of one multinomial sample, and its degrees of freedom.

    Cells that expect few are put together. A cell without any chance must be empty.
    """
    counts, chances = np.ravel(counts).astype(float), np.ravel(chances).astype(float)
    assert not counts[chances <= 0].any(), "something impossible happened"
    order = np.argsort(chances)
    expected, seen = counts.sum() * chances[order], counts[order]
    # the rare ones, and as many more as bring them to what a cell needs
    n_rare = int(np.searchsorted(np.cumsum(expected), LEAST_EXPECTED)) + 1
    n_rare = max(n_rare, int((expected < LEAST_EXPECTED).sum()))
    if n_rare >= expected.size:
        return 0.0, 0
    expected = np.append(expected[n_rare:], expected[:n_rare].sum())
    seen = np.append(seen[n_rare:], seen[:n_rare].sum())
    return float(((seen - expected) ** 2 / expected).sum()), expected.size - 1


def randomised_z(
    counts: npt.ArrayLike, n: npt.ArrayLike, p: npt.ArrayLike, rng: np.random.Generator
) -> Array:
    """Scores of binomial counts: exactly standard normal where the counts are what they should be.

    A count is placed by chance within its own probability, so that small ones are as normal as large ones.
    """
    counts = np.asarray(counts)
    below, own = stats.binom.cdf(counts - 1, n, p), stats.binom.pmf(counts, n, p)
    return np.asarray(stats.norm.ppf(np.clip(below + rng.random(counts.shape) * own, 1e-300, 1 - 1e-16)))


def z_of_t(t: npt.ArrayLike, freedom: float) -> Array:
    """A score whose standard error was estimated, as one whose was known."""
    t = np.asarray(t, dtype=float)
    return np.asarray(np.sign(t) * stats.norm.isf(stats.t.sf(np.abs(t), freedom)))


def normal_faults(z: npt.ArrayLike, level: float = LEVEL) -> list[str]:
    """What sets independent scores apart from a standard normal sample: nothing, but once in 1 / ``level``."""
    z = np.ravel(np.asarray(z, dtype=float))
    n, each = z.size, level / 5
    found = []
    if abs(z.mean()) * np.sqrt(n) > stats.norm.isf(each / 2):
        found.append(f"mean {z.mean():.3f} of {n}")
    low, high = stats.chi2.ppf([each / 2, 1 - each / 2], n)
    if not low <= (z**2).sum() <= high:
        found.append(f"variance {(z**2).mean():.3f}, not {low / n:.3f} to {high / n:.3f}")
    for beyond in (2.0, 3.0):
        tail, share = int((np.abs(z) > beyond).sum()), 2 * float(stats.norm.sf(beyond))
        low, high = stats.binom.ppf([each / 2, 1 - each / 2], n, share)
        if not low <= tail <= high:
            found.append(f"{tail} of {n} beyond {beyond}, not {low:.0f} to {high:.0f}")
    if stats.kstest(z, "norm").pvalue < each:
        found.append("shape")
    return found


def least_shift(n: int, level: float = LEVEL) -> float:
    """The mean of ``n`` scores that `normal_faults` finds with probability 99%."""
    return float((stats.norm.isf(level / 10) + stats.norm.isf(0.01)) / np.sqrt(n))


def least_variance(n: int, level: float = LEVEL) -> float:
    """The variance above one of ``n`` scores that `normal_faults` finds with probability 99%."""
    return float(stats.chi2.isf(level / 10, n) / stats.chi2.ppf(0.01, n))
