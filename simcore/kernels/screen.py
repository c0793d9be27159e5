"""A bound on risk that lets most births be passed over, exactly.

One drawn variable dominates the risk. For every stretch of its word a bound holds for each clock over
everything else and over all arms: a birth none of whose clocks' words is under the bound survives in every
arm, whatever its levels are. Only the others need to be worked out. The bound may be loose, never wrong: it
costs time, not deaths.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from simcore.kernels.packed import Floats, Ints, Packed, Words

STEPS = 4
"""Steps of the bound along the word. They are constants in the screening loop, so it needs no look-up."""
BINS = 1024
_WORDS = 2**32


@dataclass(frozen=True, eq=False)
class Screen:
    """The bound as kernels take it: clock ``c`` can ring only if its word is at most ``limits[c, step]``."""

    variable: int  # the drawn variable that dominates risk, -1 if none
    edges: Words  # [STEPS - 1] a word below edges[s] and not below edges[s - 1] is in step s
    limits: Words  # [causes, STEPS]
    share: float  # of births expected to pass (at most: clocks are added up)


def screen_of(packed: Packed) -> Screen:
    """The screen of a program with an outcome.

    Of the drawn hazard parents, the one that lets the fewest births pass is taken.
    """
    outcome = packed.deaths
    greatest = _greatest_hazards(packed)
    best = Screen(
        -1, *_steps(_limits(greatest.reshape(-1, greatest.shape[-1]).max(axis=0)[None]), np.ones(1, np.int64))
    )
    for axis, v in enumerate(outcome.hazard_vars):
        if v >= packed.n_given:
            others = tuple(a for a in range(outcome.hazard_vars.size) if a != axis)
            by_level = greatest.max(axis=others)
            bins = _by_bin(packed, int(v), _limits(by_level))
            found = Screen(int(v), *_steps(*_runs(bins)))
            if found.share < best.share:
                best = found
    return best


def _greatest_hazards(packed: Packed) -> Floats:
    """Hazard over all bands, the greatest over arms: [levels of each hazard parent..., causes]."""
    outcome = packed.deaths
    total = outcome.hazard.sum(axis=2)
    row = np.zeros((), np.int64)
    for v, stride in zip(outcome.hazard_vars, outcome.hazard_strides, strict=True):
        row = np.add.outer(row, stride * np.arange(packed.n_levels[v]))
    starts = np.unique(outcome.hazard_start)
    greatest: Floats = total[row + starts[0]]
    for start in starts[1:]:
        greatest = np.maximum(greatest, total[row + start])
    return greatest


def _limits(hazard: Floats) -> npt.NDArray[np.int64]:
    """Greatest word with which a clock can ring at all; one more than exact, against rounding."""
    return np.minimum(np.floor(-np.expm1(-hazard) * _WORDS) + 1, _WORDS - 1).astype(np.int64)


def _by_bin(packed: Packed, v: int, limits: Ints) -> Ints:
    """Limits [bins, causes] by stretch of the word of ``v``, from limits by its level [levels, causes]."""
    levels = int(packed.n_levels[v])
    used = packed.parents[v] >= 0
    last_row = (packed.strides[v] * (packed.n_levels[packed.parents[v]] - 1))[used].sum()
    size = int(last_row + 1) * (levels - 1)
    tables = [packed.thresholds[start : start + size] for start in np.unique(packed.table_start[:, v])]
    inner = np.concatenate(tables).reshape(-1, levels - 1).astype(np.int64)
    below = np.concatenate([np.zeros((len(inner), 1), np.int64), inner], axis=1)
    above = np.concatenate([inner, np.full((len(inner), 1), _WORDS)], axis=1)
    occurs = below < above
    lowest = np.where(occurs, below, _WORDS).min(axis=0)  # a level occurs somewhere between these two
    highest = np.where(occurs, above, 0).max(axis=0)
    edges = np.arange(BINS + 1) * (_WORDS // BINS)
    possible = (lowest[None, :] < edges[1:, None]) & (highest[None, :] > edges[:-1, None])
    return np.where(possible[:, :, None], limits[None], 0).max(axis=1)


def _runs(bins: Ints) -> tuple[Ints, Ints]:
    """Equal neighbours joined: limits [runs, causes] and how many bins each run holds."""
    changes = np.flatnonzero((bins[1:] != bins[:-1]).any(axis=1)) + 1
    starts = np.concatenate([[0], changes])
    return bins[starts], np.diff(np.append(starts, len(bins)))


def _steps(limits: Ints, widths: Ints) -> tuple[Words, Words, float]:
    """Join neighbouring runs, cheapest first, until no more than `STEPS` are left."""
    runs = [(row, int(width)) for row, width in zip(limits, widths, strict=True)]

    def passing(row: Ints, width: int) -> float:
        return width * min(float(row.sum()) / _WORDS, 1.0)

    while len(runs) > STEPS:
        joined = [(np.maximum(a[0], b[0]), a[1] + b[1]) for a, b in pairwise(runs)]
        cost = [
            passing(*j) - passing(*a) - passing(*b)
            for j, a, b in zip(joined, runs[:-1], runs[1:], strict=True)
        ]
        at = int(np.argmin(cost))
        runs[at : at + 2] = [joined[at]]
    total = sum(width for _, width in runs)
    share = sum(passing(*run) for run in runs) / total
    while len(runs) < STEPS:
        runs.append((runs[-1][0], 0))
    ends = np.cumsum([width for _, width in runs])[:-1] * (_WORDS // total)
    return (
        np.minimum(ends, _WORDS - 1).astype(np.uint32),
        np.stack([row for row, _ in runs], axis=1).astype(np.uint32),
        share,
    )
