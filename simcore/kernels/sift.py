"""Passing over births whose clocks cannot ring, whatever else they are: a vectorised loop over a block."""

from typing import NamedTuple

import numpy as np

from simcore.kernels.arrays import Ints, Words
from simcore.kernels.block import block_kernel


class Sieve(NamedTuple):
    """A screen as the kernel takes it."""

    screens: bool  # False: every birth passes unseen
    blocks: Ints  # [slots] Philox blocks: high halves of clocks, then perhaps the dominating variable's
    slot: int  # of the word of the dominating variable
    lane: int
    used: Ints  # [clock slots] how many of the block's words hold clocks
    edges: Words  # [STEPS - 1]
    limits: Words  # [clock slots, 3, STEPS]: greatest halves that can ring, high half above, low half below


@block_kernel
def _fill_limits(words, slot, lane, s, w, edges, limits, n, limit):
    """Limits of the halves in word ``w`` of slot ``s``, by the step that each birth's dominating word lies in."""
    edge_0, edge_1, edge_2 = edges[0], edges[1], edges[2]
    limit_0, limit_1, limit_2, limit_3 = limits[s, w, 0], limits[s, w, 1], limits[s, w, 2], limits[s, w, 3]
    for i in range(n):
        dominating = words[slot, lane, i]
        here = limit_2 if dominating < edge_2 else limit_3
        here = limit_1 if dominating < edge_1 else here
        limit[i] = limit_0 if dominating < edge_0 else here


@block_kernel
def _sift_halves(halves, s, w, limit_halves, n, passes):
    """Let halves within their limit pass, compared as they lie in memory: twice as many in one instruction."""
    for j in range(2 * n):
        passes[j] |= np.uint8(halves[s, w, j] <= limit_halves[j])


@block_kernel
def sift(slot, lane, used, edges, limits, n, words, halves, limit, limit_halves, passes, pairs, flags):
    """Flag the births of a block that the screen lets pass; ``words`` is filled.

    Parameters
    ----------
    slot, lane, used, edges, limits
        As a `Sieve` has them.
    n : int
    words, halves : uint32[slots, 4, block], uint16[slots, 4, 2 * block]
        The same memory.
    limit, limit_halves : uint32[block], uint16[2 * block]
        The same memory; scratch.
    passes, pairs : uint8[2 * block], uint16[block]
        The same memory; scratch.
    flags : uint8[block]
        Written.
    """
    passes[: 2 * n] = np.uint8(0)
    for s in range(used.size):
        for w in range(used[s]):
            _fill_limits(words, slot, lane, s, w, edges, limits, n, limit)
            _sift_halves(halves, s, w, limit_halves, n, passes)
    for i in range(n):
        flags[i] = np.uint8(pairs[i] != 0)


@block_kernel
def gather(flags, n, places, eights):
    """Write the places of flagged births, few as a rule, and return how many: eight are looked at in one go.

    ``places`` int64[block], ``eights`` uint32[block] is scratch. Without a branch, which would be foretold badly: an
    eight with nobody in it, and a birth that is not flagged, are overwritten by the next.
    """
    end = np.uint64((n + 7) // 8)
    flags[n : 8 * end] = np.uint8(0)
    together = flags.view(np.uint64)
    some, found = np.uint64(0), np.uint64(0)
    for e in range(end):
        eights[some] = np.uint32(e)
        some += np.uint64(together[e] != 0)
    for j in range(some):
        first = np.uint64(8) * np.uint64(eights[j])
        for i in range(first, first + np.uint64(8)):
            places[found] = i
            found += np.uint64(flags[i])
    return np.int64(found)
