"""A bound on risk that lets most births be passed over, exactly.

One drawn variable dominates the risk. For every stretch of its word a bound holds for each clock over
everything else and over all arms: a birth none of whose clocks' high halves is within its bound survives in
every arm, whatever its levels are. Only the others need to be worked out. The bound may be loose, never wrong:
it costs time, not deaths.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numba import njit

from simcore.kernels.arrays import Floats, Ints, Words
from simcore.kernels.outcome import BESIDE_CLOCKS, CLOCK_BLOCKS, CLOCKS_A_BLOCK
from simcore.kernels.packed import Packed
from simcore.kernels.sift import Sieve

STEPS = 4
"""Steps of the bound along the word: `sift` has them written out, so that it looks nothing up, and must follow."""
BINS = 1024
MOST_RUNS = 64
"""Stretches of equal bounds from which the best steps are sought; more are first joined, cheapest first."""
MOST_PASSING = 0.5
"""Where more births than this would pass, screening does not pay and every birth is worked out."""
_HALVES = 2.0**16
_ROUNDING = 1.0 + 1e-9
"""Bounds are products in another order than hazards: they are widened by more than that can matter."""


@dataclass(frozen=True, eq=False)
class Screen:
    """The bound: clock ``c`` can ring only if its high half is at most ``limits[c, step]``."""

    variable: int  # the drawn variable that dominates risk, -1 if none
    edges: Words  # [STEPS - 1] a word below edges[s] and not below edges[s - 1] is in step s
    limits: Ints  # [causes, STEPS] 0 to 2**16 - 1
    share: float  # of births expected to pass (at most: clocks are added up)


def screen_of(packed: Packed) -> Screen:
    """The screen of a program with an outcome.

    Its steps run along the word of the variable beside the clocks, if hazards hang on that; otherwise along that
    of the drawn variable that lets the fewest births pass.
    """
    drawn = [int(v) for v in np.unique(packed.deaths.factor_vars) if v >= packed.n_given]
    beside = [v for v in drawn if packed.decision[v] == BESIDE_CLOCKS]
    screens = [_screen_along(packed, v) for v in (-1, *(beside or drawn))]
    return min(screens, key=lambda screen: screen.share)


def sieve_of(packed: Packed, screen: Screen | None) -> Sieve:
    """A screen as the kernel takes it; every birth passes where there is none."""
    if screen is None:
        nothing = np.zeros(STEPS - 1, np.uint32)
        none = np.zeros(0, np.int64)
        return Sieve(False, none, 0, 0, none, nothing, np.zeros((0, 3, STEPS), np.uint32))
    outcome = packed.deaths
    pairs, slot = np.unique(outcome.clock // CLOCKS_A_BLOCK, return_inverse=True)
    half = outcome.clock % CLOCKS_A_BLOCK
    limits = np.zeros((pairs.size, 3, STEPS), np.uint32)
    used = np.zeros(pairs.size, np.int64)
    for c in range(outcome.n_causes):
        above = np.uint32(16 if half[c] % 2 == 0 else 0)
        limits[slot[c], half[c] // 2] |= screen.limits[c].astype(np.uint32) << above
        used[slot[c]] = max(used[slot[c]], half[c] // 2 + 1)
    blocks = CLOCK_BLOCKS + 2 * pairs
    at, lane = 0, 0
    if screen.variable >= 0:
        number, lane = divmod(int(packed.decision[screen.variable]), 4)
        blocks = blocks if number in blocks else np.append(blocks, number)
        at = int(np.flatnonzero(blocks == number)[0])
    return Sieve(True, blocks, at, lane, used, screen.edges, limits)


def _screen_along(packed: Packed, v: int) -> Screen:
    """The screen whose steps run along the word of variable ``v`` (-1: one step)."""
    if v < 0:
        bins = _limits(_greatest_hazards(packed, v, range(packed.n_arms))).max(axis=(0, 1))[None]
    else:
        bins = np.zeros((BINS, packed.deaths.n_causes), np.int64)
        for start in np.unique(packed.table_start[:, v]):
            arms = np.flatnonzero(packed.table_start[:, v] == start).tolist()
            _spread(packed.table(arms[0], v), _limits(_greatest_hazards(packed, v, arms)), bins)
    edges, limits, share = _steps(*_runs(bins))
    return Screen(v, edges, limits, share)


def _greatest_hazards(packed: Packed, v: int, arms: Iterable[int]) -> Floats:
    """Hazard over all bands, the greatest over some arms and over all but ``v`` and its parents.

    ``float64[rows of v, levels of v, causes]``; one row and one level where ``v`` is -1.
    """
    outcome = packed.deaths
    kept = [] if v < 0 else [*packed.parents[v][packed.parents[v] >= 0].tolist(), v]
    sizes = [int(packed.n_levels[k]) for k in kept]
    alike = {tuple(f for f in outcome.of_arm[arm].tolist() if f >= 0) for arm in arms}
    greatest = {f: _greatest_factor(packed, f, kept) for f in set().union(*alike)}
    products = [reduce(np.multiply, (greatest[f] for f in factors)).sum(axis=-1) for factors in alike]
    found = np.broadcast_to(reduce(np.maximum, products) * _ROUNDING, (*sizes, outcome.n_causes))
    if v < 0:
        return np.asarray(found.reshape(1, 1, -1))
    # rows of the table of v run as its strides say
    grid = np.indices(sizes[:-1]).reshape(len(sizes) - 1, int(np.prod(sizes[:-1], dtype=np.int64)))
    row = (packed.strides[v][packed.parents[v] >= 0][:, None] * grid).sum(axis=0)
    by_row = np.zeros((int(packed.rows[v]), sizes[-1], outcome.n_causes))
    by_row[row] = found.reshape(row.size, sizes[-1], -1)
    return by_row


def _greatest_factor(packed: Packed, f: int, kept: list[int]) -> Floats:
    """A factor, its greatest over variables not in ``kept``: [levels of each in kept or 1, causes, bands]."""
    outcome = packed.deaths
    used = outcome.factor_vars[f] >= 0
    variables, strides = outcome.factor_vars[f][used].tolist(), outcome.factor_strides[f][used]
    row = np.full((), outcome.factor_start[f])
    for v, stride in zip(variables, strides, strict=True):
        row = np.add.outer(row, stride * np.arange(packed.n_levels[v]))
    table = outcome.factors[row]
    others = tuple(axis for axis, v in enumerate(variables) if v not in kept)
    table = table.max(axis=others) if others else table
    left = [v for v in variables if v in kept]
    table = table.transpose(*np.argsort([kept.index(v) for v in left]), -2, -1)
    shape = [int(packed.n_levels[v]) if v in left else 1 for v in kept]
    return np.asarray(table.reshape(*shape, *table.shape[-2:]))


def _limits(hazard: Floats) -> Ints:
    """Greatest high half with which a clock can ring at all; one word more than exact, against rounding."""
    words = np.floor(-np.expm1(-hazard) * 2.0**32) + 1
    return np.minimum(np.floor(words / _HALVES), _HALVES - 1).astype(np.int64)


@njit(cache=True, nogil=True)
def _spread(thresholds, limits, bins):
    """Raise ``bins`` int64[BINS, causes] to the limits int64[rows, levels, causes] of every level that may occur."""
    width = np.int64(2**32 // BINS)
    for row in range(limits.shape[0]):
        begin = np.int64(0)
        for level in range(limits.shape[1]):
            end = np.int64(thresholds[row, level]) if level < thresholds.shape[1] else np.int64(2**32)
            if end > begin:
                for b in range(begin // width, (end - 1) // width + 1):
                    for c in range(bins.shape[1]):
                        bins[b, c] = max(bins[b, c], limits[row, level, c])
            begin = max(begin, end)


def _runs(bins: Ints) -> tuple[Ints, Ints]:
    """Equal neighbours joined: limits [runs, causes] and how many bins each run holds."""
    changes = np.flatnonzero((bins[1:] != bins[:-1]).any(axis=1)) + 1
    starts = np.concatenate([[0], changes])
    return bins[starts], np.diff(np.append(starts, len(bins)))


@njit(cache=True, nogil=True)
def _passing(limits, width):
    """Bins' worth of births that pass a stretch with these limits: clocks are added up."""
    return width * min((limits.sum() + limits.size) / 65536.0, 1.0)


