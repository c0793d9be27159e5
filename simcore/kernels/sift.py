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
def _sift_word(words, slot, lane, s, w, edges, limits, n, flags):
    """Flag the births one of whose two halves in word ``w`` of slot ``s`` is within the limit of their step.

    The step is where the word in ``slot`` and ``lane``, of the dominating variable, lies among the edges.
    """
    edge_0, edge_1, edge_2 = edges[0], edges[1], edges[2]
    limit_0, limit_1, limit_2, limit_3 = limits[s, w, 0], limits[s, w, 1], limits[s, w, 2], limits[s, w, 3]
    for i in range(n):
        dominating, word = words[slot, lane, i], words[s, w, i]
        limit = limit_2 if dominating < edge_2 else limit_3
        limit = limit_1 if dominating < edge_1 else limit
        limit = limit_0 if dominating < edge_0 else limit
        high = word >> _HALF <= limit >> _HALF
        low = word & _LOW_HALF <= limit & _LOW_HALF
        flags[i] |= np.uint8(high | low)


@njit(cache=True, nogil=True)
def sift(screens, slot, lane, used, edges, limits, n, words, flags):
    """Flag the births of a block that the screen lets pass; ``words`` uint32[slots, 4, block] is filled.

    The first six are a `Sieve`'s.
    """
    if not screens:
        flags[:n] = np.uint8(1)
        return
    flags[:n] = np.uint8(0)
    for s in range(used.size):
        for w in range(used[s]):
            _sift_word(words, slot, lane, s, w, edges, limits, n, flags)


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
