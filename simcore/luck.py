"""The luck of one birth, number by number: of every decision, and of the clock of every cause.

Kernels use the same numbers a block at a time; here they can be looked at. A number lies between 0 and 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from simcore.kernels.arrays import Floats, Ints
from simcore.kernels.outcome import CLOCK_BLOCKS, CLOCKS_A_BLOCK
from simcore.kernels.packed import Packed
from simcore.kernels.rng import fill_words

WORDS = 2.0**32


class Luck:
    """The numbers of one birth, by its place in a packed program.

    Attributes
    ----------
    decisions : float64[variables]
        What decides each variable; NaN for those that are given.
    clocks : float64[causes]
        When its clock rings, if it does: the lower the sooner.
    """

    def __init__(self, packed: Packed, seed: int, draw: int, position: int) -> None:
        stratum = int(np.searchsorted(packed.stratum_start, position, side="right")) - 1
        self._k = np.array([position - packed.stratum_start[stratum]], np.uint32)
        self._key = packed.stratum_key[stratum : stratum + 1]
        self._seed, self._draw = np.uint64(seed), int(draw)
        self.decisions = np.array([self._decision(int(d)) if d >= 0 else math.nan for d in packed.decision])
        self.clocks = np.array([self._clock(int(clock)) for clock in packed.deaths.clock])

    def _block(self, number: int) -> Sequence[int]:
        words = np.empty((1, 4, 1), np.uint32)
        fill_words(self._k, self._key, 1, number, self._draw, self._seed, 0, words)
        return [int(word) for word in words[0, :, 0]]

    def _decision(self, decision: int) -> float:
        return (self._block(decision // 4)[decision % 4] + 0.5) / WORDS

    def _clock(self, clock: int) -> float:
        pair, half = divmod(clock, CLOCKS_A_BLOCK)
        word = 0
        for block in (CLOCK_BLOCKS + 2 * pair, CLOCK_BLOCKS + 2 * pair + 1):
            both = self._block(block)[half // 2]
            word = word << 16 | (both & 0xFFFF if half % 2 else both >> 16)
        return (word + 0.5) / WORDS


def hazards_of(packed: Packed, arm: int, levels: Ints) -> Floats:
    """Cumulative hazards of a birth with these levels in one arm, ``float64[causes, bands]``.

    Parameters
    ----------
    levels : int64[variables]
        Of every variable of the packed program in this arm.
    """
    outcome = packed.deaths
    hazards = np.ones((outcome.n_causes, outcome.n_bands))
    for factor in outcome.of_arm[arm]:
        if factor >= 0:
            used = outcome.factor_vars[factor] >= 0
            steps = outcome.factor_strides[factor][used] * levels[outcome.factor_vars[factor][used]]
            hazards = hazards * outcome.factors[outcome.factor_start[factor] + int(steps.sum())]
    return hazards


def clock_times(hazards: Floats, numbers: Floats, edges: Floats) -> Floats:
    """When each clock rings, in days of life: infinite where it does not before the last band ends.

    A clock rings when its cumulative hazard reaches ``-log(1 - number)``; within a band the hazard is constant.

    Parameters
    ----------
    hazards : float64[causes, bands]
        Cumulative over each whole band.
    numbers : float64[causes]
    edges : float64[bands + 1]
        Ends of the age bands, days.

    Returns
    -------
    float64[causes]

    Examples
    --------
    A hazard of 0.5 in the first week and none later: half of it is reached in the middle of the week.

    >>> number = -np.expm1(-0.25)
    >>> clock_times(np.array([[0.5, 0.0]]), np.array([number]), np.array([0.0, 7.0, 28.0])).round(9)
    array([3.5])
    """
    times = np.full(len(numbers), math.inf)
    for cause, number in enumerate(numbers):
        needed, reached = -math.log1p(-number), 0.0
        for band, hazard in enumerate(hazards[cause]):
            if needed < reached + hazard:
                begin, end = edges[band], edges[band + 1]
                times[cause] = begin + (needed - reached) / hazard * (end - begin)
                break
            reached += hazard
    return times