@njit(cache=True, nogil=True)
def _join(limits, widths, most):
    """Join neighbouring runs in place, cheapest first, until ``most`` are left; returns how many there are."""
    n = widths.size
    while n > most:
        best, at = np.inf, 0
        for r in range(n - 1):
            both = _passing(np.maximum(limits[r], limits[r + 1]), widths[r] + widths[r + 1])
            cost = both - _passing(limits[r], widths[r]) - _passing(limits[r + 1], widths[r + 1])
            if cost < best:
                best, at = cost, r
        limits[at] = np.maximum(limits[at], limits[at + 1])
        widths[at] += widths[at + 1]
        for r in range(at + 1, n - 1):
            limits[r] = limits[r + 1]
            widths[r] = widths[r + 1]
        n -= 1
    return n


@njit(cache=True, nogil=True)
def _best_steps(limits, widths, steps):
    """Ends of the ``steps`` stretches of runs that let the fewest births pass: dynamic programming."""
    n = widths.size
    least = np.full((steps + 1, n + 1), np.inf)
    begin = np.zeros((steps + 1, n + 1), np.int64)
    least[0, 0] = 0.0
    for end in range(1, n + 1):
        greatest, width = np.zeros(limits.shape[1], np.int64), 0
        for first in range(end - 1, -1, -1):
            greatest = np.maximum(greatest, limits[first])
            width += widths[first]
            cost = _passing(greatest, width)
            for s in range(1, steps + 1):
                if least[s - 1, first] + cost < least[s, end]:
                    least[s, end], begin[s, end] = least[s - 1, first] + cost, first
    ends = np.full(steps, n)
    at = n
    s = min(steps, n)
    for step in range(s - 1, -1, -1):
        ends[step] = at
        at = begin[step + 1, at]
    return ends, least[s, n]


def _steps(limits: Ints, widths: Ints) -> tuple[Words, Ints, float]:
    """The best step function of `STEPS` steps over runs: edges, limits [causes, STEPS], share that passes."""
    limits, widths = limits.copy(), widths.astype(np.int64)
    total = int(widths.sum())
    n = _join(limits, widths, MOST_RUNS)
    limits, widths = limits[:n], widths[:n]
    ends, passing = _best_steps(limits, widths, STEPS)
    begins = np.concatenate([[0], ends[:-1]])
    of_step = [limits[a:b].max(axis=0) if b > a else limits[-1] for a, b in zip(begins, ends, strict=True)]
    reached = np.concatenate([[0], np.cumsum(widths)])[ends[:-1]] * (2**32 // total)
    return (
        np.minimum(reached, 2**32 - 1).astype(np.uint32),
        np.stack(of_step, axis=1),
        float(passing / total),
    )
