"""Passing over births whose clocks cannot ring, whatever else they are: a vectorised loop over a block."""

from typing import NamedTuple

import numpy as np
from numba import njit

from simcore.kernels.arrays import Ints, Words

_HALF = np.uint32(16)
_LOW_HALF = np.uint32(0xFFFF)


class Sieve(NamedTuple):
    """A screen as the kernel takes it."""

    screens: bool  # False: every birth passes
    blocks: Ints  # [slots] Philox blocks: high halves of clocks, then perhaps the dominating variable's
    slot: int  # of the word of the dominating variable
    lane: int
    used: Ints  # [clock slots] how many of the block's words hold clocks
    edges: Words  # [STEPS - 1]
    limits: Words  # [clock slots, 3, STEPS]: greatest halves that can ring, high half above, low half below


@njit(cache=True, nogil=True)
def _sift_word(dominating, word, n, edges, limits, flags):
    """Flag the births one of whose two halves is within the limit of the step that ``dominating`` lies in."""
    edge_0, edge_1, edge_2 = edges[0], edges[1], edges[2]
    limit_0, limit_1, limit_2, limit_3 = limits[0], limits[1], limits[2], limits[3]
    for i in range(n):
        limit = limit_2 if dominating[i] < edge_2 else limit_3
        limit = limit_1 if dominating[i] < edge_1 else limit
        limit = limit_0 if dominating[i] < edge_0 else limit
        high = word[i] >> _HALF <= limit >> _HALF
        low = word[i] & _LOW_HALF <= limit & _LOW_HALF
        flags[i] |= np.uint8(high | low)


@njit(cache=True, nogil=True)
def sift(sieve, words, n, flags):
    """Flag the births of a block that the screen lets pass; ``words`` uint32[slots, 4, block] is filled."""
    if not sieve.screens:
        flags[:n] = np.uint8(1)
        return
    flags[:n] = np.uint8(0)
    dominating = words[sieve.slot, sieve.lane]
    for s in range(sieve.limits.shape[0]):
        for w in range(sieve.used[s]):
            _sift_word(dominating, words[s, w], n, sieve.edges, sieve.limits[s, w], flags)


@njit(cache=True, nogil=True)
def gather(flags, n, places):
    """Write the places of flagged births, few as a rule, and return how many: eight are looked at in one go."""
    flags[n : (n + 7) // 8 * 8] = np.uint8(0)
    eights = flags.view(np.uint64)
    found = 0
    for e in range((n + 7) // 8):
        if eights[e] != 0:
            for i in range(8 * e, 8 * e + 8):
                places[found] = i  # without a branch: a birth that is not flagged is overwritten by the next
                found += flags[i]
    return found
