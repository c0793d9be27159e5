"""A claim that chance could break: what was seen, what a sample of this size would find, and what it found."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import stats
from scipy.optimize import brentq

from tests.chance import Array, least_shift, least_variance, normal_faults

LEVEL = 2e-5
"""Chance that a claim breaks where nothing is wrong: about fifty of them, once in a thousand studies."""
ALMOST = 2.33
"""Standard errors above a bound at which it is passed with probability 99%."""


class Claim(NamedTuple):
    what: str
    seen: str
    finds: str
    """What is found with probability 99% if it is there: the power."""
    faults: list[str]

    def __str__(self) -> str:
        verdict = f"FOUND {'; '.join(self.faults)}" if self.faults else "nothing found"
        return f"{self.what}: {self.seen} (99% power: {self.finds}): {verdict}"


def standard_normal(what: str, z: Array) -> Claim:
    """Independent scores are a standard normal sample: mean, variance, tails and shape."""
    z = np.ravel(z)
    return Claim(
        what,
        f"{z.size:,} scores, mean {z.mean():+.4f}, variance {np.mean(z**2):.4f}",
        f"mean {least_shift(z.size, LEVEL):.4f}, variance {least_variance(z.size, LEVEL):.4f}",
        normal_faults(z, LEVEL),
    )


def no_gap(what: str, away: float, error: float, of: str) -> Claim:
    """A sum is its expectation: so many standard errors away, each such a share ``of`` something."""
    bound = float(stats.norm.isf(LEVEL / 2))
    return Claim(
        what,
        f"{away:+.2f} standard errors of {error:.2%} of {of}",
        f"{(bound + ALMOST) * error:.2%}",
        [] if abs(away) <= bound else [f"{away:+.1f} standard errors"],
    )


def none_small(what: str, p: Array, where: str, pairs: int) -> Claim:
    """None of many P-values of so many pairs of words is too small, shared out evenly; the smallest is ``where``."""
    threshold = LEVEL / p.size / 2
    chi = stats.chi2.isf(threshold, 255)
    # the bits in which words differ: of those that are alike, all fall into one cell of 256
    away = brentq(lambda nc: stats.ncx2.sf(chi, 255, nc) - 0.99, 1.0, 1e4)
    alike = int(np.sqrt(256 * pairs / away))
    correlation = (stats.norm.isf(threshold) + ALMOST) / np.sqrt(pairs)
    least = float(p.min())
    return Claim(
        what,
        f"{p.size:,} tests of {pairs:,} pairs, smallest P {least:.1e} ({where})",
        f"one pair in {alike:,} alike, a correlation of {correlation:.5f}",
        [] if least * p.size > LEVEL else [f"P {least:.1e}: {where}"],
    )


def uniform(what: str, p: Array) -> Claim:
    """P-values taken together are uniform: Kolmogorov's distance."""
    found = stats.kstest(p, "uniform")
    bound = np.sqrt(-np.log(LEVEL / 2) / 2)
    return Claim(
        what,
        f"Kolmogorov's distance {found.statistic:.4f} of {p.size:,}, P {found.pvalue:.2f}",
        f"{(bound + ALMOST / 2) / np.sqrt(p.size):.3f}",
        [] if found.pvalue > LEVEL else [f"P {found.pvalue:.1e}"],
    )
