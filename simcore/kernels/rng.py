"""Random numbers as a pure function of (seed, draw, birth, decision): Philox4x32-10.

One call of the generator turns a 128-bit counter and a 64-bit key into four 32-bit words::

    counter = (k, stratum_key, decision // 4, draw)     key = (seed mod 2**32, seed // 2**32)
    word    = output[decision % 4]

``k`` is the number of the birth within its stratum and ``stratum_key`` the stratum's identity, so a
birth's luck does not move when another stratum, arm, variable, thread or block size is added.

A word is used clipped to 2**32 - 2: a threshold of 2**32 - 1 is then always above it (certain), a
threshold of 0 never (impossible).

Method: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11,
doi:10.1145/2063384.2063405.
"""

import numpy as np
from numba import njit

from simcore.kernels.block import block_kernel

_MULTIPLY_0 = np.uint64(0xD2511F53)
_MULTIPLY_2 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)
_WEYL_1 = np.uint64(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_LAST_WORD = np.uint32(0xFFFFFFFE)

LARGEST_WORD = 2**32 - 2
"""Words are clipped to this, so that a threshold of 2**32 - 1 means certainty."""


@njit(cache=True, forceinline=True)
def _round(c0, c1, c2, c3, k0, k1):
    """One round on words held in uint64, whose high halves are left dirty.

    The mask stands at the multiplication alone: there it costs nothing, because the vector multiply
    reads low halves only.
    """
    product_0 = _MULTIPLY_0 * (c0 & _LOW)
    product_2 = _MULTIPLY_2 * (c2 & _LOW)
    return (product_2 >> _HALF) ^ c1 ^ k0, product_2, (product_0 >> _HALF) ^ c3 ^ k1, product_0


@njit(cache=True, forceinline=True)
def philox4x32(c0, c1, c2, c3, k0, k1):
    """The Philox4x32-10 block: four counter words and two key words in, four words out.

    All are uint64; of the words that come out only the low halves count.

    The ten rounds are written out: as a loop they are not unrolled, and the block is then not vectorised.
    """
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _WEYL_0) & _LOW, (k1 + _WEYL_1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _WEYL_0) & _LOW, (k1 + _WEYL_1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _WEYL_0) & _LOW, (k1 + _WEYL_1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _WEYL_0) & _LOW, (k1 + _WEYL_1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _WEYL_0) & _LOW, (k1 + _WEYL_1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _WEYL_0) & _LOW, (k1 + _WEYL_1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _WEYL_0) & _LOW, (k1 + _WEYL_1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _WEYL_0) & _LOW, (k1 + _WEYL_1) & _LOW
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = (k0 + _WEYL_0) & _LOW, (k1 + _WEYL_1) & _LOW
    return _round(c0, c1, c2, c3, k0, k1)


@block_kernel
def fill_words(k, key, n, number, draw, seed, slot, words):
    """Fill a slot of words for the first ``n`` births of a block.

    A function of its own, called and not inlined, so that it vectorises whatever stands around the call.

    Parameters
    ----------
    k, key : uint32[block]
        Number within the stratum, and the stratum's key, of each birth.
    n : int
        Births in use.
    number : int
        Philox block number, ``decision // 4``.
    draw : int
        Number of the parameter draw, below 2**32.
    seed : uint64
    slot : int
    words : uint32[slots, 4, block]
        Written in this slot: the clipped words of decisions ``4 * number`` to ``4 * number + 3``.
    """
    k0 = np.uint64(seed) & _LOW
    k1 = np.uint64(seed) >> _HALF
    c2 = np.uint64(number) & _LOW
    c3 = np.uint64(draw) & _LOW
    for i in range(n):
        w0, w1, w2, w3 = philox4x32(np.uint64(k[i]), np.uint64(key[i]), c2, c3, k0, k1)
        words[slot, 0, i] = min(np.uint32(w0), _LAST_WORD)
        words[slot, 1, i] = min(np.uint32(w1), _LAST_WORD)
        words[slot, 2, i] = min(np.uint32(w2), _LAST_WORD)
        words[slot, 3, i] = min(np.uint32(w3), _LAST_WORD)


@block_kernel
def fill_word(k, key, n, number, lane, draw, seed, slot, words):
    """As `fill_words`, one of the four words alone: what others hang on is not even worked out."""
    k0 = np.uint64(seed) & _LOW
    k1 = np.uint64(seed) >> _HALF
    c2 = np.uint64(number) & _LOW
    c3 = np.uint64(draw) & _LOW
    for i in range(n):
        w0, w1, w2, w3 = philox4x32(np.uint64(k[i]), np.uint64(key[i]), c2, c3, k0, k1)
        word = (w0 if lane == 0 else w1) if lane < 2 else (w2 if lane == 2 else w3)
        words[slot, lane, i] = min(np.uint32(word), _LAST_WORD)


@block_kernel
def fill_stretch(first, key, n, number, draw, seed, slot, words):
    """As `fill_words`, for births ``first`` to ``first + n`` of the one stratum with that key.

    They need no arrays to be told by, and what is alike for all of them in the first rounds is worked out once.
    """
    k0 = np.uint64(seed) & _LOW
    k1 = np.uint64(seed) >> _HALF
    c0 = np.uint64(first)
    c1 = np.uint64(key)
    c2 = np.uint64(number) & _LOW
    c3 = np.uint64(draw) & _LOW
    for i in range(np.uint64(n)):
        w0, w1, w2, w3 = philox4x32(c0 + i, c1, c2, c3, k0, k1)
        words[slot, 0, i] = min(np.uint32(w0), _LAST_WORD)
        words[slot, 1, i] = min(np.uint32(w1), _LAST_WORD)
        words[slot, 2, i] = min(np.uint32(w2), _LAST_WORD)
        words[slot, 3, i] = min(np.uint32(w3), _LAST_WORD)
