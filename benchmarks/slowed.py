"""Kernels made slow on purpose, one way each, so that every guard can be seen to fail.

A kernel is compiled again with other functions in place of some that it calls. Counts stay what they were, except
where threads share what they write to; what a birth costs does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any
from unittest.mock import patch

import numpy as np
from numba import njit

from simcore.kernels import deaths, differing, levels, profiles, rng, sift


def afresh(kernel: Any, *, nogil: bool = True, **parts: Any) -> Any:
    """A kernel compiled anew, so that its code can be looked into, with other ``parts`` in place of what it calls."""
    function = kernel.py_func
    names = {**function.__globals__, **parts}
    return njit(nogil=nogil)(FunctionType(function.__code__, names, function.__name__, function.__defaults__))


# ---- a generator whose ten rounds are a loop: it is not vectorised


@njit
def philox_in_a_loop(c0, c1, c2, c3, k0, k1):
    for _ in range(9):
        c0, c1, c2, c3 = rng._round(c0, c1, c2, c3, k0, k1)
        k0, k1 = (k0 + rng._WEYL_0) & rng._LOW, (k1 + rng._WEYL_1) & rng._LOW
    return rng._round(c0, c1, c2, c3, k0, k1)


def slow_words() -> Any:
    """`simcore.kernels.rng.fill_words` with it."""
    return afresh(rng.fill_words, philox4x32=philox_in_a_loop)


# ---- a screen that lists births as it meets them: it is not vectorised


@njit
def list_halves(halves, s, w, limit_halves, n, passes):
    found, places = 0, np.empty(2 * n, np.int64)
    for j in range(2 * n):
        if halves[s, w, j] <= limit_halves[j]:
            places[found] = j
            found += 1
    for place in places[:found]:
        passes[place] = np.uint8(1)


def slow_screen() -> Any:
    """`simcore.kernels.sift.sift` with it."""
    return afresh(sift.sift, _sift_halves=list_halves)


# ---- all births worked out again for every arm, whether or not they can differ


@njit
def pick_all(rows, table, by_word, bounds, reads, n, words, levels, row, flags, chosen):
    for i in range(n):
        chosen[i] = i
    return n


# ---- a screen whose births are counted in memory that threads share


@njit
def counting_sift(*sieve):
    sift.sift(*sieve)
    limits, n, words = sieve[5], sieve[6], sieve[7]
    for i in range(n):
        limits[0, 2, words[0, 0, i] & 3] += 1  # limits that W1, with its four causes, does not use


def _sharing_counts() -> Any:
    count, shared = profiles._count, np.zeros((2, 3600), np.int64)
    return lambda *arguments: count(*arguments[:-1], shared)


def _broken(way: str) -> tuple[Any, Any]:
    """The two loops over blocks, for counting and for realising, broken in a way."""
    counting, realising = profiles._count, deaths._realise
    if way in ("counting", "realising"):
        blocks = afresh(levels.fill_blocks, fill_words=slow_words())
        if way == "counting":
            return afresh(counting, fill_blocks=blocks), realising
        return counting, afresh(realising, fill_blocks=blocks)
    if way == "arms":
        again = {"pick": pick_all, "narrow": afresh(differing.narrow, pick=pick_all)}
        return afresh(counting, **again), afresh(realising, **again)
    if way == "lock":
        return afresh(counting, nogil=False), afresh(realising, nogil=False)
    return _sharing_counts(), afresh(realising, sift=counting_sift)


WAYS = {
    "counting": "random numbers of births that are counted are not vectorised",
    "realising": "random numbers of births that live or die are not vectorised",
    "arms": "all births are worked out again for every arm",
    "lock": "kernels hold the interpreter lock",
    "sharing": "threads count in the same memory",
}


@contextmanager
def broken(way: str) -> Iterator[None]:
    """Count and realise with loops over blocks that are broken in one of the `WAYS`."""
    counting, realising = _broken(way)
    with patch.object(profiles, "_count", counting), patch.object(deaths, "_realise", realising):
        yield
